"""The tools as data: what each holds, the page made from them, variants, algorithms by table, rules of the overall in YAML."""

from itertools import product

import pytest

from evergreen.bias.judgements import check, judge
from evergreen.bias.tools import ROB2, TOOLS, own_tool
from evergreen.bias.tools.anatomy import class_of
from evergreen.bias.tools.reference import in_page
from evergreen.errors import InputError, InputErrors
from tests.rows import each
from tests.unit.test_bias_judgements import levels, sheet

V2, STARS, QUADAS = TOOLS["robins-i-v2"], TOOLS["newcastle-ottawa"], TOOLS["quadas-2"]


def test_the_page_is_as_the_tools_say(root):
    page = (root / "docs" / "risk-of-bias.md").read_text(encoding="utf-8")
    assert in_page(page) == page, "run `make tools`"


@each("tool", TOOLS.values(), ids=list(TOOLS))
def test_a_tool_holds_together(tool):
    assert len(tool.levels) == len(tool.symbols) == len(tool.colours) == len(set(tool.levels))
    assert tool.said
    assert tool.source
    for variant in tool.variants or ("",):
        for domain in tool.domains_of(variant):
            assert tool.domain_of(domain.id, variant) is domain
            assert tool.domain_of(domain.name, variant) is domain
            assert set(tool.levels_of(domain)) <= set(tool.levels)
            for form in domain.forms.values():
                ids = [question.id for question in form.questions]
                assert len(set(ids)) == len(ids)
                assert not (form.algorithm and form.unverified)
    for level, symbol in zip(tool.levels, tool.symbols, strict=True):
        assert tool.level_of(level) == tool.level_of(symbol) == level


@each("tool", TOOLS.values(), ids=list(TOOLS))
def test_every_algorithm_ends_at_a_level_whatever_the_answers(tool):
    for domain in tool.domains:
        for form in domain.forms.values():
            if form.algorithm is None:
                continue
            classes = [
                sorted({class_of(answer) for answer in question.answers if answer != "NA"})
                for question in form.questions
            ]
            for answers in product(*classes):
                said = dict(zip((question.id for question in form.questions), answers, strict=True))
                assert form.suggest(said) in tool.levels_of(domain)
            assert form.suggest({}) is None


# Answers by question, "." any: of the flow charts, the first row that fits counts.
ROBINS_I_V2 = {
    "D5": """
        Y . . serious
        N N . low
        N . N low
        N . SY serious
        N . . moderate
        NI N . moderate
        NI . SY serious
        NI . . moderate""",
    "D6": """
        Y . . . low
        . Y Y . critical
        . Y . Y critical
        . . Y Y critical
        . Y . . serious
        . . Y . serious
        . . . Y serious
        . NI NI NI serious
        . N N N low
        . . . . moderate""",
    "D3": """
        SN . . . . Y . . moderate
        SN . . . . . Y . moderate
        SN . . . . . . Y critical
        SN . . . . . . . serious
        . . Y Y Y Y . . moderate
        . . Y Y Y . Y . moderate
        . . Y Y Y . . Y critical
        . . Y Y Y . . . serious
        WN . . . . . . . moderate
        NI . . . . . . . moderate
        Y Y . . . . . . moderate
        . . N . . . . . low
        . . Y N . . . . low
        . . . . . . . . moderate""",
}


@each("domain", ROBINS_I_V2)
def test_robins_i_v2_suggests_what_its_table_says(domain):
    rows = [line.split() for line in ROBINS_I_V2[domain].strip().splitlines()]
    asked = V2.by_id[domain].form().questions
    classes = [
        sorted({class_of(answer) for answer in question.answers if answer != "NA"}) for question in asked
    ]
    for answers in product(*classes):
        expected = next(
            row[-1] for row in rows if all(cell in (".", answer) for cell, answer in zip(row, answers, strict=False))
        )  # fmt: skip
        said = dict(zip((question.id for question in asked), answers, strict=True))
        assert V2.suggest(domain, said) == expected, said


def test_what_is_not_known_for_certain_is_not_suggested():
    for domain in ("D1", "D2", "D4"):
        form = V2.by_id[domain].form()
        assert form.suggest({question.id: question.answers[0] for question in form.questions}) is None
    for domain in ROB2.domains_of("crossover"):
        assert domain.form("crossover").algorithm is None
        assert domain.form("crossover").unverified


@each("numbers", [("1a.1", "1a.2", "1a.3")])
def test_the_randomisation_of_clusters_is_judged_as_that_of_people(numbers):
    for answers in product("YN", ("Y", "N", "NI"), ("Y", "N", "NI")):
        parallel = ROB2.suggest("D1", dict(zip(("1.1", "1.2", "1.3"), answers, strict=True)))
        assert ROB2.suggest("D1", dict(zip(numbers, answers, strict=True)), variant="cluster") == parallel


def low(*domains, **more):
    return [{"domain": domain, "judgement": "low", **more} for domain in domains]


def test_a_crossover_trial_is_judged_overall_with_its_period_effects():
    crossover = low("D1", "D2", "D3", "D4", "D5", outcome="pain")
    crossover[0]["variant"] = "Crossover"
    judged = judge({"AB": sheet(*crossover)}, None, ROB2)
    assert levels(judged)["overall"] == ""
    judged = judge({"AB": sheet(*crossover, *low("S", outcome="pain"))}, None, ROB2)
    assert levels(judged) == dict.fromkeys(["D1", "DS", "D2", "D3", "D4", "D5", "overall"], "low")
    assert set(judged.judgements["variant"]) == {"crossover"}


@each(
    ("rows", "sentence"),
    [
        (low("DS"), "'DS' is no domain of RoB 2 where the variant is parallel. Write crossover in the column `variant`"),
        (low("D1", variant="stepped"), "'stepped' is no variant of RoB 2. Allowed: parallel, cluster, crossover."),
        ([*low("D1", variant="cluster"), *low("D2", variant="crossover")], "S1 is crossover here and cluster elsewhere"),
        (low("D1", effect="harm"), "'harm' is no effect of interest. Allowed: assignment, adhering."),
    ],
)  # fmt: skip
def test_a_variant_or_effect_that_cannot_be_is_told(rows, sentence):
    with pytest.raises((InputError, InputErrors)) as fault:
        check(sheet(*rows), ROB2)
    assert sentence in str(fault.value)


def test_one_who_says_the_variant_says_it_for_all():
    rows = low("D1", "DS", "D2", "D3", "D4", "D5")
    judged = judge(
        {"AB": sheet({**rows[0], "variant": "crossover"}, *rows[1:]), "CD": sheet(*rows)}, None, ROB2
    )
    assert levels(judged)["DS"] == "low"


ITEMS = ("S1", "S2", "S3", "S4", "O1", "O2", "O3")


def test_stars_are_summed_and_not_judged():
    rows = [{"domain": item, "judgement": star} for item, star in zip(ITEMS, "★*1★-0★", strict=True)]
    rows.append({"domain": "Comparability", "judgement": "★★"})
    assert levels(judge({"AB": sheet(*rows)}, None, STARS))["overall"] == "7"
    assert levels(judge({"AB": sheet(*rows[:-1])}, None, STARS))["overall"] == ""
    with pytest.raises(InputErrors) as fault:
        check(sheet({"domain": "S1", "judgement": "**"}, {"domain": "overall", "judgement": "*"}), STARS)
    assert "'**' is no judgement of S1. Allowed: 1 star, no star." in str(fault.value)
    assert "Newcastle-Ottawa scale has no overall judgement" in str(fault.value)


def test_a_case_control_study_has_items_of_its_own():
    rows = [
        {"domain": item, "judgement": "*", "variant": "case-control"}
        for item in ("S1", "S2", "S3", "S4", "E1", "E2", "E3")
    ]
    judged = judge({"AB": sheet(*rows, {"domain": "C1", "judgement": "2"})}, None, STARS)
    assert levels(judged) == {
        **dict.fromkeys(["CS1", "CS2", "CS3", "CS4"], "1 star"), "CC1": "2 stars",
        **dict.fromkeys(["E1", "E2", "E3"], "1 star"), "overall": "9",
    }  # fmt: skip


def test_confounding_is_never_low_without_reserve():
    rows = [
        {"domain": domain.id, "judgement": "low"} if domain.id != "D1" else
        {"domain": "D1", "judgement": "Low (except for concerns about uncontrolled confounding)"}
        for domain in V2.domains
    ]  # fmt: skip
    assert levels(judge({"AB": sheet(*rows)}, None, V2))["overall"] == "low except confounding"
    with pytest.raises(InputError, match="'Low' is no judgement of D1"):
        check(sheet({"domain": "D1", "judgement": "Low"}), V2)


def test_quadas_2_asks_and_leaves_the_judgement_to_a_person():
    rows = [{"domain": "D1", "question": "1.1", "answer": "unclear"}, {"domain": "D1", "judgement": "low"}]
    assert levels(judge({"AB": sheet(*rows)}, None, QUADAS))["D1"] == "low"
    check(
        sheet({"domain": "D2", "question": "2.3", "answer": "yes"}), QUADAS
    )  # a question of the review's own
    with pytest.raises(InputError, match=r"'PROBABLY' is no answer\. Allowed: Y, N, U"):
        check(sheet({"domain": "D1", "question": "1.1", "answer": "probably"}), QUADAS)


def test_an_overall_judgement_is_seen_where_the_tool_shows_one_or_a_person_made_it():
    computed, made = ({"domain": "overall", "status": status} for status in ("algorithm", "adjudicated"))
    assert [tool.shows(computed) for tool in (TOOLS["rob1"], QUADAS, TOOLS["rob2"], STARS)] == [
        False,
        False,
        True,
        True,
    ]
    assert QUADAS.shows(made)
    assert QUADAS.shows({"domain": "D1", "status": "algorithm"})


OWN = {"levels": ["good", "fair", "poor"], "domains": ["a", "b", "c", "d"]}
CASES = [
    {"level": "poor", "any": "poor", "domains": ["a"]},
    {"level": "poor", "at_least": 2, "of": ["fair", "poor"]},
    {"level": "good", "all": "good"},
    {"level": "fair"},
]


@each(
    ("overall", "given", "expected"),
    [
        ("worst", "good good fair good", "fair"),
        (None, "good poor", "poor"),
        ("majority", "good fair poor fair", "fair"),
        ("Majority", "good good poor poor", "poor"),
        ("majority", "good good poor", None),
        ("none", "poor poor poor poor", None),
        (CASES, "poor good good good", "poor"),
        (CASES, "good poor good good", "fair"),
        (CASES, "good poor fair good", "poor"),
        (CASES, "good good good good", "good"),
        (CASES, "good good good", None),
    ],
)
def test_a_tool_of_ones_own_states_the_rule_of_its_overall(tmp_path, overall, given, expected):
    tool = own_tool(OWN | ({} if overall is None else {"overall": overall}), tmp_path / "own.yaml")
    assert tool.overall(dict(zip("abcd", given.split(), strict=False))) == expected
    judged = judge({"AB": sheet({"domain": "a", "judgement": "poor"})}, None, tool)
    assert ("overall" in levels(judged)) == (overall != "none")


@each(
    ("overall", "sentence"),
    [
        ("best", "`overall` is 'best'. Allowed: worst, majority, none, or a list of cases."),
        ([], "`overall` is []"),
        ([{"level": "good"}, {"level": "poor"}], "not just the last has no condition"),
        ([{"level": "good", "all": "good"}], "not just the last has no condition"),
        ([{"any": "good"}], "case 1 of `overall` states no level"),
        ([{"level": "great"}], "case 1 of `overall` names 'great' as a level. Allowed: good, fair, poor."),
        ([{"level": "good", "most": "good"}], "case 1 of `overall` has most. Allowed: all, any, at_least, domains, level, of."),
        ([{"level": "good", "all": "good", "any": "good"}, {"level": "fair"}], "case 1 of `overall` has all, any"),
        ([{"level": "good", "at_least": 5, "of": "good"}, {"level": "fair"}], "has at_least: 5. Write a number from 1 to 4."),
        ([{"level": "good", "at_least": True, "of": "good"}, {"level": "fair"}], "has at_least: True"),
        ([{"level": "good", "at_least": 1}, {"level": "fair"}], "has at_least. Write one of all, any, or at_least with of."),
        ([{"level": "good", "any": "good", "domains": ["z"]}, {"level": "fair"}], "names 'z' as a domain. Allowed: a, b, c, d."),
        ([{"level": "good", "domains": ["a"]}, {"level": "fair"}], "has no condition. Add all, any, or at_least with of."),
    ],
)  # fmt: skip
def test_a_rule_that_is_none_is_refused_when_it_is_read(tmp_path, overall, sentence):
    with pytest.raises(InputError) as fault:
        own_tool(OWN | {"overall": overall}, tmp_path / "own.yaml")
    assert sentence in str(fault.value)
    assert "\n" not in str(fault.value)


@each(
    ("more", "sentence"),
    [
        ({"Overall": "majority"}, "the file has Overall. Allowed: name, domains, levels, overall."),
        ({"domains": [{"id": "a", "label": "Blinding"}]}, "the domain a has label. Allowed: id, name."),
        ({"levels": [True, False]}, "`levels` has a word that YAML reads as true or false"),
    ],
)
def test_what_a_file_says_that_nobody_reads_is_refused(tmp_path, more, sentence):
    with pytest.raises(InputError) as fault:
        own_tool(OWN | more, tmp_path / "own.yaml")
    assert sentence in str(fault.value)
