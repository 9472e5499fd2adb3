"""The analyses around a pooled result, on the BCG trials (Colditz et al. 1994) with metafor's numbers."""

import json

import pandas as pd
import pytest

from evergreen import tables
from evergreen.errors import InputError
from evergreen.figures.wording import sensitivities
from evergreen.synthesis.result import read
from tests.protocols import pooling
from tests.results import written

ANALYSIS = {"model": "random", "tau2": "REML", "test": "z", "level": 0.95, "prediction": True}
BCG = [  # study, events and participants vaccinated, events and participants in control, allocation, latitude
    ("Aronson 1948", 4, 123, 11, 139, "random", 44), ("Ferguson 1949", 6, 306, 29, 303, "random", 55),
    ("Rosenthal 1960", 3, 231, 11, 220, "random", 42), ("Hart 1977", 62, 13598, 248, 12867, "random", 52),
    ("Frimodt-Moller 1973", 33, 5069, 47, 5808, "alternate", 13), ("Stein 1953", 180, 1541, 372, 1451, "alternate", 44),
    ("Vandiviere 1973", 8, 2545, 10, 629, "random", 19), ("TPT Madras 1980", 505, 88391, 499, 88391, "random", 13),
    ("Coetzee 1968", 29, 7499, 45, 7277, "random", 27), ("Rosenthal 1961", 17, 1716, 65, 1665, "systematic", 42),
    ("Comstock 1974", 186, 50634, 141, 27338, "systematic", 18), ("Comstock 1969", 5, 2498, 3, 2341, "systematic", 33),
    ("Comstock 1976", 27, 16913, 29, 17854, "systematic", 33),
]  # fmt: skip

INTERACTION = {
    "b": [0.18699996532, -0.02273315061417, -0.04597189757, -0.00773835600745],
    "QM": 12.51364984525890,
}


@pytest.fixture
def rows() -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"study": study, "arm": arm, "group": group, "n": str(n), "events": str(events), "allocation": allocation,
             "latitude": str(latitude), "rob_overall": "high" if allocation == "systematic" else "low",
             "record_id": "pubmed:1" if latitude > 30 else "embase:1", "derived": "n: assumed" if latitude == 13 else ""}
            for study, a, n1, c, n2, allocation, latitude in BCG
            for arm, group, events, n in (("BCG", "intervention", a, n1), ("none", "control", c, n2))
        ]
    )  # fmt: skip


def run(rows, measure="RR", **more):
    analysis = {**ANALYSIS, **more.pop("analysis", {})}
    result = written(rows, pooling(analysis, id="tuberculosis", measure=measure, **more))
    json.dumps(result, allow_nan=False)
    return result


def test_random_effects_with_intervals(rows):
    model = run(rows)["model"]
    assert model["estimate"] == pytest.approx(-0.7145323421581397, rel=1e-9)
    assert model["tau2"] == pytest.approx(0.3132432581364859, rel=1e-6)
    assert (model["tau2_ci_low"], model["tau2_ci_high"]) == pytest.approx((0.11971836, 1.11147908), rel=1e-6)
    assert model["I2"] == pytest.approx(92.22138452126907, rel=1e-7)


@pytest.mark.parametrize(
    ("model", "measure", "estimate", "se"),
    [
        ("mh", "RR", -0.4537096046837539, 0.03933736687129438),
        ("mh", "RD", -0.0032881818326129996, 0.00028665674852737364),
        ("peto", "OR", -0.47444631094063633, 0.04065908074464828),
        ("glmm", "OR", -0.7450134661033385, 0.1755657993396442),
        ("common", "RR", -0.4302851636540909, 0.04049875171086381),
    ],
)
def test_other_models(rows, model, measure, estimate, se):
    result = run(rows, measure, analysis={"model": model})
    tolerance = 1e-3 if model == "glmm" else 1e-9
    assert (result["model"]["estimate"], result["model"]["se"]) == pytest.approx(
        (estimate, se), rel=tolerance
    )
    assert result["model"]["model"] == model


def test_combinations_that_do_not_exist_are_refused(rows):
    with pytest.raises(InputError, match="model mh cannot pool SMD"):
        run(rows, "SMD", analysis={"model": "mh"})
    with pytest.raises(InputError, match="knha belongs to a random-effects model"):
        run(rows, analysis={"model": "common", "test": "knha"})


def test_subgroups_have_their_own_tau2_and_a_test_between(rows):
    found = run(rows, subgroups=["allocation"])["subgroups"]
    assert list(found["allocation"]) == ["alternate", "random", "systematic"]
    assert found["allocation"]["random"]["estimate"] == pytest.approx(-0.9709647042630887, rel=1e-7)
    assert found["tests"]["allocation"]["df"] == 2


def test_without_a_total_studies_are_pooled_within_subgroups_only(rows, tmp_path):
    """The subgroup of randomised trials has metafor's numbers, and every other analysis is within subgroups or said not to be done."""
    rows.loc[rows["study"] == "Stein 1953", "allocation"] = ""
    whole = run(rows, subgroups=["allocation"])
    found = run(rows, subgroups=["allocation"], total=False, analysis={"sensitivity": [{"tau2": "DL"}]})
    assert (found["model"], found["not_pooled"], found["directions"]) == (None, "", None)
    assert found["no_total"] == "the protocol asks for subgroups by allocation without a total"
    assert found["subgroups"]["allocation"] == whole["subgroups"]["allocation"]
    assert found["subgroups"]["allocation"]["random"]["estimate"] == pytest.approx(
        -0.9709647042630887, rel=1e-7
    )
    assert found["subgroups"]["tests"]["allocation"]["not_done"] == "what has no total is not compared"
    kinds = {
        kind: [study["weight"] for study in found["studies"] if study["columns"]["allocation"] == kind]
        for kind in ("alternate", "random", "systematic")
    }
    assert {kind: pytest.approx(sum(own)) for kind, own in kinds.items()} == dict.fromkeys(kinds, 100)
    assert {one["study"]: one["reason"] for one in found["left_out"]} == {
        "Stein 1953": "it has no value in the column allocation, and the studies are pooled within its subgroups only"
    }
    assert list(found["sensitivity"]) == [f"{kind}: tau2 = DL" for kind in kinds]
    # Wherever they are told, each says of which subgroup it is.
    tables.write_json(found, tmp_path / "result.json")
    told = [label for label, _ in sensitivities(read(tmp_path / "result.json"))]
    assert told == [f"{kind}: DerSimonian-Laird" for kind in kinds]
    assert (found["influence"], found["small_study"]["not_done"]) == (None, found["no_total"])


def test_moderators_are_fitted_together(rows):
    found = run(rows, moderators=["latitude"])["moderators"]
    slope = found["coefficients"][1]
    assert (slope["name"], slope["estimate"]) == ("latitude", pytest.approx(-0.029101725, rel=1e-6))
    assert found["R2"] == pytest.approx(75.62662181139328, rel=1e-5)
    assert slope["permutation_p"] < 0.05


def test_moderators_that_cannot_be_fitted_are_said(rows):
    rows["constant"] = "1"
    rows["twice"] = [str(2 * float(value)) for value in rows["latitude"]]
    for columns, words in (
        (["constant"], "moderator constant: it has the same value"),
        (["latitude", "twice"], "moderator twice: the other moderators determine it"),
        (["study_level"], "moderator study_level: no study has a value"),
    ):
        assert words in run(rows, moderators=columns)["moderators"]["not_done"]
    few = rows[rows["study"].isin(["Aronson 1948", "Ferguson 1949"])]
    assert "2 coefficients, but only 2 studies" in run(few, moderators=["latitude"])["moderators"]["not_done"]


def test_small_study_effects_are_refused_below_ten(rows):
    found = run(rows)["small_study"]
    assert found["tests"]["Egger"]["p"] == pytest.approx(0.18870699508197877, rel=1e-9)
    assert found["rank"]["p"] == pytest.approx(0.9523619079608663, rel=1e-9)
    assert found["trim_and_fill"]["missing"] == 1
    assert set(run(rows, "OR")["small_study"]["tests"]) == {"Harbord", "Peters"}
    few = run(rows.iloc[:10])["small_study"]
    assert few == {"not_done": "5 studies; tests for small-study effects need at least 10"}


def test_influence_is_listed_by_study(rows):
    found = {one["label"]: one for one in run(rows)["influence"]["studies"]}
    assert found["Hart 1977"]["cook"] == pytest.approx(0.22948163911565547, rel=1e-4)
    assert found["Hart 1977"]["without"]["estimate"] == pytest.approx(-0.6284093698076982, rel=1e-6)


def test_sensitivity_grid(rows):
    entries = [
        {"tau2": ["DL", "PM"]}, {"model": "common"}, {"without": ["high_risk", "derived", "each_source"]}, {"measure": ["OR", "MD"]},
        {"model": "mh", "measure": "OR"}, {"without_studies": ["Hart 1977"]},
    ]  # fmt: skip
    found = run(rows, analysis={"sensitivity": entries})["sensitivity"]
    assert list(found) == [
        "tau2 = DL", "tau2 = PM", "model = common", "without high risk of bias", "without derived values",
        "without source embase", "without source pubmed", "measure = OR", "measure = MD", "model = mh, measure = OR",
        "without Hart 1977",
    ]  # fmt: skip
    assert found["tau2 = DL"]["model"]["tau2"] == pytest.approx(0.3087602628623762, rel=1e-9)
    assert {name: one["k"] for name, one in found.items()}["without high risk of bias"] == 9
    assert found["without derived values"]["k"] == 11
    assert "needs other numbers" in found["measure = MD"]["not_done"]
    assert found["model = mh, measure = OR"]["model"]["estimate"] == pytest.approx(
        -0.4734109883885855, rel=1e-9
    )


def test_multilevel_model_keeps_arms_apart_and_is_robust(rows):
    second = rows[rows["group"] == "intervention"].assign(arm="BCG again")
    both = pd.concat([rows, second])
    result = run(both, analysis={"model": "multilevel", "rho": 0.5}, multi_arm="separate")
    assert result["k"] == 26
    assert set(result["model"]["sigma2"]) == {"study", "effect"}
    assert result["model"]["robust"]["df"] > 5
    assert result["studies"][0]["label"].startswith("Aronson 1948 (BCG")


def test_models_of_counts_leave_out_estimates(rows):
    contrast = pd.DataFrame([{"study": "X", "group": "contrast", "estimate": "-0.1", "estimate_se": "0.2"}])
    result = run(pd.concat([rows, contrast]).fillna(""), scale="analysis", analysis={"model": "mh"})
    assert result["left_out"][0]["reason"] == "reported as an estimate only, and this model needs counts"


def test_several_effects_of_one_study_become_one_or_are_tested_robustly(rows):
    """metafor's aggregate (rho 0.5) of two equal effects: vi (1 + rho) / 2."""
    second = rows[rows["group"] == "intervention"].assign(arm="BCG again")
    both = pd.concat([rows, second])
    one = run(both, multi_arm="separate", analysis={"dependent": "aggregate", "rho": 0.5})
    assert one["k"] == 13
    assert one["studies"][0]["vi"] == pytest.approx(run(rows)["studies"][0]["vi"] * 0.75, rel=1e-12)
    kept = run(both, multi_arm="separate", analysis={"dependent": "robust"})
    assert (kept["k"], kept["model"]["robust"]["kind"]) == (26, "CR2")
    assert kept["model"]["robust"]["se"] > kept["model"]["se"]
    with pytest.raises(InputError, match="needs the correlation"):
        run(both, multi_arm="separate", analysis={"dependent": "aggregate"})
    with pytest.raises(InputError, match="belongs to a random or common model"):
        run(both, analysis={"dependent": "robust", "model": "mh"})
    with pytest.raises(InputError, match="has 2 effects, which cannot all have a correlation of 1"):
        run(both, multi_arm="separate", analysis={"dependent": "aggregate", "rho": 1})


def test_interaction_of_moderators(rows):
    """A factor by a number, coded as R codes it: rma(yi, vi, mods = ~ latitude * random)."""
    rows["random"] = ["yes" if one == "random" else "no" for one in rows["allocation"]]
    found = run(rows, moderators=["latitude", "random", "latitude:random"], analysis={"permutations": 0})[
        "moderators"
    ]
    assert [one["name"] for one in found["coefficients"]] == [
        "intercept",
        "latitude",
        "randomyes",
        "latitude:randomyes",
    ]
    assert found["coefficients"][3]["estimate"] == pytest.approx(INTERACTION["b"][3], rel=1e-6)
    assert found["QM"] == pytest.approx(INTERACTION["QM"], rel=1e-6)
    assert found["permutation_p"] is None
    assert found["coefficients"][1]["permutation_p"] is None


def test_outliers_and_what_is_left_without_them(rows):
    entries = [{"without": ["outliers", "influential"]}]
    found = run(rows, analysis={"model": "common", "sensitivity": entries, "outliers": 0.999})
    assert "TPT Madras 1980" in found["influence"]["outliers"]
    left = found["sensitivity"]["without outliers"]
    assert left["k"] == 13 - len(found["influence"]["outliers"])
    calm = run(rows, analysis={"sensitivity": entries, "outliers": 0.99999})
    assert calm["sensitivity"]["without outliers"]["not_done"] == "no study is an outlier"


def test_studies_are_added_by_a_column_or_by_round(rows):
    rows["year"] = [study[-4:] for study in rows["study"]]
    found = run(rows)["cumulative"]
    assert (found["by"], [one["place"] for one in found["steps"]][:2]) == ("year", ["1948", "1949"])
    assert found["steps"][-1]["estimate"] == pytest.approx(run(rows)["model"]["estimate"], rel=1e-9)
    assert found["steps"][0]["tau2"] is None
    rows["round"] = ["2018-12-31" if int(year) < 1970 else "2020-12-31" for year in rows["year"]]
    by_round = run(rows, analysis={"cumulative": "round"})["cumulative"]
    assert [one["place"] for one in by_round["steps"]] == sorted(one["place"] for one in by_round["steps"])
    own = rows["year"]
    rows["year"] = [f"{year}, 1980" for year in own]
    assert run(rows)["cumulative"] == by_round  # years that are no numbers order nothing
    rows["year"] = own.where(rows["study"].isin(rows["study"].unique()[:2]), "")
    assert run(rows)["cumulative"] == by_round  # nor do those of two studies
    assert "holds a text" in run(rows, analysis={"cumulative": "allocation"})["cumulative"]["not_done"]
    assert "does not order" in run(rows, analysis={"cumulative": "nowhere"})["cumulative"]["not_done"]


def test_subsets_are_drawn_with_the_seed(rows):
    few, again, other = (
        run(rows, analysis={"gosh": 200, "seed": seed})["influence"]["gosh"] for seed in (1, 1, 2)
    )
    assert (few["subsets"], few["drawn"]) == (200, True)
    assert few == again != other
    assert run(rows, analysis={"gosh": 0})["influence"]["gosh"] is None


@pytest.mark.parametrize("model", ["mh", "peto", "glmm"])
def test_models_of_counts_say_when_events_in_one_group_give_no_estimate(rows, model):
    rows["events"] = ["3" if group == "control" else "0" for group in rows["group"]]
    result = run(rows, "OR", analysis={"model": model})
    assert result["model"]["estimate"] is None or abs(result["model"]["estimate"]) < 100
    assert result["notes"] or result["model"]["estimate"] is not None


@pytest.mark.parametrize("model", ["mh", "peto", "glmm", "random"])
def test_without_any_event_nothing_is_pooled(rows, model):
    rows["events"] = "0"
    result = run(rows, "OR", analysis={"model": model})
    assert result["model"] is None
    assert all("no events in either group" in study["reason"] for study in result["left_out"])
    assert len(result["left_out"]) == rows["study"].nunique()


@pytest.mark.parametrize("model", ["random", "common", "multilevel"])
def test_effects_that_are_all_equal(rows, model):
    rows["n"], rows["events"] = "100", ["10" if group == "control" else "5" for group in rows["group"]]
    result = run(rows, analysis={"model": model, "test": "knha" if model == "random" else "z"})
    assert result["model"]["tau2"] in (None, pytest.approx(0, abs=1e-12))
    assert (result["model"].get("wald") is not None) == (model == "random")


def test_a_study_is_no_outlier_because_the_others_happen_to_agree():
    """Values of influence(rma(yi, vi)) of metafor 3.8; with test="knha" the third residual would be -10.9."""
    counts = [("DRIVE", 216, 258, 73, 88), ("DESIRABLE", 372, 443, 186, 224), ("Iwamoto2022", 12, 23, 13, 23)]
    rows = pd.DataFrame(
        {"study": study, "arm": group, "group": group, "n": str(n), "events": str(events), "derived": ""}
        for study, a, n1, c, n2 in counts
        for group, events, n in (("intervention", a, n1), ("control", c, n2))
    )
    found = run(rows, analysis={"test": "knha"})["influence"]
    residuals = {one["label"]: one["rstudent"] for one in found["studies"]}
    expected = {"DRIVE": -0.0058, "DESIRABLE": 0.0859, "Iwamoto2022": -0.3327}
    assert residuals == pytest.approx(expected, abs=1e-4)
    assert found["outliers"] == []
