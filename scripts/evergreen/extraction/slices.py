"""One slice per outcome: all that pooling it reads.

An outcome whose slice comes out as it was is not pooled again, however often the sheets are edited.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from functools import cache
from operator import itemgetter
from typing import TYPE_CHECKING

from evergreen import tables
from evergreen.errors import InputError
from evergreen.extraction.check import files_of
from evergreen.extraction.derive import fill_in
from evergreen.extraction.merge import texts
from evergreen.extraction.row_values import typed
from evergreen.protocol.conversions import Filling
from evergreen.protocol.outcomes import Outcome, own_fillings
from evergreen.sheets import folded, name_key
from evergreen.sheets.columns import NOTICE, apart, as_called
from evergreen.sheets.filing import specificity

if TYPE_CHECKING:
    import pandas as pd

# Where a row stands in its sheet may change without changing a number.
LEFT_BEHIND = ("origin", "extractors")
OVERALL = "overall"
YEAR = "year"
"""The study-level column in whose order studies are added one by one where the protocol names none."""
FIRST_REPORT = ("report_name", "report_year")
"""What a study is called by its first report, and the year of this."""
# What a result says of a study or of all subgroups, beside the study-level columns.
RESULTS_OWN = ("rob_overall", "risk_of_bias", "tests")


class Slices:
    """The tables that all outcomes are cut from: names are folded and rows found by study once, not once an outcome."""

    def __init__(
        self,
        rows: pd.DataFrame,
        *,
        screened: pd.DataFrame | None = None,
        judgements: pd.DataFrame | None = None,
        studies: pd.DataFrame | None = None,
        marked: Mapping[str, str] | None = None,
        places: bool = False,
    ) -> None:
        self._rows = rows.drop(columns=[c for c in LEFT_BEHIND if c in rows and not places])
        self._study = [folded(study) for study in rows["study"]]
        self._at: dict[str, list[int]] = {}
        for position, outcome in enumerate(rows["outcome"]):
            self._at.setdefault(folded(outcome), []).append(position)
        self._screened: list[dict[str, str]] | None = None
        if screened is not None:
            names = ("round", "status", *FIRST_REPORT)
            self._screened = [_by_study(screened, name) for name in names if name in screened]
        self._judged = {} if judgements is None else _filed(judgements)
        self._studies = rows.iloc[:0][["study"]] if studies is None else studies
        self._marked = {folded(study): what for study, what in (marked or {}).items()}
        self._study_column = cache(self._found)

    def of(
        self,
        data: str,
        columns: Sequence[str] = (),
        *,
        filling: Filling | None = None,
        outcome: Outcome | None = None,
    ) -> pd.DataFrame:
        """Rows of the outcome that the sheets call `data`, with everything else that pooling it reads.

        `outcome` says under which comparison judgements of the risk of bias are filed: by its id, or an arm of its control group.

        Added are `round` ("" without screening), `screening` (`included`, `pending`, `excluded`, `missing`: in no list; ""
        without screening), `rob_overall`, `risk_of_bias` (JSON, domain to judgement), where a study of the outcome is `marked` for a notice on a
        report `report_notice` (`retracted`, `concern`, ""), and the study-level `columns` asked
        for, called as `sheets.columns.apart` has it. Raises InputError when one of the columns is in no sheet.
        """
        wanted = folded(data)
        at = self._at.get(wanted, [])
        result = self._rows.iloc[at].copy()
        names = [self._study[position] for position in at]
        if self._screened is None:
            result["round"], result["screening"] = "", ""
            if outcome is not None and outcome.order == "year":
                result["report_year"] = self._years(names)
        else:
            rounds, status, *first_reports = self._screened
            result["round"] = [rounds.get(name, "") for name in names]
            result["screening"] = [status.get(name, "missing") for name in names]
            for column, of_study in zip(FIRST_REPORT, first_reports, strict=False):
                result[column] = [of_study.get(name, "") for name in names]
        result["rob_overall"], result["risk_of_bias"] = self._judgements(names, result, wanted, outcome)
        if any(name in self._marked for name in names):
            result[NOTICE] = [self._marked.get(name, "") for name in names]
        by_year = outcome is not None and not outcome.analysis.cumulative
        if by_year and YEAR in _people_columns(self._studies) and YEAR not in map(name_key, columns):
            columns = [*columns, YEAR]
        for column in columns:
            if (own := self._study_column(column)) is not None:
                result[apart(column)] = [own.get(name, "") for name in names]
        result = result.reset_index(drop=True)
        if filling is None:
            return result
        rows = typed(result)
        fill_in(rows, lambda row: filling)
        return texts(tables.frame_of(rows, list(result.columns)))

    def _years(self, names: Sequence[str]) -> list[str]:
        """The study-level column `year`, where no record says it; "" without one."""
        column = _people_columns(self._studies).get(YEAR)
        if column is None:
            return [""] * len(names)
        of_study = _by_study(self._studies, column)
        return [of_study.get(name, "") for name in names]

    def _judgements(
        self, names: Sequence[str], rows: pd.DataFrame, data: str, outcome: Outcome | None
    ) -> tuple[list[str], list[str]]:
        """Overall judgement and that of each domain, by row: of what is filed for its study, the most specific that holds for it."""
        if not self._judged:
            return [""] * len(names), [""] * len(names)
        elsewhere = set() if outcome is None else of_other_comparisons(names, rows, outcome)
        called, compared = [data], []
        if outcome is not None:
            id_ = folded(outcome.id)
            called += [id_] if id_ not in self._at else []
            compared = [*map(folded, outcome.arms.control), id_]
        times = list(map(folded, rows["timepoint"])) if "timepoint" in rows else [""] * len(names)
        found: dict[tuple[str, str], tuple[str, str]] = {}
        keys = list(zip(names, times, strict=True))
        for study, timepoint in dict.fromkeys(keys):
            filed = {} if study in elsewhere else self._judged.get(study, {})
            judged = _most_specific(filed, called, timepoint, compared)
            found[study, timepoint] = judged.get(OVERALL, ""), _domains(judged)
        cells = [found[key] for key in keys]
        return [overall for overall, _ in cells], [domains for _, domains in cells]

    def _found(self, column: str) -> dict[str, str] | None:
        """A study-level column by study; None where the rows bring it themselves."""
        known = _people_columns(self._studies)
        if name_key(column) in known and name_key(column) in RESULTS_OWN:
            raise InputError(
                f"the study-level column {column!r}, asked for in the protocol, has a name that results keep for themselves",
                file=files_of(tables.rows(self._studies)), row=1, column=column, todo="Rename it in the sheet and in the protocol.",
            )  # fmt: skip
        if column == "rob_overall":
            return None
        if name_key(column) in known:
            return _by_study(self._studies, known[name_key(column)])
        if column in self._rows and apart(column) == column:
            return None  # a column of a person's own in the extraction sheet
        names = [as_called(name) for name in known.values()]
        near = get_close_matches(column, names, n=1)
        hint = f"Did you mean {near[0]}? " if near else ""
        raise InputError(
            f"the study-level column {column!r}, asked for in the protocol, is in no sheet config/extraction/studies-*.csv",
            todo=f"{hint}Columns there: {', '.join(names) or 'none'}.",
        )


def slices_of(cut: Slices, wanted: Sequence[Outcome]) -> dict[str, pd.DataFrame]:
    """The slices of several outcomes by their id, each as `Slices.of` cuts it."""
    own = own_fillings(wanted)
    return {one.id: cut.of(one.data, one.columns, filling=own.get(one.id), outcome=one) for one in wanted}


Filed = dict[str, dict[str, dict[tuple[str, ...], dict[str, str]]]]
"""study -> outcome -> (time point, comparison, effect of interest) -> domain -> judgement; an empty label holds for all."""
EFFECTS = ("", "adhering", "assignment")
"""Where a result is judged for both effects, that of assignment stands beside it."""


def _filed(judgements: pd.DataFrame) -> Filed:
    filed: Filed = {}
    blank = [""] * len(judgements)
    further = (judgements.get(name, blank) for name in ("timepoint", "comparison", "effect"))
    own = (judgements[name] for name in ("study", "outcome", "domain", "judgement"))
    for study, outcome, domain, judgement, *key in zip(*own, *further, strict=True):
        by_key = filed.setdefault(folded(study), {}).setdefault(folded(outcome), {})
        by_key.setdefault(tuple(folded(label) if label else "" for label in key), {})[domain] = judgement
    return filed


def _most_specific(
    filed: Mapping[str, Mapping[tuple[str, ...], Mapping[str, str]]],
    outcomes: Iterable[str],
    timepoint: str,
    comparisons: Sequence[str],
) -> dict[str, str]:
    """Domain to judgement of one result, whose outcome and comparison have several names, the later the more specific."""
    holding = []
    for rank, outcome in enumerate(("", *outcomes)):
        for key, judged in filed.get(outcome, {}).items():
            when, against, effect = key
            if when in ("", timepoint) and effect in EFFECTS and against in ("", *comparisons):
                holding.append((*specificity((outcome, *key)), rank, effect, judged))
    if any(OVERALL in judged for *_, effect, judged in holding if effect != "adhering"):
        holding = [one for one in holding if one[3] != "adhering"]
    found: dict[str, str] = {}
    for *_, judged in sorted(holding, key=itemgetter(0, 1, 2, 3)):
        found |= judged
    return found


def of_other_comparisons(names: Sequence[str], rows: pd.DataFrame, outcome: Outcome) -> set[str]:
    """Studies that have arms of a group, but none of those that the outcome compares: what is judged of them is another comparison;
    `names` are the studies of the `rows` as names are compared."""
    asked = {"intervention": outcome.arms.intervention, "control": outcome.arms.control}
    wanted = {group: set(map(folded, arms)) for group, arms in asked.items() if arms}
    if not wanted or "group" not in rows or "arm" not in rows:
        return set()
    arms: dict[tuple[str, str], set[str]] = {}
    for name, group, arm in zip(names, rows["group"], rows["arm"], strict=True):
        if arm and folded(group) in wanted:
            arms.setdefault((name, folded(group)), set()).add(folded(arm))
    return {name for (name, group), found in arms.items() if not found & wanted[group]}


def _domains(judged: Mapping[str, str]) -> str:
    domains = {domain: judgement for domain, judgement in judged.items() if domain != OVERALL and judgement}
    return json.dumps(domains, ensure_ascii=False) if domains else ""


def _people_columns(studies: pd.DataFrame) -> dict[str, str]:
    """{name as it is compared: name in the table} of the study-level columns that people filled."""
    return {
        name_key(as_called(name)): name
        for name in studies.columns
        if name not in ("study", "status", "in_conflict", *LEFT_BEHIND)
    }


def _by_study(frame: pd.DataFrame, column: str) -> dict[str, str]:
    """A column by study; names are compared as in the extraction sheets, whatever their letter case."""
    return dict(zip(map(folded, frame["study"]), frame[column].fillna(""), strict=True))


def as_csv(frame: pd.DataFrame) -> str:
    """The slice as it is written."""
    return frame.to_csv(index=False, lineterminator="\n")
