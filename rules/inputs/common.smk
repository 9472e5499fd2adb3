# The protocol, where code and people's sheets are, and which of them a run reads.
import os
import shlex
import sys
from pathlib import Path

LIBRARY = Path(workflow.basedir) / "scripts" / "evergreen"
sys.path[:0] = [str(LIBRARY.parent), str(Path(workflow.basedir) / "rules")]
# `.venv/bin/snakemake` without activation would run the system's python in shell commands; steps end with the run that started them.
shell.prefix(
    f"set -euo pipefail; export PATH={shlex.quote(os.path.dirname(sys.executable))}:$PATH EVERGREEN_RUN={os.getpid()}; "
)

import needs
import receipts
from snakemake.utils import update_config

from evergreen import protocol, schemas, sheets, yaml_text
from evergreen.bias.tools import tool_of
from evergreen.errors import InputError, ReviewError
from evergreen.steps import fingerprint
from evergreen.steps.parts import Parts
from receipts import value, words

receipts.decide_by_receipts()

PROTOCOL = "config/config.yaml"
try:
    # A workflow that takes Evergreen as a module gives the protocol itself; `--config` and `--configfile` change what the file says.
    written_protocol = {} if workflow.modifier.skip_configfile else yaml_text.read(PROTOCOL)
    update_config(written_protocol, config)
    config = protocol.complete(written_protocol)
    tool_of(config["risk_of_bias"]["tool"])
except InputError as error:
    raise WorkflowError(str(error))

ROUNDS = config["rounds"]
SOURCES = config["sources"]
PUBMED_SOURCES = [name for name, source in SOURCES.items() if source["kind"] == "pubmed"]
EXPORT_SOURCES = [name for name, source in SOURCES.items() if source["kind"] == "export"]
SOURCE_ROUNDS = [
    (name, day)
    for day in ROUNDS
    for name, source in SOURCES.items()
    if source["kind"] == "pubmed" or day in source["files"]
]
STAGES = list(protocol.STAGES)
OUTCOMES = [outcome["id"] for outcome in config["outcomes"]]
NAMES_OF_OUTCOMES = {outcome["id"]: [outcome["name"], outcome["data"]] for outcome in config["outcomes"]}

# Which people's files a run reads, and so checks: by the targets it is asked for.
SCOPES = {
    "search": ["search"],
    "deduplicate": ["search", "deduplication"],
    "screen": ["search", "deduplication", "screening"],
    "bias": ["bias"],
    "all": ["search", "deduplication", "screening", "extraction", "bias"],
}
SCOPE_OF_TARGET = {
    **{scope: scope for scope in SCOPES},
    "records": "search",
    "prisma": "screen",
}


one_of = protocol.one_of


DATA = {}  # files of the library that a script's modules read, by script


def program(name, *data):
    """Parameters of every step: its script, and the fingerprint of its code with the library's files `data` that it reads."""
    DATA[name] = data
    path = LIBRARY.parent / name
    files = [LIBRARY / file for file in data]
    if LIBRARY / "sheets/reading.py" in fingerprint.run_by(path):
        files += schemas.OF_SHEETS
    return {"script": str(path), "code": fingerprint.code_of(path, files)}


def sheet(stem):
    """Path of a person's sheet (CSV or XLSX), or None."""
    try:
        found = sheets.find(stem)
    except InputError as error:
        raise WorkflowError(str(error))
    return str(found) if found else None


def sheets_in(folder, people=None, prefix=""):
    """{person: path} of the sheets `<prefix><person>` in a folder; without `people`, of all that are there."""
    if people is None:
        people = sheets.people_in(folder, prefix)
    found = {person: sheet(f"{folder}/{prefix}{person}") for person in people}
    return {person: path for person, path in found.items() if path}


def scope_of_run():
    """The smallest scope that holds all that the requested targets read."""
    scopes = {SCOPE_OF_TARGET.get(str(target), "all") for target in workflow.dag_settings.targets or ["all"]}
    if len(scopes) == 1:
        return scopes.pop()
    return next(
        (scope for scope in ("deduplicate", "screen") if scopes <= {"search", "deduplicate", scope}),
        "all",
    )


def people_files(scope):
    """{area: [(kind, path, ...), ...]} of the files that people wrote, whether they are there or not.

    What the protocol says on reading an export, and the outcomes that may be rated, come third.
    """
    files = {
        "search": [("strategy", SOURCES[name]["strategy"]) for name in PUBMED_SOURCES]
        + [
            (
                "export",
                path,
                {
                    "format_": SOURCES[name].get("format"),
                    "columns": SOURCES[name].get("columns"),
                    # an export of a search without hits may well be empty
                    "none_expected": SOURCES[name].get("hits", {}).get(day) == 0,
                },
            )
            for name in EXPORT_SOURCES
            for day, path in SOURCES[name]["files"].items()
        ],
        "deduplication": [("deduplication", sheet("config/deduplication"))],
        "screening": [
            ("excluded_before_screening", sheet("config/excluded_before_screening")),
            ("studies", sheet("config/studies")),
            *(
                item
                for stage in STAGES
                for item in (
                    *(
                        ("screening", path)
                        for path in sheets_in(
                            f"config/screening/{stage}",
                            config["screening"][stage]["reviewers"],
                        ).values()
                    ),
                    (
                        "adjudication_screening",
                        sheet(f"config/screening/{stage}/adjudication"),
                    ),
                )
            ),
        ],
        "extraction": [
            *(
                ("extraction", path)
                for path in sheets_in("config/extraction", config["extraction"].get("extractors")).values()
            ),
            *(
                ("extraction_studies", path)
                for path in sheets_in(
                    "config/extraction",
                    config["extraction"].get("extractors"),
                    "studies-",
                ).values()
            ),
            ("adjudication_extraction", sheet("config/extraction/adjudication")),
            ("certainty", sheet("config/certainty"), {"outcomes": NAMES_OF_OUTCOMES}),
        ],
        "bias": [
            *(
                ("risk_of_bias", path)
                for path in sheets_in("config/risk_of_bias", config["risk_of_bias"].get("assessors")).values()
            ),
            ("risk_of_bias", sheet("config/risk_of_bias/adjudication")),
        ],
    }
    return {area: [file for file in files[area] if file[1]] for area in SCOPES[scope]}


def written(path):
    """A file that the protocol names; refused in one sentence where a person has not written it yet."""
    if not os.path.exists(path):
        todo = "Create it or mend its path in config/config.yaml."
        raise WorkflowError(str(InputError("the file is missing", file=path, todo=todo)))
    return path


def check_people_files():
    """Refuse what people wrote before anything runs; only the files that the requested targets read."""
    scope = scope_of_run()
    files = people_files(scope)
    given = {
        "tool": config["risk_of_bias"]["tool"],
        "reasons": config["screening"]["reasons"],
        "given_counts": config["prisma"].get("given", {}) if scope in ("screen", "all") else {},
        "outcomes": pooled_outcomes() if scope == "all" else [],
        "screened": SCREENED,
    }

    def check():
        import check_inputs  # takes long to load

        check_inputs.check(files, **given)

    read = [path for area in files.values() for _, path, *_ in area] + (
        [TOOL] if os.path.exists(TOOL) else []
    )
    parts = Parts("check_inputs", program("check_inputs.py")["code"])
    try:
        # What was found in order is not looked at again while nothing of it changes.
        parts.make(scope, [files, given], sorted(set(read)), [], check)
    except (InputError, ReviewError) as error:
        raise WorkflowError(str(error))


def close_run(*words):
    """The last lines of a run."""
    import close_run

    receipts.let_go()
    if receipts.interrupted:
        receipts.say("Stopped as you asked: what was finished is kept, and the next run goes on from there.")
        return
    for line in receipts.healed_files():
        receipts.say(f"Made again, for it was damaged: {line}")
    close_run.main(list(words))


def as_text(value):
    """A small structure as one argument."""
    import json

    return json.dumps(value)
