"""A rule over the numbers of a row, written once: called with numbers it holds or not, called with terms it says itself.

What it says goes into sheets and pages that check while somebody types: a formula of a spreadsheet, or a tree that a page walks through.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partialmethod
from typing import Any

Tree = str | float | int | list[Any]
"""The name of a column, a number, or `[operation, argument, ...]`."""
_SIGNS = {"<=": "<=", ">=": ">=", "=": "=", "!=": "<>", "+": "+", "-": "-", "*": "*"}
_FUNCTIONS = {"or": "OR", "abs": "ABS", "max": "MAX"}


class Term:
    """What stands for a number, or for whether something holds, while a rule says itself."""

    __hash__ = None  # type: ignore[assignment]

    def __init__(self, tree: Tree) -> None:
        self.tree = tree

    def _with(self, sign: str, other: object) -> Term:
        return Term([sign, self.tree, tree_of(other)])

    __le__ = partialmethod(_with, "<=")
    __ge__ = partialmethod(_with, ">=")
    __eq__ = partialmethod(_with, "=")  # type: ignore[assignment]
    __ne__ = partialmethod(_with, "!=")  # type: ignore[assignment]
    __or__ = partialmethod(_with, "or")
    __sub__ = partialmethod(_with, "-")
    __mul__ = partialmethod(_with, "*")

    def __rmul__(self, other: object) -> Term:
        return Term(["*", tree_of(other), self.tree])

    def __abs__(self) -> Term:
        return Term(["abs", self.tree])

    def is_integer(self) -> Term:
        return Term(["whole", self.tree])


def tree_of(value: object) -> Tree:
    """The tree of a term; a number is its own."""
    if isinstance(value, Term):
        return value.tree
    assert isinstance(value, int | float)
    return value


def largest(one: float, other: Any) -> Any:
    """The larger of two, of which the second may be a term."""
    return Term(["max", one, other.tree]) if isinstance(other, Term) else max(one, other)


def formula(tree: Tree, cells: Mapping[str, str]) -> str:
    """A tree as a formula of a spreadsheet; `cells` are the cells by column, such as `G2`."""
    if isinstance(tree, str):
        return cells[tree]
    if not isinstance(tree, list):
        return f"{tree:.15G}"
    operation, *arguments = tree
    said = [formula(argument, cells) for argument in arguments]
    if operation == "whole":
        return f"{said[0]}=INT({said[0]})"
    if operation in _FUNCTIONS:
        return f"{_FUNCTIONS[operation]}({','.join(said)})"
    # A product or difference may stand within one; a comparison never does.
    return _SIGNS[operation].join(said)
