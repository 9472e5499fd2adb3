"""Names of columns: what vendors call the fields of a record in their tables, and whether a row is such names."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

from evergreen.errors import InputError
from evergreen.records.formats import isi

FIELDS: dict[str, tuple[str, ...]] = {
    "title": (
        "title", "article title", "primary title", "document title", "study title", "public title", "brief title",
        "scientific title", "title of the trial", "ti", "title of article", "item title", "original title", "paper title", "display name", "title primary", "题名", "篇名", "标题",
    ),
    "abstract": ("abstract", "abstract note", "abstracts", "brief summary", "ab", "original abstract", "摘要"),
    "authors": ("author full names", "authors", "author", "author names", "author s", "au", "primary authors",
                "authorships author display name", "authorships raw author name", "contributors", "author string", "authors primary", "作者"),
    "groups": ("group authors", "corporate authors", "primary sponsor", "sponsor"),
    "year": (
        "year", "publication year", "published year", "year of publication", "pub year", "py", "date",
        "publication date", "date published", "date of publication", "issued", "first posted", "study first posted", "date registration", "date registration3",
        "registration date", "date applied", "date assigned", "start date", "source year", "publicationdateyear", "pub date", "early access date", "年", "年份", "出版年", "发表时间", "出版时间", "出版日期",
    ),
    "journal": (
        "source title", "journal", "journal book", "journal name", "journal title", "publication title", "publication name",
        "full journal title", "secondary title", "pubtitle", "container title", "periodical", "source journal", "source",
        "so", "journal abbreviation", "abbreviated source title", "primary location source display name", "host venue display name",
        "anthology title", "publication", "venue", "book series title", "book title", "periodical full", "periodical abbrev", "title secondary", "刊名", "期刊", "期刊名称", "文献来源",
    ),
    "volume": ("volume", "journal volume", "volume number", "vol", "vl", "source volume", "biblio volume", "卷"),
    "issue": ("issue", "journal issue", "number", "issue number", "is", "no", "source issue", "biblio issue", "期"),
    "pages": ("pages", "page range", "pagination", "page", "pg", "source pages", "page info", "页码"),
    "start_page": ("page start", "start page", "first page", "bp", "spage", "biblio first page"),
    "end_page": ("page end", "end page", "last page", "ep", "epage", "biblio last page", "other pages"),
    "article_number": ("art no", "article number", "article no"),
    "doi": ("doi", "item doi", "digital object identifier", "di", "doi doi"),
    "doi_within": ("link", "url", "doi link", "full text url", "full text link", "open url link", "article url", "citation", "source", "notes", "extra", "links", "title link"),
    "pmid": ("pmid", "pubmed id", "medline pmid", "pm", "pubmed", "ids pmid"),
    "pmid_within": ("url", "link", "notes", "extra", "accession number", "ut unique wos id"),
    "pmcid": ("pmcid", "pmc id", "pmc", "ids pmcid", "pubmed central id"),
    "registry_within": (
        "nct number", "trialid", "main id", "clinical trial numbers", "clinical trial number", "secondary id",
        "secondary ids", "other ids", "trial registration", "notes", "source", "trial id", "registry number",
        "isrctn", "eudract number", "eu ct number", "actrn", "drks id", "jrct id", "trial number", "universal trial number", "secondary identifying numbers",
        "ctgov id", "ictrp id",
    ),
    "publication_types": ("document type", "publication type", "publication types", "dt", "type of publication", "pubtype",
                          "item type", "content type", "doctype", "source type", "type", "pub type"),
    "mesh_terms": ("mesh terms", "mesh", "mesh headings"),
    "keywords": (
        "author keywords", "keywords", "index keywords", "keyword", "keywords plus", "subjects", "conditions", "condition",
        "interventions", "intervention", "emtree drug index terms major focus", "emtree drug index terms",
        "keywords display name", "fields of study", "emtree medical index terms major focus", "emtree medical index terms", "manual tags", "automatic tags", "关键词",
    ),
    "language": ("language", "languages", "language of original document", "la", "article language"),
    "issn": ("issn", "eissn", "sn", "issns", "journal issn", "isbn", "issn isbn", "isbn issn"),  # EndNote calls both isbn
    "url": ("url", "link", "study url", "web address", "source url", "links", "plink", "external url", "dimensions url",
            "primary location landing page url"),
    "accession": (
        "accession number", "accession no", "unique wos id", "ut unique wos id", "eid", "cochrane id", "central id",
        "lens id", "publication id", "pui", "embase accession id", "embase id", "store id", "nct number", "trialid", "isrctn", "eudract number",
        "eu ct number", "actrn", "drks id", "jrct id", "trial number", "key", "covidence", "an",
    ),
    "accession_within": ("id", "plink", "url", "link", "links"),
    "accession_like": ("id", "record number"),
    "database": ("database", "source database"),
}  # fmt: skip
"""Column names as `normal` gives them."""

_PUBMED_HEADER = {"pmid", "create date"}
KNOWN = frozenset(name for names in FIELDS.values() for name in names)
_AS_KNOWN = {name.replace(" ", ""): name for names in FIELDS.values() for name in names}
"""Known names by their letters: programs write `PubMed ID`, `pubmed_id` and `PubmedId`."""
_CHINESE = re.compile(r"[\u3400-\u9fff]+")
TITLES = frozenset(FIELDS["title"])
_JOURNALS = frozenset(FIELDS["journal"]) - {"source"}
_AUTHORS = frozenset(FIELDS["authors"])
_WEB_OF_SCIENCE = frozenset(("PT", "AU", "TI"))


def normal(name: str) -> str:
    """A column name in lower case words: `Covidence #`, `DOI:` and `PubYear` become `covidence`, `doi`, `pub year`; one that is known by
    its letters becomes the known one, and so does one in two languages (CNKI's `Title-题名`) of which a half is known."""
    words = " ".join(re.findall(r"[^\W_]+", re.sub(r"(?<=[a-z])(?=[A-Z][a-z])", " ", name).lower()))
    if words in KNOWN:
        return words
    letters = words.replace(" ", "")
    halves = (letters, _CHINESE.sub("", letters), "".join(_CHINESE.findall(letters)))
    return next((_AS_KNOWN[half] for half in halves if half in _AS_KNOWN), words)


def known(names: Collection[str]) -> int:
    """How many of these `normal` column names are known."""
    return len(KNOWN.intersection(names))


def of_web_of_science(cells: Collection[str]) -> bool:
    """Whether cells name the columns of Web of Science, which has two letters for each."""
    return _WEB_OF_SCIENCE.issubset(cells)


def is_header(cells: Sequence[str]) -> bool:
    """Whether `cells` name columns: one of titles, and at least half of all are known."""
    names = [name for cell in cells if (name := normal(cell))]
    return of_web_of_science(cells) or (
        not TITLES.isdisjoint(names)
        and len(names) > 1
        and known(names) >= 2
        and 2 * known(names) >= len(names)
    )


def fields_for(
    headers: Sequence[frozenset[str]], columns: Mapping[str, str] | None, file: str
) -> dict[str, tuple[str, ...]]:
    """`FIELDS` as they hold for tables with these columns; the person's `columns` stand first.

    Raises InputError when a column that the protocol names is not in the table, and when a table has no column of titles.
    """
    fields = dict(FIELDS)
    header = frozenset().union(*headers)
    if any(map(of_web_of_science, headers)):
        fields = {
            role: (*isi.FIELDS.get(role, ()), *FIELDS.get(role, ())) for role in {**FIELDS, **isi.FIELDS}
        }
    # Beside a column of journals `Source` is where the export came from (Scopus).
    if all(_JOURNALS.intersection(one) for one in headers):
        fields["journal"] = tuple(name for name in fields["journal"] if name != "source")
    # Beside a column of authors the sponsor of a study is none of them; registers have no such column.
    if all(map(_AUTHORS.intersection, headers)):
        fields["groups"] = tuple(name for name in fields["groups"] if not name.endswith("sponsor"))
    if header >= _PUBMED_HEADER:
        fields["accession"] = ("pmid", *fields["accession"])
    for column, theirs in (columns or {}).items():
        ours = "registry_within" if column == "registry_ids" else column
        if ours not in FIELDS:
            raise InputError(
                f"the protocol's columns name {column}, which records do not have", file=file,
                todo=f"Known are: {', '.join(name for name in FIELDS if not name.endswith(('_within', '_like')))}.",
            )  # fmt: skip
        if normal(theirs) not in header:
            raise InputError(
                f"the protocol says that {column} stands in column {theirs}, but there is no such column", file=file,
                todo=f"The file has: {', '.join(sorted(header))}.",
            )  # fmt: skip
        fields[ours] = (normal(theirs), *(name for name in fields.get(ours, ()) if name != normal(theirs)))
    for one in headers:
        if one.isdisjoint(fields["title"]):
            raise InputError(
                f"the table has no column of titles (it has: {', '.join(sorted(filter(None, one)))})", file=file,
                todo="Export with titles, or say in the protocol which column has them: `columns: {title: ...}`.",
            )  # fmt: skip
    return fields
