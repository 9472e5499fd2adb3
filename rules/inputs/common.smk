# The protocol, where code and people's sheets are, and what every step says.
import json
import os
import re
import sys
from functools import wraps
from pathlib import Path

# Not the folder of the workflow that takes this one as a module.
HOME = Path(workflow.current_basedir).resolve().parents[1]
LIBRARY = HOME / "scripts" / "evergreen"
sys.path[:0] = [str(LIBRARY.parent), str(HOME / "rules")]

import ending
import receipts
import saying
import starting

from evergreen import schemas
from evergreen.bias.tools import tool_of
from evergreen.errors import InputError, InputErrors, ReviewError, refuse
from evergreen.figures import printing
from evergreen.protocol import params, people
from evergreen.protocol.loading import as_written, cut_off, of_run, otherwise
from evergreen.protocol.screening import STAGES
from evergreen.runs import state
from evergreen.search.standing import all_unrepeatable, frozen_log
from evergreen.states.frozen import NOW, path_of, versions
from evergreen.steps import fingerprint
from evergreen.steps.parts import Parts
from receipts import value, words

receipts.decide_by_receipts(lambda: check_people_files(), lambda targets: refuse_targets_of_nothing(targets))
ending.hear_sigterm()
ending.interrupt_before_steps()
shell.prefix(starting.prefix())
starting.equip(workflow)
TELLING = saying.tell(workflow, lambda: close_well(), lambda: close_failed())


def said(function):
    """A function of the library whose refusals end the run with their sentence."""

    @wraps(function)
    def call(*given, **named):
        try:
            return function(*given, **named)
        except (InputError, ReviewError) as error:
            raise saying.Refusal(error)

    return call


# People's files as this run takes them: what they write while it works is news to the next one.
AS_READ = state.files_of_people(receipts.CONTENTS)
# A workflow that takes Evergreen as a module gives the protocol itself; `--config` and `--configfile` change what the file says.
PROTOCOL = said(of_run)(None if workflow.modifier.skip_configfile else "config/config.yaml", config)
GIVEN = [] if workflow.modifier.skip_configfile else otherwise("config/config.yaml", config)
# The same without what defaults fill in.
WRITTEN = as_written(None if workflow.modifier.skip_configfile else "config/config.yaml", config)
CUT_OFF = [] if workflow.modifier.skip_configfile else cut_off("config/config.yaml")
TOOL = PROTOCOL.risk_of_bias.tool
said(tool_of)(TOOL)
OUTCOMES = [outcome.id for outcome in PROTOCOL.outcomes]

# How every figure is printed.
PRINTS = printing.prints(PROTOCOL.figures)

sheet, written = said(people.sheet), said(people.written)
bias_sheets = said(people.bias_sheets)
extraction_sheets, study_sheets = said(people.extraction_sheets), said(people.study_sheets)
votes_in, unread, checked = said(people.votes), said(people.unread), said(people.checked)

DATA = {}  # files of the library that a script's modules read, by script


def program(name, *data, **values):
    """Parameters of every step: its script, the fingerprint of its code with the library's files `data` that it reads, and `values` for its command
    line, or functions of wildcards and inputs that give them."""
    DATA[name] = data
    path = LIBRARY.parent / name
    files = [LIBRARY / file for file in data]
    if LIBRARY / "sheets/reading.py" in fingerprint.run_by(path):
        files += schemas.OF_SHEETS

    def word(content):
        if callable(content):
            return lambda wildcards, input: word(content(wildcards, input))
        return value(path.stem, content)

    given = {key: word(content) for key, content in values.items()}
    return {"script": str(path), "code": fingerprint.code_of(path, files), **given}


def one_of(names):
    """Regular expression that matches just these names; nothing where there are none."""
    return "|".join(map(re.escape, names)) or "(?!)"


def there(stem):
    """The sheet of a name as a list: empty where nobody wrote it."""
    path = sheet(stem)
    return [path] if path else []


def present(**inputs):
    """Named inputs, or other things, of which a review may lack some."""
    return {name: paths for name, paths in inputs.items() if paths}


def options(*names):
    """Params function: inputs that may be absent, as options of the script."""

    def words(wildcards, input):
        there = [name for name in names if input.get(name)]
        return [word for name in there for word in (f"--{name.replace('_', '-')}", str(input[name]))]

    return words


@said
def check_people_files():
    """Refuse what people wrote before anything runs; only the files that the requested targets read."""
    parts = Parts("check_inputs", program("check_inputs.py")["code"])
    faults = []
    for area in people.areas_of(map(str, workflow.dag_settings.targets)):
        files, given, read = checked(PROTOCOL, (area,))

        def check():
            import check_inputs  # takes long to load

            check_inputs.check(files, **given)

        # What was found in order is not looked at again while nothing of it changes.
        try:
            parts.make(area, [files, given], read, [], check)
        except InputError as fault:
            faults += fault.errors if isinstance(fault, InputErrors) else [fault]
    refuse(faults)


MOST_HEALED = 20  # files that the last lines of a run name


def close_run(*words):
    """The last lines of a run."""
    import close_run

    ending.let_go()
    stopped = ending.how_stopped()
    if TELLING:
        TELLING.end(well="--done" in words and not stopped)
    if stopped:
        receipts.say(stopped)
        return
    healed = receipts.healed_files()
    for path in healed[:MOST_HEALED]:
        receipts.say(f"Made again, for it was damaged: {path}")
    if more := healed[MOST_HEALED:]:
        receipts.say(f"Made again, for they were damaged: {len(more):,} more")
    close_run.main(list(words))


def close_well():
    """The last lines of a run that ended well, or had nothing to do."""
    close_run("--done", "--targets", requested(), "--review", json.dumps(standing()))


def close_failed():
    """The last lines of a run that stopped."""
    close_run("--failed", json.dumps(TELLING.failed if TELLING else []))
