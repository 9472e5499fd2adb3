"""The picture of the stages says what waits for whom, at the stage where it waits."""

import ast
import inspect

import pytest

from evergreen.figures import stage_table, stages
from evergreen.figures.style import style
from evergreen.report import alerts, status, waiting_data, waiting_records
from tests.figures.figures_of_bcg import overlapping, words

EVERYTHING = [stage.part for stage in stage_table.STAGES]
PEOPLE = {"title_abstract": ["AB", "CD"], "full_text": ["AB", "CD"], "extract": ["AB"], "bias": ["CD"]}


def item(who: str, what: str, where: str, *, blocks: bool = True) -> dict:
    return status.as_records([status.Waiting(who, what, where, 1, blocks)])[0]


@pytest.mark.parametrize(
    ("where", "part"),
    [
        ("open results/screening/title_abstract/CD.html, save as config/screening/title_abstract/CD.csv", "title_abstract"),
        ("config/screening/full_text/", "full_text"), ("config/studies.csv", "full_text"),
        ("config/config.yaml, screening.<stage>.reviewers", "title_abstract"), ("config/deduplication.csv", "deduplicate"),
        ("results/records/import-report.csv", "search"), ("config/config.yaml, sources.embase.files", "search"),
        ("config/config.yaml, entrez", "search"), ("evergreen freeze-search", "search"),
        ("results/search/search-log.html", "search"), ("config/config.yaml, outcomes", "extract"),
        ("results/extraction/queries.csv", "extract"), ("config/queries.csv", "extract"), ("config/extraction, source", "extract"),
        ("lists in results/extraction/worklists", "extract"), ("config/risk_of_bias/adjudication.csv", "bias"),
        ("config/certainty", "pool"),
    ],
)  # fmt: skip
def test_what_waits_is_shown_at_its_stage(where: str, part: str) -> None:
    assert stage_table.stage_of(where) == part


def test_every_place_that_the_status_names_belongs_to_a_stage() -> None:
    """Whatever text stands as a place in the status: none falls to the report for want of a stage."""
    places = []
    for module in (status, waiting_records, waiting_data, alerts):
        for call in ast.walk(ast.parse(inspect.getsource(module))):
            if isinstance(call, ast.Call) and "Waiting" in ast.unparse(call.func) and len(call.args) > 2:
                places.append(ast.unparse(call.args[2]))
    known = [place for place in places if "/" in place or "config" in place]
    assert len(known) >= 9
    assert [place for place in known if stage_table.stage_of(place.replace("{stage}", "full_text").replace("{folder}", "config/screening/full_text").replace("{lists}", "results/extraction/")) == "report"] == []  # fmt: skip


def test_one_person_alone_has_nobody_to_disagree_with() -> None:
    people = stage_table.told(EVERYTHING, {**PEOPLE, "full_text": ["AB", "CD", "EF"]}, []).set_index("stage")[
        "people"
    ]
    assert people["Title and abstract"] == "AB and CD screen; an adjudicator settles conflicts"
    assert people["Full text"].startswith(
        "AB, CD and EF screen and say which reports are of one study; an adjudicator"
    )
    assert (people["Extraction"], people["Risk of bias"]) == ("AB extracts, answers queries", "CD judges")


def test_the_picture_tells_done_from_waiting_and_holds_long_words() -> None:
    waiting = [
        item("CD", "14 records to screen at title and abstract", "config/screening/title_abstract/CD.csv"),
        item("anyone", "3 pairs of possible duplicates to judge", "config/deduplication.csv", blocks=False),
        item("Maximiliane Theresa Oberhuber von und zu Hohenstein", "6 studies to do (extraction): A, B, C", "config/extraction/x.csv"),
    ]  # fmt: skip
    table = stage_table.told(EVERYTHING, PEOPLE, waiting).set_index("stage")
    assert table["state"].to_dict() == {
        "Search": "done", "Duplicates": "done", "Title and abstract": "waiting", "Full text": "done", "Extraction": "waiting",
        "Risk of bias": "done", "Synthesis": "done", "Report": "",
    }  # fmt: skip
    assert (
        table.loc["Title and abstract", "waiting"]
        == "Waiting for CD: 14 records to screen at title and abstract"
    )
    with style():
        drawn = stages.draw_stages("Denosumab for " + 8 * "rheumatoid arthritis ", table.reset_index())
        assert overlapping(drawn) == []
    said = " ".join(words(drawn))
    assert "Waiting for CD: 14 records to screen at title and abstract" in said
    assert "Open for anyone: 3 pairs of possible duplicates to judge" in said
    assert "A, B, C" not in said
    assert (drawn.figure.get_size_inches() * 25.4 <= (178, 240)).all()
    short = stage_table.told(["pool", "report"], {}, [])
    assert short["stage"].tolist() == ["Synthesis", "Report"]
