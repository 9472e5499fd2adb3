"""docs/queries.md, made of the registry."""

from __future__ import annotations

from evergreen.extraction.queries.asking import COLUMNS
from evergreen.extraction.queries.registry import FAMILIES

HEAD = f"""# Queries on extracted data

Made by `make queries` from `scripts/evergreen/extraction/queries/`; do not edit it.

Whenever sheets are merged, the numbers are looked at for what is likely to be an error of extraction or of the report. Each suspicion
is a query, a row of `results/extraction/queries.csv` (`{"`, `".join(COLUMNS)}`). A query changes no number and leaves nothing out;
it is shown in the status and in the report until somebody corrects the cell or answers it in `config/queries.csv`:

    query,answer,by,on
    sd_is_se-3f1adb71e1,"Table 2 prints SE; SD entered",AB,2026-05-02

The id of a query is made of its kind, its place in the review (study, outcome, time point, arm, column) and the value there. So a
corrected value takes the query away, and another value is asked about anew, whatever was answered before. An answer whose query is
not asked any more is named in the status. `place` is file and row of the sheets.

An `error` cannot be true as it stands: the numbers of the row itself contradict each other. A `warning` hardly ever is. What is said
to be far from other numbers is compared robustly: with the other arms, the other time points and the baseline of the study, and with
median and MAD of the other studies of the outcome in the same unit, as far as there are five; a slip is asked about where undoing it
brings the number there (logarithmic likelihood ratio, by Student's t with four degrees of freedom). Numbers that an extractor calls
`derived` are not checked against the row's others, and GRIM leaves out rows whose remarks speak of adjustment or imputation.
The P value in the row of an arm (`estimate_p`) is that against the control.

Read by the checks beside the columns of the sheets: how many were randomised, in a study-level column (`randomised`, `n_randomised`,
`sample_size`), or in a column of the extraction sheet, then of the arm; `better`, `unit`, `scale` and `instrument` of the protocol. Kinds with
INSPECT-SR as their source speak of its trustworthiness checks as far as extracted numbers can show them (Wilkinson et al. 2025,
doi 10.1101/2025.09.03.25334905).
"""


def text() -> str:
    """The page."""
    parts = [HEAD]
    for family in FAMILIES:
        if family.kinds:
            parts.append(
                f"\n## {family.title}\n\n| kind | severity | raised | source |\n| --- | --- | --- | --- |\n"
            )
            parts += [
                f"| `{kind.name}` | {kind.severity} | {kind.raised} | {kind.source} |\n"
                for kind in family.kinds
            ]
    return "".join(parts)
