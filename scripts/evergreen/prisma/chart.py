"""The flow chart in words: which boxes and arrows the PRISMA 2020 template of a review has, and what they say.

The templates (Page et al. 2021, BMJ 372:n71) differ by whether there is a previous version of the review and whether there
were other methods than databases and registers; both are read off the counts. The words are the template's own. Boxes
that the template lacks (work in progress, reports awaiting classification, ongoing studies) are of the kind `open` and
are there only when something is in them, since without them the sums would not hold.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evergreen.counting import noun
from evergreen.prisma.counts import decided, name, summed
from evergreen.screening.stages import STAGE_NAMES

# Rows from top to bottom, columns from left to right.
TITLES, IDENTIFICATION, SCREENED, SOUGHT, ASSESSED, INCLUDED, TOTAL = range(7)
PREVIOUS, MAIN, OUT, OTHER, OTHER_OUT = range(5)
SECTIONS = (
    ("Identification", IDENTIFICATION, IDENTIFICATION),
    ("Screening", SCREENED, ASSESSED),
    ("Included", INCLUDED, TOTAL),
)
DATABASES = {"database_results": "Databases", "register_results": "Registers"}
OTHER_METHODS = {
    "website_results": "Websites",
    "organisation_results": "Organisations",
    "citations_results": "Citation searching",
}
ELSEWHERE = "a version made elsewhere"
# By whether the review is an update.
INCLUDED_WORDS = {
    False: ("Studies included in review", "Reports of included studies"),
    True: ("New studies included in review", "Reports of new included studies"),
}


@dataclass(frozen=True)
class Box:
    """One box; `lines` are (indent, text) with `*italic*` and `**bold**`, `keys` the counts it shows.

    `kind`: title, other_title, plain, grey (only where applicable) or open (not in the template).
    """

    keys: tuple[str, ...]
    column: int
    row: int
    lines: tuple[tuple[int, str], ...]
    kind: str = "plain"

    @property
    def name(self) -> str:
        return self.keys[0]

    @property
    def text(self) -> str:
        """What the box says, in one line and without marks."""
        return "; ".join(line.replace("*", "") for _, line in self.lines).replace(":;", ":")


@dataclass(frozen=True)
class Arrow:
    """From box to box; `way`: right, down, branch (right and down), down_right, down_left."""

    start: str
    end: str
    way: str


@dataclass(frozen=True)
class Chart:
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    notes: tuple[str, ...]
    title: str

    @property
    def columns(self) -> list[int]:
        return sorted({box.column for box in self.boxes})

    @property
    def rows(self) -> list[int]:
        return sorted({box.row for box in self.boxes})


def number(n: int) -> str:
    """A count as journals print it: groups of three from five digits on."""
    return f"{n:,}" if n >= 10_000 else str(n)


def said(text: str, n: int) -> str:
    return f"{text} (n = {number(n)})"


def chart(
    counts: Mapping[str, Any],
    *,
    update: bool,
    sources: Mapping[str, Mapping[str, int]],
    labels: Mapping[str, str],
    notes: Sequence[str] = (),
    skipped: Collection[str] = (),
) -> Chart:
    """The chart of one round or of the total.

    `counts`: every key of counts.json, as they are told (`counts.decided`); `skipped`: the stages that nobody screens; `update`: whether there is a previous version; `sources`: numbers per named source and
    box of identification; `labels`: reason key to words; `notes`: sentences below the chart.
    """
    n = counts
    other = any(n[key] for key in OTHER_METHODS) or n["other_sought_reports"] + n["other_pending"] > 0
    new = "**new** " if update else ""
    removed = ("duplicates", "excluded_automatic", "excluded_other")
    boxes = [
        _title("databases", f"Identification of {new}studies via databases and registers", MAIN, "title"),
        Box(tuple(DATABASES), MAIN, IDENTIFICATION, _identified(n, DATABASES, sources)),
        Box(
            removed,
            OUT,
            IDENTIFICATION,
            ((0, "Records removed *before* *screening*:"), *_lines(removed, n, indent=1)),
        ),
        _counts(["records_screened"], n, MAIN, SCREENED, skipped=skipped),
        _counts(["records_excluded"], n, OUT, SCREENED),
        *_retrieval("dbr", n, MAIN, OUT, labels, "plain", skipped),
    ]
    arrows = [
        Arrow("database_results", "duplicates", "right"),
        Arrow("database_results", "records_screened", "down"),
        Arrow("records_screened", "records_excluded", "right"),
        Arrow("records_screened", "dbr_sought_reports", "down"),
        *_retrieval_arrows("dbr"),
        Arrow("dbr_assessed", "new_studies", "down"),
    ]
    if n["records_pending"]:
        boxes.append(_counts(["records_pending"], n, OUT, SCREENED, "open"))
        arrows.append(Arrow("records_screened", "records_pending", "branch"))
    for prefix in ("dbr", "other"):
        for box, after in _unfinished(prefix, n, OUT if prefix == "dbr" else OTHER_OUT):
            boxes.append(box)
            arrows.append(Arrow(after, box.name, "branch"))
    if other:
        heading = f"Identification of {new}studies via other methods"
        used = {key: text for key, text in OTHER_METHODS.items() if n[key]}
        several = {key: named for key, named in sources.items() if len(named) > 1}
        boxes += [
            _title("other_methods", heading, OTHER, "other_title"),
            Box(tuple(OTHER_METHODS), OTHER, IDENTIFICATION, _identified(n, used, several), "grey"),
            *_retrieval("other", n, OTHER, OTHER_OUT, labels, "grey", skipped),
        ]
        arrows += [
            Arrow("website_results", "other_sought_reports", "down"),
            *_retrieval_arrows("other"),
            Arrow("other_assessed", "new_studies", "down_left"),
        ]
    boxes.append(_included(n, update))
    if update:
        boxes += [
            _title("previous", "Previous studies", PREVIOUS, "other_title"),
            _counts(["previous_studies", "previous_reports"], n, PREVIOUS, IDENTIFICATION, "grey"),
            _counts(["total_studies", "total_reports"], n, MAIN, TOTAL, "grey"),
        ]
        arrows += [
            Arrow("previous_studies", "total_studies", "down_right"),
            Arrow("new_studies", "total_studies", "down"),
        ]
    title = f"PRISMA 2020 flow diagram: {'updated' if update else 'new'} review"
    return Chart(tuple(boxes), tuple(arrows), (*notes, *_count_notes(n, update)), title)


def _title(key: str, text: str, column: int, kind: str) -> Box:
    return Box((key,), column, TITLES, ((0, text),), kind)


def _counts(
    keys: Sequence[str],
    n: Mapping[str, Any],
    column: int,
    row: int,
    kind: str = "plain",
    skipped: Collection[str] = (),
) -> Box:
    return Box(tuple(keys), column, row, _lines(keys, n, skipped), kind)


def _lines(
    keys: Sequence[str], n: Mapping[str, Any], skipped: Collection[str] = (), indent: int = 0
) -> tuple[tuple[int, str], ...]:
    """Counts in words, which in the boxes of other methods are those of databases."""
    return tuple((indent, said(name(key.removeprefix("other_"), skipped), n[key])) for key in keys)


def _identified(
    n: Mapping[str, Any], places: Mapping[str, str], sources: Mapping[str, Mapping[str, int]]
) -> tuple[tuple[int, str], ...]:
    lines = [(0, "Records identified from:")]
    for key, text in places.items():
        lines.append((1, said(text, n[key])))
        lines += [(2, said(name, size)) for name, size in sources.get(key, {}).items()]
    return tuple(lines)


def _retrieval(
    prefix: str,
    n: Mapping[str, Any],
    column: int,
    out: int,
    labels: Mapping[str, str],
    kind: str,
    skipped: Collection[str],
) -> list[Box]:
    listed = [
        (1, said(labels.get(reason, reason) or "No reason given", size))
        for reason, size in n[f"{prefix}_excluded"].items()
    ]
    excluded = [(0, "Reports excluded:"), *listed] if listed else [(0, said("Reports excluded", 0))]
    return [
        _counts([f"{prefix}_sought_reports"], n, column, SOUGHT, kind),
        _counts([f"{prefix}_notretrieved_reports"], n, out, SOUGHT, kind),
        _counts([f"{prefix}_assessed"], n, column, ASSESSED, kind, skipped),
        Box((f"{prefix}_excluded",), out, ASSESSED, tuple(excluded), kind),
    ]


def _retrieval_arrows(prefix: str) -> list[Arrow]:
    return [
        Arrow(f"{prefix}_sought_reports", f"{prefix}_notretrieved_reports", "right"),
        Arrow(f"{prefix}_sought_reports", f"{prefix}_assessed", "down"),
        Arrow(f"{prefix}_assessed", f"{prefix}_excluded", "right"),
    ]


def _unfinished(prefix: str, n: Mapping[str, Any], column: int) -> list[tuple[Box, str]]:
    """Boxes for reports that have not been judged for good, with the box they hang on."""
    places = (
        (SOUGHT, "sought_reports", ("pending",)),
        (ASSESSED, "assessed", ("awaiting", "ongoing")),
    )
    found = []
    for row, after, states in places:
        there = [f"{prefix}_{state}" for state in states if n[f"{prefix}_{state}"]]
        if there:
            found.append((_counts(there, n, column, row, "open"), f"{prefix}_{after}"))
    return found


def _included(n: Mapping[str, Any], update: bool) -> Box:
    studies, reports = INCLUDED_WORDS[update]
    lines = ((0, said(studies, n["new_studies"])), (0, said(reports, n["new_reports"])))
    return Box(("new_studies", "new_reports"), MAIN, INCLUDED, lines)


def _count_notes(n: Mapping[str, Any], update: bool) -> list[str]:
    notes = []
    if update and n["extra_reports"]:
        were = "report of a study that was" if n["extra_reports"] == 1 else "reports of studies that were"
        notes.append(
            f"{number(n['extra_reports'])} further {were} already included: counted in the reports of total included studies."
        )
    if n["seen_before"]:
        again = "Found again" if update else "Found again by later searches"
        notes.append(
            f"{again} and not counted again: {number(n['seen_before'])} {noun(n['seen_before'], 'record')} of earlier searches."
        )
    return notes


@dataclass(frozen=True)
class View:
    """The review as one chart shows it: `rounds` are its own, `earlier` those that the previous version rests on, `not_searched` the
    sources that the round has no search of and an earlier one has. `counts` are told as `counts.decided` has them."""

    rounds: tuple[str, ...]
    earlier: tuple[str, ...]
    counts: Mapping[str, Any]
    sources: Mapping[str, Mapping[str, int]]
    given: tuple[str, ...]
    not_searched: tuple[str, ...] = ()

    @property
    def is_update(self) -> bool:
        return bool(self.earlier) or self.counts["previous_studies"] + self.counts["previous_reports"] > 0


def views(document: Mapping[str, Any]) -> dict[str, View]:
    """Views of `counts.json` by file name: `flow-<round>` for each round and `flow-total`.

    A round after the first is an update of the review that the earlier ones make; the total is one review, or one update of a version made
    elsewhere, which knows no earlier rounds, so that all reports of its studies are reports of new ones and none is an extra one.
    """
    rounds = tuple(document["rounds"])
    given = tuple(document["given"])
    # What the authors of a review gave may name its sources otherwise.
    computed = {day: found for day, found in document["sources"].items() if day not in given}
    result = {
        f"flow-{round_}": View(
            (round_,),
            rounds[:position],
            decided(document["rounds"][round_]),
            document["sources"].get(round_, {}),
            (round_,) if round_ in given else (),
            () if round_ in given else _not_searched(computed, round_, document.get("not_searched", {})),
        )
        for position, round_ in enumerate(rounds)
    }
    total = document["total"]
    elsewhere = total["previous_studies"] + total["previous_reports"] > 0
    # Which studies a version made elsewhere had is known to who gave counts, and to nobody else.
    own = sum(
        counts["extra_reports"]
        for day, counts in document["rounds"].items()
        if not (elsewhere and day in given)
    )
    total = {
        **total,
        "new_reports": total["new_reports"] + own,
        "extra_reports": total["extra_reports"] - own,
    }
    return {**result, "flow-total": View(rounds, (), decided(total), summed(document["sources"]), given)}


def _not_searched(
    sources: Mapping[str, Mapping[str, Mapping[str, int]]], day: str, reasons: Mapping[str, Mapping[str, str]]
) -> tuple[str, ...]:
    """Sources that an earlier round searched and this one did not, each with the reason if there is one; `sources` by round and box."""
    why = reasons.get(day, {})
    earlier = [name for other in sources if other < day for box in sources[other].values() for name in box]
    now = {name for box in sources.get(day, {}).values() for name in box}
    names = dict.fromkeys(name for name in [*earlier, *why] if name not in now)
    return tuple(f"{name} ({why[name]})" if name in why else name for name in names)


def charts(document: Mapping[str, Any], labels: Mapping[str, str]) -> dict[str, Chart]:
    """All charts of `counts.json` by file name: `flow-<round>` and `flow-total`."""
    result: dict[str, Chart] = {}
    made_elsewhere = document["total"]["previous_studies"] + document["total"]["previous_reports"] > 0
    for file, view in views(document).items():
        searched = f"{'Search' if len(view.rounds) == 1 else 'Searches'} of {_listed(view.rounds)}"
        before = [*([ELSEWHERE] if made_elsewhere else []), *view.earlier]
        notes = [f"{searched}; previous version: {_listed(before)}." if view.is_update else f"{searched}."]
        if view.not_searched:
            notes.append(f"Not searched in this round: {_listed(view.not_searched)}.")
        if besides := sum(document.get("looked_at", {}).get(day, 0) for day in view.rounds):
            notes.append(
                f"Of the records identified by other methods {number(besides)} were looked at by hand and not taken on: a number as stated,"
                " not computed from records."
            )
        if view.given:
            which = "Counts" if view.given == view.rounds else f"Counts of {_listed(view.given)}"
            notes.append(f"{which} as given by the authors of the review, not computed from records.")
        if document["skipped"]:
            stages = _listed([STAGE_NAMES[stage] for stage in document["skipped"]])
            notes.append(f"Nobody screened by {stages}: the protocol names no reviewers, so all passed.")
        # What the authors of a review gave was screened elsewhere.
        skipped = () if view.given else tuple(document["skipped"])
        result[file] = chart(
            view.counts,
            update=view.is_update,
            sources=view.sources,
            labels=labels,
            notes=notes,
            skipped=skipped,
        )
    return result


def _listed(names: Sequence[str]) -> str:
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
