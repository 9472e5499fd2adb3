"""Answers on the search: the items of PRISMA-S, and what others say of sources and strategies."""

from __future__ import annotations

from evergreen import __version__
from evergreen.counting import listed, plural
from evergreen.protocol.sources import METHOD_NAMES, Source
from evergreen.report import methods, search_words
from evergreen.report.checklist_run import AUTHORS, PARTLY, PER_SOURCE, PROTOCOL, RUN, Answer, Run
from evergreen.search import lines
from evergreen.tables import grouped

# Items of PRISMA-S, by types of sources and by other methods.
TYPES = {"register": "3", "website": "4", "citation": "5", "organisation": "7"}
LOG = "results/search/"
METHODS = {"browsing": "4", "citation": "5", "contact": "6", "other": "7"}


def of_search(run: Run) -> dict[str, Answer]:
    """Answers to the items of PRISMA-S."""
    p = run.protocol
    if not p.sources:
        return {}
    by_type = grouped(p.sources.values(), lambda source: source.type)
    answers = {
        "1": Answer(f"{listed(map(_named, by_type.get('database', []))) or 'None'}.", PROTOCOL),
        "2": Answer("", status=AUTHORS),
        "8": strategies(run),
        "12": Answer(search_words.searches(p, run.facts), LOG if run.searches else PER_SOURCE),
        "13": Answer(_dates_words(run), PROTOCOL),
        "15": Answer(_records_words(run), PER_SOURCE),
        "16": Answer(
            f"{' '.join(methods.duplicates(run.facts.deduplication))} Duplicates removed: {run.counts['total']['duplicates']:,}."
            f" Evergreen {__version__}.",
            "results/deduplication/clusters.csv",
        ),
    }
    for type_, item in TYPES.items():
        if type_ in by_type:
            status = RUN if type_ == "register" else PARTLY
            answers[item] = Answer(f"{listed(map(_named, by_type[type_]))}.", PROTOCOL, status)
    for method, item in METHODS.items():
        if said := search_words.other_methods(p, method):
            there = [answers[item].text] if item in answers else []
            answers[item] = Answer(" ".join([*there, *said]), PROTOCOL)
    if reviewed := search_words.peer_reviews(p):
        answers["14"] = Answer(" ".join(reviewed), PROTOCOL)
    if run.searches:
        asked = [log["strategy"] for log in run.searches]
        limits = sorted({str(limit) for one in asked for limit in one["limits"]})
        filters = sorted(
            {f"{used['title']} ({used['citation']})" for one in asked for used in one["filters"]}
        )
        # Of a source that the workflow did not search the log holds no strategy.
        status = RUN if all(source.kind == "pubmed" for source in p.sources.values()) else PARTLY
        answers["9"] = Answer(f"{'; '.join(limits) or 'None'}.", LOG, status)
        answers["10"] = Answer(f"{'; '.join(filters) or 'None'}.", LOG, status)
    return answers


def sources_words(run: Run) -> str:
    """The sources with their last search, and other methods."""
    words = []
    for name, source in run.protocol.sources.items():
        days = run.facts.days(name)
        last = f"last searched {days[-1]}" if days else "not searched yet"
        words.append(f"{_named(source)}, {source.type}, {last}")
    others = dict.fromkeys(METHOD_NAMES[one.method].lower() for one in run.protocol.other_methods)
    besides = f" Besides: {listed(others)}." if others else ""
    return f"{'; '.join(words)}.{besides}"


def _named(source: Source) -> str:
    """A source with its platform."""
    return f"{source.name} ({source.platform})" if source.platform else source.name


def strategies(run: Run) -> Answer:
    """Where the strategy of each source stands, and which are to be added."""
    as_run = {one.source: one for one in run.facts.as_run}
    changes = [one for one in run.facts.as_run if one.changed]
    words = []
    for name, source in run.protocol.sources.items():
        text = run.facts.strategies.get(name)
        if name in as_run:
            said = f"{plural(as_run[name].lines, 'line')} as run, with the hits of each, in the search log"
            if days := [one.days[0] for one in changes if one.source == name]:
                said += f" (another strategy before {listed(days)})"
        elif text is not None:
            given = lines.read(text).lines
            # Above the numbered lines stands the name of the database, or the heads of columns.
            count = sum(bool(line.number) for line in given) or sum(len(line.rows) for line in given)
            hits = given[-1].hits if given else None
            stated = f", the last with {plural(hits, 'hit')}" if hits is not None else ""
            said = f"{plural(count, 'line')} as given with the export{stated}, in the report"
        else:
            said = f"add the strategy of the {source.kind}"
        words.append(f"{source.name}: {said}")
    whole = set(run.protocol.sources) <= {*as_run, *run.facts.strategies}
    places = [*([LOG] if as_run else []), "results/report/index.html"]
    return Answer(f"{'; '.join(words)}.", ", ".join(places), RUN if whole else PARTLY)


def _dates_words(run: Run) -> str:
    words = []
    for name, source in run.protocol.sources.items():
        said = f"{source.name}: {listed(run.facts.days(name)) or 'not searched yet'}"
        if source.not_searched:
            said += f", not on {listed(search_words.dated(source, list(source.not_searched)))}"
        words.append(said)
    return f"{'; '.join(words)}."


def _records_words(run: Run) -> str:
    total = run.sources[run.sources["round"].eq("total")]
    words = [f"{row['name']}: {row['records']}" for row in total.to_dict("records")]
    stated = [
        f"{METHOD_NAMES[one.method].lower()}, {one.round}: {one.found}"
        for one in run.protocol.other_methods
        if one.found is not None
    ]
    besides = f" Looked at by hand: {'; '.join(stated)}." if stated else ""
    return f"{'; '.join(words)} records, each counted in the search that first found it.{besides}"
