"""Names of files and the machine's language and time zone change nothing, and no name runs a command."""

import json
import os
import subprocess
import sys

ODD = 'it\'s a "review" é漢 $(touch pwned) `touch pwned` ; touch pwned & #1 {x} %s -- *'
EXPORT = "TY  - JOUR\nAN  - 1\nTI  - Étude: \u6f22 $(touch pwned)\nAU  - Łoś, B\nPY  - 2015\nER  - \n"
SURROUNDINGS = {
    "c": {"LC_ALL": "C", "LANG": "C", "TZ": "UTC"},
    "utf8": {"LC_ALL": "C.UTF-8", "TZ": "Pacific/Kiritimati"},
    "posix": {"LC_ALL": "POSIX", "TZ": "America/St_Johns", "PYTHONHASHSEED": "7"},
}


def imported(root, folder, surroundings):
    """The bytes of what one step writes, run in a folder with an odd name; the file names in them are the same."""
    folder.mkdir(parents=True)
    (folder / "-export 漢.ris").write_text(EXPORT, encoding="utf-8")
    environment = {
        key: value for key, value in os.environ.items() if not key.startswith(("LC_", "LANG", "TZ", "PYTHON"))
    }
    done = subprocess.run(
        [sys.executable, str(root / "scripts/read_records.py"), "--folder=$(x) é",
         "--sources", json.dumps([["alpha", "export", [["2020-01-31", "-export 漢.ris", {"hits": 1}]]]])],
        cwd=folder, env={**environment, **surroundings}, capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()
    assert "漢.ris: RIS" in done.stdout.decode("utf-8")
    assert sorted(path.name for path in folder.iterdir()) == ["$(x) é", "-export 漢.ris"]
    return {path.name: path.read_bytes() for path in (folder / "$(x) é").rglob("*.*") if path.is_file()}


def test_names_language_and_time_zone_change_nothing(root, tmp_path):
    found = [
        imported(root, tmp_path / name / ODD, surroundings) for name, surroundings in SURROUNDINGS.items()
    ]
    assert sorted(found[0]) == [
        "2020-01-31.counts.json", "2020-01-31.lost.csv", "2020-01-31.parquet", "2020-01-31.seen.parquet", "import-report.csv", "records.parquet",
    ]  # fmt: skip
    assert found[0] == found[1] == found[2]


def test_an_error_with_any_letter_is_told_in_any_language(root, tmp_path):
    done = subprocess.run(
        [sys.executable, str(root / "scripts/check_inputs.py"), "--files", json.dumps({"search": [["strategy", "config/é漢.txt"]]})],
        cwd=tmp_path, env={**os.environ, "LC_ALL": "C"}, capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode != 0
    assert "config/é漢.txt: the file is missing." in done.stderr.decode("utf-8")
    assert "Traceback" not in done.stderr.decode("utf-8")
