"""When and with what a round was retrieved: the only part of it that depends on the clock."""

from __future__ import annotations

import platform
from datetime import UTC, date, datetime
from importlib.metadata import version
from typing import Any
from zoneinfo import ZoneInfo

import requests

from evergreen import __version__
from evergreen.errors import InputError
from evergreen.search.client import TOOL, Client

EASTERN = ZoneInfo("America/New_York")  # PubMed's days


def is_past(round: str, now: datetime) -> bool:
    """Whether a round's day is over for PubMed and for the person who searches; a round in the future is refused."""
    day = date.fromisoformat(round)
    here, there = now.astimezone().date(), now.astimezone(EASTERN).date()
    if day > max(here, there):
        raise InputError(
            f"round {round} lies in the future", file="config/config.yaml", column="rounds",
            todo=f"A search can be dated {max(here, there)} at the latest.",
        )  # fmt: skip
    return day < min(here, there)


def retrieved(
    client: Client, endpoint: str, round: str, start: datetime | None, end: datetime | None, resumed: int
) -> dict[str, Any]:
    """The retrieval's account. `start` and `end` are None for the embedded store, where the round's date stands for the clock."""
    times = {"started": round, "ended": round, "us_eastern_date": round, "time_zone": ""}
    if start is not None and end is not None:
        times = {
            "started": start.astimezone(UTC).isoformat(timespec="seconds"),
            "ended": end.astimezone(UTC).isoformat(timespec="seconds"),
            "us_eastern_date": end.astimezone(EASTERN).date().isoformat(),
            "time_zone": "UTC",
        }
    return {
        "endpoint": endpoint,
        **times,
        "software": {
            "tool": f"{TOOL} {__version__}", "python": platform.python_version(),
            "requests": requests.__version__, "lxml": version("lxml"),
        },
        "api_key_used": client.api_key is not None,
        "answers_of_an_earlier_run": resumed,
        "requests": client.exchanges,
    }  # fmt: skip
