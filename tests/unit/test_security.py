"""docs/security.md says what is so: its tests are there, and every table of the results is in its list once."""

import fnmatch
import re
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def page(root) -> str:
    return (root / "docs/security.md").read_text(encoding="utf-8")


def listed(page: str) -> dict[str, str]:
    """{pattern of a path under results/: people or machines}."""
    rows = re.findall(r"^\| (`.*) \| (people|machines)\b.*\|$", page, re.MULTILINE)
    return {
        re.sub(r"<\w+>", "*", path): whom for paths, whom in rows for path in re.findall(r"`([^`]+)`", paths)
    }


def test_every_test_that_the_page_names_is_there(root, page):
    named = re.findall(r"`(\w+/test_\w+\.py)::(test_\w+)`", page)
    assert len(named) > 20
    for file, name in named:
        assert f"\ndef {name}(" in (root / "tests" / file).read_text(encoding="utf-8"), (file, name)


def test_every_table_that_a_rule_writes_is_listed(root, page):
    patterns = [Path(pattern).name for pattern in listed(page)]
    written = {
        re.sub(r"\{[^{}]*\}", "x", name)
        for path in (root / "rules").rglob("*.smk")
        for name in re.findall(r"[\w{}.-]+\.csv\b", path.read_text(encoding="utf-8"))
    }
    assert len(written) > 20
    assert [
        name for name in sorted(written) if not any(fnmatch.fnmatch(name, pattern) for pattern in patterns)
    ] == []


def test_scripts_write_tables_as_the_page_says(root, page):
    """No script writes a table for people as it writes those for machines; the ways of writing stand in one line each."""
    people = {Path(pattern).stem for pattern, whom in listed(page).items() if whom == "people"}
    for script, table in {
        "list_studies.py": "result.orphans", "merge_bias.py": "result.conflicts",
        "draw_outcomes.py": "drawn.numbers", "write_checklists.py": "(table, args.table", "count_prisma.py": "(counted.excluded",
    }.items():  # fmt: skip
        text = (root / "scripts" / script).read_text(encoding="utf-8")
        lines = [line for line in text.splitlines() if "write_table(" in line and table in line]
        assert lines, script
        assert all("spreadsheets.write_table(" in line for line in lines), script
    for script, place in (("write_records_table.py", "args.out"), ("read_records.py", "args.table")):
        text = (root / "scripts" / script).read_text(encoding="utf-8")
        assert re.search(rf"spreadsheets\.write_copy\(.*, {place}\)", text), script
    assert {"records", "orphans", "conflicts", "checklist", "excluded_reports"} <= people
