"""RoB 2: randomised trials in parallel groups (22 August 2019), cluster-randomised (18 March 2021) and crossover trials.

Source: Higgins et al., Revised Cochrane risk-of-bias tool for randomized trials (RoB 2), and Sterne et al. 2019 (BMJ 366:l4898).
Yes and probably yes count alike, so do no and probably no. Every algorithm takes {question: answer} and returns a judgement; it
raises Unanswered while an answer that it needs is missing.
"""

from __future__ import annotations

from types import MappingProxyType

from evergreen.bias.tools.anatomy import MINUS, Answers, Domain, Form, Forms, Tool, ask, questions

LOW, SOME, HIGH = "low", "some concerns", "high"
ORDER = (LOW, SOME, HIGH)
CLUSTER, CROSSOVER, ADHERING = "cluster", "crossover", "adhering"


def _worse(*judgements: str) -> str:
    return max(judgements, key=ORDER.index)


def _randomisation(answers: Answers) -> str:
    sequence, concealed, imbalance = (ask(answers, question) for question in ("1.1", "1.2", "1.3"))
    if concealed == "N" or (concealed == "NI" and imbalance == "Y"):
        return HIGH
    if concealed == "NI" or sequence == "N" or imbalance == "Y":
        return SOME
    return LOW


def _deviations_assignment(answers: Answers) -> str:
    """Effect of assignment to intervention (intention to treat)."""
    return _worse(_deviations_from_context(answers), _analysis(answers))


def _deviations_from_context(answers: Answers) -> str:
    if ask(answers, "2.1") == "N" and ask(answers, "2.2") == "N":
        return LOW
    deviations = ask(answers, "2.3")
    if deviations != "Y":
        return LOW if deviations == "N" else SOME
    if ask(answers, "2.4") == "N":
        return SOME
    return SOME if ask(answers, "2.5") == "Y" else HIGH


def _analysis(answers: Answers) -> str:
    if ask(answers, "2.6") == "Y":
        return LOW
    return SOME if ask(answers, "2.7") == "N" else HIGH


def _deviations_adherence(answers: Answers) -> str:
    """Effect of adhering to intervention (per protocol); 2.3 to 2.5 may be not applicable."""
    blinded = ask(answers, "2.1") == "N" and ask(answers, "2.2") == "N"
    balanced = blinded or answers.get("2.3") == "NA" or ask(answers, "2.3") == "Y"
    if balanced and all(answers.get(q) == "NA" or ask(answers, q) == "N" for q in ("2.4", "2.5")):
        return LOW
    return SOME if ask(answers, "2.6") == "Y" else HIGH


def _missing_data(answers: Answers) -> str:
    if ask(answers, "3.1") == "Y" or ask(answers, "3.2") == "Y" or ask(answers, "3.3") == "N":
        return LOW
    return SOME if ask(answers, "3.4") == "N" else HIGH


def _measurement(answers: Answers) -> str:
    if ask(answers, "4.1") == "Y":
        return HIGH
    differs = ask(answers, "4.2")
    if differs == "Y":
        return HIGH
    base = LOW if differs == "N" else SOME
    if ask(answers, "4.3") == "N" or ask(answers, "4.4") == "N":
        return base
    return SOME if ask(answers, "4.5") == "N" else HIGH


def _reported_result(answers: Answers) -> str:
    selected = {ask(answers, "5.2"), ask(answers, "5.3")}
    if "Y" in selected:
        return HIGH
    if "NI" in selected:
        return SOME
    return LOW if ask(answers, "5.1") == "Y" else SOME


NOT_VERIFIED = "the cribsheet of this variant was not at hand"
ONE_SOURCE = "only one transcription of the cribsheet was found, and it differs from the parallel tool"

_SEQUENCE = (
    "the sequence was random",
    "the allocation was concealed",
    "differences at baseline point to a problem",
)
_AWARE = {"2.1": "participants knew their intervention", "2.2": "those who cared for them knew it"}
_ASSIGNMENT = {
    "2.3": "deviations because of the trial context", "2.4": "the deviations affect the outcome",
    "2.5": "the deviations are balanced", "2.6": "the analysis suits the effect of assignment",
    "2.7": "analysing people in the wrong group matters much",
}  # fmt: skip
_ADHERING = {
    "2.3": "interventions outside the protocol are balanced", "2.4": "failures to implement affect the outcome",
    "2.5": "non-adherence affects the outcome", "2.6": "the analysis suits the effect of adhering",
}  # fmt: skip
_MISSING = {
    "3.2": "evidence that missing data do not bias the result", "3.3": "missingness could depend on the true value",
    "3.4": "missingness is likely to depend on it",
}  # fmt: skip
_MEASURED = {"4.1": "the method of measuring is unsuitable", "4.2": "measuring differs between groups"}
_INFLUENCED = {"4.4": "knowing could influence the assessment", "4.5": "knowing is likely to influence it"}
_REPORTED = {
    "5.1": "the analysis follows a plan made beforehand", "5.2": "selected among several measurements",
    "5.3": "selected among several analyses",
}  # fmt: skip


def _numbered(prefix: str, about: tuple[str, ...]) -> dict[str, str]:
    return {f"{prefix}.{number}": words for number, words in enumerate(about, start=1)}


def _clustered_randomisation(answers: Answers) -> str:
    """The same path through questions that are numbered otherwise."""
    return _randomisation({number.replace("1a", "1"): answer for number, answer in answers.items()})


def _forms(forms: dict[tuple[str, str], Form]) -> Forms:
    """With what a crossover trial is asked: its questions are recorded, its judgements are people's."""
    return MappingProxyType({**forms, (CROSSOVER, ""): Form(unverified=NOT_VERIFIED)})


ROB2 = Tool(
    "rob2",
    "RoB 2",
    (
        Domain(
            "D1", "Randomisation process",
            ("1", "1a", "D1a", "Randomization process", "Bias arising from the randomization process"),
            forms=_forms({
                ("", ""): Form(questions(_numbered("1", _SEQUENCE)), _randomisation),
                (CLUSTER, ""): Form(questions(_numbered("1a", _SEQUENCE)), _clustered_randomisation),
            }),
        ),
        Domain(
            "D1b", "Timing of identification or recruitment of participants", ("1b",),
            forms=_forms({
                (CLUSTER, ""): Form(questions({
                    "1b.1": "participants were identified and recruited before clusters were randomised",
                    "1b.2": "knowing the cluster's intervention affected who was selected",
                    "1b.3": "differences at baseline point to differing recruitment",
                }), unverified=ONE_SOURCE),
            }),
        ),
        Domain("DS", "Period and carryover effects", ("S",), forms=_forms({})),
        Domain(
            "D2", "Deviations from intended interventions", ("2", "D2-assignment", "D2-adhering"),
            forms=_forms({
                ("", ""): Form(questions(_AWARE | _ASSIGNMENT), _deviations_assignment),
                ("", ADHERING): Form(questions(_AWARE | _ADHERING), _deviations_adherence),
                (CLUSTER, ""): Form(questions({
                    "2.1a": "participants knew that they are in a trial", "2.1b": _AWARE["2.1"], "2.2": _AWARE["2.2"], **_ASSIGNMENT,
                }), unverified=ONE_SOURCE),
                (CLUSTER, ADHERING): Form(questions(_AWARE | _ADHERING), _deviations_adherence),
            }),
        ),
        Domain(
            "D3", "Missing outcome data", ("3",),
            forms=_forms({
                ("", ""): Form(questions({"3.1": "data of nearly all participants"} | _MISSING), _missing_data),
                (CLUSTER, ""): Form(questions({
                    "3.1a": "data of nearly all clusters", "3.1b": "data of nearly all participants in them", **_MISSING,
                }), unverified=ONE_SOURCE),
            }),
        ),
        Domain(
            "D4", "Measurement of the outcome", ("4",),
            forms=_forms({
                ("", ""): Form(questions(_MEASURED | {"4.3": "assessors knew the intervention"} | _INFLUENCED), _measurement),
                (CLUSTER, ""): Form(questions({
                    **_MEASURED, "4.3a": "assessors knew that there is a trial", "4.3b": "assessors knew the intervention", **_INFLUENCED,
                }), unverified=ONE_SOURCE),
            }),
        ),
        Domain(
            "D5", "Selection of the reported result", ("5",),
            forms=_forms({
                ("", ""): Form(questions(_REPORTED), _reported_result),
                (CLUSTER, ""): Form(questions(_REPORTED), _reported_result),
            }),
        ),
    ),
    ORDER,
    ("+", "?", MINUS),
    ("green", "yellow", "red"),
    variants=MappingProxyType({
        "": ("D1", "D2", "D3", "D4", "D5"),
        CLUSTER: ("D1", "D1b", "D2", "D3", "D4", "D5"),
        CROSSOVER: ("D1", "DS", "D2", "D3", "D4", "D5"),
    }),
    usual_variant="parallel",
    overall_head="Overall risk of bias",
    other_questions=False,
    unit="result",
    said="RoB 2",
    design="randomised",
    source="Sterne et al. 2019 (BMJ 366:l4898); 22 August 2019 (parallel groups), 18 March 2021 (cluster-randomised)",
    remarks=(
        "Several domains of some concern may be raised to high overall by a person, with the reason.",
        "Of the cluster-randomised variant D1, D5 and D2 for the effect of adhering are the parallel tool's by another numbering; the"
        " other domains are judged by people.",
    ),
)  # fmt: skip
