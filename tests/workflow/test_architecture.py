"""The architecture holds: imports point one way, rules name the code they run, pins agree."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = ROOT / "scripts"
LIBRARY = SCRIPTS / "evergreen"
# The way of the data; a room may import itself and those before it.
GROUND = "steps"  # below all others: it knows files and their content, nothing of a review
ROOMS = [
    "search",
    "records",
    "deduplication",
    "screening",
    "prisma",
    "extraction",
    "bias",
    "synthesis",
    "figures",
    "report",
]


@cache
def imports(path: Path) -> frozenset[Path]:
    """Library modules that a module imports itself, packages' `__init__` included."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        for name in names:
            base = SCRIPTS / Path(*name.split("."))
            if name.split(".")[0] == "evergreen":
                found |= {file for file in (base.with_suffix(".py"), base / "__init__.py") if file.is_file()}
    return frozenset(found)


def closure(path: Path) -> set[Path]:
    """All library modules that running `path` imports."""
    seen: set[Path] = set()
    waiting = [path]
    while waiting:
        for module in imports(waiting.pop()) - seen:
            seen.add(module)
            waiting.append(module)
            waiting += [
                init
                for folder in module.parents
                if (init := folder / "__init__.py").is_file() and LIBRARY in init.parents
            ]
    return seen


def room(path: Path) -> str:
    parts = path.relative_to(LIBRARY).parts
    return parts[0] if len(parts) > 1 else ""


@pytest.mark.parametrize(
    "module", sorted(LIBRARY.rglob("*.py")), ids=lambda path: str(path.relative_to(LIBRARY))
)
def test_imports_point_one_way(module):
    here = room(module)
    for imported in imports(module):
        there = room(imported)
        if here == GROUND:
            assert there == GROUND or imported.name in ("errors.py", "__init__.py"), (
                f"{GROUND} knows files only"
            )
            continue
        if there in ("", GROUND):
            continue
        assert here, f"{module.name} stands below all rooms but imports {there}"
        assert ROOMS.index(there) <= ROOMS.index(here), f"{here} comes before {there} and may not import it"


@pytest.mark.parametrize("module", sorted((LIBRARY / "figures").glob("*.py")), ids=lambda path: path.name)
def test_figures_show_numbers_and_compute_no_model(module):
    allowed = {LIBRARY / "synthesis" / name for name in ("__init__.py", "transforms.py")}
    found = {path for path in closure(module) if room(path) == "synthesis"}
    assert found <= allowed, "its numbers belong into synthesis/<outcome>.json"


def test_the_library_knows_nothing_of_snakemake():
    for module in LIBRARY.rglob("*.py"):
        tree = ast.parse(module.read_text(encoding="utf-8"))
        names = {
            name.split(".")[0]
            for node in ast.walk(tree)
            for name in (
                [alias.name for alias in node.names] if isinstance(node, ast.Import)
                else [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            )
        }  # fmt: skip
        assert "snakemake" not in names, module


def test_every_room_is_on_the_map():
    folders = {path.name for path in LIBRARY.iterdir() if (path / "__init__.py").is_file()}
    assert folders == {GROUND, *ROOMS}


def test_the_snakefile_is_a_table_of_contents():
    assert len((ROOT / "Snakefile").read_text().splitlines()) <= 60


def test_conda_environment_and_requirements_have_the_same_pins():
    text = (ROOT / "requirements.txt").read_text()
    direct = dict(
        line.lower().replace("_", "-").split("==")
        for line in text.split("\n\n")[0].splitlines()
        if "==" in line
    )
    direct.pop("snakemake")  # it runs the environment and is not in it
    environment = yaml.safe_load((ROOT / "envs" / "evergreen.yaml").read_text())
    pins = dict(
        re.split(r"\s*=\s*", spec, maxsplit=1)
        for spec in environment["dependencies"]
        if not spec.startswith("python ")
    )
    assert pins == direct


def test_requirements_hold_pins_only():
    for name in ("requirements.txt", "requirements-dev.txt", "requirements-slurm.txt"):
        for line in (ROOT / name).read_text().splitlines():
            assert re.fullmatch(r"[A-Za-z0-9_.-]+==[A-Za-z0-9_.]+|#.*|-r requirements\.txt|", line), line
