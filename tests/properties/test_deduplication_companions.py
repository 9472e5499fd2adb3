"""Abstracts of one meeting by one team, and pieces of one rubric, as databases give them: none merged; the same one twice is merged.

A second source of cases beside `test_deduplication_doubts.py`: other words, other signs of a meeting, other places.
"""

import random

import pandas as pd
import pytest

from evergreen.deduplication.rounds import close_round, compare_share, prepare
from evergreen.deduplication.verdicts import Verdicts
from evergreen.records import model

FAMILIES = [
    "Okafor",
    "Lindqvist",
    "Marchetti",
    "Nakamura",
    "Dubois",
    "Herrero",
    "Kowalski",
    "Sørensen",
    "Petrov",
    "Oliveira",
    "Schröder",
    "Haddad",
    "Novak",
    "Müller",
    "Weber",
]
TOPICS = (
    "Outcomes of {} in a tertiary centre: an observational study",
    "Treatment patterns of {} in routine care",
    "Predictors and prognosis of {} among hospitalised patients",
    "Results of the KOPR programme, a registry of chronic diseases in eleven regions with yearly visits of all participants over ten "
    "years and central reading of images: the course of {} and its costs",
)
PAIRS = (
    ("tofacitinib", "baricitinib"), ("iron 5 mg", "iron 10 mg"), ("iron 1.5 g", "iron 15 g"), ("iron 50 µg", "iron 50 mg"),
    ("fractures in men", "fractures in women"), ("HER2+ tumours", "HER2- tumours"), ("CD4(+) lymphoma", "CD4(-) lymphoma"),
    ("falls < 65 years", "falls ≥ 65 years"), ("oral ketamine", "intravenous ketamine"), ("gout in Gambia", "gout in Zambia"),
    ("gout in Niger", "gout in Nigeria"), ("hyperkalemia", "hypokalemia"), ("type 1 diabetes", "type 2 diabetes"),
    ("a phase I/II trial", "a phase III trial"), ("a phase 3 trial", "a phase 3b trial"), ("week 12 relapse", "week 24 relapse"),
    ("gout in children", "gout in adults"), ("lupus, cohort A", "lupus, cohort B"), ("the audit, part I", "the audit, part II"),
    ("interim analyses", "final analyses"), ("responders to iron", "nonresponders to iron"), ("iron in vitro", "iron in vivo"),
    ("rural stroke", "urban stroke"), ("prenatal anaemia", "postnatal anaemia"), ("high intake", "low intake"),
    ("first-line iron", "second-line iron"), ("PD-1 in tumours", "PD-L1 in tumours"), ("serum mRNA", "serum miRNA"),
    ("hepatitis A", "hepatitis E"), ("bovine models", "ovine models"), ("switching to insulin", "switching from insulin"),
)  # fmt: skip
PAGES = {
    "adjacent": ("S41", "S42"), "missing": ("", ""), "equal": ("A41", "A41"), "one page in common": ("41-42", "41-42"),
    "only one": ("41", ""), "distant": ("41", "310"), "a session": ("S41-S45", "S41-S45"), "the supplement": ("1-312", "1-312"),
}  # fmt: skip
RUBRICS = (
    "Editorial", "In this issue", "Book reviews", "Reply", "Erratum", "Letter to the editor", "News", "Abstracts of the 12th congress",
    "From the editor's desk", "Images in clinical medicine", "Buchbesprechungen", "Leserbrief zum Beitrag", "Tagungsbericht",
    "Mitteilungen der Gesellschaft", "Lettre à la rédaction", "Dans ce numéro", "Notes de lecture", "Carta al editor",
    "Reseñas bibliográficas", "Fe de erratas", "Comunicaciones orales",
)  # fmt: skip


def team(rng):
    return [
        (family, rng.choice(("Ada", "Karl M", "Lucia", "Jo B")))
        for family in rng.sample(FAMILIES, rng.randint(2, 6))
    ]


def written(people, full):
    return "; ".join(
        f"{family}, {given}" if full else f"{family} {''.join(w[0] for w in given.split())}"
        for family, given in people
    )


def works(rows):
    """Work of each row, by its `accession`."""
    records = pd.concat(
        [model.with_ids(model.typed(pd.DataFrame(part)), source, "2024-01-01") for source, part in rows.items()], ignore_index=True
    )  # fmt: skip
    table, known = prepare(records, None)
    abstracts = dict(zip(records["record_id"], records["abstract"], strict=True))
    found = close_round(
        table, known, compare_share(table, known), Verdicts.none(), sorted(rows),
        abstracts=lambda ids: {name: abstracts[name] for name in ids},
    )  # fmt: skip
    work = dict(zip(found.state["record_id"], found.state["work_id"], strict=True))
    return {row.accession: work[row.record_id] for row in records.itertuples()}


def companions(rng, twice):
    """Two abstracts for every pair and place, one of each in `a` and `b`; with `twice` both are in both databases."""
    rows = {"a": [], "b": []}
    for number, (pair, (where, pages)) in enumerate(
        (pair, place) for pair in PAIRS for place in PAGES.items()
    ):
        people, topic, year = team(rng), rng.choice(TOPICS), str(rng.randint(2008, 2023))
        volume, shared = str(10 + number), f"10.1000/supplement.{number}"
        issues = rng.choice((("S1", "Suppl 1"), ("SUPPL. 2", ""), ("3", "3")))
        doi = rng.choice(("", shared))
        for which, (words, page) in enumerate(zip(pair, pages, strict=True)):
            for source, issue in zip(rows, issues, strict=True):
                if not twice and (source == "b") != bool(which):
                    continue
                order = rng.sample(people, len(people)) if not twice and rng.random() < 0.3 else people
                title = topic.format(words)
                rows[source].append({
                    "accession": f"{number}-{where}-{which}-{source}", "title": rng.choice((title, title.upper(), title + ".")),
                    "authors": written(order, rng.random() < 0.5), "year": year, "journal": f"Annals of {chr(65 + number % 26)}{number} medicine", "volume": volume,
                    "issue": issue, "pages": page, "doi": doi, "publication_types": "Conference Abstract" if source == "a" else "Meeting Abstract",
                    "abstract": "",
                })  # fmt: skip
    return rows


@pytest.mark.parametrize("seed", [1, 2])
def test_abstracts_of_one_team_are_never_merged(seed):
    found = works(companions(random.Random(seed), twice=False))
    merged = {name for name, work in found.items() if list(found.values()).count(work) > 1}
    assert not merged


def test_the_same_abstract_of_two_databases_is_merged():
    found = works(companions(random.Random(3), twice=True))
    groups: dict[str, set[str]] = {}
    for name, work in found.items():
        groups.setdefault(work, set()).add(name[:-2])
    assert all(len(names) == 1 for names in groups.values())
    assert len(groups) == 2 * len(PAIRS) * len(PAGES)


@pytest.mark.parametrize(
    "other",
    [
        {"doi": "10.1000/2", "pages": "9"}, {"issue": "4", "pages": "30-31"}, {"pages": "9"}, {"issue": "4"}, {"issue": "4", "pages": ""},
        {"volume": "8", "year": "2020"}, {"doi": "10.1000/2"},
    ],
)  # fmt: skip
def test_pieces_of_one_rubric_are_never_merged(other):
    first = {
        "year": "2019",
        "journal": "Gaceta",
        "volume": "7",
        "issue": "3",
        "pages": "1-2",
        "doi": "10.1000/1" if "doi" in other else "",
    }
    rows = {
        source: [
            {**first, **change, "accession": f"{at}{source}", "title": title, "authors": f"{FAMILIES[at % len(FAMILIES)]}, Ada", "abstract": ""}
            for at, title in enumerate(RUBRICS)
        ]
        for source, change in (("a", {}), ("b", other))
    }  # fmt: skip
    found = works(rows)
    assert len(set(found.values())) == 2 * len(RUBRICS)
