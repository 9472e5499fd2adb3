"""Different works that look alike are asked, not merged; sparse records that agree in all they have are merged.

The records are made up: titles, people and abstracts are put together from lists, with a seed.
"""

import random
from collections import Counter

import pandas as pd
import pytest

from evergreen.deduplication.links import borderline
from evergreen.deduplication.rounds import close_round, compare_share, prepare
from evergreen.deduplication.verdicts import Verdicts
from evergreen.records import model


def listed(words):
    return words.split()


FAMILIES = listed(
    "Adler Boone Castle Dorsey Ellery Farrow Gannon Hollis Ingram Jasper Keller Lowell Mercer Norris Oakley Porter Quincy Ramsey Tolman "
    "Underhill Vance Wexler Yardley Zeller Müller Peña Håkansson Lefèvre"
)
GIVEN = listed("Ann Ben Cora Dan Eve Finn Gus Hal Ida Joe Kim Lou Max Nan Oz Pam Quin Rex Sue Tom")
DISEASES = (
    "psoriatic arthritis", "osteoporosis", "venous thrombosis", "chronic heart failure", "systemic sclerosis", "ulcerative colitis",
    "juvenile arthritis", "atopic dermatitis", "giant cell arteritis", "chronic kidney disease", "epilepsy", "migraine",
)  # fmt: skip
PLACES = (
    "primary care clinics",
    "tertiary hospitals",
    "nursing homes",
    "a national registry",
    "rural districts",
    "day hospitals",
)
DESIGNS = (
    ": results of a phase 3 study", ": a randomised controlled trial", ": a longitudinal study", "", ": a cross-sectional study",
    ". An observational study",
)  # fmt: skip

# Kinds of companions: two ways to fill the gap of a title.
KINDS = {
    "drug": ("Efficacy of {} in {disease} treated in {place}{design}", "tofacitinib", "baricitinib"),
    "biosimilar": ("Long-term use of {} for {disease} in {place}{design}", "infliximab", "rituximab"),
    "sex": ("Denosumab in {} with {disease} seen in {place}{design}", "men", "women"),
    "sex of animals": ("Bone turnover in {} rats with {disease} kept for {place}{design}", "male", "female"),
    "with, without": ("Survival of people {} {disease} in {place}{design}", "with", "without"),
    "route": ("{} ibandronate for {disease} in {place}{design}", "Oral", "Intravenous"),
    "country": ("Incidence of {disease} in {} between two waves of {place}{design}", "Norway", "Portugal"),
    "neighbour": ("Burden of {disease} in {} as seen from {place}{design}", "Iran", "Iraq"),
    "hyper, hypo": (
        "Prognosis of patients with {} and {disease} in {place}{design}",
        "hypertension",
        "hypotension",
    ),
    "type": ("Outcomes of type {} diabetes with {disease} in {place}{design}", "1", "2"),
    "menopause": (
        "Vitamin D in {} women with {disease} in {place}{design}",
        "premenopausal",
        "postmenopausal",
    ),
    "outcome": ("{} of rivaroxaban in {disease} in {place}{design}", "Safety", "Efficacy"),
    "inserted": ("Quality of life of {}patients with {disease} in {place}{design}", "", "parents of "),
    "age": ("Fatigue among {} with {disease} in {place}{design}", "children", "adults"),
    "vessels": ("{} disease in people with {disease} in {place}{design}", "Macrovascular", "Microvascular"),
    "symptoms": ("Natural course of {} {disease} in {place}{design}", "symptomatic", "asymptomatic"),
    "direction": ("{} uptake of screening for {disease} in {place}{design}", "Increased", "Decreased"),
    "lipids": ("{} cholesterol and {disease} in {place}{design}", "LDL", "HDL"),
    "time": ("Physical function {} surgery for {disease} in {place}{design}", "before", "after"),
    "parent": ("{} education and {disease} of offspring in {place}{design}", "Maternal", "Paternal"),
}
ABSTRACTS = (
    "Objective: to describe {title}. We enrolled {n} participants in region {m} and followed them for {k} months; the main outcome "
    "was reached by {m} percent and treatment was well tolerated in all centres that took part in the analysis.",
    "Background. The second report concerns {title}; {n} people took part elsewhere, a different endpoint was measured after {k} years, "
    "and neither laboratory values nor questionnaires changed in a way that clinicians would call relevant to practice.",
)


def people(rng, most=5):
    return [(rng.choice(FAMILIES), rng.choice(GIVEN)) for _ in range(rng.randint(1, most))]


def names(team, style="full"):
    return "; ".join(f"{family}, {given if style == 'full' else given[0] + '.'}" for family, given in team)


def companions(count=400, seed=13):
    """(records, pairs): abstracts of one team in one supplement whose titles differ in one content word."""
    rng = random.Random(seed)
    rows, pairs = [], []
    for number in range(count):
        kind = list(KINDS)[number % len(KINDS)]
        template, *words = KINDS[kind]
        fill = {"disease": rng.choice(DISEASES), "place": rng.choice(PLACES), "design": rng.choice(DESIGNS)}
        layout = ("adjacent", "missing", "equal", "distant")[number // len(KINDS) % 4]
        doi = rng.choice(["", "shared", "own"]) if number % 3 else ""
        team, year, page, volume = (
            people(rng),
            rng.randint(2005, 2023),
            rng.randint(100, 1900),
            rng.randint(1, 90),
        )
        if doi == "shared":
            doi = f"10.5555/supplement.{number}"
        for side, word in enumerate(words):
            title = template.format(word, **fill)
            first = {"adjacent": page + side, "missing": 0, "equal": page, "distant": page + 40 * side}[
                layout
            ]
            text = ABSTRACTS[side].format(
                title=title, n=rng.randint(30, 900), m=rng.randint(1, 99), k=rng.randint(1, 30)
            )
            rows.append(
                {
                    "record_id": f"{'ab'[side]}:{number}", "source": "ab"[side], "title": title[:1].upper() + title[1:],
                    "authors": names(team), "year": year, "journal": "Annals of the Rheumatic Diseases", "volume": str(volume),
                    "issue": "Suppl 3", "pages": f"{first}" if first else "", "doi": f"10.5555/own.{number}.{side}" if doi == "own" else doi,
                    "abstract": text if number % 5 else "",
                }
            )  # fmt: skip
        pairs.append((f"a:{number}", f"b:{number}", kind, layout, doi))
    return rows, pairs


SERIES = (
    "Editorial introduction", "In this issue", "Book reviews", "Reply by the authors", "Erratum", "Editorial", "Guest editorial",
    "Introduction to the special issue", "From the editor", "News and notes", "Letters to the editor", "Author index",
    "Introduction to the special issue on registries", "Abstracts of the annual meeting", "Message from the president",
)  # fmt: skip


def serial_pieces(count=300, seed=13):
    """Pieces under one title in one journal, by one editor; DOI, issue or pages differ."""
    rng = random.Random(seed)
    rows = []
    for number in range(count):
        title = SERIES[number // 4 % len(SERIES)]
        run, piece = divmod(number, 4)
        journal, editor = f"Journal of {FAMILIES[run % 24]} Studies", [(FAMILIES[run % 17], "Vera")]
        differ = ("doi", "issue", "pages", "all")[run % 4]
        base = 5 if differ != "pages" else 5 + 30 * piece
        rows.append(
            {
                "record_id": f"s:{number}", "source": "s", "title": title, "authors": names(editor), "year": 2000 + run % 20,
                "journal": journal, "volume": str(10 + run), "issue": str(1 + piece) if differ in ("issue", "all") else "",
                "pages": f"{base}-{base + (rng.randint(1, 2) + 2 * piece if differ == 'all' else 2)}",
                "doi": f"10.5555/{run}.{piece}" if differ in ("doi", "all") else "",
            }
        )  # fmt: skip
    return rows


def closed(rows):
    frame = pd.DataFrame(rows).assign(round="2024-01-01")
    records = model.typed(frame)
    prepared, known = prepare(records, None)
    texts = dict(zip(records["record_id"], records["abstract"], strict=True))
    found = close_round(
        prepared, known, compare_share(prepared, known), Verdicts.none(), sorted(frame["source"].unique()),
        abstracts=lambda ids: {id_: texts[id_] for id_ in ids},
    )  # fmt: skip
    work = dict(zip(found.state["record_id"], found.state["work_id"], strict=True))
    sheet, left_out = borderline(found.pairs, found.state, records, Verdicts.none())
    return work, sheet, left_out


@pytest.mark.parametrize("seed", [13, 14])
def test_companion_abstracts_are_asked_and_never_merged(seed):
    rows, pairs = companions(seed=seed)
    work, sheet, _ = closed(rows)
    merged = [pair for pair in pairs if work[pair[0]] == work[pair[1]]]
    assert not merged
    asked = {frozenset(pair) for pair in zip(sheet["record_a"], sheet["record_b"], strict=True)}
    near = [pair for pair in pairs if pair[3] != "distant" and not pair[4].startswith("own")]
    missed = [pair for pair in near if frozenset(pair[:2]) not in asked]
    assert len(missed) <= 0.05 * len(near), Counter(pair[2:4] for pair in missed)


def test_serial_pieces_under_one_title_are_works_of_their_own():
    rows = serial_pieces()
    work, _, _ = closed(rows)
    sizes = Counter(work.values())
    assert not [row for row in rows if sizes[work[row["record_id"]]] > 1]


# Venues as two indexes write them, and venues of another sort or subject.
VENUES = (
    ("Proceedings of the International Conference on Example Systems", "ICES"),
    ("International Conference on Management of Samples", "SIGMOS Conference"),
    ("Example Record", "ACM Example Record"),
    ("ACM Transactions on Example Systems (TOES)", "ACM Trans. Example Syst."),
    ("Very Large Registries", "VLR"),
)
ELSEWHERE = ("Journal of Hospital Informatics", "Workshop on Audit Trails", "Nursing Ledger")
STARTS = listed(
    "Adaptive Incremental Parallel Declarative Approximate Versioned Federated Probabilistic Streaming Compressed"
)
MIDDLES = listed(
    "caching sampling ranking matching auditing indexing partitioning replication summarisation visualisation"
)
ENDS = (
    "clinical registries under memory pressure", "linked hospital data in wide networks", "sensor archives with missing readings",
    "patient events on modern hardware", "discharge letters across languages", "biobank requests from many partners",
)  # fmt: skip


def lost(rng, name):
    """A name as an index that lost its accents writes it."""
    if name.isascii():
        return name
    return "".join(letter if letter.isascii() else rng.choice(["?", ""]) for letter in name)


def sparse(count, seed, near_misses=False):
    """(records, pairs): title, authors, year and venue of two indexes; of near misses one of these is not the same."""
    rng = random.Random(seed)
    rows, pairs, used = [], [], set()
    misses = (
        "another person",
        "one more person",
        "another given name",
        "year",
        "word",
        "venue",
        "journal of the meeting",
    )
    while len(pairs) < count:
        number = len(pairs)
        words = [rng.choice(STARTS), rng.choice(MIDDLES), "of", rng.choice(ENDS)]
        title = " ".join(words) + rng.choice(["", ": a case study", " revisited", " for beginners"])
        if title in used:
            continue
        used.add(title)
        team, year, venue = list(dict.fromkeys(people(rng, 4))), rng.randint(1995, 2010), rng.choice(VENUES)
        other, others_team, others_year, others_venue = title, list(team), year, venue[1]
        kind = misses[number % len(misses)] if near_misses else ""
        family, given = team[-1]
        if kind == "another person":
            others_team[-1] = (next(name for name in FAMILIES if name != family), given)
        elif kind == "one more person":
            others_team.append((rng.choice(FAMILIES), "Wes"))
        elif kind == "another given name":
            others_team[-1] = (family, next(name for name in GIVEN if name[0] != given[0]))
        elif kind == "year":
            others_year += rng.choice([-1, 1])
        elif kind == "word":
            other = title.replace(words[1], rng.choice([word for word in MIDDLES if word != words[1]]))
        elif kind == "venue":
            others_venue = rng.choice(ELSEWHERE)
        elif kind == "journal of the meeting":
            venue, others_venue = ("VLR", ""), "VLR Journal"
        rng.shuffle(others_team)
        shown = [(lost(rng, family), given) for family, given in others_team]
        rows += [
            {"record_id": f"a:{number}", "source": "a", "title": title, "authors": names(team), "year": year, "journal": venue[0]},
            {
                "record_id": f"b:{number}", "source": "b", "title": other.title(), "authors": names(shown, "initials"),
                "year": others_year, "journal": others_venue,
            },
        ]  # fmt: skip
        pairs.append((f"a:{number}", f"b:{number}", kind))
    return rows, pairs


def test_sparse_records_merge_where_all_that_is_there_agrees():
    rows, pairs = sparse(300, seed=13)
    work, _, _ = closed(rows)
    apart = [pair for pair in pairs if work[pair[0]] != work[pair[1]]]
    assert len(apart) <= 0.03 * len(pairs), apart
    sizes = Counter(work.values())
    assert max(sizes.values()) == 2


def test_near_misses_of_sparse_records_are_not_merged():
    rows, pairs = sparse(1000, seed=14, near_misses=True)
    work, _, _ = closed(rows)
    assert not Counter(pair[2] for pair in pairs if work[pair[0]] == work[pair[1]])
    assert max(Counter(work.values()).values()) == 1
