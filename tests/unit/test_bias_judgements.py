"""Assessors' sheets become judgements: agreement, conflict, adjudication, answers, overrides, other tools."""

import pandas as pd
import pytest

from evergreen.bias import judgements
from evergreen.bias.agreement import agreement_table
from evergreen.bias.judgements import judge
from evergreen.bias.tools import ROB1, ROB2, TOOLS, own_tool, tool_of
from evergreen.errors import InputError, InputErrors
from tests.rows import each

COLUMNS = ("study", "outcome", "domain", "question", "answer", "judgement", "support", "source", "assessor")
FURTHER = ("timepoint", "comparison", "effect", "variant")


def sheet(*rows, file="AB.csv"):
    names = [*COLUMNS, *(name for name in FURTHER if any(name in row for row in rows))]
    return pd.DataFrame(
        [
            {**dict.fromkeys(names, ""), "study": "S1", "_file": file, "_row": number, **row}
            for number, row in enumerate(rows, start=2)
        ]
    )


def answers(text, **more):
    """`1.1=Y 1.2=PY` as rows."""
    pairs = (pair.split("=") for pair in text.split())
    return [
        {"domain": f"D{question[0]}", "question": question, "answer": answer, **more}
        for question, answer in pairs
    ]


LOW = "1.1=Y 1.2=Y 1.3=N 2.1=N 2.2=N 2.6=Y 3.1=Y 4.1=N 4.2=N 4.3=N 5.1=Y 5.2=N 5.3=N"


def levels(judged, column="judgement"):
    return dict(zip(judged.judgements["domain"], judged.judgements[column], strict=True))


def test_spellings_of_a_judgement_agree():
    judged = judge(
        {
            "AB": sheet(
                {"domain": "Random sequence generation (selection bias)", "judgement": "Low risk of bias"}
            ),
            "CD": sheet({"domain": "sequence_generation", "judgement": "+"}),
        },
        None,
        ROB1,
    )
    assert levels(judged)["sequence_generation"] == "low"
    assert levels(judged, "status") == {"sequence_generation": "agreed", "overall": "pending"}
    assert judged.conflicts.empty


LOW_SAID = [{**row, "_awaited": False} for row in answers("1.1=Y 1.2=Y 1.3=N")]
JUDGED = {"domain": "2", "judgement": "low", "_awaited": False}
WAITS = {"_awaited": True}
AWAITING = [
    # Rows of CD beside AB's answers to domain 1 and judgement of domain 2; (domain, status) of both; pending and open conflicts.
    ("a domain", [*LOW_SAID, {**WAITS, "domain": "2"}], ["agreed", "single"], [("D2", "CD=awaited", "pending")]),
    ("the rest of the answers", [*LOW_SAID[:1], {**WAITS, "domain": "1", "question": "1.2"}, JUDGED], ["single", "agreed"], [("D1", "CD=awaited", "pending")]),
    ("a judgement that answers give", [*LOW_SAID, {**WAITS, "domain": "1"}, JUDGED], ["agreed", "agreed"], []),
    ("a question that did not arise", [*LOW_SAID, {**WAITS, "domain": "2", "question": "2.3"}, JUDGED], ["agreed", "agreed"], []),
    ("everything", [{**WAITS, "domain": "1"}, {**WAITS, "domain": "2"}], ["single", "single"], [("", "AB=present; CD=absent", "pending")]),
    ("the overall judgement, which follows", [*LOW_SAID, JUDGED, {**WAITS, "domain": "overall"}], ["agreed", "agreed"], []),
]  # fmt: skip


@each(("what", "cd", "status", "conflicts"), AWAITING, ids=[case[0] for case in AWAITING])
def test_what_a_sheet_awaits_is_no_disagreement(what, cd, status, conflicts):
    judged = judge({"AB": sheet(*LOW_SAID, JUDGED), "CD": sheet(*cd, file="CD.csv")}, None, ROB2)
    assert [levels(judged, "status")[domain] for domain in ("D1", "D2")] == status
    assert levels(judged)["D1"] == levels(judged)["D2"] == "low"
    listed = judged.conflicts[["domain", "values", "status"]]
    assert list(listed.itertuples(index=False, name=None)) == conflicts


def test_a_disagreement_waits_for_its_adjudication():
    sheets = {
        "AB": sheet({"domain": "7", "judgement": "low"}),
        "CD": sheet({"domain": "7", "judgement": "high"}),
    }
    judged = judge(sheets, None, ROB1)
    assert levels(judged)["other_bias"] == ""
    assert levels(judged, "status")["other_bias"] == "conflict"
    assert judged.conflicts[["domain", "values", "status"]].values.tolist() == [
        ["other_bias", "AB=low; CD=high", "open"]
    ]

    decision = sheet(
        {"domain": "Other bias", "judgement": "unclear", "support": "funding not stated", "adjudicator": "EF"}
    )
    judged = judge(sheets, decision, ROB1)
    assert levels(judged)["other_bias"] == "unclear"
    assert levels(judged, "support")["other_bias"] == "funding not stated"
    assert judged.conflicts[["status", "value", "adjudicator"]].values.tolist() == [
        ["adjudicated", "unclear", "EF"]
    ]


def test_answers_lead_to_judgements_and_to_an_overall_one():
    judged = judge({"AB": sheet(*answers(LOW, outcome="pain"))}, None, ROB2)
    assert set(levels(judged).values()) == {"low"}
    assert levels(judged, "status")["overall"] == "algorithm"


def test_yes_and_probably_yes_agree():
    judged = judge(
        {"AB": sheet(*answers(LOW)), "CD": sheet(*answers(LOW.replace("1.2=Y", "1.2=PY")))}, None, ROB2
    )
    assert judged.conflicts.empty


def test_answers_that_differ_without_consequence_are_listed_as_such():
    other = LOW.replace("1.1=Y", "1.1=NI")
    judged = judge({"AB": sheet(*answers(LOW)), "CD": sheet(*answers(other))}, None, ROB2)
    assert levels(judged)["D1"] == "low"
    assert judged.conflicts[["question", "values", "status"]].values.tolist() == [
        ["1.1", "AB=Y; CD=NI", "no effect"]
    ]


def test_an_adjudicated_answer_runs_through_the_algorithm():
    other = LOW.replace("1.2=Y", "1.2=N")
    decision = sheet({"domain": "D1", "question": "1.2", "answer": "NI", "adjudicator": "EF"})
    judged = judge({"AB": sheet(*answers(LOW)), "CD": sheet(*answers(other))}, decision, ROB2)
    assert levels(judged)["D1"] == "some concerns"
    assert levels(judged)["overall"] == "some concerns"
    assert set(judged.conflicts["status"]) == {"adjudicated"}


def test_an_override_needs_a_reason_and_shows_what_the_algorithm_says():
    override = {"domain": "D1", "judgement": "some concerns", "support": "sequence printed beforehand"}
    judged = judge({"AB": sheet(*answers(LOW), override)}, None, ROB2)
    assert levels(judged)["D1"] == "some concerns"
    assert levels(judged, "algorithm")["D1"] == "low"
    with pytest.raises(InputError, match="without a reason"):
        judge({"AB": sheet(*answers(LOW), override | {"support": ""})}, None, ROB2)


def test_several_concerns_may_be_raised_to_high_by_a_person():
    raised = {"domain": "overall", "judgement": "high", "support": "three domains of concern"}
    judged = judge({"AB": sheet(*answers(LOW), raised)}, None, ROB2)
    assert levels(judged)["overall"] == "high"
    assert levels(judged, "algorithm")["overall"] == "low"


def test_what_a_tool_does_not_know_is_refused_with_its_cell():
    with pytest.raises(InputErrors) as caught:
        judge(
            {
                "AB": sheet(
                    {"domain": "D9", "judgement": "low"},
                    {"domain": "D1", "judgement": "fair"},
                    {"domain": "D1", "question": "2.1", "answer": "Y"},
                    {"domain": "D1", "question": "1.1", "answer": "maybe"},
                )
            },
            None,
            ROB2,
        )
    assert [(error.row, error.column) for error in caught.value.errors] == [
        (2, "domain"), (3, "judgement"), (4, "question"), (5, "answer"),
    ]  # fmt: skip


def test_a_result_that_one_has_not_judged_is_pending():
    sheets = {"AB": sheet(*answers(LOW)), "CD": sheet(*answers(LOW, study="S2"))}
    assert judge(sheets, None, ROB2).conflicts["status"].tolist() == ["pending", "pending"]


def test_a_decision_on_nothing_is_an_orphan():
    decision = sheet({"study": "gone", "domain": "D1", "judgement": "low", "adjudicator": "EF"})
    conflicts = judge({"AB": sheet(*answers(LOW))}, decision, ROB2).conflicts
    assert conflicts[["study", "status"]].values.tolist() == [["gone", "orphan"]]


@each(
    ("tool", "variant"),
    [(tool, variant) for tool in TOOLS.values() for variant in tool.variants or ("",) if tool.marks == "circles"],
)  # fmt: skip
def test_each_tool_judges_overall_by_its_worst_domain(tool, variant):
    rows = [
        {"domain": domain.id, "judgement": tool.levels_of(domain)[0].capitalize(), "variant": variant}
        for domain in tool.domains_of(variant)
    ]
    best = max((tool.levels_of(domain)[0] for domain in tool.domains_of(variant)), key=tool.levels.index)
    assert levels(judge({"AB": sheet(*rows)}, None, tool))["overall"] == best
    rows[0]["judgement"] = tool.symbols[-1]
    assert levels(judge({"AB": sheet(*rows)}, None, tool))["overall"] == tool.levels[-1]


def test_a_tool_of_ones_own_is_a_list_of_domains(tmp_path):
    path = tmp_path / "stars.yaml"
    path.write_text(
        "name: Stars\nlevels: [good, poor]\ndomains: [Selection, {id: comparability, name: Comparable groups}]\n"
    )
    tool = tool_of(str(path))
    judged = judge(
        {
            "AB": sheet(
                {"domain": "selection", "judgement": "good"},
                {"domain": "Comparable groups", "judgement": "Poor"},
            )
        },
        None,
        tool,
    )
    assert levels(judged) == {"Selection": "good", "comparability": "poor", "overall": "poor"}
    assert own_tool(["A", "B"], path).levels == ("low", "unclear", "high")
    with pytest.raises(InputError, match="no domains"):
        own_tool({"levels": ["a", "b"]}, path)
    with pytest.raises(InputError, match="neither a tool nor a file"):
        tool_of("rob3")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "config/tool.yaml: the file of the risk-of-bias tool is missing. Create it, or mend `risk_of_bias.tool`"),
        ("domains: [a, b\nlevels: [x, y]\n", "config/tool.yaml, row 2, column 7: not valid YAML"),
        ("", "config/tool.yaml: no domains are listed"),
        ("domains: {a: 1}\n", "config/tool.yaml: no domains are listed"),
        ("domains: [a]\nlevels: 3\n", "config/tool.yaml: `levels` is no list"),
        ("domains: [a]\nlevels: [low, Low]\n", "config/tool.yaml: a level of judgement is there twice"),
        ("domains: [[a]]\n", "config/tool.yaml: ['a'] is not a domain"),
    ],
)  # fmt: skip
def test_a_tool_file_that_is_absent_or_broken_is_told_in_one_sentence(
    tmp_path, monkeypatch, content, sentence
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config").mkdir()
    if content is not None:
        (tmp_path / "config/tool.yaml").write_text(content)
    with pytest.raises(InputError) as fault:
        tool_of("config/tool.yaml")
    assert str(fault.value).startswith(sentence)
    assert "\n" not in str(fault.value)


@each(
    "text",
    [
        "High",
        "high risk",
        "High risk of bias",
        "high_risk",
        "HIGH  RISK",
        "-",
        "\N{MINUS SIGN}",
        "\N{EN DASH}",
    ],
)
def test_a_judgement_is_read_by_its_labels(text):
    assert ROB1.level_of(text) == "high"


@each(
    ("tool", "text", "level"),
    [
        ("rob2", "some_concerns", "some concerns"),
        ("rob2", "Some Concerns", "some concerns"),
        ("rob2", "moderate", "some concerns"),
        ("rob2", "some concern", "some concerns"),
        ("robins-i", "moderate", "moderate"),
        ("robins-i", "No_Information", "no information"),
        ("robins-i", "fair", None),
        ("quadas-2", "Low concerns regarding applicability", "low"),
    ],
)
def test_levels_of_the_tools(tool, text, level):
    assert TOOLS[tool].level_of(text) == level


def test_a_tool_may_be_in_any_script(tmp_path):
    tool = own_tool({"domains": ["随机化", "盲法"], "levels": ["низкий", "высокий"]}, tmp_path / "tool.yaml")
    assert tool.domain_of(" 盲法").id == "盲法"
    assert tool.level_of("Высокий") == "высокий"


@each("answer", ["Probably yes", "probably_yes", "PROBABLY  YES", "py"])
def test_an_answer_is_read_by_its_words(answer):
    judged = judge(
        {"AB": sheet(*answers("1.1=Y 1.3=N"), {"domain": "D1", "question": "1,2", "answer": answer})},
        None,
        ROB2,
    )
    assert levels(judged)["D1"] == "low"


def by_result(judged, *names):
    overall = judged.judgements[judged.judgements["domain"] == "overall"]
    return {tuple(row[name] for name in names): row["judgement"] for _, row in overall.iterrows()}


SOME = [{"domain": domain, "judgement": "low"} for domain in ("D1", "D2", "D3", "D4")]


def test_a_result_takes_what_holds_for_all_and_is_judged_overall():
    rows = [
        *SOME,
        {"domain": "D5", "judgement": "low", "outcome": "pain"},
        {"domain": "D3", "judgement": "some concerns", "outcome": "pain", "timepoint": "12 weeks"},
        {"domain": "D4", "judgement": "high", "outcome": "pain", "timepoint": "6 weeks", "comparison": "drug B"},
        {"domain": "D4", "judgement": "low", "outcome": "pain", "timepoint": "6 Weeks", "comparison": "placebo"},
    ]  # fmt: skip
    judged = judge({"AB": sheet(*rows), "CD": sheet(*rows[::-1])}, None, ROB2)
    assert judged.judgements.columns.tolist()[:4] == ["study", "outcome", "timepoint", "comparison"]
    assert by_result(judged, "outcome", "timepoint", "comparison") == {
        ("pain", "", ""): "low",
        ("pain", "12 weeks", ""): "some concerns",
        ("pain", "6 Weeks", "drug B"): "high",
        ("pain", "6 Weeks", "placebo"): "low",
    }
    assert judged.conflicts.empty


def test_both_effects_of_interest_are_judged_apart():
    adhering = "2.1=N 2.2=N 2.4=Y 2.5=N 2.6=N"
    rows = [*answers(LOW), *answers(adhering, effect="per protocol")]
    judged = judge({"AB": sheet(*rows)}, None, ROB2)
    assert by_result(judged, "effect") == {("",): "low", ("adhering",): "high"}
    decision = {"domain": "D2", "effect": "adhering", "question": "2.6", "answer": "Y", "adjudicator": "EF"}
    other = [*answers(LOW), *answers(adhering.replace("2.6=N", "2.6=NI"), effect="adhering")]
    judged = judge({"AB": sheet(*rows), "CD": sheet(*other)}, sheet(decision), ROB2)
    assert by_result(judged, "effect") == {("",): "low", ("adhering",): "some concerns"}
    assert judged.conflicts[["effect", "question", "status", "adjudicator"]].values.tolist() == [
        ["adhering", "2.6", "adjudicated", "EF"]
    ]


def test_what_a_person_says_of_a_whole_study_holds_for_its_results():
    raised = {"domain": "overall", "judgement": "high", "support": "fraud"}
    rows = [*SOME, raised, {"domain": "D5", "judgement": "low", "outcome": "pain"}]
    judged = judge({"AB": sheet(*rows)}, None, ROB2)
    assert by_result(judged, "outcome") == {("",): "high", ("pain",): "high"}
    assert judged.judgements["algorithm"].tolist()[-1] == "low"


def test_columns_that_nobody_fills_are_not_written():
    rows = [{**row, "timepoint": "", "effect": "", "variant": ""} for row in answers(LOW)]
    judged = judge({"AB": sheet(*rows)}, None, ROB2)
    assert judged.judgements.columns.tolist() == list(judgements.COLUMNS)


def test_agreement_is_counted_by_domain_before_adjudication():
    pairs = {"S1": "low low", "S2": "low high", "S3": "high high", "S4": "low low", "S5": "high low"}
    sheets = {
        person: sheet(
            *({"study": study, "domain": "7", "judgement": said.split()[n]} for study, said in pairs.items())
        )
        for n, person in enumerate(("AB", "CD"))
    }
    table = agreement_table(judge(sheets, None, ROB1).opinions, ROB1)
    assert table[["domain", "first", "second", "n"]].values.tolist() == [["other_bias", "AB", "CD", 5]]
    # 2 x 2: 2 low both, 1 high both, 1 and 1: po 3/5, pe (3*3 + 2*2)/25.
    assert table["agreement"].item() == pytest.approx(0.6)
    assert table["kappa"].item() == pytest.approx((0.6 - 0.52) / 0.48)
    assert agreement_table(judge({"AB": sheets["AB"]}, None, ROB1).opinions, ROB1).empty


@each(
    ("whole", "result", "judgement", "status"),
    [("low", "low", "low", "agreed"), ("low", "high", "", "conflict"), ("high", "low", "", "conflict")],
)
def test_what_a_person_says_of_a_whole_study_holds_where_another_judges_a_result(
    whole, result, judgement, status
):
    """The result's own line counts for it: without the other's word a disagreement would be lost."""
    sheets = {
        "AB": sheet({"domain": "D1", "judgement": whole}),
        "CD": sheet({"domain": "D1", "judgement": result, "outcome": "pain"}, file="CD.csv"),
    }
    judged = judge(sheets, None, ROB2)
    (of_pain,) = judged.judgements.query("outcome == 'pain' and domain == 'D1'").to_dict("records")
    assert (of_pain["judgement"], of_pain["status"], of_pain["assessors"]) == (judgement, status, "AB; CD")
    listed = [(one["outcome"], one["values"], one["status"]) for one in judged.conflicts.to_dict("records")]
    opened = [("pain", f"AB={whole}; CD={result}", "open")] * (status == "conflict")
    assert listed == [("", "AB=present; CD=absent", "pending"), *opened]
    # a person's own line on the result goes before, and what a sheet awaits is not said yet
    own = {"domain": "D1", "judgement": result, "outcome": "pain"}
    sheets["AB"] = sheet({"domain": "D1", "judgement": whole}, own)
    found = judge(sheets, None, ROB2).judgements.query("outcome == 'pain' and domain == 'D1'")
    assert found["status"].tolist() == ["agreed"]
