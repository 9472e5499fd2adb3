"""Where a manuscript prints numbers that are others now, in the ways in which journals print them."""

from io import BytesIO
from zipfile import ZipFile

import pytest
from docx import Document
from docx.oxml import OxmlElement

from evergreen.errors import InputError
from evergreen.publication import manuscript, numbers
from evergreen.publication.manuscript import Paragraph
from evergreen.publication.places import changed, respond
from evergreen.tables import write_json
from respond import main
from tests.results import model, result, study
from tests.rows import each

THEN = {
    "Pain: pooled effect": "−0.33 (−0.60 to −0.06)",
    "Pain: I²": "39%",
    "Pain: P value": "P = 0.017",
    "Pain: studies": "12",
    "Pain: participants": "1,059",
    "Harm: pooled effect": "0.98 (0.54 to 1.86)",
    "Harm: studies": "12",
    "The review: records screened": "12,345",
}
NOW = {
    "Pain: pooled effect": "−0.41 (−0.66 to −0.16)",
    "Pain: I²": "45%",
    "Pain: P value": "P = 0.002",
    "Pain: studies": "13",
    "Pain: participants": "1,200",
    "Harm: pooled effect": "1.02 (0.57 to 1.88)",
    "Harm: studies": "12",
    "The review: records screened": "13,001",
}


def found(text: str, then=THEN, now=NOW):
    return respond([Paragraph(text, "paragraph 1")], then, now)


@each(
    ("text", "labels"),
    [
        ("Pain fell (SMD −0.33, 95% CI −0.60 to −0.06).", ["Pain: pooled effect"]),
        ("SMD -0.33 [-0.60, -0.06]", ["Pain: pooled effect"]),
        ("SMD $-$0.33 (95\\% CI $-$0.60 to $-$0.06)", ["Pain: pooled effect"]),
        ("SMD –0·33 (95% CI –0·60 to –0·06)", ["Pain: pooled effect"]),
        ("SMD −0,33 (−0,60; −0,06)", ["Pain: pooled effect"]),
        ("SMD −0.3 (−0.6 to −0.1)", ["Pain: pooled effect"]),
        ("RR 0.98 (95% CI 0.54–1.86)", ["Harm: pooled effect"]),
        ("RR 0.98, 95% confidence interval 0.54 - 1.86", ["Harm: pooled effect"]),
        ("RR 0.98\n(0.54,\n1.86)", ["Harm: pooled effect"]),
        ("RR 0.98, CI95 0.54-1.86", ["Harm: pooled effect"]),
        ("I-squared = 39%", ["Pain: I²"]),
        ("I2 = 39%", ["Pain: I²"]),
        ("(I² 39 %)", ["Pain: I²"]),
        ("p=0.017", ["Pain: P value"]),
        ("P = .017", ["Pain: P value"]),
        ("P = 0.02", ["Pain: P value"]),
        ("Of 1,059 patients", ["Pain: participants"]),
        ("Of 1 059 patients", ["Pain: participants"]),
        ("Of 1059 patients", ["Pain: participants"]),
        ("we screened 12,345 records", ["The review: records screened"]),
        ("12 trials reported pain", ["Pain: studies"]),
        # Not numbers of the results, or not of those that changed.
        ("12 trials reported harm", []),
        ("39% of the patients were women", []),
        ("after 12 weeks", []),
        ("SMD 0.33 (0.60 to 0.06)", []),
        ("RR 10.98 (0.54 to 1.86)", []),
        ("RR 0.98 (0.54 to 1.861)", []),
        ("RR 0.98 (−0.54 to 1.86)", []),
        ("records 112,345 screened", []),
        ("0.017 mg", []),
    ],
)
def test_a_number_is_found_as_it_is_printed(text, labels):
    assert [change.label for place in found(text).places for change in place.changes] == labels


def test_a_place_says_what_it_prints_and_what_is_now():
    response = found("x " * 50 + "Harm was alike (RR 0.98, 95% CI 0.54 to 1.86) in both groups. " + "y " * 50)
    (place,) = response.places
    assert place.where == "paragraph 1"
    assert place.printed == "0.98, 95% CI 0.54 to 1.86"
    assert "Harm was alike (RR [0.98, 95% CI 0.54 to 1.86]) in both groups." in place.context
    assert (place.changes[0].old, place.changes[0].new) == ("0.98 (0.54 to 1.86)", "1.02 (0.57 to 1.88)")


def test_numbers_that_are_printed_alike_are_told_apart_by_the_outcome_that_is_named():
    # The paragraph, or the heading above it, names the outcome; where neither does, all are said.
    assert found("Twelve, that is 12, trials measured pain.").places[0].unchanged == ()
    assert found("We pooled 12 trials.").places[0].unchanged == ("Harm: studies",)
    under = [
        Paragraph("Pain", "paragraph 1"),
        Paragraph("We pooled 12 trials of good quality.", "paragraph 2"),
    ]
    (place,) = respond(under, THEN, NOW).places
    assert (place.where, place.unchanged) == ("paragraph 2", ())


def test_what_is_not_found_is_listed_and_what_is_of_now_is_told_apart():
    response = found("Harm: RR 1.02 (95% CI 0.57 to 1.88). Pain: I² = 39%.")
    assert [change.label for change in response.now] == ["Harm: pooled effect"]
    assert {change.label for change in response.absent} == {
        "Pain: pooled effect", "Pain: P value", "Pain: studies", "Pain: participants", "The review: records screened",
    }  # fmt: skip


def test_an_effect_that_is_the_same_as_rounded_is_no_place():
    then, now = {"Pain: pooled effect": "0.98 (0.54 to 1.86)"}, {"Pain: pooled effect": "0.97 (0.53 to 1.87)"}
    assert found("RR 1.0 (0.5 to 1.9)", then, now).places == ()
    assert len(found("RR 0.98 (0.54 to 1.86)", then, now).places) == 1


def test_changes_name_what_came_and_went():
    told = {
        change.label: (change.old, change.new)
        for change in changed({"a": "1", "b": "2"}, {"b": "2", "c": "3"})
    }
    assert told == {"a": ("1", ""), "c": ("", "3")}


def test_a_word_document_is_read_with_its_tables_and_pages(tmp_path):
    document = Document()
    document.add_paragraph("First RR 0.98")
    second = document.add_paragraph()
    run = second.add_run("12")
    run._r.insert(0, OxmlElement("w:lastRenderedPageBreak"))
    second.add_run(" trials of pain")
    gone = OxmlElement("w:del")
    gone.append(second.add_run(" and 99 more")._r)
    second._p.append(gone)
    table = document.add_table(2, 2)
    for at, cell in enumerate(("Outcome", "I²", "Pain", "39%")):
        table.cell(at // 2, at % 2).text = cell
    document.save(tmp_path / "a.docx")
    read = manuscript.read(tmp_path / "a.docx")
    assert [(one.place, one.text) for one in read] == [
        ("paragraph 1, page 1", "First RR 0.98"),
        ("paragraph 2, page 2", "12 trials of pain"),
        ("paragraph 3 (in a table), page 2", "Outcome"), ("paragraph 4 (in a table), page 2", "I²"),
        ("paragraph 5 (in a table), page 2", "Pain"), ("paragraph 6 (in a table), page 2", "39%"),
        ("table 1, row 1", "Outcome | I²"), ("table 1, row 2", "Pain | 39%"),
    ]  # fmt: skip
    # A cell is read with the heads of its column and row.
    places = {place.where: place.changes[0].label for place in respond(read, THEN, NOW).places}
    assert places == {"paragraph 2, page 2": "Pain: studies", "paragraph 6 (in a table), page 2": "Pain: I²"}


def test_an_effect_in_cells_side_by_side_and_a_p_value_under_its_head_are_found(tmp_path):
    document = Document()
    table = document.add_table(2, 4)
    for at, cell in enumerate(("Outcome", "RR", "95% CI", "P value", "Harm", "0.98", "0.54 to 1.86", "0.44")):
        table.cell(at // 4, at % 4).text = cell
    document.save(tmp_path / "a.docx")
    then = {**THEN, "Harm: P value": "P = 0.44"}
    now = {**NOW, "Harm: P value": "P = 0.51"}
    found = respond(manuscript.read(tmp_path / "a.docx"), then, now).places
    assert {place.where: place.changes[0].label for place in found} == {
        "paragraph 8 (in a table)": "Harm: P value",
        "table 1, row 2": "Harm: pooled effect",
    }


def test_a_p_value_under_its_head_is_of_the_outcome_that_the_row_names(tmp_path):
    document = Document()
    table = document.add_table(3, 2)
    for at, cell in enumerate(("Outcome", "P", "Sleep", "0.44", "Harm", "0.44")):
        table.cell(at // 2, at % 2).text = cell
    # A content control around a cell, as templates of journals have them.
    tc = table.cell(2, 1)._tc
    control, inner = OxmlElement("w:sdt"), OxmlElement("w:sdtContent")
    tc.addprevious(control)
    control.append(inner)
    inner.append(tc)
    document.save(tmp_path / "a.docx")
    then, now = {"Harm: P value": "P = 0.44"}, {"Harm: P value": "P = 0.51"}
    (place,) = respond(manuscript.read(tmp_path / "a.docx"), then, now).places
    assert place.where == "paragraph 6 (in a table)"


def test_an_outcome_that_was_renamed_is_the_same_outcome():
    then = {"Pain: studies": "12", "Pain, dose high: studies": "4", "Pain at rest: studies": "3"}
    assert numbers.renamed(then, {"Pain": "Knee pain", "Pain at rest": "Rest"}) == {
        "Knee pain: studies": "12", "Knee pain, dose high: studies": "4", "Rest: studies": "3",
    }  # fmt: skip


def test_lines_of_a_text_are_counted(tmp_path):
    path = tmp_path / "a.tex"
    path.write_text("\\section{Pain}\n\n% RR 0.98 (0.54 to 1.86)\nHarm: RR 0.98\n(0.54 to 1.86)\n")
    (place,) = respond(manuscript.read(path), THEN, NOW).places
    assert place.where == "line 4"


def document_of(xml: str) -> bytes:
    packed = BytesIO()
    with ZipFile(packed, "w") as archive:
        archive.writestr("word/document.xml", xml)
    return packed.getvalue()


@each(
    ("name", "content", "said"),
    [
        ("a.odt", b"x", "a manuscript is one of .docx"),
        ("a.docx", b"x", "not a readable Word document"),
        ("~$nuscript.docx", b"\x05Ann", r"~\$nuscript\.docx: this is not the document but a mark"),
        ("a.docx", document_of('<!DOCTYPE a [<!ENTITY b "x">]><a>&b;</a>'), "the document has a DTD"),
        ("a.docx", document_of("<a>"), "the document is damaged"),
        ("a.txt", bytes(range(32)) * 9, "this is no text"),
    ],
)
def test_what_is_no_manuscript_is_refused(tmp_path, name, content, said):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=said):
        manuscript.read(tmp_path / name)


def write(folder, k: int, estimate: float, i2: float) -> None:
    """A folder of results with one outcome, and the counts of a flow chart."""
    pooled = model(
        k=k, estimate=estimate, ci_low=estimate - 0.25, ci_high=estimate + 0.25, p=0.0123, I2=i2, tau2=0.5
    )
    studies = [study(f"S{at}", yi=-0.4, vi=0.1, ci_low=-1.0, ci_high=0.2) for at in range(k)]
    found = result(measure="MD", scale="identity", studies=studies, model=pooled, participants=1059.0)
    (folder / "synthesis").mkdir(parents=True)
    (folder / "synthesis/pain.json").write_text(found.model_dump_json())
    (folder / "prisma").mkdir()
    (folder / "prisma/counts.json").write_text('{"total": {"records_screened": 12345, "total_studies": 3}}')


def test_a_folder_of_results_becomes_the_numbers_that_a_manuscript_prints(tmp_path):
    write(tmp_path, 3, -0.35, 38.6)
    assert numbers.of_folder(tmp_path, {"pain": "Pain"}) == {
        "Pain: pooled effect": "−0.35 (−0.60 to −0.10)", "Pain: P value": "P = 0.012", "Pain: I²": "39%", "Pain: tau²": "0.50",
        "Pain: studies": "3", "Pain: participants": "1,059",
        "The review: records screened": "12,345", "The review: studies included": "3",
    }  # fmt: skip


def test_respond_compares_a_folder_or_a_version_with_the_results_of_now(tmp_path, capsys):
    (tmp_path / "config/versions/1.0").mkdir(parents=True)
    (tmp_path / "config/config.yaml").write_text(
        "review: {title: T}\noutcomes: [{id: pain, name: Pain, measure: MD}]\n"
    )
    write(tmp_path / "then", 3, -0.35, 38.6)
    write(tmp_path / "results", 4, -0.40, 38.6)
    text = tmp_path / "m.md"
    text.write_text("Pain fell (MD −0.35, 95% CI −0.60 to −0.10; I² 39%; 3 trials).\n")
    told = []
    for since in (str(tmp_path / "then"), "1.0"):
        main([str(text), "--since", since, "--review", str(tmp_path), "--table", str(tmp_path / "t.csv")])
        told.append(capsys.readouterr().out.replace(since, "*"))
        kept = numbers.of_folder(tmp_path / "then", {"pain": "Pain"})
        write_json(kept, tmp_path / "config/versions/1.0" / numbers.NAME)
    assert told[0] == told[1]
    # Results that nobody ran to the end, or that are of before an edit, are told as such.
    assert told[0].startswith(
        "A run is due, and what follows is of the last one:\n  No run of everything has ended here"
    )
    assert "2 numbers are others than in *; m.md prints the old ones in 2 places." in told[0]
    assert "line 1: Pain fell (MD [−0.35, 95% CI −0.60 to −0.10]; I² 39%; 3 trials)." in told[0]
    assert "    Pain: pooled effect: −0.35 (−0.60 to −0.10) -> −0.40 (−0.65 to −0.15)" in told[0]
    assert len((tmp_path / "t.csv").read_text().splitlines()) == 3
    with pytest.raises(InputError, match="no version of this review"):
        main([str(text), "--since", "2.0", "--review", str(tmp_path)])
