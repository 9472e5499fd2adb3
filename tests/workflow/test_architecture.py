"""The architecture holds: every room is on the map, the Snakefile is short, pins agree."""

import ast
import re
import sys
import tomllib
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = ROOT / "scripts"
LIBRARY = SCRIPTS / "evergreen"
# The rooms as import-linter holds them apart (`make lint`).
ROOMS = [
    room.removeprefix("evergreen.")
    for layer in tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"][0][
        "layers"
    ]
    for room in layer.split(" | ")
]


def test_every_room_is_on_the_map():
    folders = {path.name for path in LIBRARY.iterdir() if (path / "__init__.py").is_file()}
    assert folders == set(ROOMS)


def test_the_mathematics_needs_numpy_and_scipy_only():
    """Whoever copies the folder can use it: neither the rest of the library nor any other package."""
    mathematics = LIBRARY / "metaanalysis"
    for module in mathematics.rglob("*.py"):
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [node.module or ""]  # "" of a relative import is no package, and fails
            else:
                continue
            for name in names:
                own = name.startswith(f"{LIBRARY.name}.{mathematics.name}")
                assert own or name.split(".")[0] in {"numpy", "scipy", *sys.stdlib_module_names}, module


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
    for path in sorted(ROOT.glob("requirements*.txt")):
        for line in path.read_text().splitlines():
            assert re.fullmatch(r"[A-Za-z0-9_.-]+==[A-Za-z0-9_.]+|#.*|-r requirements\.txt|", line), line
