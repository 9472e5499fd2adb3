"""What kind of document a record says it describes, by the reference types of exchange formats and reference managers."""

from __future__ import annotations

from functools import lru_cache

_TYPES: dict[str, str] = {
    # RIS (2001, 2011), BibTeX, BibLaTeX, EndNote, Zotero; those of articles in journals say nothing that a record does not say otherwise
    "Thesis": "thes thesis phdthesis mastersthesis dissertation",
    "Conference paper": "cpaper conferencepaper",
    "Conference proceedings": "conf inproceedings conference proceedings conferenceproceedings proceedingsarticle",
    "Report": "rprt report techreport technicalreport governmentdocument govdoc",
    "Book": "book edbook ebook wholebook mvbook collection editedbook electronicbook",
    "Book chapter": "chap chapter echap incollection inbook booksection bookchapter electronicbooksection",
    "Patent": "pat patent",
    "Unpublished work": "unpb inpr unpublished unpublishedwork manuscript",
    "Preprint": "preprint",
    "Data set": "data dataset",
}
_BY_NAME = {name: kind for kind, names in _TYPES.items() for name in names.split()}


@lru_cache(maxsize=256)
def document_type(reference_type: str) -> str:
    """The kind of document of a reference type (`THES`, `phdthesis`, `Conference Paper`), "" for articles and what says nothing."""
    return _BY_NAME.get("".join(letter for letter in reference_type.lower() if letter.isalpha()), "")
