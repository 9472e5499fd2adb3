"""RevMan Web's tables: what is exported and brought back pools to the same numbers and has the same judgements."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import import_revman
import write_exports
from evergreen import tables
from evergreen.bias.judgements import judge
from evergreen.bias.tools import tool_of
from evergreen.errors import InputError
from evergreen.extraction.check import check
from evergreen.extraction.derive import derive
from evergreen.extraction.merge import merge_extraction, merge_studies, texts
from evergreen.extraction.row_values import typed
from evergreen.extraction.slices import Slices, slices_of
from evergreen.metaanalysis.conversion_rules import RULES
from evergreen.protocol.loading import load
from evergreen.protocol.outcomes import fillings_of, scales_of
from evergreen.protocol.params import write_exports as params_of
from evergreen.protocol.whole import Protocol
from evergreen.report.exchange import revman, revman_sheets
from evergreen.sheets import read_sheet
from evergreen.synthesis import outcome as synthesis
from evergreen.synthesis.result import Result
from tests.protocols import pooling

REVIEWS = {"bundled": Path("config"), "taar1": Path("tests/reviews/taar1/config")}
CONVERSIONS = {name for rule in RULES for name in rule.outside}
NUMBERS = ("estimate", "se", "ci_low", "ci_high", "pi_low", "pi_high", "tau2", "I2", "Q", "p")


class Review:
    """A review from its sheets to its results, by the library alone."""

    def __init__(self, protocol: Protocol, sheets: Path) -> None:
        self.protocol = protocol
        extraction = self._sheets(sheets / "extraction", "extraction")
        for rows in extraction.values():
            check(rows)
        path = sheets / "extraction/adjudication.csv"
        settled = read_sheet(path, "adjudication_extraction") if path.is_file() else None
        outcomes = protocol.outcomes
        merged = merge_extraction(extraction, settled).rows
        rows = texts(derive(merged, scales_of(outcomes), fillings_of(outcomes)))
        of_studies = self._sheets(sheets / "extraction", "extraction_studies", "studies-")
        self.studies = texts(merge_studies(of_studies, settled).rows)
        path = sheets / "risk_of_bias/adjudication.csv"
        settled = read_sheet(path, "risk_of_bias") if path.is_file() else None
        self.tool = tool_of(protocol.risk_of_bias.tool)
        self.judgements = judge(
            self._sheets(sheets / "risk_of_bias", "risk_of_bias"), settled, self.tool
        ).judgements
        self.slices = slices_of(Slices(rows, judgements=self.judgements, studies=self.studies), outcomes)
        self.results: dict[str, Result] = {
            one.id: synthesis.result(self.slices[one.id], one) for one in outcomes
        }

    @staticmethod
    def _sheets(folder: Path, kind: str, prefix: str = "") -> dict[str, pd.DataFrame]:
        found = {path.stem: path for path in sorted(folder.glob("*.csv")) if path.stem != "adjudication"}
        return {
            name.removeprefix("studies-"): read_sheet(path, kind)
            for name, path in found.items()
            if name.startswith("studies-") == bool(prefix)
        }

    def export(self, folder: Path) -> Path:
        """As the step of the workflow writes it."""
        synthesis_, slices = folder / "synthesis", folder / "slices"
        for name, result in self.results.items():
            tables.write_json(result.written(), synthesis_ / f"{name}.json")
            tables.write_table(self.slices[name], slices / f"{name}.csv")
        tables.write_table(self.studies, folder / "studies.csv")
        tables.write_table(self.judgements, folder / "judgements.csv")
        inputs = {
            "results": [str(synthesis_ / f"{name}.json") for name in self.results],
            "slices": [str(slices / f"{name}.csv") for name in self.results],
            "characteristics": str(folder / "studies.csv"),
            "judgements": str(folder / "judgements.csv"),
        }
        tables.write_json({"inputs": inputs, "params": params_of(self.protocol)}, folder / "given.json")
        given = f"@{folder / 'given.json'}"
        write_exports.main(
            ["--inputs", f"{given}#inputs", "--params", f"{given}#params", "--folder", str(folder / "export")]
        )
        return folder / "export"


@pytest.fixture(scope="module", params=REVIEWS)
def there_and_back(request, root, tmp_path_factory) -> tuple[Review, Review, Path]:
    """(the review, the same of what RevMan's tables say, the folder of these)."""
    return back_and_forth(root / REVIEWS[request.param], tmp_path_factory.mktemp(request.param))


def back_and_forth(config: Path, folder: Path) -> tuple[Review, Review, Path]:
    before = Review(load(config / "config.yaml"), config)
    package = before.export(folder) / "revman"
    words = ["--to", str(folder / "back"), "--person", "RM", "--protocol", str(config / "config.yaml")]
    import_revman.main([str(package), *words])
    return before, Review(before.protocol, folder / "back"), package


def numbers(model: Any) -> dict[str, float]:
    return (
        {}
        if model is None
        else {name: getattr(model, name) for name in NUMBERS if getattr(model, name) is not None}
    )


def test_pooled_numbers_are_the_same(there_and_back):
    before, after, _ = there_and_back
    pooled = 0
    for name, result in before.results.items():
        other = after.results[name]
        assert {one.label for one in other.studies} == {one.label for one in result.studies}, name
        assert numbers(other.model) == pytest.approx(numbers(result.model), rel=1e-10, abs=1e-12), name
        for column, levels in result.subgroups.columns.items():
            for level, model in levels.items():
                assert numbers(other.subgroups.columns[column][level]) == pytest.approx(
                    numbers(model), rel=1e-10, abs=1e-12
                )
        for label, one in result.sensitivity.items():
            if CONVERSIONS & set(one.changes):
                continue  # RevMan's tables hold what a conversion gave and not what it was made from
            if "measure" in one.changes and any(row["crossover"] for row in typed(before.slices[name])):
                continue  # nor that people without an event were in both groups
            assert numbers(other.sensitivity[label].model) == pytest.approx(
                numbers(one.model), rel=1e-10, abs=1e-12
            ), (name, label)
        pooled += result.model is not None
    assert pooled >= 4


UNITS = """review: {title: T}
risk_of_bias: {tool: rob1}
outcomes:
  - {id: hb, measure: MD, unit: g/dL, units: {g/L: 0.1}}
  - {id: pain, measure: SMD, units: {well-being: -1}, multi_arm: split}
"""
IN_UNITS = """study,outcome,arm,group,n,mean,sd,unit
A,hb,drug,intervention,40,120,12,g/L
A,hb,placebo,control,41,112,11,g/L
B,hb,drug,intervention,30,12.1,1.2,g/dL
B,hb,placebo,control,31,11.6,1.1,g/dL
A,pain,drug,intervention,40,30,12,well-being
A,pain,other drug,intervention,40,33,12,well-being
A,pain,placebo,control,41,38,11,well-being
B,pain,drug,intervention,30,6.1,1.2,pain
B,pain,placebo,control,31,5.6,1.1,pain
"""


def test_numbers_go_out_in_the_unit_that_is_pooled_and_each_arm_once(tmp_path):
    for path, text in (("config.yaml", UNITS), ("extraction/AB.csv", IN_UNITS)):
        (tmp_path / "config" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "config" / path).write_text(text, encoding="utf-8")
    (tmp_path / "config/risk_of_bias").mkdir()
    (tmp_path / "config/risk_of_bias/AB.csv").write_text(
        "study,domain,judgement\nA,sequence_generation,low\n"
    )
    before, after, package = back_and_forth(tmp_path / "config", tmp_path / "out")
    for name, result in before.results.items():
        assert numbers(after.results[name].model) == pytest.approx(numbers(result.model), rel=1e-10), name
    arms = [(line["Study"], line["Outcome"], line["Arm"]) for line in rows_of(package / "study-results.csv")]
    assert len(arms) == len(set(arms)) == 9


def test_what_is_derived_stays_so_and_judgements_come_back(there_and_back):
    before, after, _ = there_and_back
    for name, result in before.results.items():
        states = {one.label: one.state for one in result.studies}
        assert {one.label: one.state for one in after.results[name].studies} == states

    def judged(review: Review) -> dict[tuple[str, ...], str]:
        keys = [
            name
            for name in ("study", "outcome", "timepoint", "comparison", "effect", "domain")
            if name in review.judgements
        ]
        return {
            tuple(row[key].casefold() for key in keys): row["judgement"]
            for row in tables.rows(review.judgements)
        }

    assert judged(after) == judged(before)
    assert len(judged(before)) > 20


def test_everything_is_in_a_table_or_in_the_list_of_what_has_no_place(there_and_back):
    before, _, package = there_and_back
    lines = [*rows_of(package / "study-results.csv"), *rows_of(package / "left-behind.csv")]
    there = {(line["Study"], line["Outcome"]) for line in lines}
    names = {one.id: one.name for one in before.protocol.outcomes}
    asked = {(one.study, names[name]) for name, result in before.results.items() for one in result.every}
    assert asked == there
    assert all(line["reason"] for line in rows_of(package / "left-behind.csv"))


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_tables_have_the_columns_of_revman_web(there_and_back, shared):
    """As the reference of exchange formats names them."""
    _, _, package = there_and_back
    said = (
        (shared / "reference/standards.md")
        .read_text(encoding="utf-8")
        .partition("| **RevMan Web** import")[2]
        .partition("\n")[0]
    )
    for name in ("study-arms", "study-results"):
        columns = said.partition(f"*{name}*: `")[2].partition("`")[0].replace(",…", "").split(",")
        own = list(rows_of(package / f"{name}.csv")[0])
        assert own[: len(columns) - 1] == columns[:-1]
        assert set(columns) == set(own)
    for line in rows_of(package / "risk-of-bias.csv"):
        heads = [head for head in line if head not in ("Study", "Outcome", *revman.OF_RESULT.values())]
        assert {head.partition(": ")[0] for head in heads} == {"Domain (judgement)", "Domain (support)"}


def test_robvis_has_a_row_for_each_judged_study(there_and_back):
    before, _, package = there_and_back
    for path in package.parent.glob("robvis-*.csv"):
        rows = rows_of(path)
        result = before.results[path.stem.removeprefix("robvis-")]
        assert next(iter(rows[0])) == "Study"
        assert "Overall" in rows[0]
        assert {row["Study"] for row in rows} <= {one.label for one in result.studies}
        levels = {"Low", "Unclear", "High", "Some concerns", "No information"}
        assert {
            value for row in rows for name, value in row.items() if name not in ("Study", "Weight")
        } <= levels
    assert list(package.parent.glob("robvis-*.csv"))


HEAD = "Study,Outcome,Data type,Effect measure,Arm,Reference arm,Sample size,Cases,Mean,SD,SE,CI level,CI start,CI end,Exp mean,Exp CI start,Exp CI end,P value,Covariance,Footnotes\n"
FOREIGN = HEAD + """A,Pain,Continuous,Mean difference,drug,placebo,20,,1.5,2,,,,,,,,,,see table 2
A,Pain,Continuous,Mean difference,placebo,,22,,2.5,2.1,,,,,,,,,0.3,
B,Pain,Contrast,Mean difference,drug,placebo,,,-1,,0.5,,,,,,,,,
C,Death,Contrast,Hazard ratio,drug,placebo,,,,,,95,,,0.8,0.6,1.1,#N/A,,
"""  # fmt: skip


def imported(folder: Path, text: str, *words: str) -> dict[str, list[dict[str, str]]]:
    folder.mkdir(exist_ok=True)
    (folder / "CD000001-study-results.csv").write_text(text, encoding="utf-8")
    import_revman.main([str(folder), "--to", str(folder / "to"), "--person", "RM", *words])
    return {path.stem: rows_of(path) for path in (folder / "to").rglob("*.csv")}


def test_a_table_of_revman_that_is_not_ours_is_read(tmp_path, capsys):
    rows = imported(tmp_path, FOREIGN)["RM"]
    assert [(row["study"], row["arm"], row["group"]) for row in rows] == [
        ("A", "drug", "intervention"), ("A", "placebo", "control"), ("B", "drug", "contrast"), ("C", "drug", "contrast")
    ]  # fmt: skip
    assert (rows[0]["n"], rows[0]["mean"], rows[0]["sd"], rows[0]["note"]) == (
        "20",
        "1.5",
        "2",
        "see table 2",
    )
    assert (rows[2]["estimate"], rows[2]["estimate_se"], rows[2]["scale"]) == ("-1", "0.5", "analysis")
    assert (rows[3]["estimate"], rows[3]["estimate_ci_high"], rows[3]["scale"]) == ("0.8", "1.1", "ratio")
    assert "not taken: covariance (in 1 rows)" in capsys.readouterr().out
    sheet = read_sheet(tmp_path / "to/extraction/RM.csv", "extraction")
    check(sheet)


WRONG = {
    "no number": (FOREIGN.replace(",20,,1.5", ",twenty,,1.5"), "'twenty' is no number"),
    "no control": (FOREIGN.replace(",placebo,20", ",,20"), "which arm of A is the control for 'Pain' is not said"),
    "another row": (FOREIGN + "A,Pain,Continuous,Mean difference,drug,placebo,21,,1.5,2,,,,,,,,,,\n", "this arm has another row with other numbers"),
    "no table of RevMan": ("a,b\n1,2\n", "no column study; this is not a table of RevMan Web"),
    "no study": (FOREIGN.replace("B,Pain", ",Pain"), "the study is not named"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_a_fault_is_one_sentence(tmp_path, case):
    text, sentence = WRONG[case]
    with pytest.raises(InputError, match=sentence):
        imported(tmp_path, text)
    assert not (tmp_path / "to").exists()


def test_a_control_may_be_named_and_nothing_is_written_over(tmp_path):
    rows = imported(tmp_path, WRONG["no control"][0], "--control", "Placebo")["RM"]
    assert [row["group"] for row in rows[:2]] == ["intervention", "control"]
    with pytest.raises(InputError, match="the sheet is there already"):
        imported(tmp_path, FOREIGN)


def test_effects_as_such_come_back_on_their_scale(tmp_path):
    """A hazard ratio, and person-time, for which RevMan's arms have no column."""
    effects = pd.DataFrame(
        [{"study": "A", "outcome": "death", "timepoint": "", "group": "contrast", "arm": "drug", "estimate": "0.8", "estimate_ci_low": "0.6", "estimate_ci_high": "1.1"}]
    )  # fmt: skip
    rates = pd.DataFrame(
        [{"study": "B", "outcome": "falls", "timepoint": "", "group": group, "arm": group, "events": events, "person_time": "100"} for group, events in (("intervention", "8"), ("control", "12"))]
    )  # fmt: skip
    made: Mapping[str, tuple[pd.DataFrame, Any]] = {
        "death": (effects, pooling(id="death", name="death", measure="HR")),
        "falls": (rates, pooling(id="falls", name="falls", measure="IRR")),
    }
    results = {name: synthesis.result(rows, entry) for name, (rows, entry) in made.items()}
    package = revman.package(
        results, {name: entry for name, (_, entry) in made.items()}, {name: typed(rows) for name, (rows, _) in made.items()}, pd.DataFrame(), None,
        tool_of("rob2"),
    )  # fmt: skip
    assert set(package.tables) == {"study-arms", "study-results"}
    folder = tmp_path / "revman"
    folder.mkdir()
    tables.write_table(package.tables["study-results"], folder / "study-results.csv")
    import_revman.main([str(folder), "--to", str(tmp_path / "to"), "--person", "RM"])
    back = read_sheet(tmp_path / "to/extraction/RM.csv", "extraction")
    for name, result in results.items():
        own = texts(back[back["outcome"] == name])
        other = synthesis.result(own.assign(round="", screening=""), made[name][1])
        assert numbers(other.model) == pytest.approx(numbers(result.model), rel=1e-10)
    assert float(package.tables["study-results"]["Exp mean"].iloc[0]) == pytest.approx(0.8)


def test_a_judgement_goes_out_under_each_outcome_that_reads_its_result(tmp_path):
    common = {"data": "bmd", "measure": "MD"}
    at = {"weeks": "6 weeks", "months": "6 months"}
    outcomes = [
        pooling(id=id_, name=f"BMD at {time}", timepoint=(time,), **common) for id_, time in at.items()
    ]
    outcomes.append(pooling(id="always", name="BMD", **common))
    rows = [("A", "bmd", time, "D1", level, "") for time, level in (("6 weeks", "low"), ("6 months", "high"))]
    columns = ["study", "outcome", "timepoint", "domain", "judgement", "support"]
    judged = pd.DataFrame(rows, columns=columns)
    found = revman.risk_of_bias(judged, {one.id: one for one in outcomes}, tool_of("rob2"))
    levels = found[["Outcome", f"{revman.JUDGEMENT}Randomisation process"]].to_numpy().tolist()
    assert levels == [
        ["BMD at 6 weeks", "Low risk"],
        ["BMD", "Low risk"],
        ["BMD at 6 months", "High risk"],
        ["BMD", "High risk"],
    ]
    found.to_csv(tmp_path / "risk-of-bias.csv", index=False)
    back = revman_sheets._judgements(tmp_path / "risk-of-bias.csv", outcomes)
    assert back[["outcome", "timepoint"]].to_numpy().tolist() == [["bmd", "6 weeks"], ["bmd", "6 months"]]


def test_a_study_is_spelt_alike_in_all_tables():
    rows = pd.DataFrame(
        [{"study": "Lee 2004", "outcome": "death", "timepoint": "", "group": group, "arm": group, "events": "8", "n": "100"} for group in ("intervention", "control")]
    )  # fmt: skip
    entry = pooling(id="death", name="death", measure="RR")
    judged = {**dict.fromkeys(("outcome", "timepoint", "comparison", "effect", "variant", "support"), "")}
    judgements = pd.DataFrame([{**judged, "study": "LEE 2004", "domain": "D1", "judgement": "low"}])
    studies = pd.DataFrame([{"study": "lee 2004", "age": "50"}])
    found = revman.package({"death": synthesis.result(rows, entry)}, {"death": entry}, {"death": typed(rows)}, studies, judgements, tool_of("rob2")).tables  # fmt: skip
    assert {spelt for table in found.values() for spelt in table["Study"]} == {"Lee 2004"}
    assert set(found) == {"study-arms", "study-results", "study-information", "risk-of-bias"}
