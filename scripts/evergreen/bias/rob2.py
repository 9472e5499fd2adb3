"""The algorithms of RoB 2 (parallel-group trials, 22 August 2019): from signalling questions to a judgement.

Source: Higgins et al., Revised Cochrane risk-of-bias tool for randomized trials (RoB 2), and Sterne et al. 2019 (BMJ 366:l4898).
Answers are Y, PY, PN, N, NI; NA or nothing where a question was not reached. Yes and probably yes count alike, so do no and
probably no. Every function takes {question: answer} and returns a judgement, or None while an answer that it needs is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

LOW, SOME, HIGH = "low", "some concerns", "high"
ORDER = (LOW, SOME, HIGH)
ANSWERS = ("Y", "PY", "PN", "N", "NI", "NA")
IN_WORDS = {
    "Y": "Yes", "PY": "Probably yes", "PN": "Probably no", "N": "No", "NI": "No information", "NA": ("Not applicable", "N/A"),
}  # fmt: skip
QUESTIONS = {
    "D1": ("1.1", "1.2", "1.3"),
    "D2": ("2.1", "2.2", "2.3", "2.4", "2.5", "2.6", "2.7"),
    "D3": ("3.1", "3.2", "3.3", "3.4"),
    "D4": ("4.1", "4.2", "4.3", "4.4", "4.5"),
    "D5": ("5.1", "5.2", "5.3"),
}
CLASS = {"Y": "Y", "PY": "Y", "N": "N", "PN": "N", "NI": "NI"}

Answers = Mapping[str, str]


class _Unanswered(Exception):
    """The path through the questions ends at one without an answer."""


def _ask(answers: Answers, question: str) -> str:
    """Y, N or NI."""
    try:
        return CLASS[answers.get(question, "")]
    except KeyError:
        raise _Unanswered(question) from None


def _worse(*judgements: str) -> str:
    return max(judgements, key=ORDER.index)


def _randomisation(answers: Answers) -> str:
    sequence, concealed, imbalance = (_ask(answers, question) for question in QUESTIONS["D1"])
    if concealed == "N" or (concealed == "NI" and imbalance == "Y"):
        return HIGH
    if concealed == "NI" or sequence == "N" or imbalance == "Y":
        return SOME
    return LOW


def _deviations_assignment(answers: Answers) -> str:
    """Effect of assignment to intervention (intention to treat)."""
    return _worse(_deviations_from_context(answers), _analysis(answers))


def _deviations_from_context(answers: Answers) -> str:
    if _ask(answers, "2.1") == "N" and _ask(answers, "2.2") == "N":
        return LOW
    deviations = _ask(answers, "2.3")
    if deviations != "Y":
        return LOW if deviations == "N" else SOME
    if _ask(answers, "2.4") == "N":
        return SOME
    return SOME if _ask(answers, "2.5") == "Y" else HIGH


def _analysis(answers: Answers) -> str:
    if _ask(answers, "2.6") == "Y":
        return LOW
    return SOME if _ask(answers, "2.7") == "N" else HIGH


def _deviations_adherence(answers: Answers) -> str:
    """Effect of adhering to intervention (per protocol); 2.3 to 2.5 may be not applicable."""
    blinded = _ask(answers, "2.1") == "N" and _ask(answers, "2.2") == "N"
    balanced = blinded or answers.get("2.3") == "NA" or _ask(answers, "2.3") == "Y"
    if balanced and all(answers.get(q) == "NA" or _ask(answers, q) == "N" for q in ("2.4", "2.5")):
        return LOW
    return SOME if _ask(answers, "2.6") == "Y" else HIGH


def _missing_data(answers: Answers) -> str:
    if _ask(answers, "3.1") == "Y" or _ask(answers, "3.2") == "Y" or _ask(answers, "3.3") == "N":
        return LOW
    return SOME if _ask(answers, "3.4") == "N" else HIGH


def _measurement(answers: Answers) -> str:
    if _ask(answers, "4.1") == "Y":
        return HIGH
    differs = _ask(answers, "4.2")
    if differs == "Y":
        return HIGH
    base = LOW if differs == "N" else SOME
    if _ask(answers, "4.3") == "N" or _ask(answers, "4.4") == "N":
        return base
    return SOME if _ask(answers, "4.5") == "N" else HIGH


def _reported_result(answers: Answers) -> str:
    selected = {_ask(answers, "5.2"), _ask(answers, "5.3")}
    if "Y" in selected:
        return HIGH
    if "NI" in selected:
        return SOME
    return LOW if _ask(answers, "5.1") == "Y" else SOME


ALGORITHMS: dict[str, Callable[[Answers], str]] = {
    "D1": _randomisation,
    "D2": _deviations_assignment,
    "D2-adhering": _deviations_adherence,
    "D3": _missing_data,
    "D4": _measurement,
    "D5": _reported_result,
}


def suggest(domain: str, answers: Answers) -> str | None:
    """Judgement of `domain` (D1 to D5, or D2-adhering) that the answers lead to."""
    try:
        return ALGORITHMS[domain](answers)
    except _Unanswered:
        return None


def overall(judgements: Mapping[str, str]) -> str | None:
    """Overall judgement of a result from its five domains.

    The worst domain decides. That several "some concerns" together may mean high is a person's decision: it is
    entered as an override of the overall judgement, with its reason.
    """
    if HIGH in judgements.values():
        return HIGH
    if any(not judgements.get(domain) for domain in QUESTIONS):
        return None
    return SOME if SOME in judgements.values() else LOW
