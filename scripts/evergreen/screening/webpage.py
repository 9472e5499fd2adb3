"""The screening page: one self-contained file that works by double-click and offline."""

from __future__ import annotations

import html
import json
import re
import zlib
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import pandas as pd

from evergreen.screening.stages import DECISIONS, FULL_TEXT, TITLE_ABSTRACT
from evergreen.screening.votes import ADJUDICATION
from evergreen.sheets import columns_of
from evergreen.sheets.labels import Choices

PARTS = Path(__file__).with_name("page")
FRAME, STYLE, CSV, DESK = (PARTS / name for name in ("frame.html", "style.css", "csv.js", "desk.js"))
"""What other pages that people fill in have in common with this one."""
UNPACK = PARTS / "unpack.js"
STAGE_LABELS = {TITLE_ABSTRACT: "Title and abstract", FULL_TEXT: "Full text"}
DECISION = next(column.choices for column in columns_of("screening") if column.name == "decision")
# Keys of the keyboard.
LETTERS = {
    "include": "i",
    "exclude": "e",
    "unsure": "u",
    "not_retrieved": "r",
    "awaiting": "w",
    "ongoing": "o",
}
SHEET = ["record_id", "decision", "reason", "note", "decided_on"]
SHOWN = (
    "title",
    "authors",
    "year",
    "journal",
    "abstract",
    "doi",
    "pmid",
    "url",
    "round",
    "pilot",
    "votes",
    "again",
)
MOST_PLAIN = 10_000
"""Records that a page holds as they are; of more it holds packed blocks, which any browser of 2023 and later opens."""
IN_A_BLOCK = 1_000
LEVEL = 4  # of compression: a quarter of the time of the usual 6, a tenth more bytes
# Words of a protocol that mark nothing in particular.
COMMON = frozenset(
    [
        "adult",
        "adults",
        "after",
        "all",
        "and",
        "any",
        "are",
        "children",
        "controlled",
        "dose",
        "from",
        "more",
        "not",
        "none",
        "other",
        "patient",
        "patients",
        "people",
        "placebo",
        "score",
        "scores",
        "study",
        "studies",
        "than",
        "that",
        "the",
        "their",
        "this",
        "trial",
        "trials",
        "usual",
        "with",
        "without",
        "women",
    ]
)


def highlight_terms(question: Mapping[str, Any], extra: Sequence[str] = ()) -> dict[str, list[str]]:
    """Words of the protocol to mark, by the part of the question they come from; longer words first, each once."""
    seen: set[str] = set()
    terms: dict[str, list[str]] = {}
    parts = [("other", list(extra))] + [
        (part, question[part]) for part in ("intervention", "comparator", "population", "outcomes")
    ]
    for part, text in parts:
        texts = [text] if isinstance(text, str) else list(text or [])
        words = [
            word.casefold()
            for one in texts
            for word in ([one] if part == "other" else re.findall(r"[^\W\d_][\w-]{3,}", one))
        ]
        new = {
            word for word in words if word and word not in seen and (part == "other" or word not in COMMON)
        }
        seen |= new
        terms[part] = sorted(new, key=lambda word: (-len(word), word))
    return terms


def packed(rows: pd.DataFrame) -> list[str]:
    """The records of a list of more than `MOST_PLAIN` works as the page holds them, packed; [] where they stand plainly."""
    if len(rows) <= MOST_PLAIN:
        return []
    blocks = (_records(rows.iloc[start : start + IN_A_BLOCK]) for start in range(0, len(rows), IN_A_BLOCK))
    return [b64encode(zlib.compress(_json(block).encode(), LEVEL)).decode() for block in blocks]


def _records(rows: pd.DataFrame) -> list[dict[str, Any]]:
    shown = [name for name in SHOWN if name in rows]
    return [
        {"id": record, **dict(zip(shown, texts, strict=True))}
        for record, texts in zip(rows["record_id"], rows[shown].itertuples(index=False), strict=True)
    ]


def screening_page(rows: pd.DataFrame, **how: Any) -> str:
    """The page of `page_in_pieces` as one text."""
    return "".join(page_in_pieces(rows, packed(rows), **how))


def page_in_pieces(
    rows: pd.DataFrame,
    blocks: Sequence[str],
    *,
    stage: str,
    reviewer: str,
    title: str,
    reasons: Mapping[str, str] | Mapping[str, Sequence[str]],
    terms: Mapping[str, Sequence[str]],
    eligibility: Mapping[str, Sequence[str]] | None = None,
    earlier: pd.DataFrame | None = None,
) -> Iterator[str]:
    """The page of one reviewer (or of `adjudication`) as HTML.

    `rows`: the work list; `blocks`: what `packed` gave for it; `reasons`: key to label (or to all that a sheet may say, the label first), in order; `terms`: words to mark, by kind; `eligibility`: what to
    `include` and to `exclude`; `earlier`: the reviewer's own
    sheet as `read_sheet` gives it, so that what the page saves replaces that sheet without losing a row.
    """
    own = pd.DataFrame(columns=SHEET) if earlier is None else earlier
    own = own.drop(columns=[*SHOWN, "check", "_file", "_row"], errors="ignore")
    known = Choices(reasons)
    own["reason"] = [known.read(reason) or reason for reason in own["reason"]]
    columns = [*SHEET, *(["adjudicator"] if reviewer == ADJUDICATION else [])]
    columns += [name for name in own.columns if name not in columns]
    data = {
        "title": title,
        "key": sha256(f"{title}\n{stage}\n{reviewer}".encode()).hexdigest()[:12],
        "stage_label": STAGE_LABELS[stage],
        "reviewer": reviewer,
        "adjudication": reviewer == ADJUDICATION,
        "file": f"{reviewer}.csv",
        "destination": f"config/screening/{stage}/{reviewer}.csv",
        "decisions": [
            {"id": name, "label": DECISION.labels[name][0], "key": LETTERS[name]}
            for name in sorted(DECISIONS[stage], key=list(LETTERS).index)
        ],
        "reasons": [(key, names[0]) for key, names in known.labels.items()],
        "eligibility": dict(eligibility or {}),
        "reason_required": stage == FULL_TEXT,
        # An unsure vote at full text has yet to be made up.
        "open": ["", "unsure"] if stage == FULL_TEXT else [""],
        "terms": {kind: list(words) for kind, words in terms.items()},
        "columns": columns,
        "earlier": own.astype(str).to_dict("records"),
        **({} if blocks else {"records": _records(rows)}),
    }
    yield from _pieces(
        PARTS / "template.html",
        title=f"{title}: {STAGE_LABELS[stage]}, {reviewer}",
        styles=[STYLE],
        programs=[
            DESK,
            *(PARTS / name for name in ("memory.js", "program.js", "keeping.js", "csv.js", "sheet.js")),
        ],
        data=data,
        blocks=blocks,
    )


def self_contained(
    body: Path, *, title: str, styles: Sequence[Path], programs: Sequence[Path], data: Mapping[str, Any]
) -> str:
    """A page as one file: the frame of all pages, what it shows, its styles, its programs and the data that these read."""
    return "".join(_pieces(body, title=title, styles=styles, programs=programs, data=data))


def _pieces(
    body: Path,
    *,
    title: str,
    styles: Sequence[Path],
    programs: Sequence[Path],
    data: Mapping[str, Any],
    blocks: Sequence[str] = (),
) -> Iterator[str]:
    """The page of `self_contained`, with `blocks` of packed data, each on a line; its programs begin when these are unpacked."""
    program = "".join(path.read_text(encoding="utf-8") for path in programs)
    if blocks:
        program = f"{UNPACK.read_text(encoding='utf-8')}unpack((unpacked) => {{\n{program}}});\n"
    parts = {
        "body": body.read_text(encoding="utf-8"),
        "title": html.escape(title),
        "style": "".join(path.read_text(encoding="utf-8") for path in styles),
        "program": program,
        # `<` must not end the script element that holds the data.
        "data": _json(data).replace("<", "\\u003c").replace("\u2028", "\\u2028"),
    }
    for piece in re.split(r"\{\{(?=packed)", FRAME.read_text(encoding="utf-8")):
        if piece.startswith("packed}}"):
            yield from _lines(blocks)
        yield re.sub(r"\{\{(\w+)\}\}", lambda match: parts[match[1]], piece.removeprefix("packed}}"))


def _lines(blocks: Sequence[str]) -> Iterator[str]:
    if blocks:
        yield '<script type="text/plain" id="packed">\n'
        yield from (f"{block}\n" for block in blocks)
        yield "</script>\n"


def _json(data: Any) -> str:
    return json.dumps(data, ensure_ascii=False)
