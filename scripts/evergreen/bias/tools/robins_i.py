"""ROBINS-I: non-randomised studies of interventions, version 1 (2016) and version 2 (draft of 20 November 2025).

Version 2 suggests judgements from answers. Its document was not at hand; of two transcriptions of its flow charts, made
independently of each other, domains 3, 5 and 6 agree on every combination of answers and are suggested here. On domains 1, 2 and 4
they differ, so these are judged by people.
"""

from __future__ import annotations

from types import MappingProxyType

from evergreen.bias.tools.anatomy import MINUS, Answers, Domain, Form, Tool, always, ask, questions

# "No information" stands between moderate and serious: nothing serious is known, but the result is not known to be sound.
ROBINS_I = Tool(
    "robins-i",
    "ROBINS-I",
    (
        Domain("D1", "Confounding", ("1", "Bias due to confounding")),
        Domain("D2", "Selection of participants", ("2",)),
        Domain("D3", "Classification of interventions", ("3",)),
        Domain("D4", "Deviations from intended interventions", ("4",)),
        Domain("D5", "Missing data", ("5",)),
        Domain("D6", "Measurement of outcomes", ("6",)),
        Domain("D7", "Selection of the reported result", ("7",)),
    ),
    ("low", "moderate", "no information", "serious", "critical"),
    ("+", "~", "?", MINUS, "!"),
    ("green", "yellow", "blue", "red", "dark"),
    overall_head="Overall risk of bias",
    unit="result",
    design="non-randomised",
    target_trial=True,
    said="ROBINS-I",
    source="Sterne et al. 2016 (BMJ 355:i4919)",
    remarks=("Version 1 has no algorithm: its questions are recorded, its domains judged by people.",),
)

LEVELS = ("low", "low except confounding", "moderate", "serious", "critical")
LOW, EXCEPT, MODERATE, SERIOUS, CRITICAL = LEVELS
WEAK_OR_STRONG_NO = ("Y", "PY", "WN", "SN", "NI", "NA")
WEAK_OR_STRONG_YES = ("SY", "WY", "PN", "N", "NI", "NA")
NEVER_UNKNOWN = ("Y", "PY", "PN", "N", "NA")
DIFFERING = "two independent transcriptions of its flow chart differ"


def _selection(answers: Answers) -> str:
    """Follow-up and immortal time, other selection; where the worse of both is serious, what was done about it."""
    found = max(_start_of_follow_up(answers), _other_selection(answers), key=LEVELS.index)
    if found != SERIOUS:
        return found
    if ask(answers, "3.6") == "Y" or ask(answers, "3.7") == "Y":
        return MODERATE
    return CRITICAL if ask(answers, "3.8") == "Y" else SERIOUS


def _start_of_follow_up(answers: Answers) -> str:
    start = ask(answers, "3.1")
    if start == "Y":
        return MODERATE if ask(answers, "3.2") == "Y" else LOW
    return SERIOUS if start == "SN" else MODERATE


def _other_selection(answers: Answers) -> str:
    for question in ("3.3", "3.4"):
        answer = ask(answers, question)
        if answer != "Y":
            return LOW if answer == "N" else MODERATE
    return SERIOUS if ask(answers, "3.5") == "Y" else MODERATE


def _measurement(answers: Answers) -> str:
    differs = ask(answers, "5.1")
    if differs == "Y":
        return SERIOUS
    best = LOW if differs == "N" else MODERATE
    if ask(answers, "5.2") == "N":
        return best
    influenced = ask(answers, "5.3")
    if influenced == "SY":
        return SERIOUS
    return best if influenced == "N" else MODERATE


def _reported_result(answers: Answers) -> str:
    if ask(answers, "6.1") == "Y":
        return LOW
    selected = [ask(answers, question) for question in ("6.2", "6.3", "6.4")]
    if selected.count("Y") > 1:
        return CRITICAL
    if "Y" in selected or selected.count("NI") == 3:
        return SERIOUS
    return MODERATE if "NI" in selected else LOW


_ABOUT_1A = (
    *questions({"1.1": "all important confounders were controlled for", "1.2": "they were measured well"}, WEAK_OR_STRONG_NO),
    *questions({"1.3": "variables after the start that the intervention affects were controlled for"}),
    *questions({"1.4": "signs of serious confounding that is left"}, NEVER_UNKNOWN),
)  # fmt: skip
_ABOUT_1B = (
    *questions({"1.1": "a method for confounding that varies in time"}),
    *questions({"1.2": "all important confounders were controlled for", "1.3": "they were measured well"}, WEAK_OR_STRONG_NO),
    *questions({"1.4": "variables after the start were controlled for by an unsuitable method"}),
    *questions({"1.5": "signs of serious confounding that is left"}, NEVER_UNKNOWN),
)  # fmt: skip
_ABOUT_2 = (
    *questions({"2.1": "strategies are distinguishable when follow-up starts", "2.2": "nearly all events come after they are"}),
    *questions({"2.3": "the analysis deals with it", "2.4": "the outcome influenced the classification"}, WEAK_OR_STRONG_YES),
    *questions({"2.5": "further errors of classification are likely"}),
)  # fmt: skip
_ABOUT_3 = (
    *questions({"3.1": "follow-up starts with the intervention"}, WEAK_OR_STRONG_NO),
    *questions({
        "3.2": "early events were left out", "3.3": "selected by what came after the start",
        "3.4": "what selected goes with the intervention", "3.5": "what selected goes with the outcome",
        "3.6": "the analysis corrects for the selection", "3.7": "sensitivity analyses show little impact",
        "3.8": "too severe for a synthesis",
    }),
)  # fmt: skip
_ABOUT_4 = (
    *questions({
        "4.1": "data on the intervention are complete", "4.2": "data on the outcome are complete",
        "4.3": "data on confounders are complete", "4.4": "only complete cases were analysed",
        "4.5": "leaving out goes with the outcome's true value",
    }),
    *questions({"4.6": "the model explains it"}, WEAK_OR_STRONG_NO),
    *questions({"4.7": "missing values were imputed", "4.8": "missing at random is reasonable"}),
    *questions({"4.9": "the imputation was done well", "4.10": "another method corrects for it"}, WEAK_OR_STRONG_NO),
    *questions({"4.11": "evidence that missing data do not bias the result"}, NEVER_UNKNOWN),
)  # fmt: skip
_ABOUT_5 = (
    *questions({"5.1": "measuring could differ between groups", "5.2": "assessors knew the intervention"}),
    *questions({"5.3": "knowing could influence the assessment"}, WEAK_OR_STRONG_YES),
)
_ABOUT_6 = questions({
    "6.1": "the result follows a plan made beforehand", "6.2": "selected among several measurements",
    "6.3": "selected among several analyses", "6.4": "selected among several subgroups",
})  # fmt: skip

ROBINS_I_V2 = Tool(
    "robins-i-v2",
    "ROBINS-I V2",
    (
        Domain(
            "D1", "Confounding", ("1", "Bias due to confounding"), levels=LEVELS[1:],
            forms=MappingProxyType({
                ("", ""): Form(_ABOUT_1A, unverified=DIFFERING),
                ("", "adhering"): Form(_ABOUT_1B, unverified=DIFFERING),
            }),
        ),
        Domain("D2", "Classification of interventions", ("2",), forms=always(Form(_ABOUT_2, unverified=DIFFERING)), levels=(LOW, *LEVELS[2:])),
        Domain("D3", "Selection of participants", ("3",), forms=always(Form(_ABOUT_3, _selection)), levels=(LOW, *LEVELS[2:])),
        Domain("D4", "Missing data", ("4",), forms=always(Form(_ABOUT_4, unverified=DIFFERING)), levels=(LOW, *LEVELS[2:])),
        Domain("D5", "Measurement of the outcome", ("5",), forms=always(Form(_ABOUT_5, _measurement)), levels=(LOW, *LEVELS[2:])),
        Domain("D6", "Selection of the reported result", ("6",), forms=always(Form(_ABOUT_6, _reported_result)), levels=(LOW, *LEVELS[2:])),
    ),
    LEVELS,
    ("+", "(+)", "~", MINUS, "!"),
    ("green", "lime", "yellow", "red", "dark"),
    overall_head="Overall risk of bias",
    synonyms=MappingProxyType({
        "-": SERIOUS, "low (except for concerns about uncontrolled confounding)": EXCEPT,
        "low except for concerns about uncontrolled confounding": EXCEPT,
        "low risk of bias except for concerns about uncontrolled confounding": EXCEPT,
        "low risk of bias (except for concerns about uncontrolled confounding)": EXCEPT,
    }),
    other_questions=False,
    unit="result",
    design="non-randomised",
    target_trial=True,
    said="ROBINS-I V2 (draft of 20 November 2025)",
    source="Sterne et al., draft of 20 November 2025, follow-up studies (riskofbias.info)",
    remarks=(
        "Confounding is never low without reserve, so nor is the overall judgement: its best is `low except confounding`.",
        "The document was not at hand. D3, D5 and D6 are suggested as two public transcriptions of its flow charts, made independently as"
        " far as can be seen, have them for every combination of answers; on D1, D2 and D4 the two differ.",
        "What the preliminary questions send to critical at once is entered as an `overall` judgement with its reason.",
        "The answers of D1 are those of the effect of assignment, or of adhering where the column `effect` says so.",
    ),
)  # fmt: skip
