"""What a package holds, what it must not hold, and how it is described."""

import gzip
import io
import json
import os
from hashlib import sha256
from pathlib import Path
from zipfile import ZipFile

import pytest

from evergreen.errors import InputError
from evergreen.publication import archive, contents
from evergreen.publication.contents import Package
from evergreen.publication.crate import Described, describe
from evergreen.steps import receipts
from package_review import main
from tests.rows import each

PROTOCOL = "review: {title: T}\nentrez: {endpoint: live, email: me@home.org}\n"


@pytest.fixture
def review(tmp_path, monkeypatch):
    """A review with one step that read two files and made a file, a folder and an empty folder."""
    monkeypatch.chdir(tmp_path)
    for name, text in {
        "config/config.yaml": PROTOCOL, "config/studies.csv": "record_id,study\n", "config/.~lock": "x", "exports/a.ris": "TY  -",
        "results/a.csv": "a\n", "results/logs/step.log": f"{tmp_path}/a", "results/stray.csv": "x\n", "results/pages/b.html": "b",
        "LICENSE": "Mine",
    }.items():  # fmt: skip
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    (tmp_path / "results/none").mkdir()
    inputs = {"config/studies.csv": "1", "exports/a.ris": "2", "results/pages": "3"}
    outputs = {"results/a.csv": "4", "results/pages": {"b.html": "5"}, "results/none": {}}
    step(inputs, outputs)
    return tmp_path


def step(inputs, outputs, name="step") -> None:
    receipts.write(
        {"code": "", "values": "", "inputs": inputs, "outputs": outputs}, receipts.FOLDER / f"{name}.json"
    )


def test_a_package_holds_what_people_wrote_and_what_steps_made(review):
    package = contents.of_review("me@home.org")
    assert package.inputs == ("config/config.yaml", "config/studies.csv", "exports/a.ris")
    assert package.outputs == ("results/a.csv", "results/pages/b.html")
    others = {name for name in package.files if not name.startswith("workflow/")} - {
        *package.inputs,
        *package.outputs,
    }
    assert others == {"LICENSE", "results/none/", "results/logs/receipts/step.json"}
    # The address that PubMed was given stays at home.
    assert package.files["config/config.yaml"] == PROTOCOL.replace("me@home.org", contents.REMOVED).encode()
    workflow = {name.removeprefix("workflow/") for name in package.files if name.startswith("workflow/")}
    assert {
        "Snakefile",
        "rules/common.smk",
        "scripts/close_run.py",
        "config/schemas/studies.schema.yaml",
        "requirements.txt",
    } <= workflow
    assert not any(
        "__pycache__" in name or name.startswith(("tests", "config/search", ".")) for name in workflow
    )


def test_a_round_that_was_taken_back_hinders_no_package(review):
    """What a part of it left behind is its receipt; a step whose files are gone, or a part of which some are, is refused."""
    before = contents.of_review(None)
    step({"config/old.csv": "1"}, {"results/flow-2024.svg": "2"}, "parts/count/flow-2024")
    assert contents.of_review(None).files.keys() == before.files.keys()
    for outputs, name in (
        ({"results/flow.svg": "2"}, "other"),
        ({"results/a.csv": "4", "results/flow.svg": "2"}, "parts/count/flow"),
    ):
        step({}, outputs, name)
        with pytest.raises(InputError, match=r"results/flow\.svg: the file is missing"):
            contents.of_review(None)
        (receipts.FOLDER / f"{name}.json").unlink()


def test_a_file_outside_the_review_is_refused(review):
    step({"../shared/a.ris": "1"}, {})
    with pytest.raises(InputError, match=r"\.\./shared/a\.ris: leads out of the review's folder"):
        contents.of_review(None)


def zipped(text: str) -> bytes:
    packed = io.BytesIO()
    with ZipFile(packed, "w") as there:
        there.writestr("word/document.xml", text * 9)
    return packed.getvalue()


@each(
    ("name", "content", "held"),
    [
        ("results/a.json", b'"k3y-of-ncbi"', ["a key"]),
        ("results/a.xml.gz", gzip.compress(b"<a>k3y-of-ncbi</a>" * 9), ["a key"]),
        ("results/a.docx", zipped("k3y-of-ncbi "), ["a key"]),
        ("config/a.csv", b"k3y-of-ncbi", ["a key"]),
        ("results/a.json", b'"/home/ann/review/a.csv"', ["a path of this machine"]),
        ("results/a.json", b"/home/ann/review", ["a path of this machine"]),
        # What people wrote is theirs; a part of another word is no path.
        ("config/a.csv", b"/home/ann/review/a.csv", []),
        ("results/a.json", b"https://x.org/home/ann/review, /home/ann/reviews", []),
        ("results/a.gz", b"\x1f\x8b broken", []),
    ],
)
def test_what_nobody_else_should_have_is_found(tmp_path, name, content, held):
    faults = contents.leaks(
        {name: content}, {"a key": "k3y-of-ncbi"}, [Path("/home/ann/review"), Path("/root")]
    )
    assert [(fault.file, fault.problem) for fault in faults] == [
        (name, f"holds {what}, which nobody else should have") for what in held
    ]


def test_equal_content_is_packed_to_equal_bytes(tmp_path):
    program = tmp_path / "run"
    program.write_text("x")
    program.chmod(0o755)
    for at, name in enumerate(("a.zip", "b.zip")):
        os.utime(program, (at * 10**9, at * 10**9))
        archive.write(
            dict(sorted({"b": b"2", "empty/": b"", "run": program}.items(), reverse=bool(at))),
            tmp_path / name,
        )
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    with ZipFile(tmp_path / "a.zip") as packed:
        assert [(one.filename, oct(one.external_attr >> 16)) for one in packed.infolist()] == [
            ("b", "0o100644"), ("empty/", "0o40755"), ("run", "0o100755"),
        ]  # fmt: skip


FILES = {
    "config/config.yaml": b"review", "config/search/a.ris": b"TY", "config/search/b.ris": b"TY", "results/a.csv": b"a",
    "results/logs/receipts/a.json": b"{}", "LICENSE": b"Mine", "results/none/": b"", "workflow/Snakefile": b"",
}  # fmt: skip
PACKAGE = Package(
    FILES, ("config/config.yaml", "config/search/a.ris", "config/search/b.ris"), ("results/a.csv",)
)


@pytest.fixture
def described():
    """The description of a small package, by what its review says."""
    pytest.importorskip("rocrate", reason="rocrate is not installed (requirements-package.txt)")
    known = {
        "title": "T",
        "description": "Population: adults.",
        "day": "2026-06-30",
        "authors": ("Ann", "Bo"),
    }
    return lambda **facts: describe(Described(**{**known, **facts}), PACKAGE, "9.27.1")


def test_a_package_is_a_run_of_a_workflow(described):
    """As the profile wants it (https://w3id.org/ro/wfrun/workflow/0.5); `make validate-package` asks roc-validator the same."""
    document = described(licence="CC-BY-4.0", registration="CRD42")
    assert document == described(licence="CC-BY-4.0", registration="CRD42")
    graph = {one["@id"]: one for one in document["@graph"]}
    root, run, main = graph["./"], graph["#run"], graph["workflow/Snakefile"]
    assert (root["name"], root["datePublished"], root["identifier"]) == ("T", "2026-06-30", "CRD42")
    assert (root["license"], root["mainEntity"]) == (
        {"@id": "https://spdx.org/licenses/CC-BY-4.0"},
        {"@id": main["@id"]},
    )
    assert [graph[one["@id"]]["name"] for one in root["author"]] == ["Ann", "Bo"]
    assert set(main["@type"]) == {"File", "SoftwareSourceCode", "ComputationalWorkflow"}
    assert graph[main["programmingLanguage"]["@id"]]["version"] == "9.27.1"
    assert run["instrument"] == {"@id": main["@id"]}
    assert run["object"] == [{"@id": "config/config.yaml"}, {"@id": "config/search/"}]
    assert run["result"] == {"@id": "results/a.csv"}
    for one in (*main["input"], main["output"]):
        formal = graph[one["@id"]]
        example = graph[formal["workExample"]["@id"]]
        assert (formal["@type"], formal["additionalType"], example["exampleOfWork"]) == (
            "FormalParameter",
            example["@type"],
            one,
        )
    assert graph["config/search/"]["hasPart"] == [
        {"@id": "config/search/a.ris"},
        {"@id": "config/search/b.ris"},
    ]
    protocol = graph["config/config.yaml"]
    assert protocol["sha256"] == sha256(b"review").hexdigest()
    assert (protocol["contentSize"], protocol["encodingFormat"]) == ("6", "application/yaml")
    parts = {one["@id"] for one in root["hasPart"]}
    assert {name for name in FILES if not name.endswith("/")} <= parts


@each(
    ("words", "identifier", "said"),
    [
        ("https://example.org/terms", "https://example.org/terms", ""),
        ("Free for all who ask.", "#licence", "Free for all who ask."),
        ("", "#licence", "The authors have not stated a licence"),
    ],
)
def test_a_licence_is_what_the_protocol_says(described, words, identifier, said):
    graph = {one["@id"]: one for one in described(licence=words)["@graph"]}
    assert graph["./"]["license"] == {"@id": identifier}
    assert graph[identifier].get("description", "").startswith(said)


def test_results_that_are_not_of_now_are_not_packed(review):
    (review / "config/config.yaml").write_text("review: {title: T}\n")
    with pytest.raises(InputError, match=r"the results are not of now \(No run of everything"):
        main(["--review", str(review)])
    assert json.loads((receipts.FOLDER / "step.json").read_text())


def test_a_day_of_publication_is_a_day(review):
    with pytest.raises(InputError, match="'2026-6-30' is not a day of the calendar"):
        main(["--review", str(review), "--day", "2026-6-30"])


def test_the_check_of_a_package_is_named_by_its_whole_path(review, monkeypatch, capsys):
    monkeypatch.setattr("package_review.state.due", lambda: [])
    main(["--review", ".", "--out", "my package.zip", "--day", "2026-06-30"])
    assert f"make validate-package PACKAGE='{review / 'my package.zip'}'" in capsys.readouterr().out
