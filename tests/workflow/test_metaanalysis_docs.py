"""The examples of docs/metaanalysis.md give what they show, and every public function says what it does."""

import ast
import doctest
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[2]


def test_the_examples_of_the_page():
    with np.printoptions():  # the page sets its own
        found = doctest.testfile(
            str(ROOT / "docs" / "metaanalysis.md"),
            module_relative=False,
            optionflags=doctest.NORMALIZE_WHITESPACE,
        )
    assert found.attempted > 30
    assert found.failed == 0


def public(body):
    """Functions, classes and methods that have no underscore before their names; not functions within functions."""
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            yield node
            if isinstance(node, ast.ClassDef):
                yield from public(node.body)


def test_every_public_function_says_what_it_does():
    for module in (ROOT / "scripts" / "evergreen" / "metaanalysis").rglob("*.py"):
        for node in public(ast.parse(module.read_text(encoding="utf-8")).body):
            assert ast.get_docstring(node), f"{module.name}: {node.name}"
