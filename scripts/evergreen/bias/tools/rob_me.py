"""ROB-ME: bias because evidence is missing from a synthesis. What is judged is a synthesis, not a study."""

from __future__ import annotations

from types import MappingProxyType

from evergreen.bias.tools.anatomy import MINUS, Domain, Form, Tool, questions

NOT_VERIFIED = "the flow chart of the published tool was not at hand"

NUMBERS = (*(f"3.{number}" for number in range(1, 4)), *(f"4.{number}" for number in range(1, 9)))

ROB_ME = Tool(
    "rob-me",
    "ROB-ME",
    (
        Domain("missing_evidence", "Missing evidence", ("1", "Bias due to missing evidence"), forms=MappingProxyType({
            ("", ""): Form(questions(dict.fromkeys(NUMBERS, "")), unverified=NOT_VERIFIED),
        })),
    ),
    ("low", "some concerns", "high"),
    ("+", "?", MINUS),
    ("green", "yellow", "red"),
    unit="synthesis",
    said="ROB-ME",
    source="Page et al. 2023 (BMJ 383:e076754)",
    remarks=(
        "The column `study` names the synthesis, such as the id of its outcome.",
        "3.1 to 3.3 are asked once for a review: whether studies may not have been found.",
        "4.1 and 4.2 ask about results known to be missing, 4.3 and 4.4 about results of which that is unclear, 4.5 and 4.6 about studies not found, "
        "4.7 about the pattern of the results, 4.8 about sensitivity analyses.",
    ),
)  # fmt: skip
