"""Which database or reference manager wrote an export, told from what it leaves in every record."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from evergreen.records.formats.block import Block

RECORDS_TO_ASK = 50
_MARKS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(pattern, re.IGNORECASE | re.MULTILINE))
    for name, pattern in (
        ("ASReview", r"\bASReview_(?:relevant|irrelevant|not_seen)|^asreview[ _]\w+="),
        ("Rayyan", r"RAYYAN-(?:INCLUSION|LABELS)|^key=rayyan-\d"),
        ("Covidence", r"^covidence=#?\d"),
        ("Ovid", r"ovidsp?\.ovid\.com|^d[bp]=Ovid"),
        ("EBSCO", r"^header shortdbname=|search\.ebscohost\.com|^dp=EBSCO|openurl\.ebsco\.com"),
        ("ProQuest", r"proquest\.com|^db=[^\n]*ProQuest"),
        ("Embase.com", r"www\.embase\.com|^db=Embase$|^u2=L\d{6,}$|^emtree "),
        ("PsycNet", r"^\w+=doi:10\.1037|psycnet\.apa\.org|^provider=American Psychological"),
        ("Scopus", r"scopus\.com|^(?:db|source)=Scopus|^eid=2-s2\.0"),
        ("CENTRAL", r"^(?:an|id|accession|cochrane id|accession number)=CN-\d{6,}|cochranelibrary\.com/central|^(?:db|source)=(?:Cochrane )?central"),
        ("Web of Science", r"^(?:ut|an|id|unique-id|key)=(?:WOS|ISI|BCI|INSPEC|MEDLINE|CCC|KJD|RSCI|SCIELO|PPRN):|webofscience"),
        ("LILACS", r"^db=LILACS|^\w+=lil-\d+|bvsalud\.org"),
        ("SciELO", r"scielo\.|^db=SciELO"),
        ("ICTRP", r"^trialid=|trialsearch\.who\.int"),
        ("EU Clinical Trials Register", r"^eudract number="),
        ("ClinicalTrials.gov", r"^nct number=|clinicaltrials\.gov/(?:study|ct2/show)"),
        ("CNKI", r"=CNKI$|\.cnki\.net/|^src database "),
        ("OpenAlex", r"openalex\.org/W\d"),
        ("PubMed", r"pubmed\.ncbi|ncbi\.nlm\.nih\.gov|^d[bp]=(?:PubMed|NLM|MEDLINE)|\[pmid\]|^own=NLM|^create date="),
        ("TRID", r"trid\.trb\.org"),
    )
)  # fmt: skip


def dialect_of(blocks: Sequence[Block]) -> str:
    """Name of the writer that most of the first records point to, "" where none is known.

    A record counts for the first writer in the list whose mark it has: a platform (Ovid, EBSCO) or a screening tool
    stands before the database whose addresses its records may carry.
    """
    votes: Counter[str] = Counter()
    for block in blocks[:RECORDS_TO_ASK]:
        text = "\n".join(f"{name.lower()}={value[:300]}" for name, value in block.fields)
        votes[next((name for name, mark in _MARKS if mark.search(text)), "")] += 1
    votes[""] -= sum(votes.values()) // 2
    return votes.most_common(1)[0][0] if votes else ""
