"""Tables of cases that are one test: cheap rows cost what they compute, and not what a test costs around it."""

from __future__ import annotations

import inspect
import traceback
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import pytest
from _pytest.mark import ParameterSet

Test = Callable[..., None]


def each(
    names: str | Sequence[str], table: Iterable[Any], ids: Sequence[str] | None = None
) -> Callable[[Test], Test]:
    """As `pytest.mark.parametrize`, in one test: every row is tried, and those that fail are told by name with what failed.

    Fixtures are made once for all rows. For rows that take a few milliseconds and leave nothing behind; they cannot be skipped.
    """  # fmt: skip
    called = [name.strip() for name in names.split(",")] if isinstance(names, str) else list(names)
    rows = [_values(row, single=isinstance(names, str) and len(called) == 1) for row in table]
    if not rows:
        raise ValueError("a table without rows tests nothing")
    if ids is not None and len(ids) != len(rows):
        raise ValueError(f"{len(ids)} names for {len(rows)} rows")
    named = list(ids or ())

    def decorate(test: Test) -> Test:
        def every_row(**fixtures: Any) -> None:
            failed = []
            for at, row in enumerate(rows):
                try:
                    test(**dict(zip(called, row, strict=True)), **fixtures)
                except (Exception, pytest.fail.Exception, pytest.skip.Exception) as error:
                    label = named[at] if named else _label(row)
                    failed.append(f"[{label}]\n{''.join(traceback.format_exception(error, limit=-2))}")
            if failed:
                pytest.fail(f"{len(failed)} of {len(rows)} rows:\n" + "\n".join(failed), pytrace=False)

        every_row.__name__, every_row.__doc__, every_row.__module__ = (
            test.__name__,
            test.__doc__,
            test.__module__,
        )
        signature = inspect.signature(test)
        left = [parameter for name, parameter in signature.parameters.items() if name not in called]
        if len(left) != len(signature.parameters) - len(called):
            raise TypeError(f"{test.__name__} does not take {', '.join(called)}")
        every_row.__signature__ = signature.replace(parameters=left)  # type: ignore[attr-defined]
        return every_row

    return decorate


def _values(row: Any, single: bool) -> Sequence[Any]:
    if isinstance(row, ParameterSet):
        return row.values
    return (row,) if single else tuple(row)


def _label(row: Sequence[Any]) -> str:
    said = "-".join(repr(value) for value in row)
    return said if len(said) < 200 else said[:197] + "..."
