"""Answers to the items of PRISMA 2020 for abstracts: what an abstract can say of this review; authors shorten it."""

from __future__ import annotations

from evergreen.figures.wording import capital
from evergreen.protocol.whole import Protocol
from evergreen.report import methods, methods_sections, pooling_words, results_words, search_words, summary
from evergreen.report.checklist_run import PARTLY, RUN, Answer, Run

WHERE = "results/report/review.docx, Abstract"


def of_abstract(run: Run) -> dict[str, Answer]:
    """What the run knows of each item; nothing of what only authors know."""
    p, known = run.protocol, run.facts
    said = {
        "1": f"{p.review.title}.",
        "2": asked(p),
        "3": methods_sections.eligibility(p),
        "4": search_words.sources_searched(p, known) if p.sources else "",
        "5": methods.bias(p, known),
        "6": " ".join(pooling_words.synthesis(p.outcomes, known.analyses)[:2]),
        "7": results_words.flow(run.counts, p.screening.reasons)[-1] if p.sources or p.prisma.given else "",
        "8": found(run),
        "12": f"{p.review.registration}." if p.review.registration else "",
    }
    done = {
        "1": titled(p),
        "4": all(known.days(name) for name in p.sources),
        "5": known.bias is not None and not known.bias.untouched,
        "6": len(known.analyses) == len(p.outcomes),
        "12": True,
    }
    return {
        item: Answer(text, WHERE, RUN if done.get(item) else PARTLY) for item, text in said.items() if text
    }


def titled(protocol: Protocol) -> bool:
    """Whether the title says that it is a systematic review."""
    return "systematic review" in protocol.review.title.lower()


def asked(protocol: Protocol) -> str:
    """The question in its parts: `Population: adults; comparator: placebo.`"""
    text = summary.question_in_words(protocol.question)
    return f"{capital(text)}." if text else ""


def found(run: Run) -> str:
    """What was found of each outcome that a study reports."""
    return " ".join(f"{one.outcome.name}: {summary.answer(one)}" for one in run.findings if one.result.every)
