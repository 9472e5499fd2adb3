"""What a script loads before it knows what it is to do: starting is half of what most jobs cost."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).parents[2] / "scripts"
# Runs `--help` of a script and prints which of the named packages are loaded then.
PROBE = """
import runpy, sys
script, names = sys.argv[1], sys.argv[2].split()
sys.path.insert(0, script.rpartition("/")[0])
sys.argv = [script, "--help"]
try:
    runpy.run_path(script, run_name="__main__")
except SystemExit:
    pass
print("loaded:", *(name for name in names if name in sys.modules))
"""
SLOW = {"scipy.stats", "scipy.optimize"}
DRAWING = {"matplotlib", "PIL"}
BY_FORMAT = {"openpyxl", "xlsxwriter", "rispy", "bibtexparser", "docx"}
NETWORK = {"requests", "urllib3"}
EVERY = SLOW | DRAWING | BY_FORMAT | NETWORK
UNLOADED = {
    "check_inputs.py": EVERY | {"scipy"},
    "close_run.py": EVERY | {"scipy", "numpy", "pandas", "lxml"},
    "compare_reviewers.py": EVERY | {"pandas"},
    "count_prisma.py": EVERY | {"scipy"},
    "draw_outcomes.py": EVERY - DRAWING,
    "draw_stages.py": (EVERY | {"scipy", "pydantic"}) - DRAWING,
    "freeze_search.py": EVERY | {"scipy", "numpy", "pandas", "lxml"},
    "import_decisions.py": EVERY | {"scipy"},
    "merge_extraction.py": EVERY,
    "new_review.py": EVERY | {"scipy", "pandas"},
    "pool_outcomes.py": EVERY,
    "read_records.py": EVERY | {"scipy"},
    "search_pubmed.py": (EVERY | {"scipy", "numpy", "pandas"}) - NETWORK,
    "show_status.py": EVERY | {"scipy", "numpy", "pandas", "pydantic", "yaml", "snakemake"},
    "slice_outcomes.py": EVERY,
    "write_report.py": (EVERY | {"scipy"}) - {"docx"},
    "write_search_log.py": EVERY | {"scipy", "numpy", "pandas"},
    "write_status.py": EVERY | {"scipy"},
    "write_worklists.py": EVERY | {"scipy"},
}


@pytest.mark.parametrize("script", UNLOADED)
def test_a_script_starts_without_what_only_some_of_its_work_needs(script: str) -> None:
    names = UNLOADED[script]
    told = subprocess.run(
        [sys.executable, "-c", PROBE, f"{SCRIPTS}/{script}", " ".join(sorted(names))],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert told.stdout.splitlines()[-1] == "loaded:", told.stdout


@pytest.mark.parametrize("module", ["evergreen.synthesis.outcome", "evergreen.search.round_files"])
def test_computing_on_plain_rows_loads_no_pandas(module: str) -> None:
    probe = (
        f"import sys; sys.path.insert(0, {str(SCRIPTS)!r}); import {module}; print('pandas' in sys.modules)"
    )
    told = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert told.stdout == "False\n"


def test_reading_a_result_loads_no_mathematics() -> None:
    probe = (
        f"import sys; sys.path.insert(0, {str(SCRIPTS)!r}); import evergreen.synthesis.result as r; "
        "r.Result.model_rebuild(); print(sorted({'numpy', 'scipy', 'pandas', 'yaml'} & set(sys.modules)))"
    )
    told = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert told.stdout == "[]\n"


def test_a_figure_is_saved_without_what_cuts_fonts_that_are_not_in_it(tmp_path: Path) -> None:
    probe = (
        f"import sys; sys.path.insert(0, {str(SCRIPTS)!r})\n"
        "from evergreen.figures.canvas import Page; from evergreen.figures.style import save, style\n"
        "with style():\n"
        "    page = Page(72, 72); page.text(9, 9, 'a', size=8)\n"
        f"    save(page.figure, {str(tmp_path / 'a')!r})\n"
        "print(sorted({'fontTools.varLib', 'fontTools.fontBuilder', 'pydantic', 'scipy'} & set(sys.modules)))"
    )
    told = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert told.stdout == "[]\n"
    assert (tmp_path / "a.pdf").stat().st_size > 1_000


def test_asking_the_tables_of_measures_and_models_loads_nothing() -> None:
    probe = (
        f"import sys; sys.path.insert(0, {str(SCRIPTS)!r}); import evergreen.metaanalysis.measures,"
        " evergreen.metaanalysis.models; print('numpy' in sys.modules)"
    )
    told = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert told.stdout == "False\n"
