"""How outcomes were pooled is told from the results: no variance that nobody estimated, no correction that was not needed."""

import pandas as pd

from evergreen.protocol.loading import complete
from evergreen.report.facts import analysed_outcomes
from evergreen.report.pooling_words import synthesis
from evergreen.synthesis import outcome as pooling
from tests.rows import each

COUNTS = ("n", "events")
FULL = [("A", (100, 10), (100, 20)), ("B", (200, 30), (200, 35)), ("C", (80, 4), (90, 12))]
FAR = [
    ("A", (100, 5), (100, 50)),
    ("B", (200, 90), (200, 35)),
    ("C", (80, 4), (90, 32)),
    ("D", (50, 20), (50, 22)),
]
EMPTY = [("E", (40, 0), (40, 3))]
SILENT = [("S", (30, 0), (30, 0))]


def table(studies, columns=COUNTS):
    rows = [
        {"study": study, "group": group, "arm": group, **dict(zip(columns, map(str, arm), strict=True))}
        for study, *arms in studies
        for group, arm in zip(("intervention", "control"), arms, strict=True)
    ]
    return pd.DataFrame(rows, columns=["study", "group", "arm", *columns])


def told(tables, **entry):
    """The sentences on outcomes of one kind; `tables` by their names, None for one that nobody has extracted."""
    raw = [{"id": name, "measure": "RR", **entry} for name in tables]
    outcomes = complete({"review": {"title": "A"}, "outcomes": raw}).outcomes
    results = {
        outcome.id: pooling.result(tables[outcome.id], outcome)
        for outcome in outcomes
        if tables[outcome.id] is not None
    }
    return " ".join(synthesis(outcomes, analysed_outcomes(outcomes, results)))


MODELS = [
    ("random", {}, "a random-effects model by inverse variance (between-study variance by restricted maximum likelihood)", "tau² (with an interval by the Q-profile) and I² (from tau²)"),
    ("random", {"i2": "Q", "test": "z"}, "Wald-type intervals at the 95% level", "tau² (with an interval by the Q-profile) and I² (from Q)"),
    ("common", {}, "a common-effect model by inverse variance", "Cochran's Q and I² (from Q)"),
    ("mh", {}, "the Mantel-Haenszel method under a common effect", "Cochran's Q and I² (from Q)"),
    ("peto", {}, "Peto's method under a common effect, from the counts as they are", "Cochran's Q and I² (from Q)"),
    ("glmm", {}, "a generalised linear mixed model of the counts as they are (logistic, with fixed study effects, fitted by maximum likelihood)", "a likelihood ratio test"),
]  # fmt: skip


@each(("model", "more", "pooled", "spread"), MODELS)
def test_a_model_is_told_with_what_it_estimates(model, more, pooled, spread):
    said = told({"death": table(FULL)}, measure="OR", analysis={"model": model, **more})
    assert pooled in said
    assert "death (3 studies) was pooled with" in said
    assert spread in said
    if model in ("common", "mh", "peto"):
        assert "tau" not in said
        assert "prediction" not in said
        assert "between-study" not in said
    assert "added" not in said  # no cell is empty
    assert "arms" not in said


@each(
    ("studies", "applied"),
    [
        (FAR, "Hartung-Knapp intervals at the 95% level were computed for death. Where"),
        (
            FULL[:2],
            "Wald-type intervals at the 95% level were computed for death (fewer than three studies). Where",
        ),
    ],
)
def test_the_interval_is_the_one_that_was_applied(studies, applied):
    said = told({"death": table(studies)})
    assert applied in said
    assert "Where the protocol leaves the choice of interval to the data" in said
    assert "leaves the interval" not in told({"death": table(studies)}, analysis={"test": "z"})


def test_outcomes_are_told_as_pooled_single_none_or_planned():
    said = told({"many": table(FULL), "one": table(FULL[:1]), "none": table([]), "silent": table(SILENT), "later": None})  # fmt: skip
    assert "many (3 studies) was pooled with" in said
    assert (
        "For one there was one study with a usable effect: its own estimate is shown, and nothing was pooled."
        in said
    )
    assert "none was not pooled because nothing was extracted for it." in said
    assert "silent was not pooled because no study could be used." in said
    assert (
        "later is to be pooled with a random-effects model by inverse variance (between-study variance by"
        in said
    )


def test_what_nobody_extracted_was_not_pooled():
    said = told({"death": None, "pain": None}, analysis={"model": "mh"})
    assert said == "death and pain are to be pooled with the Mantel-Haenszel method under a common effect."


@each(
    ("studies", "more", "expected", "not_said"),
    [
        (FULL + EMPTY, {}, "0.5 was added to the cells of studies with an empty cell: 1 study of death.", "Mantel"),
        (FULL + EMPTY, {"model": "mh"}, "For the Mantel-Haenszel estimate of death the counts were used as they are.", "tau"),
        (FULL + EMPTY, {"model": "mh", "mh_add": 0.25}, "estimate of death 0.25 was added to those of studies with an empty cell.", "as they are"),
        (FULL + EMPTY, {"model": "peto"}, "Peto odds ratio, analysed on the log scale (death)", "added"),
        (FULL + EMPTY, {"to": "none"}, "death", "added"),
        (FULL + SILENT, {}, "Studies without an event in both groups or in which everybody has the event are not estimable; they count among"
         " participants and events and were not pooled: 1 study of death.", "added"),
        (FULL, {"to": "all"}, "0.5 was added to the cells of all studies: 3 studies of death.", "not estimable"),
    ],
)  # fmt: skip
def test_a_correction_is_told_where_there_was_one(studies, more, expected, not_said):
    said = told({"death": table(studies)}, measure="OR", analysis=more)
    assert expected in said
    assert not_said not in said


HIGH = {"study": "A", "group": "intervention", "arm": "high", "n": "100", "events": "12"}
ARMS = [*table(FULL).to_dict("records"), HIGH]


@each(
    ("entry", "expected"),
    [
        ({}, "Several arms of one group were combined as if their participants had been one sample in 1 study of death."),
        ({"multi_arm": "split"}, "The participants and events of a control that several arms of a study share were divided between these, in 2 comparisons of death."),
        (
            {"multi_arm": "separate", "analysis": {"model": "multilevel", "rho": 0.5}},
            "A control that several arms of a study share is compared in full with each of these, in 2 comparisons of death.",
        ),
        (
            {"multi_arm": "separate", "analysis": {"model": "multilevel", "rho": 0.5}},
            "death (4 effects of 3 studies) was pooled with a multilevel model, effects within studies (between-study variance by restricted"
            " maximum likelihood; sampling errors correlated by 0.5 within studies)",
        ),
        (
            {"multi_arm": "separate", "analysis": {"dependent": "aggregate", "rho": 0.5}},
            "Several effects of one study were combined into one, with sampling errors correlated by 0.5, in 1 study of death.",
        ),
        ({"multi_arm": "separate", "analysis": {"dependent": "robust"}}, "Cluster-robust tests (CR2"),
    ],
)  # fmt: skip
def test_arms_are_told_as_they_were_taken(entry, expected):
    assert expected in told({"death": pd.DataFrame(ARMS)}, **entry)


@each(
    ("kinds", "expected"),
    [
        ("aabb", "death has no total because the protocol asks for subgroups by kind without a total."),
        ("abbb", "without a total; 1 of 2 subgroups has one study only, whose own estimate is shown."),
        ("abcc", "without a total; 2 of 3 subgroups have one study only, whose own estimate is shown."),
    ],
)
def test_subgroups_without_a_total_are_told(kinds, expected):
    own = dict(zip("ABCD", kinds, strict=True))
    rows = table(FAR).assign(kind=lambda every: every["study"].map(own))
    assert expected in told({"death": rows}, subgroups=["kind"], total=False)


def test_without_a_total_each_subgroup_is_told_with_its_own_interval():
    alike = [(name, (n, n // 10), (n, n // 5)) for name, n in (("E", 100), ("F", 200), ("G", 80))]
    rows = table(FAR + alike).assign(kind=["far"] * 8 + ["near"] * 6)
    said = told({"death": rows}, subgroups=["kind"], total=False)
    assert "death (7 studies, within subgroups) was pooled with a random-effects model" in said
    assert "Hartung-Knapp intervals at the 95% level were computed for death (far). " in said
    assert "at the 95% level were computed for death (near) (no heterogeneity estimated)." in said


def test_numbers_of_effects_of_one_study_are_told_as_effects():
    analysis = {"model": "multilevel", "rho": 0.5}
    said = told({"death": pd.DataFrame([*ARMS, *table(EMPTY).to_dict("records")])}, multi_arm="separate", analysis=analysis)  # fmt: skip
    assert "0.5 was added to the cells of studies with an empty cell: 1 effect of death." in said


@each(
    ("measure", "expected"),
    [
        ("PLO", "(logistic, with a random effect for each study, fitted by maximum likelihood)"),
        ("PLN", "The effect measure is the proportion, analysed on the log scale (share)."),
        ("PFT", "back-transformed with the harmonic mean of the numbers of participants"),
    ],
)
def test_what_is_special_to_a_measure_is_told(measure, expected):
    rows = table(FULL)
    single = rows[rows["group"] == "intervention"].assign(group="single")
    model = {"model": "glmm"} if measure == "PLO" else {}
    assert expected in told({"share": single}, measure=measure, analysis=model)


def test_further_analyses_are_told_where_they_were_made():
    rows = table(FULL + EMPTY).assign(dose=[*"111122", *"22"])
    more = {
        "subgroups": ["dose"],
        "moderators": ["dose"],
        "analysis": {"sensitivity": [{"model": "common"}], "k_min_small_study": 3},
    }
    said = told({"death": rows}, **more)
    assert "Subgroups by dose were compared for death." in said
    assert "A meta-regression on dose was made for death." in said
    assert "1 sensitivity analysis of death was made beside the main one: Common effect." in said
    assert "Small-study effects were tested for death (Egger's test, a rank test and trim and fill)." in said
    nothing = told({"death": table(FULL[:1])}, **more)
    beside = told({"death": table(FULL[:1] + SILENT)}, analysis={"sensitivity": [{"measure": "RD"}]})
    assert "1 sensitivity analysis of death was made beside the main one: Risk difference." in beside
    assert "compared" not in nothing
    assert "was made" not in nothing
    assert "tested" not in nothing


IN_GROUPS = table([*FAR, ("E", (60, 12), (60, 30))]).assign(dose=["high"] * 4 + ["low"] * 6)
BOTH = "For death the total of a common-effect model by inverse variance stands beside that of a random-effects model by inverse variance, which is the main analysis; each has weights of its own."
SHARED = "Subgroups by dose were compared for death, with one between-study variance for all subgroups of an outcome (common tau²)."


def test_two_models_and_a_shared_variance_are_said_where_they_are_used():
    said = {
        name: told({"death": IN_GROUPS}, subgroups=["dose"], analysis=analysis)
        for name, analysis in {
            "neither": {},
            "both": {"both": True},
            "shared": {"subgroup_tau2": "common"},
        }.items()
    }
    assert {name: (BOTH in text, SHARED in text) for name, text in said.items()} == {
        "neither": (False, False), "both": (True, False), "shared": (False, True),
    }  # fmt: skip
    assert "were compared for death." in said["neither"]
