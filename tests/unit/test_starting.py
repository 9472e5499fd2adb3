"""A review is started from answers, a registration or a sheet: its protocol is read again as it was meant."""

import json
import re
import subprocess
from pathlib import Path

import pytest
import yaml

from evergreen import sheets
from evergreen.errors import InputError
from evergreen.protocol.loading import load
from evergreen.starting import registration
from evergreen.starting.answers import Answers, Outcome, Source, id_of, outcome_of, reviewers_of, source_of
from evergreen.starting.writing import head, protocol, write
from new_review import main
from tests.rows import each

RIS = "TY  - JOUR\nTI  - A trial of statins\nAU  - Nash, Nell\nPY  - 2020\nAN  - A1\nER  - \n"
# The fields of a PROSPERO record, as its text is copied from the page.
PROSPERO = """PROSPERO International prospective register of systematic reviews
1. * Review title.
Statins for pain: a "systematic" review
3. * Anticipated or actual start date.
01 March 2024
17. Participants/population
Adults with
chronic pain
20. * Intervention(s), exposure(s)
Statins: any dose
21. Comparator(s)/control
Placebo
Types of study to be included: Randomised trials
24. * Main outcome(s)
- Pain intensity
- Adverse events
Measures of effect
Mean difference
25. Additional outcome(s)
Sleep; Adverse events
26. Data extraction (selection and coding)
Twice.
"""


@each(
    ("name", "taken", "id_"),
    [
        ("Embase (Ovid)", (), "embase_ovid"), ("Größe & Übersicht", (), "grosse_ubersicht"), ("6MWT", (), "x_6mwt"),
        ("Embase", ("embase", "embase_2"), "embase_3"), ("Adjudication", (), "adjudication_2"), ("万方", (), "x"), ("a" * 60, (), "a" * 40),
    ],
)  # fmt: skip
def test_an_id_is_made_of_a_name(name, taken, id_):
    assert id_of(name, taken) == id_


@each(
    ("call", "text", "sentence"),
    [
        (reviewers_of, "AB, adjudication", "'adjudication' cannot be a reviewer's name"),
        (reviewers_of, "1A", "'1A' cannot be a reviewer's name"),
        (reviewers_of, "Ann Lee, CD", "'Ann Lee' cannot be a reviewer's name"),
        (outcome_of, "Pain=XX", "'XX' is no effect measure. There are RR, OR"),
        (outcome_of, "Alpha=ARAW", "'ARAW' is no effect measure. There are RR, OR"),  # of the mathematics, not of protocols
        (outcome_of, "=MD", "'=MD' names no outcome"),
        (lambda text: source_of(text, "register"), "a.ris", "'a.ris' names no register with its export"),
        (lambda text: source_of(text, "database"), "Embase=no.ris", "no.ris: the file is missing. Mend its name, where Embase is given."),
    ],
)  # fmt: skip
def test_an_answer_that_cannot_be_is_refused_in_a_sentence(call, text, sentence):
    with pytest.raises(InputError, match="^" + re.escape(sentence)):
        call(text)


def test_answers_are_read():
    for text in (" AB;CD, AB\n", "AB CD", "AB and CD", "AB & CD,"):
        assert reviewers_of(text) == ("AB", "CD")
    assert outcome_of("Pain (0-10 = worst)=smd") == Outcome("Pain (0-10 = worst)", "SMD")
    assert outcome_of("Pain") == Outcome("Pain")


AS_MAPPING = {"Review title": 'Statins for pain: a "systematic" review', "Population": "Adults with chronic pain", "Intervention": "Statins: any dose",
              "comparator": "Placebo", "Study designs": ["Randomised trials"], "Primary outcomes": ["Pain intensity", "Adverse events"],
              "Secondary outcomes": ["Sleep"], "Measures of effect": "Mean difference"}  # fmt: skip
AS_TABLE = "".join(f'"{name.replace(chr(34), chr(34) * 2)}","{(value if isinstance(value, str) else "; ".join(value)).replace(chr(34), chr(34) * 2)}"\n' for name, value in AS_MAPPING.items())  # fmt: skip


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("p.txt", PROSPERO),
        ("p.yaml", yaml.safe_dump(AS_MAPPING)),
        ("p.json", json.dumps(AS_MAPPING)),
        ("p.csv", AS_TABLE),
    ],
)
def test_a_registration_is_a_start(tmp_path, name, text):
    path = tmp_path / name
    path.write_text(text)
    main([str(tmp_path / "review"), "--registration", str(path), "--reviewers", "AB,CD"])
    read = load(tmp_path / "review/config/config.yaml")
    assert read.review.title == 'Statins for pain: a "systematic" review'
    asked = read.question
    assert (asked.population, asked.intervention, asked.comparator) == (
        "Adults with chronic pain",
        "Statins: any dose",
        "Placebo",
    )
    assert asked.designs == ("Randomised trials",)
    assert asked.outcomes == ("Pain intensity", "Adverse events", "Sleep")
    assert [(one.id, one.data, one.measure) for one in read.outcomes] == [
        ("pain_intensity", "Pain intensity", "MD"), ("adverse_events", "Adverse events", "MD"), ("sleep", "sleep", "MD"),
    ]  # fmt: skip


def test_what_a_registration_has_besides_is_said_and_two_measures_are_none(tmp_path):
    path = tmp_path / "p.json"
    path.write_text(
        json.dumps({"Title": "T", "Shoe size": 3, "Effect measures": "Risk ratio or mean difference"})
    )
    read = registration.read(path)
    assert (read.others, read.measure) == (("Shoe size",), "")
    path.write_text('{"Shoe size": 3}')
    with pytest.raises(InputError, match="no field of a registration is found"):
        registration.read(path)


def test_the_printed_form_of_a_register_is_read_without_its_own_words(tmp_path):
    form = """1. * Review title.
Give the title of the review in English
Exercise for pain
5. * Named contact.
Ann Lee
12. * Review team members and their organisational affiliations.
Give the personal details and the organisational affiliations of each member of the review team.
Ann Lee. Somewhere
24. * Main outcome(s).
Pain
Measures of effect
Please specify the effect measure(s) for your main outcome(s) e.g. relative risks, odds ratios
Mean difference
25. * Additional outcome(s).
Death
Measures of effect
{}
"""
    path = tmp_path / "registration.txt"
    for additional, measure in (("Risk ratio", ""), ("Mean difference", "MD"), ("", "MD")):
        path.write_text(form.format(additional))
        read = registration.read(path)
        assert (read.fields["title"], read.names("authors"), read.measure) == (
            "Exercise for pain",
            ("Ann Lee. Somewhere",),
            measure,
        )
        assert read.names("main", "additional") == ("Pain", "Death")


@pytest.fixture
def export(tmp_path):
    path = tmp_path / "my, export.RIS"
    path.write_text(RIS)
    return path


def test_a_review_of_exports(tmp_path, export, capsys):
    review = tmp_path / "Meine Übersicht" / "eins"
    words = [
        "--title",
        "Statins: no",
        "--reviewers",
        "AB,CD",
        "--searched",
        "2024-03-01",
        "--outcome",
        "Pain=MD; Death",
    ]
    main([str(review), *words, "--database", f"Embase={export}", "--register", f"ICTRP={export}"])
    assert f"Next: evergreen run '{review}'" in capsys.readouterr().out
    text = (review / "config/config.yaml").read_text()
    assert len(text.splitlines()) <= 16
    assert "# - {id: death, name: Death, measure: RR} # choose a measure" in text
    read = load(review / "config/config.yaml")
    assert {name: (one.type, dict(one.files)) for name, one in read.sources.items()} == {
        "embase": ("database", {"2024-03-01": ("config/search/embase-2024-03-01.ris",)}),
        "ictrp": ("register", {"2024-03-01": ("config/search/ictrp-2024-03-01.ris",)}),
    }
    assert (review / "config/search/embase-2024-03-01.ris").read_text() == RIS
    assert (
        read.screening.full_text.reviewers
        == read.extraction.extractors
        == read.risk_of_bias.assessors
        == ("AB", "CD")
    )
    # Empty sheets are read as such, and none of the demonstration's is there.
    kinds = {
        "extraction": "extraction",
        "risk_of_bias": "risk_of_bias",
        "title_abstract": "screening",
        "full_text": "screening",
        "config": "",
    }
    written = sorted((review / "config").rglob("*.csv"))
    assert len(written) == 11
    for path in written:
        assert sheets.read_sheet(path, kinds[path.parent.name] or path.stem).empty


def test_a_review_that_is_there_is_left_as_it_is(tmp_path, export):
    review = tmp_path / "review"
    (review / "config").mkdir(parents=True)
    (review / "config/notes.txt").write_text("mine")
    (review / "export.ris").write_text("mine")
    with pytest.raises(InputError, match="there is a review in this folder"):
        main([str(review), "--title", "T", "--database", f"Embase={export}"])
    assert [path.name for path in sorted(review.rglob("*"))] == ["config", "notes.txt", "export.ris"]
    (review / "config/notes.txt").unlink()
    main([str(review), "--title", "T", "--database", f"Embase={export}"])
    assert {path.name for path in review.iterdir()} == {"config", "export.ris"}


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ([], "the review has no title"),
        (["--title", "T", "--pubmed", "statins[ti]"], "needs an address"),
        (["--title", "T", "--pubmed", "no.txt", "--email", "a@b.org"], "no.txt: the file is missing"),
        (["--title", "T", "--sheet", "no.csv"], "no.csv: the file is missing"),
        (["--title", "T", "--registration", "no.txt"], "no.txt: the file is missing"),
        (["--title", "T", "--searched", "2999-01-01"], "2999-01-01 is still to come"),
        (["--title", "T", "--searched", "1.3.2024", "--pubmed", "x[ti]", "--email", "a@b.org"], "'1.3.2024' is not a day of the calendar"),
        (["--title", "T", "--tool", "rob9", "--reviewers", "AB"], "rob9"),
    ],
)  # fmt: skip
def test_nothing_is_written_where_an_answer_is_wrong(tmp_path, words, sentence):
    with pytest.raises(InputError, match=sentence):
        main([str(tmp_path / "review"), *words])
    assert not (tmp_path / "review/config").exists()


def test_a_strategy_for_pubmed(tmp_path):
    main(
        [
            str(tmp_path / "r"),
            "--title",
            "T",
            "--pubmed",
            "statins[ti] AND pain[ti]",
            "--email",
            "a@b.org",
            "--searched",
            "2024-03-01",
        ]
    )
    read = load(tmp_path / "r/config/config.yaml")
    assert (read.entrez.endpoint, read.entrez.email, list(read.pubmed_sources)) == (
        "live",
        "a@b.org",
        ["pubmed"],
    )
    assert (tmp_path / "r/config/search/pubmed.txt").read_text() == "statins[ti] AND pain[ti]\n"


def test_a_sheet_alone_is_a_start(tmp_path, capsys):
    path = tmp_path / "Daten 1.csv"
    path.write_text(
        "study,outcome,group,n,events,mean,sd,estimate\nA,Pain,intervention,10,,3,1,\nA,Pain,control,10,,4,1,\n"
        "A,death,intervention,10,1,,,\nA,death,control,10,2,,,\nA,Odds,contrast,,,,,0.8\n"
    )
    main([str(tmp_path / "r"), "--title", "T", "--sheet", str(path)])
    read = load(tmp_path / "r/config/config.yaml")
    assert [(one.id, one.measure) for one in read.outcomes] == [("pain", "MD"), ("death", "RR")]
    assert (tmp_path / "r/config/extraction/daten_1.csv").read_bytes() == path.read_bytes()
    assert read.extraction.extractors == ("daten_1",)
    told = capsys.readouterr().out
    assert "suggested by the sheet's columns, to be looked at: Pain (MD), death (RR)." in told
    assert "Without a measure, and so not pooled yet: Odds." in told


def test_a_name_that_makes_a_word_of_yaml_or_a_reserved_id_and_the_sheet_of_somebody_else_are_taken(tmp_path):
    """`no` is an id like any other, and whose sheet is given is an extractor beside the reviewers."""
    path = tmp_path / "sheet.csv"
    path.write_text(
        "study,outcome,group,n,events\nA,no,intervention,10,1\nA,no,control,10,2\nA,Risk of bias,control,10,2\n"
    )
    export = tmp_path / "export.ris"
    export.write_text(RIS)
    main([str(tmp_path / "r"), "--title", "T", "--reviewers", "AB,CD", "--extractor", "EF", "--sheet", str(path), "--database", f"On={export}"])  # fmt: skip
    read = load(tmp_path / "r/config/config.yaml")
    assert [(one.id, one.data) for one in read.outcomes] == [("no", "no"), ("risk_of_bias_2", "Risk of bias")]
    assert list(read.sources) == ["on"]
    assert read.extraction.extractors == ("AB", "CD", "EF")
    assert (tmp_path / "r/config/extraction/EF.csv").read_bytes() == path.read_bytes()


def test_a_text_stands_in_yaml_as_it_is(tmp_path):
    for title in ("no", 'Say "yes": now', "a # b", "- x", "{x}", "Ünï 'q'", "1e3", "x:", "null", "~"):
        answers = Answers(
            title=title, day="2024-01-01", authors=("O'Neil, A",), sources=(Source(title, "database", ()),)
        )
        read = yaml.safe_load(protocol(answers, []))
        assert (read["review"]["title"], read["review"]["authors"]) == (title, ["O'Neil, A"])
    assert head("studies") == "record_id,study\n"
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="this is a file"):
        write(Answers(title="T", day="2024-01-01"), tmp_path / "file" / "review")


def test_of_several_fields_the_one_that_says_it_best_is_taken_and_no_label_becomes_a_name(tmp_path):
    path = tmp_path / "registration.txt"
    path.write_text(
        "Review title: Exercise\nReview team members\nAnna Berg\nBo Dahl\nContact: Dr Anna Berg, a@b.org\n"
        "Anticipated start date: 01 July 2026\nCondition: Osteoarthritis\nParticipants: Adults with knee pain\nMain outcomes: Pain; Death\n"
    )
    read = registration.read(path)
    assert read.names("authors") == ("Anna Berg", "Bo Dahl")
    assert read.fields["population"] == "Adults with knee pain"
    assert set(read.others) == {"Contact", "Anticipated start date", "Condition"}


def test_outcomes_that_were_registered_stay_in_the_question_beside_those_of_a_sheet(tmp_path, capsys):
    (tmp_path / "registration.txt").write_text("Title: Exercise\nMain outcomes: Pain; Death\n")
    (tmp_path / "sheet.csv").write_text(
        "study,outcome,group,arm,n,mean,sd\nA,Pain,intervention,x,10,1,1\nA,Pain,control,y,10,2,1\n"
    )
    main([str(tmp_path / "review"), "--registration", str(tmp_path / "registration.txt"), "--sheet", str(tmp_path / "sheet.csv")])  # fmt: skip
    assert load(tmp_path / "review/config/config.yaml").question.outcomes == ("Pain", "Death")
    assert "Registered, and not among the outcomes that were given: Death." in capsys.readouterr().out


ROOT = Path(__file__).resolve().parents[2]
LAUNCHER = ROOT / "evergreen"


def test_every_command_that_is_named_is_one_of_the_launcher_and_runs_a_script_that_is_there():
    helped = subprocess.run([LAUNCHER, "help"], capture_output=True, text=True, check=True).stdout
    listed = re.findall(r"^  evergreen ([a-z-]+)", helped, re.MULTILINE)
    assert set(listed) == set(re.findall(r"^([a-z-]+)\) script=", LAUNCHER.read_text(), re.MULTILINE)) | {
        "run", "explain", "trace", "respond",
    }  # fmt: skip
    scripts = re.findall(r"script=([a-z_]+)", LAUNCHER.read_text())
    assert all((ROOT / f"scripts/{script}.py").is_file() for script in scripts)
    targets = set(re.findall(r"^([a-z][a-z-]*)[ a-z-]*:", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for page in (ROOT / "README.md", *(ROOT / "docs").glob("*.md"), *(ROOT / "scripts").rglob("*.py")):
        text = page.read_text(encoding="utf-8")
        # In a line of its own, in backticks, or behind a colon in what is to do.
        named = re.findall(r"(?:^ {2,4}|`(?:\./)?|: |first: )evergreen ([a-z-]+)", text, re.MULTILINE)
        assert set(named) <= {*listed, "help"}, page
        assert "python scripts/" not in text, page
        assert set(re.findall(r"`make ([a-z-]+)", text)) <= targets, page


def test_what_to_call_next_is_said_as_it_was_called(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("EVERGREEN", "./evergreen")
    main([str(tmp_path / "a review"), "--title", "T", "--reviewers", ""])
    assert capsys.readouterr().out.endswith(f"Next: ./evergreen run '{tmp_path / 'a review'}'\n")


def test_a_person_is_asked_again_until_an_answer_can_be_read_and_not_at_all_where_a_review_is(
    tmp_path, export, capsys, monkeypatch
):
    words = ["A title", "1x", "AB", "Embase=nosuch.ris", f"Embase={export}", "nosuch.txt", "x[ti]", "", "a@b.org", "Pain=XX", "Pain=MD"]  # fmt: skip
    given = iter(words)
    monkeypatch.setattr("builtins.input", lambda question: next(given))
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    review = tmp_path / "review"
    main([str(review)])
    said = capsys.readouterr().out
    assert next(given, None) is None
    for fault in ("'1x' cannot be", "nosuch.ris: the file is missing", "nosuch.txt: the file is missing", "needs an address", "'XX' is no effect measure"):  # fmt: skip
        assert said.count(fault) == 1
    assert [outcome.measure for outcome in load(review / "config/config.yaml").outcomes] == ["MD"]
    with pytest.raises(InputError, match="there is a review in this folder"):
        main([str(review)])  # `input` has nothing more to give


def test_links_between_pages_lead_to_a_page_and_a_heading():
    for page in (*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")):
        for place, heading in re.findall(r"\]\(([^):#]+)(?:#([^)]+))?\)", page.read_text(encoding="utf-8")):
            there = page.parent / place
            assert there.exists(), (page, place)
            heads = (
                re.findall(r"^#+ (.*)", there.read_text(encoding="utf-8"), re.MULTILINE) if heading else []
            )
            named = {re.sub(r"[^\w -]", "", head.lower()).replace(" ", "-") for head in heads}
            assert not heading or heading in named, (page, place, heading)
