"""Command lines of the scripts: how a script starts, logs and fails."""

from __future__ import annotations

import argparse
import json
import sys
import traceback
from collections.abc import Callable
from typing import Any

from evergreen.errors import InputError, ReviewError

INPUT_ERROR_STATUS = 2


def parser(description: str | None) -> argparse.ArgumentParser:
    """Argument parser of a script; `description` is the script's docstring."""
    return argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )


def json_argument(text: str) -> Any:
    """Type of an argument that carries a structure as JSON (protocol values)."""
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise argparse.ArgumentTypeError(f"not valid JSON: {error}") from error


def run(main: Callable[[], None]) -> None:
    """Run a script's `main`; end a failure with one line that says what to do.

    Errors of people's input and violated identities end with status 2 and `ERROR: <sentence>`;
    anything else is a bug: the traceback comes first, and the last line says where to look.
    """
    try:
        main()
    except (InputError, ReviewError) as error:
        for line in str(error).splitlines():
            print(f"ERROR: {line}", file=sys.stderr)
        raise SystemExit(INPUT_ERROR_STATUS) from None
    except Exception as error:
        traceback.print_exc()
        name = type(error).__name__
        print(f"ERROR: unexpected {name}: {error} (a fault of Evergreen, not of your files)", file=sys.stderr)
        raise SystemExit(1) from None
