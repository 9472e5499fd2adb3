"""The flow chart as one self-contained page: choose a box and see the records, reports or studies in it."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from evergreen.prisma.chart import Chart, number, views
from evergreen.prisma.counts import AWAITED, name
from evergreen.prisma.lists import citation
from evergreen.screening.study_labels import StudyLabels

TEMPLATE = Path(__file__).parent / "flow.html.j2"


def page(
    title: str,
    charts: Mapping[str, Chart],
    drawings: Mapping[str, str],
    document: Mapping[str, Any],
    members: pd.DataFrame,
    works: pd.DataFrame,
    clusters: pd.DataFrame,
    studies: pd.DataFrame,
    labels: Mapping[str, str],
) -> str:
    """HTML of the page; needs neither network nor other files.

    `charts` and `drawings` (SVG text) by file name, `document` the content of counts.json, the tables as in `prisma.members`.
    """
    shown = [
        {
            "name": name,
            "label": "All rounds" if name == "flow-total" else f"Search of {view.rounds[0]}",
            "svg": _inline(drawings[name]),
            "rounds": view.rounds,
            "earlier": view.earlier,
            "update": view.is_update,
            "given": view.given == view.rounds,
            "boxes": {
                box.name: [
                    [key, _heading(key, view.counts, () if view.given else document["skipped"])]
                    for key in box.keys
                    if key in view.counts
                ]
                for box in charts[name].boxes
            },
        }
        for name, view in views(document).items()
    ]
    # The latest first: it is the chart of the review as it stands. All rounds together come last.
    shown.sort(key=lambda one: (one["name"] != "flow-total", one["name"]), reverse=True)
    label = StudyLabels.listed(studies)
    data = {
        "charts": [{key: value for key, value in one.items() if key != "svg"} for one in shown],
        "members": _grouped(_decided(members)),
        "works": {
            work["work_id"]: [citation(work), work["pmid"], work["doi"]] for work in works.to_dict("records")
        },
        "work_of": {
            record: work
            for record, work in zip(clusters["record_id"], clusters["work_id"], strict=True)
            if record != work
        },
        "reports": {
            study: reports.split("; ")
            for study, reports in zip(studies["study"], studies["work_ids"], strict=True)
        },
        "called": {study: label(study) for study in studies["study"]},
        "labels": dict(labels),
    }
    environment = Environment(
        loader=FileSystemLoader(TEMPLATE.parent), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    # A title with "</script>" must not end the element; JSON may write any character as its number.
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    return environment.get_template(TEMPLATE.name).render(title=title, charts=shown, data=text) + "\n"


def _decided(members: pd.DataFrame) -> pd.DataFrame:
    """The members without what awaits a decision among those that went through a box, as `counts.decided` counts them."""
    waiting = {box: set(members["id"][members["box"].eq(open_)]) for box, open_ in AWAITED.items()}
    there = [id_ not in waiting.get(box, ()) for box, id_ in zip(members["box"], members["id"], strict=True)]
    return members[pd.Series(there, index=members.index, dtype=bool)]


def _heading(key: str, counts: Mapping[str, Any], skipped: Collection[str]) -> str:
    n = counts[key]
    return f"{name(key, skipped)} (n = {number(sum(n.values()) if isinstance(n, Mapping) else n)})"


def _grouped(members: pd.DataFrame) -> dict[str, dict[str, list[list[str]]]]:
    groups: dict[str, dict[str, list[list[str]]]] = {}
    for round_, box, id_, reason in members[["round", "box", "id", "reason"]].itertuples(index=False):
        groups.setdefault(round_, {}).setdefault(box, []).append([id_, reason])
    return groups


def _inline(svg: str) -> str:
    """An SVG file as a part of the page: links within the page, no file header."""
    body = svg[svg.index("<svg") :].replace('"flow.html#', '"#')
    return re.sub(r"\s*<metadata>.*?</metadata>", "", body, flags=re.DOTALL)
