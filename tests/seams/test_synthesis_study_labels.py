"""What studies are called in results: one rule, from the first report that screening knows to the rows of every analysis."""

import pandas as pd

from evergreen.extraction.slices import Slices, slices_of
from evergreen.protocol.outcomes import Outcome
from evergreen.screening.study_labels import StudyLabels, label_of
from evergreen.synthesis.outcome import result
from tests.protocols import pooling
from tests.rows import each

ROWS = [
    {"study": study, "outcome": "pain", "timepoint": "", "group": group, "arm": arm, "n": "20", "mean": mean, "sd": "2", "in_conflict": ""}
    for study in ("DRIVE", "B", "C", "E")
    for group, arm, mean in (("intervention", "30 mg", "1"), ("intervention", "60 mg", "1.5"), ("control", "placebo", "2"))
    if study == "DRIVE" or arm != "30 mg"
]  # fmt: skip
SCREENED = pd.DataFrame({
    "study": ["DRIVE", "B", "C", "E"], "status": ["included", "included", "pending", "included"], "round": ["2018-12-31"] * 4,
    "report_name": ["Takeuchi 2016 (DRIVE)", "Smith 2008", "", "Roe 2017"], "report_year": ["2016", "2008", "", "2017"],
})  # fmt: skip


@each(
    ("study", "called", "part", "label"),
    [
        ("DRIVE", "", "", "DRIVE"), ("DRIVE", "", "60 mg", "DRIVE (60 mg)"), ("DRIVE", "Takeuchi 2016 (DRIVE)", "", "Takeuchi 2016 (DRIVE)"),
        ("DRIVE", "Takeuchi 2016 (DRIVE)", "60 mg", "Takeuchi 2016 (DRIVE, 60 mg)"), ("1", "Smith 2008", "low", "Smith 2008 (low)"),
        ("A (B)", "", "low", "A (B) (low)"),
    ],
)  # fmt: skip
def test_labels(study, called, part, label):
    assert label_of(study, called, part) == label


def test_a_study_is_found_in_whatever_letter_case_the_sheets_have_it():
    label = StudyLabels.listed(SCREENED)
    assert [label(study) for study in ("DRIVE", "drive ", "C", "unknown")] == ["Takeuchi 2016 (DRIVE)", "Takeuchi 2016 (DRIVE)", "C", "unknown"]  # fmt: skip
    assert [label.tell_more(names) for names in (["C", "unknown"], ["C", "B"])] == [False, True]
    assert StudyLabels.listed(None)("DRIVE") == "DRIVE"


def test_every_row_of_a_result_is_called_by_its_first_report():
    entry = pooling(
        id="pain",
        measure="MD",
        multi_arm="split",
        analysis={"sensitivity": [{"without_studies": ["B"]}, {"without_studies": ["smith 2008"]}]},
    )
    converted = pd.DataFrame(ROWS).assign(
        extractors="", origin="", status="agreed", converted="", derived="", imputed="", not_derived=""
    )
    sliced = slices_of(Slices(converted, screened=SCREENED), [entry])["pain"]
    made = result(sliced, entry)
    labels = ["Smith 2008", "Takeuchi 2016 (DRIVE, 30 mg)", "Takeuchi 2016 (DRIVE, 60 mg)", "Roe 2017"]
    assert [one.label for one in made.studies] == labels
    assert [one.year for one in made.studies] == [2008, 2016, 2016, 2017]
    assert [one.study for one in made.studies] == ["B", "DRIVE", "DRIVE", "E"]
    assert made.preparation.divided == 2
    assert made.left_out[0].label == "C"
    assert made.influence is not None
    whole = ["Smith 2008", "Takeuchi 2016 (DRIVE)", "Roe 2017"]  # with all of its comparisons
    assert [one.label for one in made.influence.studies] == whole
    assert [one.k for one in made.sensitivity.values()] == [3, 3], (
        "a study is left out by its own name or by what it is called"
    )


def test_a_column_that_orders_a_figure_is_in_the_slice_and_the_named_orders_are_none():
    assert Outcome(id="pain", measure="MD", order="dose").columns == ["dose"]
    assert all(
        Outcome(id="pain", measure="MD", order=order).columns == []
        for order in ("round", "year", "effect", "weight", "name")
    )
