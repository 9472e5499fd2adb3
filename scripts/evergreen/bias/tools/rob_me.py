"""ROB-ME: bias because evidence is missing from a synthesis. What is judged is a synthesis, not a study."""

from __future__ import annotations

from evergreen.bias.tools.anatomy import MINUS, Domain, Form, Tool, always, questions

NOT_VERIFIED = "the flow chart of the published tool was not at hand"

YES_OR_NO = ("Y", "N")
IN_DEGREES = ("Y", "PY", "PN", "N", "NA")
WITH_UNKNOWN = ("Y", "PY", "PN", "N", "NI", "NA")
NOT_FOUND = "studies may not have been found (worded in the published tool)"
QUESTIONS = (
    *questions({"3.1": NOT_FOUND}, YES_OR_NO),
    *questions({"3.2": NOT_FOUND, "3.3": NOT_FOUND}, WITH_UNKNOWN),
    *questions({"4.1": "a result of a study is known to be missing because of what it shows"}, YES_OR_NO),
    *questions({"4.2": "such results would change the synthesis notably"}, WITH_UNKNOWN),
    *questions({"4.3": "of a study it is unclear whether it has such a result"}, YES_OR_NO),
    *questions({"4.4": "such results would change the synthesis notably"}, WITH_UNKNOWN),
    *questions({"4.5": "studies may be missing as a whole because of what they show"}, YES_OR_NO),
    *questions({
        "4.6": "such studies would change the synthesis notably", "4.7": "the results that are there look as if others were missing",
        "4.8": "sensitivity analyses point to a bias by what is missing",
    }, IN_DEGREES),
)  # fmt: skip
"""As public ports of the published tool have them; of 3.1 to 3.3 only the subject was at hand."""

ROB_ME = Tool(
    "rob-me",
    "ROB-ME",
    (
        Domain("missing_evidence", "Missing evidence", ("1", "Bias due to missing evidence"), forms=always(Form(QUESTIONS, unverified=NOT_VERIFIED))),
    ),
    ("low", "some concerns", "high"),
    ("+", "?", MINUS),
    ("green", "yellow", "red"),
    unit="synthesis",
    said="ROB-ME",
    source="Page et al. 2023 (BMJ 383:e076754)",
    remarks=(
        "The column `study` names the synthesis, such as the id of its outcome.",
        "3.1 to 3.3 are asked once for a review.",
    ),
)  # fmt: skip
