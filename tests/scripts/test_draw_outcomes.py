"""The script that draws an outcome: files, list of what applies, same bytes twice."""

import json
from pathlib import Path

import pytest

import draw_outcomes
from evergreen import tables
from evergreen.synthesis.result import Result
from tests.figures.figures_of_bcg import pooled
from tests.protocols import drawing
from tests.results import left_out, result

OUTCOME = drawing(
    id="tb", name="Tuberculosis", better="lower", favours={"intervention": "BCG", "control": "no BCG"}
)


def run(folder: Path, result: Result) -> list[dict]:
    tables.write_json(result.written(), folder / "tb.json")
    params = json.dumps({"outcomes": [OUTCOME], "layout": "RevMan", "further_up_to": 100, "tool": "rob1"})
    draw_outcomes.main(["--synthesis", str(folder), "--params", params, "--folder", str(folder / "figures")])
    return tables.read_json(folder / "figures/tb/figures.json")


def test_files_of_three_trials_and_the_reasons_for_what_is_not_drawn(tmp_path: Path) -> None:
    three = pooled(trials=3)
    listed = run(tmp_path, three)
    here = {
        path.relative_to(tmp_path / "figures/tb").as_posix()
        for path in (tmp_path / "figures/tb").rglob("*")
        if path.is_file()
    }
    drawn = [entry for entry in listed if entry["drawn"]]
    assert here == {
        f"{entry['stem']}.{suffix}" for entry in drawn for suffix in ("svg", "pdf", "png", "csv")
    } | {"figures.json"}
    assert {entry["stem"] for entry in drawn} >= {"forest", "funnel", "further/leave_one_out"}
    assert all(entry["reason"] for entry in listed if not entry["drawn"])
    first = {name: (tmp_path / "figures/tb" / name).read_bytes() for name in here}
    run(tmp_path, three)
    assert first == {name: (tmp_path / "figures/tb" / name).read_bytes() for name in here}


def test_an_outcome_without_a_pooled_study_has_both_first_figures_too(tmp_path: Path) -> None:
    silent = left_out("A", reason="the standard deviation is missing")
    nothing = result(outcome="tb", not_pooled="1 study reports it", left_out=[silent])
    listed = {entry["name"]: entry for entry in run(tmp_path, nothing)}
    assert listed["forest"]["drawn"]
    assert not listed["funnel"]["drawn"]
    assert "Not drawn: no study could be pooled." in (tmp_path / "figures/tb/funnel.svg").read_text()


def test_pages_behind_the_first_go_when_they_are_not_needed_any_more(tmp_path: Path) -> None:
    silent = [left_out(f"Study {i}", reason="the standard deviation is missing") for i in range(60)]
    for studies, pages in ((silent, ["further/forest-2"]), (silent[:2], [])):
        nothing = result(outcome="tb", not_pooled="none can be pooled", left_out=studies)
        forest = next(entry for entry in run(tmp_path, nothing) if entry["name"] == "forest")
        assert forest["further_pages"] == pages
        further = {path.name for path in (tmp_path / "figures/tb/further").iterdir()}
        assert further == {f"{Path(page).name}.{suffix}" for page in pages for suffix in ("svg", "png")}
    assert len(tables.read_table(tmp_path / "figures/tb/forest.csv")) == 2


def test_a_wrong_argument_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        draw_outcomes.main(["--synthesis", "x", "--params", "{", "--folder", "y"])
    assert "not valid JSON" in capsys.readouterr().err
