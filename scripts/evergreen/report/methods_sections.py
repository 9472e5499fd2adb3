"""The methods of a review under the headings of a manuscript: sentences of `methods` and `pooling_words`, and those on eligibility,
certainty and software, which only stand here."""

from __future__ import annotations

import platform
from importlib.metadata import version

from evergreen import __version__
from evergreen.bias.certainty import start_of
from evergreen.counting import listed
from evergreen.protocol.whole import Protocol
from evergreen.report import methods, pooling_words, search_words
from evergreen.report.facts import Facts

COMPUTED_WITH = ("numpy", "scipy", "pandas", "matplotlib")


def sections(protocol: Protocol, known: Facts) -> dict[str, list[str]]:
    """{heading: paragraphs}, without those under which nothing is to say."""
    found = {
        "Eligibility criteria": [eligibility(protocol)],
        "Information sources and search": [search_words.search(protocol, known)],
        "Selection process": [methods.selection(protocol, known)],
        "Data collection": [methods.extraction(protocol, known)],
        "Risk of bias": [methods.bias(protocol, known)],
        **pooling_words.by_topic(protocol.outcomes, known.analyses),
        "Certainty of the evidence": [certainty(protocol, known)],
        "Software": [software()],
    }
    paragraphs = {heading: [*filter(None, said)] for heading, said in found.items()}
    return {heading: said for heading, said in paragraphs.items() if said}


def eligibility(protocol: Protocol) -> str:
    """Whom and what the question asks for, the criteria and when they changed, and for which reasons reports are excluded; "" where the
    protocol says none of it."""
    question, reasons = protocol.question, list(protocol.screening.reasons.values())
    parts = {
        "population": question.population,
        "setting": question.setting,
        "intervention": question.intervention,
        "comparator": question.comparator,
        "outcomes": ", ".join(question.outcomes),
        "designs": ", ".join(question.designs),
    }
    asked = [f"{name}: {said.rstrip('.')}" for name, said in parts.items() if said]
    sentences = [f"Studies are eligible if they fit the question ({'; '.join(asked)})."] if asked else []
    sentences += methods.criteria(protocol)
    if reasons:
        applies = "for the first of these reasons that applies"
        sentences.append(f"A report that is not eligible is excluded {applies}: {'; '.join(reasons)}.")
    return " ".join(sentences)


def certainty(protocol: Protocol, known: Facts) -> str:
    """Whose certainty people rated, from which level, and of which outcomes nobody did; "" where nothing is pooled or rated."""
    if not known.analyses:
        return ""
    rated = [one for one in protocol.outcomes if one.id in known.rated]
    others = [
        one.outcome.name for one in known.analyses if one.outcome.id not in known.rated and one.result.k
    ]
    if not rated:
        unrated = f"The certainty of the evidence on {listed(others)} has not been rated."
        return unrated if others else ""
    starts = dict.fromkeys(start_of(protocol.risk_of_bias.tool, one.design) for one in rated)
    whence = listed(dict.fromkeys(f"{start.level} ({start.why})" for start in starts))
    names = listed(one.name for one in rated)
    said = (
        f"The certainty of the evidence was rated with GRADE for {names}: it starts at {whence} and is lowered for risk of bias,"
        " inconsistency, indirectness, imprecision and publication bias, or raised."
    )
    return f"{said} It has not been rated for {listed(others)}." if others else said


def software() -> str:
    """The programs with which this report was written, with their versions."""
    with_ = listed(f"{name} {version(name)}" for name in COMPUTED_WITH)
    return f"This report was written with Evergreen {__version__} on Python {platform.python_version()} with {with_}."
