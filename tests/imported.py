"""What a test looks at in a table of imported records."""

from __future__ import annotations

from typing import Any

import pandas as pd


def first(table: pd.DataFrame, *columns: str) -> tuple[Any, ...]:
    """These columns of its first record."""
    return tuple(table.loc[0, list(columns)])
