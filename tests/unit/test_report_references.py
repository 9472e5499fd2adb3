"""References as journals of medicine print them, and as reference managers read them."""

from evergreen.report.references import csl, named_works, reference, vancouver
from tests.rows import each
from tests.unit.test_report_selection import WORKS

# PMID 12140307, the first sample reference of the ICMJE's uniform requirements ("Halpern SD, Ubel PA, Caplan AL. Solid-organ
# transplantation in HIV-infected patients. N Engl J Med. 2002;347:284-7."), with issue and pages as its record has them.
HALPERN = {
    "work_id": "pubmed:12140307", "authors": "Halpern, SD; Ubel, PA; Caplan, AL", "title": "Solid-organ transplantation in HIV-infected patients",
    "journal": "N Engl J Med", "year": 2002, "volume": "347", "issue": "4", "pages": "284-287", "doi": "", "pmid": "12140307", "url": "",
    "retracted": False,
}  # fmt: skip
SAID = "Halpern SD, Ubel PA, Caplan AL. Solid-organ transplantation in HIV-infected patients. N Engl J Med. 2002;347(4):284-287."


@each(
    ("changes", "expected"),
    [
        ({}, SAID),
        ({"title": "Is it?", "issue": "", "pages": ""}, "Halpern SD, Ubel PA, Caplan AL. Is it? N Engl J Med. 2002;347."),
        ({"volume": "", "issue": "", "authors": "", "doi": "10.1/x"}, "Solid-organ transplantation in HIV-infected patients. N Engl J Med. 2002:284-287. doi: 10.1/x."),
        # Names of seven people, of a group, with particles and first names written out.
        ({"authors": "; ".join(f"Name{n}, A" for n in "abcdefg"), "title": "T", "journal": ""}, "Namea A, Nameb A, Namec A, Named A, Namee A, Namef A, et al. T. 2002;347(4):284-287."),
        ({"authors": "van der Berg, Jan Peter; DREAM Study Group; O'Neil, Ann-Marie; Smith, J.A., Jr", "title": "T", "journal": "J", "volume": "", "issue": "", "pages": "", "year": ""},
         "van der Berg JP, DREAM Study Group, O'Neil AM, Smith JA Jr. T. J."),
        ({"retracted": True}, f"RETRACTED. {SAID}"),
    ],
)  # fmt: skip
def test_a_reference_as_journals_print_it(changes, expected):
    assert vancouver(HALPERN | changes) == expected


def test_a_reference_leads_to_the_work():
    assert reference(HALPERN).url == "https://pubmed.ncbi.nlm.nih.gov/12140307/"
    assert reference(HALPERN | {"pmid": "", "doi": "10.1/x"}).url == "https://doi.org/10.1/x"
    assert reference(HALPERN | {"pmid": "", "url": "javascript:x"}).url == ""


def test_csl_json_has_what_the_record_has():
    (item, group) = csl([HALPERN, HALPERN | {"authors": "DREAM Study Group", "journal": "", "year": "", "url": "javascript:x"}])  # fmt: skip
    assert item == {
        "id": "pubmed:12140307", "type": "article-journal", "title": HALPERN["title"], "container-title": "N Engl J Med",
        "author": [{"family": "Halpern", "given": "SD"}, {"family": "Ubel", "given": "PA"}, {"family": "Caplan", "given": "AL"}],
        "issued": {"date-parts": [[2002]]}, "volume": "347", "issue": "4", "page": "284-287", "PMID": "12140307",
    }  # fmt: skip
    assert (group["author"], group["type"]) == ([{"literal": "DREAM Study Group"}], "document")
    assert not {"issued", "URL", "container-title"} & set(group)


def test_works_that_are_referred_to_each_once():
    studies = WORKS.assign(
        study="S", status=["included", "excluded", "included"], work_ids=["a:1", "a:2", "a:3; a:1"]
    )
    assert named_works(studies, [studies.iloc[1:2]]) == ["a:1", "a:3", "a:2"]
