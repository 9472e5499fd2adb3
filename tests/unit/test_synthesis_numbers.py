"""Numbers that say the truth by default: which interval an outcome shows, wherever it shows one."""

import pandas as pd
import pytest

from evergreen import protocol
from evergreen.figures.wording import explained
from evergreen.report import methods
from evergreen.synthesis import outcome as pooling


def entry(measure, **own):
    config = protocol.complete(
        {"review": {"title": "A review"}, "outcomes": [{"id": "one", "measure": measure, **own}]}
    )
    return config["outcomes"][0]


def table(rows, columns):
    names = ["study", "group", "arm", *columns]
    cells = [
        [study, group, group, *arm]
        for study, *arms in rows
        for group, arm in zip(("intervention", "control"), arms, strict=True)
    ]
    return pd.DataFrame([[str(cell) for cell in row] for row in cells], columns=names)


def means(*effects):
    """A study of 50 in each group with standard deviation 2 for each mean difference."""
    rows = [(f"S{place}", (50, 10 + effect, 2), (50, 10, 2)) for place, effect in enumerate(effects)]
    return table(rows, ("n", "mean", "sd"))


@pytest.mark.parametrize(
    ("effects", "asked", "applied", "reason", "words"),
    [
        ((1.0, 1.0), "auto", "z", "fewer than three studies", "Wald (fewer than three studies)"),
        ((1.0, 1.1, 1.05), "auto", "z", "no heterogeneity estimated", "Wald (no heterogeneity estimated)"),
        ((0.2, 2.1, -1.0, 1.5), "auto", "knha", "", "Hartung-Knapp"),
        ((1.0, 1.1, 1.05), "knha", "knha", None, "Hartung-Knapp"),
        ((1.0, 1.1, 1.05), "adhoc", "adhoc", None, "Hartung-Knapp (not narrower than Wald)"),
        ((0.2, 2.1, -1.0, 1.5), "z", "z", None, "Wald"),
        ((1.0,), "auto", "z", None, "Wald"),
    ],
)
def test_result_says_what_was_asked_and_what_was_applied(effects, asked, applied, reason, words):
    outcome = entry("MD", **({} if asked == "auto" else {"analysis": {"test": asked}}))
    result = pooling.result(means(*effects), outcome)
    model = result["model"]
    assert (model["asked"], model["test"], model.get("test_reason")) == (asked, applied, reason)
    assert f"Confidence interval of the pooled effect: {words}" in explained(model).split("; ")[0].rstrip(".")
    if asked == "auto" and len(effects) > 1:
        applied_words = {"knha": "Knapp and Hartung's variance", "z": "the normal distribution"}[applied]
        assert any(f"For the pooled effect this was {applied_words}" in text for text in result["methods"])
        said = methods.synthesis([outcome], {"one": result})[-1]
        assert said == f"{'Wald-type' if applied == 'z' else 'Hartung-Knapp'} intervals were applied to one."


def test_every_place_decides_for_itself():
    rows = means(0.2, 2.1, -1.0, 1.5).assign(kind=["a"] * 4 + ["b"] * 4)
    rows["round"] = ["2018-01-01"] * 4 + ["2020-01-01"] * 4
    outcome = entry("MD", subgroups=["kind"], analysis={"sensitivity": [{"test": "z"}, {"tau2": "DL"}, {"without_studies": ["S0", "S1"]}]})  # fmt: skip
    result = pooling.result(rows, outcome)
    assert result["model"]["test"] == "knha"
    assert {level: block["test"] for level, block in result["subgroups"]["kind"].items()} == {
        "a": "z",
        "b": "z",
    }
    assert [view["model"]["test"] for view in result["rounds"].values()] == ["z", "knha"]
    rows_of = {
        label: (one["model"]["asked"], one["model"]["test"]) for label, one in result["sensitivity"].items()
    }
    assert rows_of == {"test = z": ("z", "z"), "tau2 = DL": ("auto", "knha"), "without S0, S1": ("auto", "z")}
    for one in result["influence"]["studies"]:
        kept = means(0.2, 2.1, -1.0, 1.5)
        alone = pooling.result(kept[kept["study"] != one["label"]], entry("MD"))["model"]
        assert one["without"]["test"] == alone["test"]
        assert [one["without"][key] for key in ("ci_low", "p")] == pytest.approx(
            [alone["ci_low"], alone["p"]], rel=1e-6
        )


@pytest.mark.parametrize("test", ["auto", "knha", "adhoc", "z"])
@pytest.mark.parametrize(("predtype", "lost"), [("default", 1), ("t", 1), ("riley", 2)])
def test_prediction_interval_never_follows_the_test(test, predtype, lost):
    analysis = {"test": test, "predtype": predtype}
    three = pooling.result(means(0.2, 2.1, -1.0), entry("MD", analysis=analysis))["model"]
    assert three["pi_df"] == 3 - lost
    two = pooling.result(means(0.2, 2.1), entry("MD", analysis=analysis))["model"]
    assert two["pi_low"] is None


@pytest.mark.parametrize("model", ["common", "multilevel"])
def test_prediction_interval_of_other_models(model):
    found = pooling.result(means(0.2, 2.1, -1.0), entry("MD", analysis={"model": model}))["model"]
    assert (found["pi_low"] is None) == (model == "common")
    assert found.get("pi_df") == (None if model == "common" else 2)
