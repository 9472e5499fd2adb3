"""Command lines of the scripts: how a script starts, logs and fails."""

from __future__ import annotations

import argparse
import json
import os
import resource
import shlex
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

from evergreen.errors import InputError, ReviewError
from evergreen.steps.hold import OWNER, live_and_die_with_run

INPUT_ERROR_STATUS = 2
STOPPED_STATUS = 130
CALLED = "EVERGREEN_CALLED"
"""What a person typed to start a script, where that is not the script's own name."""
LAUNCHER = "EVERGREEN"
"""Where the launcher lies, as a person typed it."""


def again(word: str, review: Path) -> str:
    """How a person, who called this, calls another command for a review."""
    name = str(review)
    folder = [] if review == Path() else [f"./{name}" if name.startswith("-") else name]
    return shlex.join([os.environ.get(LAUNCHER, "evergreen"), word, *folder])


def parser(description: str | None) -> Parser:
    """Argument parser of a script; `description` is the script's docstring.

    A word `@@FILE#KEY` stands for the words of a list in a JSON file: the files of a review may be more than a command line holds.
    """
    called = os.environ.pop(CALLED, None)  # not that of what the script starts
    return Parser(prog=called, description=description, formatter_class=argparse.RawDescriptionHelpFormatter)


class Parser(argparse.ArgumentParser):
    """Words that are kept in a file, and what many scripts take alike."""

    def add_structure(self, name: str, what: str | None = None) -> None:
        """An argument that carries a structure and has to be given."""
        self.add_argument(name, type=json_argument, required=True, help=what)

    def add_several(self, name: str, what: str, metavar: str | None = None) -> None:
        """An argument that may be given again and again."""
        self.add_argument(name, action="append", default=[], metavar=metavar, help=f"{what}; may be repeated")

    def add_code(self, parts: str) -> None:
        """`--code` of a script that makes `parts`, each only where it is not of now."""
        self.add_argument("--code", default="", help=f"fingerprint of the code; {parts} that are of now stay")

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        words = sys.argv[1:] if args is None else list(args)
        try:
            full = [part for word in words for part in (_kept(word[1:]) if word.startswith("@@") else [word])]
        except (OSError, KeyError, ValueError) as error:
            self.error(f"no such words: {error}")
        return super().parse_known_args(full, namespace)

    def error(self, message: str) -> NoReturn:
        """End with one sentence; how it is called stands in the help."""
        self.exit(
            INPUT_ERROR_STATUS,
            f"ERROR: {self.prog}: {message}. To see how it is called: {self.prog} --help\n",
        )


def _kept(text: str) -> Any:
    """The value that `@FILE#KEY` names."""
    file, _, key = text[1:].partition("#")
    return json.loads(Path(file).read_text(encoding="utf-8"))[key]


def json_argument(text: str) -> Any:
    """Type of an argument that carries a structure: as JSON, or as `@FILE#KEY`, a value of a JSON file.

    What grows with a review goes by file: one argument holds at most 128 KiB.
    """
    try:
        return _kept(text) if text.startswith("@") else json.loads(text)
    except json.JSONDecodeError as error:
        raise argparse.ArgumentTypeError(f"not valid JSON: {error}") from error
    except (OSError, KeyError) as error:
        raise argparse.ArgumentTypeError(f"no such value: {text} ({error})") from error


def run(main: Callable[[], None]) -> None:
    """Run a script's `main`; end a failure with one line that says what to do.

    Errors of people's input and violated identities end with status 2 and `ERROR: <sentence>`;
    anything else is a bug: the traceback comes first, and the last line says where to look. A step of a run ends its log with its cost.
    """
    live_and_die_with_run()
    began = time.monotonic()
    try:
        main()
        sys.stdout.flush()
        if os.environ.get(OWNER):
            print(cost(time.monotonic() - began), file=sys.stderr)
    except BrokenPipeError:  # whoever reads the lines, `head` for one, has enough of them
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(0) from None
    except KeyboardInterrupt:
        if os.environ.get(OWNER):
            raise  # the run says it
        print("\nStopped as you asked.", file=sys.stderr)
        raise SystemExit(STOPPED_STATUS) from None
    except (InputError, ReviewError) as error:
        _refuse(error)
    except Exception as error:
        if isinstance(error, OSError) and (fault := _of_a_file(error)):
            _refuse(fault)
        traceback.print_exc()
        name = type(error).__name__
        print(f"ERROR: unexpected {name}: {error} (a fault of Evergreen, not of your files)", file=sys.stderr)
        raise SystemExit(1) from None


def cost(seconds: float) -> str:
    """What this process, and those that worked for it, took in `seconds` of the clock, in words."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    processor = sum(one.ru_utime + one.ru_stime for one in used)
    unit = 1024 if sys.platform == "linux" else 1024**2  # kB; bytes elsewhere
    memory = max(one.ru_maxrss for one in used) / unit
    return f"Took {seconds:.1f} s, {processor:.1f} s of a processor, and {memory:,.0f} MB of memory at most."


def _refuse(error: Exception) -> NoReturn:
    for line in str(error).splitlines():
        print(f"ERROR: {line}", file=sys.stderr)
    raise SystemExit(INPUT_ERROR_STATUS) from None


def _of_a_file(error: OSError) -> InputError | None:
    """A file that a person named and that is not there or cannot be opened; None where a step of a run lacks what another made."""
    if not isinstance(error.filename, str) or isinstance(error, ConnectionError):
        return None
    made = "results" in Path(error.filename).parts
    if made and os.environ.get(OWNER):
        return None
    if isinstance(error, FileNotFoundError):
        todo = "Run Evergreen first." if made else "Create it, or mend its name where it is given."
        return InputError("the file is missing", file=error.filename, todo=todo)
    return InputError(f"cannot be opened ({(error.strerror or '').lower()})", file=error.filename)
