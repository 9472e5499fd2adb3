"""What studies are called by the author and year of their first report."""

from evergreen.screening.study_names import Named, first_reports
from tests.rows import each


@each(
    ("study", "own", "reports", "called", "year"),
    [
        ("Amgen 20040144", False, [("Cohen, Stanley B; Dore, Robin K", "2008")], "Cohen 2008 (Amgen 20040144)", "2008"),
        ("Cohen2008", False, [("Saag K", "2022"), ("Cohen SB", "2008")], "Cohen 2008", "2008"),
        ("DRIVE", False, [("Tanaka Y", "2019"), ("Takeuchi T; Tanaka Y", "2016")], "Takeuchi 2016 (DRIVE)", "2016"),
        ("Cohen 2008a", False, [("Cohen SB", "2008")], "Cohen 2008a", "2008"),  # people told two apart already
        ("pubmed:1", True, [("van der Heijde, D", "2013")], "van der Heijde 2013", "2013"),
        ("ACTION", False, [("DRIVE Study Group", "2016")], "DRIVE Study Group 2016 (ACTION)", "2016"),
        ("MRC", False, [("Hill AB", "1952"), ("", "1948")], "", "1948"),
        ("MRC", False, [("Hill AB", "")], "", ""),
        ("MRC", False, [], "", ""),
        ("pubmed:1", True, [("Ebina, K", "")], "Ebina n.d.", ""),
        ("pubmed:1", True, [("", "")], "", ""),
    ],
)  # fmt: skip
def test_a_study_is_called_by_its_first_report(study, own, reports, called, year):
    found = first_reports([Named(study, own, reports)])[study]
    assert (found.called, found.year) == (called, year)


def test_studies_of_one_author_and_year_stay_apart():
    smith = [("Smith, J", "2008")]
    named = first_reports([Named("pubmed:1", True, smith), Named("A", False, smith), Named("Smith 2008", False, smith), Named("pubmed:2", True, smith)])  # fmt: skip
    called = [report.called for report in named.values()]
    assert called == ["Smith 2008a", "Smith 2008 (A)", "Smith 2008", "Smith 2008b"]
    assert len(set(called)) == 4
