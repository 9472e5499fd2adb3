"""The embedded PubMed answers as PubMed does: protocol, ceilings, formats that others' readers read."""

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
import requests
from Bio import Entrez, Medline
from lxml import etree

from evergreen.search.embedded.fault_scripts import FAULTS, FaultScript
from evergreen.search.embedded.server import Reply, Service, serving
from evergreen.search.embedded.store import Entry, Store, entry_from_facts
from tests.search.search_rounds import facts, store

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def ask():
    with serving(Service(store(12))) as server:

        def get(utility, **values):
            return requests.get(f"{server.url}{utility}.fcgi", params={"db": "pubmed", **values}, timeout=10)

        get.server = server
        yield get


def test_esearch_xml_is_read_by_bio_entrez(ask):
    found = Entrez.read(io.BytesIO(ask("esearch", term="trial[ti]", retmax=5).content))
    assert (found["Count"], found["RetMax"], found["RetStart"]) == ("12", "5", "0")
    assert found["IdList"] == ["1077", "1070", "1063", "1056", "1049"]
    said = Entrez.read(
        io.BytesIO(ask("esearch", term='nonsense[ti] OR "bone trial"[ti] OR trial[zz]').content)
    )
    assert said["ErrorList"] == {"PhraseNotFound": ["nonsense[ti]"], "FieldNotFound": ["zz"]}
    assert said["WarningList"]["QuotedPhraseNotFound"] == ['"bone trial"[ti]']


def test_replies_have_the_elements_of_recorded_ones(ask, shared):
    """The same elements in the same order as NCBI's own replies, where both have something to say."""
    for recorded, mine in (
        ("esearch2.xml", ask("esearch", term="trial", usehistory="y", retmax=3)),
        ("esearch8.xml", ask("esearch", term="abcXYZ")),
        ("epost1.xml", ask("epost", id="1000,1007")),
        ("elink1.xml", ask("elink", id="1000")),
    ):
        theirs = etree.parse(str(shared / "data/pubmed/eutils" / recorded)).getroot()
        own = etree.fromstring(mine.content)
        assert own.tag == theirs.tag
        assert [child.tag for child in own] == [child.tag for child in theirs][
            : len(own)
        ] or own.tag == "eLinkResult"


def test_the_ceiling_is_as_it_is_and_not_as_documented():
    row = dict(entry_from_facts(facts(1)).row)
    many = Store(Entry({**row, "pmid": str(pmid)}, bytes) for pmid in range(1, 10_101))
    with serving(Service(many)) as server:

        def esearch(**values):
            reply = requests.get(
                f"{server.url}esearch.fcgi",
                params={"term": "trial[ti]", "retmode": "json", **values},
                timeout=30,
            )
            return json.loads(reply.text, strict=False)["esearchresult"]

        whole = esearch(retmax=10_000)
        assert (whole["count"], len(whole["idlist"])) == ("10100", 9_999)
        assert whole["warninglist"]["outputmessages"] == [
            "Restrictions achieved. start and count adjusted to 0, 9999"
        ]
        assert len(esearch(retstart=9_990, retmax=10)["idlist"]) == 9
        assert "cannot be larger than 9998" in esearch(retstart=9_999)["ERROR"]
        reply = requests.get(
            f"{server.url}esearch.fcgi",
            params={"term": "trial[ti]", "retmode": "json", "retstart": 9_999},
            timeout=30,
        )
        with pytest.raises(json.JSONDecodeError):  # a line break inside the string, as PubMed sends it
            json.loads(reply.text)
        kept = esearch(usehistory="y", retmax=0)
        late = {
            "WebEnv": kept["webenv"],
            "query_key": kept["querykey"],
            "retstart": 9_500,
            "retmax": 500,
            "rettype": "uilist",
        }
        assert (
            len(requests.get(f"{server.url}efetch.fcgi", params=late, timeout=30).text.split()) == 499
        )  # without a word


def test_history(ask):
    posted = etree.fromstring(ask("epost", id="1000,1007,1014").content)
    place = {"WebEnv": posted.findtext("WebEnv"), "query_key": posted.findtext("QueryKey")}
    assert len(Entrez.read(io.BytesIO(ask("efetch", **place).content))["PubmedArticle"]) == 3
    assert (
        len(Entrez.read(io.BytesIO(ask("efetch", retstart=2, retmax=5, **place).content))["PubmedArticle"])
        == 1
    )
    past = ask("efetch", retstart=3, **place)
    assert (past.status_code, "OUT OF RANGE" in past.text) == (400, True)
    assert "Unable to obtain query #1" in ask("efetch", WebEnv="expired", query_key="1").text
    assert ask("esearch", term="#1", **place, retmode="json").json()["esearchresult"]["count"] == "3"


def test_medline_text_is_read_by_bio_medline(shared):
    real = Store.from_xml([shared / "data/pubmed/curated.xml"])
    with serving(Service(real)) as server:
        ids = ",".join(map(str, real.entries))
        reply = requests.post(
            f"{server.url}efetch.fcgi", data={"id": ids, "rettype": "medline", "retmode": "text"}, timeout=60
        )
    read = {record["PMID"]: record for record in Medline.parse(io.StringIO(reply.text))}
    assert set(read) == {str(pmid) for pmid in real.entries}
    for pmid, entry in real.entries.items():
        record, row = read[str(pmid)], entry.row
        assert " ".join(record.get("TI", "").split()) == row["title"]
        assert record.get("PT", []) == [value for value in row["publication_types"].split("; ") if value]
        assert record.get("VI", "") == row["volume"]
        assert len(record.get("MH", [])) == len([value for value in row["mesh_terms"].split("; ") if value])


def test_summaries(ask):
    summaries = ask("esummary", id="1000,5", retmode="json").json()["result"]
    assert summaries["1000"]["title"] == "A trial of bone in Türkiye, number 0"
    assert "cannot get document summary" in summaries["5"]["error"]
    assert (
        Entrez.read(io.BytesIO(ask("esummary", id="1000").content))[0]["title"]
        == "A trial of bone in Türkiye, number 0"
    )


def test_pmids_that_are_not_held_are_absent_without_an_error(ask):
    assert (
        Entrez.read(io.BytesIO(ask("efetch", id="1000,5", retmode="xml").content))["PubmedArticle"].__len__()
        == 1
    )
    reply = ask("efetch", id="5", retmode="xml")
    assert (reply.status_code, b"<PubmedArticle>" in reply.content) == (200, False)


def test_dates_as_parameters(ask):
    assert (
        ask("esearch", term="trial[ti]", mindate="2015", maxdate="2015", retmode="json").json()[
            "esearchresult"
        ]["count"]
        == "12"
    )
    assert (
        ask("esearch", term="trial[ti]", mindate="2016", maxdate="2017", retmode="json").json()[
            "esearchresult"
        ]["count"]
        == "0"
    )


def test_queries_that_cannot_be_parsed_fail_with_status_200(ask):
    reply = ask("esearch", term="term=((", retmode="json")
    assert reply.status_code == 200
    assert "Search Backend failed" in reply.text
    assert "Empty Term" in ask("esearch", term="").text


def test_faults_are_scheduled_by_number_or_by_a_seeded_chance():
    script = FaultScript(at={2: "503"})
    assert [script.of(number, "esearch.fcgi") for number in (1, 2, 3)] == [None, FAULTS["503"], None]
    draws = [
        [FaultScript(rates={"503": 0.5}, seed=seed).of(1, "esearch.fcgi") is not None for seed in range(20)]
        for _ in range(2)
    ]
    assert draws[0] == draws[1]
    assert 0 < sum(draws[0]) < 20
    with pytest.raises(ValueError, match="no such fault"):
        FaultScript(at={1: "nonsense"})


def test_the_shipped_store_says_what_was_derived():
    shipped = Store.shipped()
    notes = [
        note for entry in shipped.entries.values() for note in entry.row["other_fields"].get("notes", [])
    ]
    assert len(shipped.entries) == 184
    assert len([note for note in notes if note.startswith("Creation date derived")]) == 184 - 78
    assert all(not entry.row["abstract"] for entry in shipped.entries.values())
    assert (
        len(Store.shipped(as_of="2018-12-31").visible())
        < len(Store.shipped(as_of="2023-12-31").visible())
        < 184
    )


def test_it_is_started_from_the_command_line():
    call = [sys.executable, "-m", "evergreen.search.embedded", "--as-of", "2018-12-31"]
    with subprocess.Popen(call, cwd=ROOT / "scripts", stdout=subprocess.PIPE, text=True) as process:
        try:
            line = process.stdout.readline()
            info = requests.get(f"{line.split()[0]}einfo.fcgi", params={"db": "pubmed"}, timeout=10).text
        finally:
            process.terminate()
    assert "Embedded-2018.12.31" in info


def test_the_fault_of_missing_ids_takes_some_away_and_leaves_the_count():
    body = (
        b"<eSearchResult><Count>6</Count><IdList><Id>1</Id>\n<Id>2</Id>\n<Id>3</Id></IdList></eSearchResult>"
    )
    struck = FAULTS["ids missing"].change(Reply(body), {}).body
    assert struck == body.replace(b"\n<Id>3</Id>", b"")
