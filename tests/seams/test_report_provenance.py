"""The trail of a number ends at the cells that it was computed from, with people, queries, reports and searches."""

import trace

import pandas as pd
import pytest

from evergreen import tables
from evergreen.errors import InputError
from evergreen.extraction.derive import derive
from evergreen.extraction.merge import merge_extraction, texts, without_place
from evergreen.extraction.queries.asking import answers_of, evidence_of, queries_of
from evergreen.extraction.row_values import typed
from evergreen.extraction.slices import Slices
from evergreen.protocol.conversions import Conversions
from evergreen.protocol.outcomes import fillings_of, scales_of
from evergreen.report.provenance.reports import Reports
from evergreen.report.provenance.sheets import Sheets
from evergreen.report.provenance.trails import table
from evergreen.report.provenance.words import COMBINED, DIVIDED, group_sentences, sections, study_lines
from evergreen.report.waiting_data import waiting_places
from evergreen.sheets import read_sheet
from evergreen.synthesis import outcome as synthesis
from evergreen.synthesis.result.study_rows import Converted
from evergreen.synthesis.result.trail_places import page_of, place_of
from tests import results
from tests.protocols import pooling
from tests.rows import each

HEAD = "study,outcome,timepoint,arm,group,n,mean,sd,sd_baseline,sd_final,estimate,estimate_se,estimate_ci_low,estimate_ci_high,estimate_measure,record_id,source,donor,donor_sd\n"
AB = (
    HEAD
    + """A,pain,,drug,intervention,20,1.5,2,,,,,,,,pubmed:1,table 2,,
A,pain,,placebo,control,22,2.5,2.1,,,,,,,,pubmed:1,table 2,,
B,pain,,drug,intervention,30,1,,,,,,,,,pubmed:2,p. 4,,
B,pain,,placebo,control,31,3,,,,,,,,,pubmed:2,p. 4,,
B,pain,,drug vs placebo,contrast,,,,,,-2,,-3,-1,MD,pubmed:2,,,
C,pain,,drug,intervention,40,1,,3,3.5,,,,,,,,,
C,pain,,placebo,control,41,2,2.5,,,,,,,,,,,
D,pain,,drug vs placebo,contrast,,,,,,-1,0.5,,,,pubmed:4,,,
E,pain,,drug,intervention,50,1,,,,,,,,,pubmed:1,table 3,A,
E,pain,,placebo,control,51,2,,,,,,,,,pubmed:1,table 3,Saag 2018,2.7"""
)
CD = AB.replace("placebo,control,22,2.5", "placebo,control,22,2.6")
SETTLED = "study,outcome,timepoint,arm,column,value,adjudicator,note\nA,pain,,placebo,mean,2.5,EF,misread\n"


@pytest.fixture(scope="module")
def traced(tmp_path_factory):
    """(trails, result) of five studies: as printed, from a difference of groups, with a correlation of the protocol, an effect as such, donors."""
    folder = tmp_path_factory.mktemp("sheets")
    for name, text in (("AB", AB), ("CD", CD), ("adjudication", SETTLED)):
        (folder / f"{name}.csv").write_text(text + "\n", encoding="utf-8")
    sheets = {who: read_sheet(folder / f"{who}.csv", "extraction") for who in ("AB", "CD")}
    settled = read_sheet(folder / "adjudication.csv", "adjudication_extraction")
    outcome = pooling(id="pain", measure="SMD", conversions=Conversions.model_validate({"r": {"value": 0.5}}))
    merged = merge_extraction(sheets, settled).rows
    rows = texts(derive(merged, scales_of([outcome]), fillings_of([outcome])))
    result = synthesis.result(Slices(rows).of("pain"), outcome)
    queries = queries_of(evidence_of(merged, pd.DataFrame({"study": []}), [outcome]), answers_of(None))
    clusters = pd.DataFrame(
        [("pubmed:1", "pubmed:1", "pubmed", "2020-01-31", ""), ("embase:7", "pubmed:1", "embase", "2021-01-31", "")],
        columns=["record_id", "work_id", "source", "round", "alias"],
    )  # fmt: skip
    work = {
        "work_id": "pubmed:1", "authors": "Doe, J", "year": 2019, "journal": "Pain", "title": "T", "retracted": False, "pmid": "1",
        "doi": "", "url": "",
    }  # fmt: skip
    records = pd.DataFrame({"record_id": ["embase:7"], "file": ["config/e.ris"], "line": [12]})
    names = {"pubmed": "PubMed", "embase": "Embase"}
    reports = Reports(names, ["pubmed"], clusters, pd.DataFrame([work]), records=records)
    found = table(
        result,
        "Pain",
        typed(Slices(rows).of("pain")),
        Sheets(sheets, texts(merged), settled, queries),
        reports,
    )
    return found.assign(file=[name.rpartition("/")[2] for name in found["file"]]), result


def printed(group, arm, **numbers):
    place = {"label": "A", "group": group, "arm": arm, "timepoint": "", "instrument": "", "population": ""}
    return [{**place, "number": name, "value": str(value)} for name, value in numbers.items()]


def converted(conversion, how):
    return results.part(Converted, group="control", arm="b", conversion=conversion, how=how, source="Handbook", state="derived")  # fmt: skip


@each(
    ("arm", "rows", "made", "said"),
    [
        ({"n": 40, "mean": 12}, [("b", {"n": 40, "mean": 120})], ("unit", "times 0.1"), "n 40, mean 12, times 0.1 (Handbook)"),
        (
            {"n": 40, "effective_n": 20}, [("b", {"n": 40})], ("effective_size", "divided by the design effect, 2"),
            "n 40, effective_n 20, divided by the design effect, 2 (Handbook)",
        ),
        ({"n": 20, "mean": 12}, [("b", {"n": 40, "mean": 12})], ("sd", ""), f"n 20, mean 12, {DIVIDED}"),
        ({"n": 60}, [("b", {"n": 40}), ("c", {"n": 20})], ("sd", ""), f"n 60, {COMBINED}"),
        ({"n": 30}, [("b", {"n": 40}), ("c", {"n": 20})], ("sd", ""), f"n 30, {COMBINED}, {DIVIDED}"),
    ],
)  # fmt: skip
def test_why_numbers_are_not_those_of_the_row_is_said(arm, rows, made, said):
    places = [{"group": "control", "arm": name, "timepoint": ""} for name, _ in rows]
    one = results.study("A", arms={"control": arm}, rows=places, conversions=[converted(*made)])
    trail = [row for name, numbers in rows for row in printed("control", name, **numbers)]
    assert group_sentences(one, trail) == [f"control: {said}"]


CELLS = {
    ("A", "intervention", "sd"): ("reported", {("sd", "AB.csv", 2, "2"), ("sd", "CD.csv", 2, "2")}),
    ("A", "control", "mean"): ("reported", {("mean", "AB.csv", 3, "2.5"), ("mean", "CD.csv", 3, "2.6")}),
    ("B", "control", "sd"): (
        "derived",
        {
            (column, sheet, row, value)
            for sheet in ("AB.csv", "CD.csv")
            for column, row, value in (
                ("estimate_ci_low", 6, "-3"),
                ("estimate_ci_high", 6, "-1"),
                ("n", 4, "30"),
                ("n", 5, "31"),
            )
        },
    ),
    ("C", "intervention", "sd"): (
        "imputed",
        {("r", "config.yaml", 0, "0.5")}
        | {
            (column, sheet, 7, value)
            for sheet in ("AB.csv", "CD.csv")
            for column, value in (("sd_baseline", "3"), ("sd_final", "3.5"))
        },
    ),
    ("E", "intervention", "sd"): (  # of the rows of another study
        "imputed",
        {
            (column, sheet, 2, value)
            for sheet in ("AB.csv", "CD.csv")
            for column, value in (("sd", "2"), ("n", "20"))
        },
    ),
    ("E", "control", "sd"): (
        "imputed",
        {("donor_sd", "AB.csv", 11, "2.7"), ("donor_sd", "CD.csv", 11, "2.7")},
    ),
    ("D", "contrast", "estimate_se"): (
        "reported",
        {("estimate_se", "AB.csv", 9, "0.5"), ("estimate_se", "CD.csv", 9, "0.5")},
    ),
}


@each("number", CELLS)
def test_a_number_ends_at_the_cells_of_its_inputs(traced, number):
    trails, _ = traced
    own = trails[
        (trails["study"] == number[0]) & (trails["group"] == number[1]) & (trails["number"] == number[2])
    ]
    state, cells = CELLS[number]
    assert set(own["state"]) == {state}
    assert set(zip(own["column"], own["file"], own["row"], own["written"], strict=True)) == cells


def test_every_number_behind_an_effect_has_a_trail(traced):
    trails, result = traced
    assert [study.label for study in result.studies] == ["A", "B", "C", "D", "E"]
    for study in result.studies:
        for group, arm in study.arms.items():
            own = trails[(trails["study"] == study.study) & (trails["group"] == group)].drop_duplicates(
                "number"
            )
            assert dict(zip(own["number"], map(float, own["value"]), strict=True)) == {
                name: getattr(arm, name) for name in ("n", "mean", "sd")
            }  # fmt: skip


def test_the_trail_names_who_settled_a_cell_and_what_found_the_report(traced):
    trails, result = traced
    own = tables.rows(trails[trails["study"] == "A"])
    said = "\n".join(study_lines(own, result.studies[0], result))
    for part in (
        "mean settled as 2.5 by EF",
        "adjudication.csv, row 2): misread",
        "Doe 2019, Pain (pubmed:1) https://pubmed.ncbi.nlm.nih.gov/1/",
        "where: table 2",
        "found by PubMed on 2020-01-31 as pubmed:1 (results/search/pubmed/2020-01-31/log.json)",
        "found by Embase on 2021-01-31 as embase:7 (config/e.ris, line 12)",
    ):
        assert part in said


def test_arms_that_stand_together_in_a_report_name_it_once(traced):
    trails, result = traced
    apart = trails.assign(queries=trails["arm"])  # of the arms each has a query of its own
    for rows, shape in ((trails, "list table table list"), (apart, "list table list table list")):
        section = next(one for one in sections(tables.rows(rows), result) if one.title == "A")
        assert " ".join(block.kind for block in section.blocks) == shape


def test_numbers_without_page_table_or_quote_are_counted():
    rows = pd.DataFrame({"n": ["3", "3", "3"], "mean": ["", "2", "1"], "source": ["", "p. 1", " "]})
    assert without_place(rows) == (3, 5)
    assert without_place(rows.drop(columns="source")) == (5, 5)
    (item,) = waiting_places(rows)
    assert (
        item.line()
        == "extractors: 3 of 5 extracted numbers without page, table or quote (config/extraction, source)"
    )
    assert not item.blocks
    assert waiting_places(rows[1:2]) == []


def test_a_page_has_a_place_for_every_row_to_which_figures_lead(traced):
    trails, result = traced
    written = sections(tables.rows(trails), result)
    assert [one.id for one in written] == ["pooled", *(place_of(study.label) for study in result.studies)]
    assert "8 of 26 numbers" in written[0].blocks[-1].text


def test_places_are_apart_and_fit_an_address():
    labels = ["A b", "A-b", "A  b", "Ä", "B2019", "B2019 (60 mg)", "", "<a>"]
    places = [place_of(label) for label in labels]
    assert len(set(places)) == len(labels) - 1 + (places[6] == "")
    assert all(place.isascii() and " " not in place for place in places)
    assert place_of("B2019") == "B2019"
    assert page_of("pain", "B2019") == "provenance/pain.html#B2019"


@pytest.fixture
def written(traced, tmp_path):
    trails, result = traced
    other = trails.assign(outcome="other", name="Other", written="of another outcome")
    tables.write_parts(iter([other, trails]), tmp_path / "results/provenance.parquet")
    tables.write_json(result.written(), tmp_path / "results/synthesis/pain.json")
    return tmp_path


def test_the_command_prints_the_trail(written, capsys):
    trace.main(["PAIN", "b", "--review", str(written)])
    said = capsys.readouterr().out
    assert "sd" in said
    assert "AB.csv, row 6: estimate_ci_low of drug vs placebo = -3 (AB)" in said
    assert "another" not in said
    trace.main(["pain", "--review", str(written)])
    said = capsys.readouterr().out
    assert said.splitlines()[0] == "pain: Pain"
    assert all(f"  {study}: Standardised mean difference" in said for study in "ABCD")


@each(
    ("words", "sentence"),
    [(["pian"], "'pian' is no outcome. Did you mean pain"), (["pain", "zzz"], "There are: A, B, C, D")],
)
def test_an_unknown_name_is_one_sentence(written, words, sentence):
    with pytest.raises(InputError, match=sentence):
        trace.main([*words, "--review", str(written)])
