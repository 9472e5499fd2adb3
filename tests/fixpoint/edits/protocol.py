"""Values of the protocol that are not of an analysis or an outcome."""

from __future__ import annotations

import random

from tests.fixpoint.edits.kinds import kind
from tests.fixpoint.written import STAGES, Written


@kind
def protocol_rewritten(rng: random.Random, written: Written) -> str | None:
    """The same protocol without comments, its keys in another order."""
    items = list(written.protocol.items())
    rng.shuffle(items)
    written.save_protocol(dict(items))
    return "keys in another order"


@kind
def review_key_changed(rng: random.Random, written: Written) -> str | None:
    protocol = written.protocol
    key, value = rng.choice(
        [
            ("title", f"Another title {rng.randrange(100)}"),
            ("authors", rng.sample(["Ann Archer", "Bo Bell", "Cy Carter"], rng.randint(1, 3))),
            ("registration", f"CRD4200000{rng.randrange(100, 999)}"),
            ("note", f"A note, number {rng.randrange(100)}."),
            ("previous", {"studies": rng.randrange(5), "reports": rng.randrange(5, 9)}),
        ]
    )
    protocol["review"][key] = value
    written.save_protocol(protocol)
    return f"review.{key}: {value!r}"


@kind
def question_changed(rng: random.Random, written: Written) -> str | None:
    protocol = written.protocol
    key = rng.choice(["population", "intervention", "comparator", "outcomes", "designs"])
    protocol.setdefault("question", {})[key] = f"Invented {key} {rng.randrange(100)}"
    written.save_protocol(protocol)
    return f"question.{key}"


@kind
def reasons_changed(rng: random.Random, written: Written) -> str | None:
    """Their order, a label, or one more."""
    protocol = written.protocol
    reasons = protocol.get("screening", {}).get("reasons")
    if not reasons:
        return None
    how = rng.choice(["order", "label", "added"])
    if how == "order":
        items = list(reasons.items())
        rng.shuffle(items)
        protocol["screening"]["reasons"] = dict(items)
    elif how == "label":
        key = rng.choice(list(reasons))
        reasons[key] = f"{reasons[key]} (label {rng.randrange(100)})"
    else:
        reasons[f"reason_{rng.randrange(100)}"] = "One more reason"
    written.save_protocol(protocol)
    return f"{how}: {list(protocol['screening']['reasons'])}"


@kind
def reason_renamed(rng: random.Random, written: Written) -> str | None:
    """A key is another one, and says what it was called; the sheets stay."""
    protocol = written.protocol
    reasons = protocol.get("screening", {}).get("reasons")
    if not reasons:
        return None
    old, new = rng.choice(list(reasons)), f"renamed_{rng.randrange(1000)}"
    if new in reasons or any(old in one.get("reconsider", ()) for one in protocol.get("amendments", ())):
        return None
    protocol["screening"]["reasons"] = {new if key == old else key: label for key, label in reasons.items()}
    formerly = protocol["screening"].setdefault("formerly", {})
    formerly[new] = [*formerly.pop(old, []), old]
    written.save_protocol(protocol)
    return f"{old}: {new}"


@kind
def amended(rng: random.Random, written: Written) -> str | None:
    """Exclusions for a reason are to be seen again, or are not any more; the criteria say so."""
    protocol = written.protocol
    reasons = list(protocol.get("screening", {}).get("reasons", {}))
    day = f"20{rng.randrange(18, 26)}-0{rng.randrange(1, 9)}-01"
    again = rng.sample(reasons, min(len(reasons), rng.randrange(2)))
    change = {"date": day, "what": "Another criterion", "why": "No reason", "reconsider": again}
    protocol["amendments"] = rng.choice([[], [change]])
    protocol["eligibility"] = rng.choice([{}, {"include": [f"As of {day}"]}])
    written.save_protocol(protocol)
    return f"{day}: {again}" if protocol["amendments"] else "none"


@kind
def highlight_changed(rng: random.Random, written: Written) -> str | None:
    protocol = written.protocol
    if "screening" not in protocol:
        return None
    words = rng.sample(["trial", "randomised", "placebo", "cohort"], rng.randint(0, 3))
    protocol["screening"]["highlight"] = words
    written.save_protocol(protocol)
    return str(words)


@kind
def stage_changed(rng: random.Random, written: Written) -> str | None:
    """How votes decide at a stage, who gets which work, and the pilot."""
    protocol = written.protocol
    stages = [stage for stage in STAGES if protocol.get("screening", {}).get(stage, {}).get("reviewers")]
    if not stages:
        return None
    stage = rng.choice(stages)
    key, value = rng.choice(
        [
            ("mode", rng.choice(["all", "single", "dual", "dual_excludes"])),
            ("pilot", rng.randrange(4)),
            ("assignment", "everybody"),
        ]
    )
    protocol["screening"][stage][key] = value
    written.save_protocol(protocol)
    return f"{stage}.{key}: {value}"


@kind
def active_changed(rng: random.Random, written: Written) -> str | None:
    """A reviewer who joined late or left early."""
    protocol = written.protocol
    stages = [stage for stage in STAGES if protocol.get("screening", {}).get(stage, {}).get("reviewers")]
    if not stages or not protocol.get("rounds"):
        return None
    settings = protocol["screening"][rng.choice(stages)]
    reviewer = rng.choice(settings["reviewers"])
    span = {rng.choice(["from", "until"]): rng.choice(protocol["rounds"])}
    settings["active"] = {reviewer: span}
    written.save_protocol(protocol)
    return f"{reviewer}: {span}"


@kind
def layout_changed(rng: random.Random, written: Written) -> str | None:
    protocol = written.protocol
    if not protocol.get("outcomes"):
        return None
    now = protocol.get("figures", {}).get("layout", "RevMan")
    protocol["figures"] = {"layout": rng.choice([name for name in ("RevMan", "JAMA", "BMJ") if name != now])}
    written.save_protocol(protocol)
    return protocol["figures"]["layout"]


@kind
def source_described(rng: random.Random, written: Written) -> str | None:
    protocol = written.protocol
    if not protocol.get("sources"):
        return None
    source = rng.choice(list(protocol["sources"]))
    key, value = rng.choice(
        [
            ("name", f"Source number {rng.randrange(100)}"),
            ("platform", rng.choice(["Ovid", "EBSCO"])),
            ("note", f"A note on the source, {rng.randrange(100)}."),
        ]
    )
    protocol["sources"][source][key] = value
    written.save_protocol(protocol)
    return f"{source}.{key}: {value}"


@kind
def hits_changed(rng: random.Random, written: Written) -> str | None:
    """A number of hits is taken away: another one than the file holds might be refused."""
    protocol = written.protocol
    found = [source for source, settings in protocol.get("sources", {}).items() if settings.get("hits")]
    if not found:
        return None
    source = rng.choice(found)
    hits = protocol["sources"][source]["hits"]
    day = rng.choice(list(hits))
    del hits[day]
    written.save_protocol(protocol)
    return f"{source}, {day}: not stated"


@kind
def type_of_source_changed(rng: random.Random, written: Written) -> str | None:
    protocol = written.protocol
    found = [name for name, settings in protocol.get("sources", {}).items() if settings["kind"] == "export"]
    if not found:
        return None
    source = rng.choice(found)
    protocol["sources"][source]["type"] = rng.choice(["database", "register", "citation", "website"])
    written.save_protocol(protocol)
    return f"{source}: {protocol['sources'][source]['type']}"


@kind
def order_of_sources_changed(rng: random.Random, written: Written) -> str | None:
    protocol = written.protocol
    if len(protocol.get("sources", {})) < 2:
        return None
    protocol["sources"] = dict(reversed(protocol["sources"].items()))
    written.save_protocol(protocol)
    return str(list(protocol["sources"]))


@kind
def shards_changed(rng: random.Random, written: Written) -> str | None:
    protocol = written.protocol
    if not protocol.get("sources"):
        return None
    protocol["deduplication"] = {"shards": rng.randint(1, 3)}
    written.save_protocol(protocol)
    return str(protocol["deduplication"]["shards"])
