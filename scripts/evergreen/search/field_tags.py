"""Field tags that PubMed knows (PubMed User Guide, search field tags; E-utilities, einfo), so that a slip of the pen is told from a field that
the stand-in does not have."""

from __future__ import annotations

from difflib import get_close_matches

SHORT = (
    "1au ad affl aid all au auid aucl book cdat cn cnty cois coln crdt dcom doi dp dso ec ecno ed edat eid epdt fau faut filt filter finv fir full "
    "gr grnt inv ip ir is isbn iss issn jid jour la lang lastau laut lid lr majr mdat mesh mh mhda nm ot otrm pa page papx pdat pg pid pl pmcid pmid "
    "ppdt ps pt ptyp pubn rn sb secondaryid sh si subh subs subset ta ti tiab titl tt tw uid vi vol word"
)
LONG = (
    "affiliation", "all fields", "article identifier", "author", "author cluster id", "author identifier", "author - corporate", "author - first",
    "author - full", "author - identifier", "author - last", "book", "completion date", "conflict of interest statements",
    "conflict of interest statement", "corporate author", "create date", "date - completion", "date - create", "date - entry", "date - entrez",
    "date - mesh", "date - modification", "date - publication", "ec/rn number", "editor", "electronic publication date", "entrez date",
    "entry date", "filter", "first author", "first author name", "full author name", "full investigator name", "grant number",
    "grants and funding", "investigator", "investigator - full", "isbn", "issn", "issue", "journal", "language", "last author",
    "last author name", "location id", "mesh", "mesh date", "mesh major topic", "mesh subheading", "mesh subheadings", "mesh terms",
    "modification date", "nlm unique id", "other term", "owner", "pagination", "personal name as subject", "pharmacological action",
    "place of publication", "pmcid", "pmid", "print publication date", "publication date", "publication type", "publisher",
    "secondary source id", "subheading", "subject - personal name", "subset", "supplementary concept", "text word", "text words", "title",
    "title abstract", "title/abstract", "transliterated title", "volume",
)  # fmt: skip
KNOWN = frozenset((*SHORT.split(), *LONG))


def known(tag: str) -> bool:
    """Whether PubMed knows a field, by its tag or name, with or without what follows a colon (`tiab:~3`, `mh:noexp`)."""
    return _plain(tag) in KNOWN


def nearest(tag: str) -> str:
    """The tag or name that is most like an unknown one, "" where none is."""
    return next(iter(get_close_matches(_plain(tag), sorted(KNOWN), n=1, cutoff=0.6)), "")


def _plain(tag: str) -> str:
    return " ".join(tag.partition(":")[0].casefold().split())
