"""What may be said of a small review (`tests.stations`): each claim of a sentence beside what has to agree with it.

A sentence with a word that claims something (`screened`, `pooled`, `searched`, ...) that no rule here reads is a fault too.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.stations import FIRST, SECOND
from tests.what_tables_hold import FT, TA, Truth

STAGES = {"title and abstract": "title_abstract", "full text": "full_text"}
CLAIMS = re.compile(
    r"\b(screened|decided|voted|cast|adjudicator|extracted|judged|searched|pooled|rated|excluded|assessed|included|sought|retrieved|settled"
    r"|compared|tested|computed|derived|imputed|awaits?|await|to do|to screen|conflicts?|moderate|certainty|identified|removed)\b"
)
# What a review is to be like, what a table holds, and what is asked of people: nothing that was done.
NO_CLAIM = re.compile(
    r"^\[?For the authors|^Studies are eligible if|^(?:In|Ex)clusion criteria|^A report that is not eligible|^A synthesis takes|that cannot be pooled are listed|^The risk with|^The ratings were made by people|^What the data"
    r"|^Evidence profile|^Ratings beside|^Absolute and relative|^References to|^Studies left out of|^Excluded studies with|^Pooled effects before"
    r"|^Results by outcome|^One study: nothing is pooled|one study( each)?: nothing is pooled|would make up the optimal|^How many people have to be treated|^Where an interval includes no effect|^High ⊕|^a: |^Each |^Synthetic|^Say |^Decisions, extracted"
    r"|^The extraction sheets have no column|^Previous studies|^Identification of|^Limitations|^Extracted numbers|^Time and memory|^All reports excluded|^The intervention likely"
    r"|^By what code|^Records marked as ineligible|^Counts by round|^Where the protocol leaves|^Judgements and their|^Numbers needed|^Outliers|^None was"
)  # fmt: skip


Rule = Callable[[Truth, re.Match[str]], bool]
RULES: list[tuple[re.Pattern[str], Rule]] = []


def says(pattern: str) -> Callable[[Rule], Rule]:
    """What a sentence that matches has to agree with."""

    def keep(rule: Rule) -> Rule:
        RULES.append((re.compile(pattern), rule))
        return rule

    return keep


def numbered(pattern: str, *counts: Callable[[Truth], int]) -> None:
    """A sentence whose numbers are these counts."""
    says(pattern)(
        lambda truth, found: [int(one or 0) for one in found.groups()] == [count(truth) for count in counts]
    )


def names(text: str) -> list[str]:
    return re.split(r", | and ", text)


def of(stage: str, what: str, *arguments: str) -> Callable[[Truth], int]:
    return lambda truth: getattr(truth, what)(stage, *arguments)


numbered(r"^(\d+) records? identified$", lambda truth: truth.records())
numbered(r"^(\d+) works? screened$", of(TA, "decided"))
numbered(r"^(\d+) works? to decide on$", of(TA, "open"))
numbered(r"^(\d+) (?:study|studies) included$", lambda truth: len(truth.included))
numbered(
    r"(?:^|: )(\d+) studies in (\d+) reports(?: are included)?[.,]",
    lambda truth: len(truth.included),
    lambda truth: truth.reports,
)
numbered(r"^The searches found (\d+) records in databases and registers, of which (\d+) were duplicates\.", lambda truth: truth.records(),
         lambda truth: truth.records() - len(truth.table("deduplication/works.csv")))  # fmt: skip
numbered(r"^Of the works, (\d+) were screened(?: and (\d+) awaits? a decision)?; (\d+) (?:was|were) excluded by title and abstract\.",
         of(TA, "decided"), of(TA, "open"), of(TA, "decided", "exclude"))  # fmt: skip
numbered(
    r"^(\d+) reports? (?:was|were) assessed at full text(?: and (\d+) awaits? a decision)?\.",
    of(FT, "decided"),
    of(FT, "open"),
)
says(r"^No report has been (?:assessed|excluded) at full text(?: and (\d+) await a decision)?\.")(
    lambda truth, found: not truth.decided(FT) and int(found[1] or truth.open(FT)) == truth.open(FT)
)
numbered(
    r"^(\d+) reports? (?:was|were) excluded(?:: Wrong population \(\d+\)| at full text, with one reason)",
    of(FT, "decided", "exclude"),
)
says(r"No study is included so far\.")(lambda truth, found: not truth.included)
numbered(r"^(\d+) records were compared by identifiers, .* merged into (\d+) works\.", lambda truth: truth.records(),
         lambda truth: len(truth.table("deduplication/works.csv")))  # fmt: skip
says(r"^(?:No decision on a record is automated|Duplicates were found by an algorithm)\.")(
    lambda truth, found: truth.records() > len(truth.table("deduplication/works.csv"))
)
numbered(
    r"^Duplicates removed: (\d+)\.",
    lambda truth: truth.records() - len(truth.table("deduplication/works.csv")),
)


@says(r"^At (title and abstract|full text), AB and CD (decided|are to decide) independently(.*)\.$")
def _stage(truth: Truth, found: re.Match[str]) -> bool:
    truth.stage = stage = STAGES[found[1]]
    works, votes, more = len(truth.decisions(stage)), truth.votes(stage), found[3]
    cast = sum(votes.values())
    if found[2] == "decided":
        told = (
            ""
            if set(votes.values()) == {works}
            else f" ({', '.join(f'{who} {n}' for who, n in votes.items())})"
        )
        return max(votes.values()) == works > 0 and more == f" on {works} works{told}"
    if more == "; no work has reached this stage yet":
        return works == 0
    if more in (
        f"; nobody has voted yet on the {works} works there",
        f"; no vote decides yet on the {works} works there",
    ):
        return cast == 0 and works > 0
    who = ", ".join(f"{person} {count}" for person, count in votes.items() if count)
    return (
        more
        == f"; of the votes on {works} works, {cast} were cast ({who}) and {2 * works - cast} are awaited"
    )


@says(r"^(\d+) works? (?:was|were) adjudicated by EF\.$")
def _adjudicated(truth: Truth, found: re.Match[str]) -> bool:
    own = truth.review.sheets.get(f"screening/{truth.stage}/adjudication.csv", [])
    return int(found[1]) == truth.how(truth.stage, "adjudicated") == len(own)


numbered(r"^(\d+) disagreements? (?:is|are) open\.$", lambda truth: truth.how(truth.stage, "conflict"))
says(r"^There was no disagreement to settle\.$")(
    lambda truth, found: truth.how(truth.stage, "agreed") == len(truth.decisions(truth.stage)) > 0
)
says(r"^(.+?) (?:was|were) searched on ([\d\- and,]+)\.$")(
    lambda truth, found: all(
        truth.searched.get(name) == names(found[2])
        for name in names(found[1].removeprefix("Information sources: "))
    )
)
says(r"^(.+) was not searched in the round of (\S+)\.$")(
    lambda truth, found: (
        found[2] not in truth.searched[found[1]] and found[2] in truth.review.protocol["rounds"]
    )
)
says(r"^The protocol names no source: no search is a part")(lambda truth, found: not truth.searched)
says(r"^Alpha, database, last searched (\S+); Beta, register, last searched (\S+)\.$")(
    lambda truth, found: [found[1], found[2]] == [truth.searched["Alpha"][-1], truth.searched["Beta"][-1]]
)
numbered(r"^(\d+) records? that an earlier search had found", lambda truth: sum(
    json.loads(path.read_text())["seen_before"] for path in Path("results/records/rounds").rglob("*.counts.json")))  # fmt: skip
TASKS = {"extracted the data": "extraction", "judged the risk of bias": "risk_of_bias", "extract the data": "extraction", "judge the risk of bias": "risk_of_bias"}  # fmt: skip


@says(
    r"^(?:Risk of bias: )?(.+?)( alone)? (extracted the data|judged the risk of bias) of (\d+) (?:study|studies)(.*)\.$"
)
def _filled(truth: Truth, found: re.Match[str]) -> bool:
    truth.task = TASKS[found[3]]
    own = truth.people(truth.task)
    every = set().union(*own.values())
    together = "independently" in found[5]
    alike = all(studies == every for studies in own.values()) and len(own) > 1
    return (names(found[1]), bool(found[2]), int(found[4]), together) == (
        sorted(own),
        len(own) == 1,
        len(every),
        alike,
    )


@says(
    r"^(?:Risk of bias: )?(.+?) (?:is|are) to (extract the data|judge the risk of bias)(?: with .*)?( and has not begun)?\.$"
)
def _planned(truth: Truth, found: re.Match[str]) -> bool:
    truth.task = TASKS[found[2]]
    own = truth.people(truth.task)
    return not set(names(found[1])) & set(own) and bool(found[3]) == bool(own)


says(r"^(\d+) included (?:study awaits|studies await) it\.$")(
    lambda truth, found: (
        int(found[1])
        == len({row["study"] for row in truth.included} - set().union(*truth.people(truth.task).values()))
    )
)
numbered(r"^(\d+) differences? (?:is|are) open\.$", lambda truth: truth.conflicts("open"))
numbered(r"^(\d+) differences? (?:was|were) settled by EF\.$", lambda truth: truth.conflicts("adjudicated"))
says(r"^There was no difference to settle\.$")(
    lambda truth, found: not truth.conflicts("open") + truth.conflicts("adjudicated")
)
says(r"^(?:Synthesis of results: )?(.+?) (?:is|are) to be pooled with")(
    lambda truth, found: not any(truth.result(name) for name in names(found[1]))
)


@says(r"^((?:[^()]+ \(\d+ studies\)(?:, | and )?)+) (?:was|were) pooled with")
def _pooled(truth: Truth, found: re.Match[str]) -> bool:
    told_ = dict(re.findall(r"(?:, | and )?([A-Z][^()]+?) \((\d+) studies\)", found[1]))
    return all(
        int(k) == truth.result(name)["k"] > 1 and truth.result(name)["model"] for name, k in told_.items()
    )


says(r"^For (.+) there was one study with a usable effect")(
    lambda truth, found: {truth.result(name)["k"] for name in names(found[1])} == {1}
)
says(r"^(?:Wald-type|Prediction) intervals .*computed .*for (.+)\.$")(
    lambda truth, found: any(
        truth.result(one["name"]).get("k", 0) > 1 for one in truth.review.protocol["outcomes"] if found[1] == "all of them" or one["name"] in found[1]
    )
)  # fmt: skip
says(r"^No number was derived from others")(
    lambda truth, found: truth.table("extraction/converted.csv") != [] and not any(row["derived"] + row["imputed"] for row in truth.table("extraction/converted.csv"))
)  # fmt: skip
says(r"^Small-study effects(?: were|:) not tested (?:for (.+?): )?\(?(\d+) stud")(
    lambda truth, found: all(truth.result(name)["k"] == int(found[2]) and "not_done" in truth.result(name)["small_study"] for name in names(found[1] or "")[: bool(found[1]) * 9])
)  # fmt: skip
says(r"^Small-study effects are to be tested where there are 10")(
    lambda truth, found: (
        not any((truth.result(one["name"]).get("k") or 0) > 1 for one in truth.review.protocol["outcomes"])
    )
)
says(r"certainty of the evidence (?:was rated with GRADE for|on) (.+?)(?:: it starts| has not been rated)")(
    lambda truth, found: {truth.rated(name) for name in names(found[1])} == {"was rated" in found[0]}
)
says(r"^It has not been rated for (.+)\.$")(lambda truth, found: not any(map(truth.rated, names(found[1]))))
says(r"^Certainty of the evidence: moderate")(lambda truth, found: truth.rated("Pain at 12 weeks"))


@says(
    r"^(Pain at 12 weeks|Response at 12 weeks): .*; (\d+) (?:study|studies), [\d,]+ participants\); (certainty not rated|moderate certainty)\.$"
)
def _answer(truth: Truth, found: re.Match[str]) -> bool:
    return truth.result(found[1])["k"] == int(found[2]) and truth.rated(found[1]) == (
        found[3] == "moderate certainty"
    )


says(r"^(Pain at 12 weeks): moderate\.$")(lambda truth, found: truth.rated(found[1]))
says(r"^(?:Pain at 12 weeks|Response at 12 weeks): \d+ stud.*beside its effect\.$")(
    lambda truth, found: bool(truth.people("risk_of_bias"))
)
numbered(
    r"^(\d+) outcomes? pooled$",
    lambda truth: sum(
        (truth.result(one["name"]).get("k") or 0) > 1 for one in truth.review.protocol["outcomes"]
    ),
)
says(r"^1 study that reports it is not in this effect\.")(
    lambda truth, found: bool(truth.result("Pain at 12 weeks")["left_out"])
)
says(r"^Overall risk of bias: (.+)\.")(
    lambda truth, found: (
        sum(map(int, re.findall(r"in (\d+)", found[1]))) == len(truth.people("risk_of_bias")["AB"])
    )
)
numbered(r"^Judgements on (\d+) stud", lambda truth: len(truth.people("risk_of_bias")["AB"]))


@says(
    r"^(?:What is new: Update of \S+: )?The search brought (\d+) new records, of which (\d+) were screened(?: and (\d+) await a decision)?\."
)
def _brought(truth: Truth, found: re.Match[str]) -> bool:
    counts = [truth.records(SECOND), truth.decided(TA, "", SECOND), truth.open(TA, SECOND)]
    return [int(one or 0) for one in found.groups()] == counts


says(r"^No study-level data have been extracted for (.+)\.$")(
    lambda truth, found: names(found[1]) == [row["report_name"] for row in truth.included]
)
numbered(
    r"^New studies: (\d+), in (\d+) reports?; further reports of studies already included: (\d+)\.$",
    lambda truth: sum(row["round"] == SECOND for row in truth.included),
    lambda truth: truth.decided(FT, "include", SECOND) - truth.further,
    lambda truth: truth.further,
)
numbered(r"^(\d+) further reports? of known studies came", lambda truth: truth.further)
says(r"^(\d+) studies were added: (.+)\.$")(
    lambda truth, found: (
        names(found[2]) == [row["report_name"] for row in truth.included if row["round"] == SECOND]
    )
)
says(r"^No study was added\.$")(
    lambda truth, found: not any(row["round"] == SECOND for row in truth.included)
)
says(r"^(\w+): (\d+) records to screen at (title and abstract|full text)")(
    lambda truth, found: (
        int(found[2]) == len(truth.decisions(STAGES[found[3]])) - truth.votes(STAGES[found[3]])[found[1]]
    )
)
says(r"^adjudicator: (\d+) conflict at (.+?) \(")(
    lambda truth, found: int(found[1]) == truth.how(STAGES[found[2]], "conflict")
)
says(r"^adjudicator: (\d+) conflict in extraction")(
    lambda truth, found: (
        int(found[1]) == sum(row["status"] == "open" for row in truth.table("extraction/conflicts.csv"))
    )
)
says(r"^(\w+): (\d+) stud(?:y|ies) to do \((extraction|risk of bias)\)")(
    lambda truth, found: (
        int(found[2])
        == len(
            {row["study"] for row in truth.included}
            - truth.people(found[3].replace(" ", "_")).get(found[1], set())
        )
    )
)
says(r"^searcher: search Beta as of 2022")(
    lambda truth, found: truth.searched["Beta"] == [FIRST] and SECOND in truth.review.protocol["rounds"]
)
says(r"^Nothing awaits anybody\.")(
    lambda truth, found: bool(truth.searched) and not truth.open(TA) + truth.open(FT)
)
says(r"^anyone: begin: ")(lambda truth, found: not truth.searched)
BOXES = {
    "Records identified from": lambda truth, day: truth.records(day),
    "Records removed before screening": None,
    "Records screened": lambda truth, day: truth.decided(TA, "", day),
    "Records excluded": lambda truth, day: truth.decided(TA, "exclude", day),
    "Records awaiting a decision": lambda truth, day: truth.open(TA, day),
    "Reports awaiting a decision": lambda truth, day: truth.open(FT, day),
    "Reports sought for retrieval": lambda truth, day: truth.decided(FT, "", day),
    "Reports not retrieved": lambda truth, day: truth.decided(FT, "not_retrieved", day),
    "Reports assessed for eligibility": lambda truth, day: truth.decided(FT, "", day),
    "Reports excluded": lambda truth, day: truth.decided(FT, "exclude", day),
    "Studies included in review": lambda truth, day: sum(row["round"] == day or not day for row in truth.included),
    "New studies included in review": lambda truth, day: sum(row["round"] == day for row in truth.included),
    "Total studies included in review": lambda truth, day: len(truth.included),
    "Studies included in previous version of review": lambda truth, day: sum(row["round"] < day for row in truth.included),
}  # fmt: skip


def sentences(text: str) -> list[str]:
    """Sentences of a paragraph; a line of the status is one."""
    return re.split(r"(?<=\.) (?=[A-Z0-9])", text.replace("\xa0", " "))


def faults(truth: Truth, said: Sequence[str]) -> list[str]:
    """Sentences that are not true, and claims that nobody can check."""
    found = []
    for text in dict.fromkeys(said):
        for sentence in sentences(text):
            rules = [(rule, match) for pattern, rule in RULES if (match := pattern.search(sentence))]
            if any(not rule(truth, match) for rule, match in rules):
                found.append(f"not true: {sentence}")
            elif not rules and CLAIMS.search(sentence) and not NO_CLAIM.search(sentence):
                found.append(f"nobody reads: {sentence}")
    return found


def wrong_boxes(truth: Truth, drawn: dict[str, dict[str, str]]) -> list[str]:
    found = []
    for day, shown in drawn.items():
        for name, text in shown.items():
            count = BOXES.get(name)
            if count is None:
                continue
            numbers = list(map(int, re.findall(r"\(n = (\d+)\)", text)))
            # The first number is that of all, but where each reason has its own and sources stand under their kind.
            total = sum(numbers) if name == "Reports excluded" else sum(numbers[::2]) if name.startswith("Records identified") else numbers[0]  # fmt: skip
            if total != count(truth, "" if day == "total" else day):
                found.append(f"{day}: {text}")
    return found
