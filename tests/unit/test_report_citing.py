"""Numbers of references behind studies and methods in the text, and that they are those of the list."""

import pytest

from evergreen.report.blocks import Lines, Link, Section, Terms, Text
from evergreen.report.citing import Citations
from evergreen.report.method_references import METHODS
from evergreen.report.references import printed

WORKS = [*"abcdef"]
REPORTS = {"So 2021": ["d"], "So 2021a": ["a", "b", "c", "f"], "Roe 2003 (ACT)": ["a", "e", "unknown"], "No 2000": ["unknown"]}  # fmt: skip
SAID = ["Hartung-Knapp intervals were computed.", "Later Hartung and Knapp's, rated with GRADE."]
CITATIONS = Citations(WORKS, REPORTS, SAID)


@pytest.mark.parametrize(
    ("section", "text", "expected"),
    [
        ("updates", "Added: So 2021 and So 2021a.", "Added: So 2021 [4] and So 2021a [1\N{EN DASH}3, 6]."),
        ("updates", "So 2021, then So 2021; also 2021.", "So 2021 [4], then So 2021; also 2021."),
        ("alerts", "Report of Roe 2003 (ACT), GRADE.", "Report of Roe 2003 (ACT) [1, 5], GRADE."),
        ("alerts", "No 2000, Also So 20211", "No 2000, Also So 20211"),
        ("methods", SAID[0], "Hartung-Knapp [7] intervals were computed."),
        ("methods", SAID[1], "Later Hartung and Knapp [7]'s, rated with GRADE [8]."),
        ("methods", "GRADE, GRADE", "GRADE [8], GRADE"),
    ],
)  # fmt: skip
def test_what_is_spoken_of_has_its_number(section, text, expected):
    blocks = [Text(text), Lines([text, Link(text, "x")]), Terms([("Term", text)])]
    first, lines, terms = CITATIONS.cited(Section(section, "", blocks)).blocks
    assert (first.text, lines.lines[0], terms.terms[0][1]) == (expected,) * 3
    assert lines.lines[1].text == text, "a link leads there itself"


def test_methods_that_nobody_names_are_in_no_list():
    assert list(CITATIONS.methods.values()) == [7, 8]
    assert list(Citations([], {}, ["Nothing."]).methods) == []


def test_every_source_is_printed_whole_and_found_once():
    assert len({method.item["id"] for method in METHODS}) == len(METHODS)
    for method in METHODS:
        link = printed(method.item)
        assert link.url == f"https://doi.org/{method.item['DOI']}"
        assert link.text.startswith(
            f"{method.item['author'][0]['family']} {method.item['author'][0]['given']}"
        )
    hartung = next(method.item for method in METHODS if method.item["id"] == "method:knha")
    assert printed(hartung).text == (
        "Hartung J, Knapp G. A refined method for the meta-analysis of controlled clinical trials with binary outcome. Stat Med."
        " 2001;20(24):3875-3889. doi: 10.1002/sim.1009."
    )
