"""Sections of the report that only put together what others wrote: characteristics of studies, comparisons, places and numbers."""

import pandas as pd

from evergreen import tables
from evergreen.bias.tools import TOOLS
from evergreen.figures import scales, wording
from evergreen.protocol.analysis import Analysis
from evergreen.protocol.loading import complete
from evergreen.protocol.outcomes import Outcome
from evergreen.protocol.review import Question
from evergreen.report import characteristics, results, risk, settings
from evergreen.report.blocks import Figure, Gallery, Section, Table, Text, numbered, placed
from evergreen.report.further import further_blocks
from evergreen.report.inputs import Inputs
from evergreen.report.outcome_names import OutcomeNames
from evergreen.report.page import contents
from evergreen.synthesis.result.analyses import Sensitivity
from tests.protocols import pooling
from tests.results import left_out, model, part, result, study
from tests.rows import each

OWN = {
    "extractors": "AB",
    "status": "agreed",
    "in_conflict": "",
    "origin": "config/extraction/studies-AB.csv:2",
}
ROWS = pd.DataFrame(
    [
        {"study": "DRIVE", "funded_by": "NIH", "first_report": "2016", "study-level: status": "final", "empty": "", **OWN},
        {"study": "Cohen", "funded_by": "", "first_report": "2008", "study-level: status": "", "empty": "", **OWN},
    ]
)  # fmt: skip


@each(
    ("rows", "included", "names", "said"),
    [
        (ROWS, ["cohen", "DRIVE", "New"], ["cohen", "DRIVE"],
         ["The extraction sheets have no column named for conflicts of interest of the studies.", "No study-level data have been extracted for New."]),
        (ROWS.assign(competing_interests="none"), None, ["DRIVE", "Cohen"], []),
        (ROWS[["study", *OWN]], None, [],
         ["The extraction sheets have no column named for funding or conflicts of interest of the studies."]),
    ],
)  # fmt: skip
def test_characteristics_are_all_columns_of_the_included_studies(rows, included, names, said):
    blocks = characteristics.section(rows, included).blocks
    assert [block.text for block in blocks if isinstance(block, Text)] == said
    tables = [block for block in blocks if isinstance(block, Table)]
    assert [row[0] for table in tables for row in table.rows] == names
    for table in tables:
        heads = [head.name for head in table.columns]
        assert heads[:4] == ["Study", "Funded by", "First report", "Status"]
        assert (heads[-1], {row[-1] for row in table.rows}) == ("Rows in the sheets", {"studies-AB.csv:2"})


def outcome(name: str, **arms: list[str]) -> Outcome:
    return Outcome.model_validate({"id": name, "measure": "RR", "arms": arms})


@each(
    ("asked", "expected"),
    [
        (Question.model_validate({"intervention": "A drug", "comparator": "nothing"}),
         {"A drug versus nothing": ["a", "d"], "low or high versus placebo": ["b"], "low versus nothing": ["c"]}),
        (Question.model_validate({}), {"": ["a", "c", "d"], "low or high versus placebo": ["b"]}),
    ],
)  # fmt: skip
def test_outcomes_are_grouped_by_what_they_compare(asked, expected):
    outcomes = [outcome("a"), outcome("b", intervention=["low", "high"], control=["placebo"]), outcome("c", intervention=["low"]), outcome("d")]  # fmt: skip
    found = results.comparisons(outcomes, asked)
    assert {name: [one.id for one in own] for name, own in found.items()} == expected


@each(
    ("tau2", "shown"),
    [
        (0.0, "0.00"), (0.31, "0.31"), (0.00123, "0.0012"), (1.076e-10, "1.1×10⁻¹⁰"), (19.466, "19.47"), (356833676222.172, "3.6×10¹¹"), (356833.7, "356834"),
        (None, ""),
    ],
)  # fmt: skip
def test_tau2_has_the_digits_of_the_figure_everywhere(tau2, shown):
    pooled = model(estimate=0.5, ci_low=0.0, ci_high=1.0, k=3, tau2=tau2, Q=1.0, Q_df=2, Q_p=0.5)
    found = result(model=pooled, sensitivity={"x": part(Sensitivity, changes={"test": "z"}, measure="MD", k=3, model=pooled)})  # fmt: skip
    assert results.summary([Outcome(id="x", measure="MD")], {"x": found}).rows[0][-1] == shown
    (table,) = (block for block in further_blocks(found, scales.of_result(found)) if isinstance(block, Table))
    assert table.rows[0][-1] == shown
    said = wording.heterogeneity(pooled).replace("\N{NO-BREAK SPACE}", " ")
    assert (f"Tau² = {shown};" in said) == (tau2 is not None)


def test_of_an_outcome_without_an_estimate_all_studies_that_report_it_are_counted():
    beside = left_out("c", reason="no SD"), left_out("d", kind="other_time")
    found = result(studies=(study("a"), study("b")), left_out=beside)
    (row,) = results.summary([Outcome(id="x", measure="MD")], {"x": found}).rows
    assert row[3] == "not pooled (3 studies report it)"


def test_studies_without_an_effect_are_listed_by_what_they_are_called():
    called = {"db:1": "Zhang 2011", "db:2": "Évrard 2010", "db:3": "Smith 2009"}
    silent = [left_out(name, label=label, reason="no SD") for name, label in called.items()]
    table = results.unpooled(Outcome(id="x", measure="MD"), result(studies=(study("a"),), left_out=silent))
    assert [getattr(row[0], "text", "") for row in table.rows] == ["Évrard 2010", "Smith 2009", "Zhang 2011"]


def test_sensitivity_analyses_are_a_table_each_on_its_own_scale():
    main = model(estimate=-0.5, ci_low=-1.0, ci_high=0.0, k=3)
    asked = {
        "tau2 = DL": part(Sensitivity, changes={"tau2": "DL"}, measure="RR", k=3, model=main),
        "as RD": part(Sensitivity, changes={"measure": "RD"}, measure="RD", k=3, model=model(estimate=-0.0123, ci_low=-0.05, ci_high=0.02, k=3, tau2=0.1)),
        "without derived": part(Sensitivity, changes={"without": "derived"}, measure="RR", k=0, not_done="no study is left"),
    }  # fmt: skip
    found = result(measure="RR", scale="log", model=main, sensitivity=asked)
    (table,) = (block for block in further_blocks(found, scales.of_result(found)) if isinstance(block, Table) and "ensitivity" in block.caption)  # fmt: skip
    assert [[*map(str, row)] for row in table.rows] == [
        ["DerSimonian-Laird", "3", "RR 0.61 (0.37\N{NO-BREAK SPACE}to\N{NO-BREAK SPACE}1.00)", ""],
        ["Risk difference", "3", "RD −0.012 (−0.050\N{NO-BREAK SPACE}to\N{NO-BREAK SPACE}0.020)", "0.10"],
        ["Without derived values", "", "not done: no study is left", ""],
    ]


def test_tables_and_figures_have_numbers_and_places_of_their_own(tmp_path):
    figure = Figure("forest", tmp_path / "forest", "", "Forest plot")
    sections = [
        Section("one", "One", [Table("Counts", [], []), figure], part="The evidence"),
        Section("two", "Two", [Table("Counts", [], []), Table("Counts", [], []), Gallery("More", [figure])]),
        Section("three", "Three", [], part="How"),
    ]
    first, second, _ = numbered(placed(sections))
    assert [block.label for block in first.blocks] == ["Table 1. Counts", "Figure 1. Forest plot"]
    assert [block.id for block in second.blocks[:2]] == ["two-Counts", "two-Counts-2"]
    assert [block.label for block in second.blocks[:2]] == ["Table 2. Counts", "Table 3. Counts"]
    assert second.blocks[2].figures[0].label == "Figure 2. Forest plot"
    listed = [
        (part, [section.id for section in own])
        for part, own in contents([Section("zero", "Zero"), *sections])
    ]
    assert listed == [("", ["zero"]), ("The evidence", ["one", "two"]), ("How", ["three"])]


PAIN = pooling(id="pain", name="Pain at 12 weeks", timepoint=("12 weeks",))


@each(
    ("at", "name"),
    [
        (("A", "Pain", ""), "Pain at 12 weeks; Pain against heat"),
        (("A", "pain", "12 weeks"), "Pain at 12 weeks; Pain against heat"),
        (("A", "pain", "6 weeks"), "Pain against heat"),
        (("B", "pain", ""), "Pain at 12 weeks"),
        (("Elsewhere", "pain", ""), "pain"),
        (("A", "heat", ""), "Pain against heat"),
        (("A", "pain", "", "heat"), "Pain against heat"),
        (("A", "other_thing", ""), "other thing"),
    ],
)
def test_an_outcome_of_a_sheet_is_called_as_the_outcomes_that_read_its_study(at, name):
    heat = pooling(id="heat", name="Pain against heat", data="pain")
    results = {
        "pain": result(studies=[study("A"), study("B")], left_out=[left_out("Elsewhere", kind="other_time")]),
        "heat": result(studies=[study("A")], left_out=[left_out("Elsewhere", kind="other_arms")]),
    }
    assert OutcomeNames([PAIN, heat], results)(*at) == name


def test_figures_of_risk_of_bias_are_shown_with_their_pages_and_what_is_not_legible(tmp_path):
    entry = {"name": "summary", "stem": "summary", "further_pages": ["further/summary-2"], "description": "Judgements for 90 studies in 2 domains.", "drawn": True, "boxes": "No font has 中"}  # fmt: skip
    tables.write_json([entry, {**entry, "name": "graph", "drawn": False}], tmp_path / "figures.json")
    judged = pd.DataFrame(columns=["study", "domain", "judgement", "support", "source"])
    (figure,) = (
        one
        for one in risk.section(judged, TOOLS["rob1"], tmp_path, "Said.").blocks
        if isinstance(one, Figure)
    )
    assert figure.label == "Risk-of-bias summary: judgements for each study"
    of_results = pd.DataFrame(
        [["A", "pain", "D1", "low", "", ""]],
        columns=["study", "outcome", "domain", "judgement", "support", "source"],
    )
    labels = [
        one.label
        for one in risk.section(of_results, TOOLS["rob2"], tmp_path, "Said.").blocks
        if isinstance(one, Figure)
    ]
    assert labels == ["Risk-of-bias summary: judgements for each result"]
    names = OutcomeNames([PAIN], {PAIN.id: result(studies=[study("A")])})
    called = risk.section(of_results, TOOLS["rob2"], tmp_path, "Said.", outcomes=names)
    assert [row[1] for one in called.blocks if isinstance(one, Table) for row in one.rows] == [
        "Pain at 12 weeks"
    ]
    assert (figure.alt, figure.caution) == (
        "Risk-of-bias summary. Judgements for 90 studies in 2 domains.",
        "No font has 中",
    )
    assert (figure.stem, list(figure.further)) == (tmp_path / "summary", [tmp_path / "further/summary-2"])


@each(
    ("asked", "said", "unsaid"),
    [
        ({"measure": "RR"},
         ["Effect measure: risk ratio", "Test and interval: Hartung-Knapp or Wald", "Added to empty cells: 0.5", "Seed of what is drawn at random: 0"],
         ["Variance of standardised differences", "Kind of mixed model", "Added in Mantel-Haenszel", "Permutations"]),
        ({"measure": "SMD", "subgroups": ["dose"], "moderators": ["age"], "analysis": {"tau2": "DL", "both": True, "subgroup_tau2": "common", "gosh": 0}},
         ["Between-study variance: DerSimonian-Laird", "Variance of standardised differences: large-sample", "Pooled effect of the other model: given beside it",
          "Between-study variance of subgroups: one for all", "Permutations of a meta-regression: 1,000", "Seed of what is drawn at random: 0"],
         ["Added to empty cells", "Subsets that are pooled"]),
        ({"measure": "OR", "analysis": {"model": "glmm", "prediction": False}}, ["Kind of mixed model: with fixed study effects", "Prediction interval: none"],
         ["Between-study variance", "Test and interval", "Its degrees of freedom", "Outliers"]),
        ({"measure": "OR", "analysis": {"model": "peto"}}, ["Model: Peto"], ["Added to empty cells", "Prediction interval", "I²"]),
        ({"measure": "RD", "analysis": {"model": "mh", "to": "none"}}, ["It is added in: no study", "Added in Mantel-Haenszel: 0"], ["Added to empty cells"]),
        ({"measure": "OR", "moderators": ["age"], "analysis": {"model": "mh", "tau2": "DL"}}, ["Between-study variance: DerSimonian-Laird"], ["Prediction interval", "I²"]),
        ({"measure": "RR", "analysis": {"model": "common", "both": True}},
         ["Between-study variance: restricted maximum likelihood", "Prediction interval: computed", "I²: from tau²"], ["Kind of mixed model"]),
        ({"measure": "PFT"}, ["I²: from tau²"], ["Added to empty cells", "It is added in"]),
        ({"measure": "MD", "analysis": {"model": "multilevel", "rho": 0.5, "predtype": "riley"}},
         ["Correlation of their sampling errors: 0.5", "Its degrees of freedom (k studies): k − 2"], ["Subsets that are pooled", "I²"]),
    ],
)  # fmt: skip
def test_settings_are_said_in_words_where_they_decide_something(asked, said, unsaid):
    (one,) = complete({"review": {"title": "T"}, "outcomes": [{"id": "x", **asked}]}).outcomes
    lines = settings.said(one, permuted=bool(one.moderators)).splitlines()
    assert [line for line in said if line not in lines] == []
    assert [line for line in lines if line.startswith(tuple(unsaid))] == []


def test_every_setting_of_an_analysis_has_words():
    assert {*Analysis.model_fields} - {*settings.SETTINGS} == {"sensitivity"}


def test_studies_stand_in_the_order_of_what_they_are_called(tmp_path):
    called = {"db:1": "Zhang 2011", "db:2": "Évrard 2010", "db:3": "Smith 2013", "db:4": "Smith 2009"}
    rows = [{"study": study, "status": "included", "report_name": name} for study, name in called.items()]
    tables.write_table(pd.DataFrame(rows), tmp_path / "studies.csv")
    tables.write_table(pd.DataFrame({"study": [*called], "dose": "1"}), tmp_path / "characteristics.csv")
    inputs = Inputs({name: str(tmp_path / f"{name}.csv") for name in ("studies", "characteristics")})
    assert inputs.included == ["db:2", "db:4", "db:3", "db:1"]
    assert inputs.table("characteristics")["study"].tolist() == inputs.included
