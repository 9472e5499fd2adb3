"""The protocol of a review: `config/config.yaml` read, normalised, validated, defaults filled."""

from __future__ import annotations

import copy
import datetime
import re
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from itertools import pairwise
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from evergreen import places, schemas, yaml_text
from evergreen.errors import InputError, refuse
from evergreen.metaanalysis.models import MODELS

ANALYSIS_DEFAULTS: dict[str, Any] = {
    "model": "random", "tau2": "REML", "level": 0.95, "prediction": True, "add": 0.5, "to": "only0",
    "drop00": True, "mh_add": 0, "glmm": "UM.FS", "smd_vtype": "LS", "predtype": "default", "i2": "tau2",
    "k_min_small_study": 10, "sensitivity": [], "permutations": 1000, "gosh": 4000, "seed": 0, "outliers": 0.95,
}  # fmt: skip
STAGES = ("title_abstract", "full_text")
ADJUDICATION = "adjudication"
"""Name of the sheet beside those of people; nobody may be called so."""


def load(path: str | Path) -> dict[str, Any]:
    """Read and check the protocol at `path`.

    Raises InputError(s) that name the key, what is wrong and what is allowed.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(
            "the protocol is missing.",
            file=path,
            todo="Copy config/config.yaml of the bundled review and edit it.",
        )
    # config/config.yaml: the review's directory is the one above config/.
    return complete(yaml_text.read(path), file=path, root=path.absolute().parent.parent)


def complete(
    raw: Mapping[str, Any], *, file: str | Path = "config/config.yaml", root: str | Path = "."
) -> dict[str, Any]:
    """Normalise, validate and fill a protocol that was already parsed; `raw` is left as it is.

    `root` is the review's directory, which the paths in the protocol must not leave.
    """
    errors: list[InputError] = []
    protocol = _plain(raw, "", errors, file)
    refuse(errors)
    schema = schemas.schema("config")
    validator = Draft202012Validator(schema)
    found = [*validator.iter_errors(protocol), *_sensitivity_errors(protocol, schema)]
    errors += [
        _explain(error, file) for error in sorted(found, key=lambda e: list(map(str, e.absolute_path)))
    ]
    refuse(errors)
    _fill(protocol, schema, schema)
    _check(protocol, errors, file)
    errors += [*_one_spelling(protocol, file), *places.outside(protocol, root=root, file=file)]
    refuse(errors)
    for outcome in protocol["outcomes"]:
        outcome["analysis"] = analysis_of(protocol["analysis"], outcome.get("analysis", {}))
        outcome.setdefault("name", outcome["id"])
        outcome.setdefault("data", outcome["id"])
    protocol["analysis"] = analysis_of(protocol["analysis"], {})
    return protocol


def analysis_of(general: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """Analysis settings of an outcome: its own over the general ones over the defaults."""
    merged = {**ANALYSIS_DEFAULTS, **general, **own}
    if "test" not in merged or (
        "test" not in own and own.get("model", merged["model"]) != general.get("model", "random")
    ):
        merged["test"] = MODELS[merged["model"]].tests[0]
    return merged


def _sensitivity_errors(protocol: Mapping[str, Any], schema: Mapping[str, Any]) -> Iterator[ValidationError]:
    """Schema violations in the sensitivity analyses: a value there, or each of a list, is one of the setting it stands for."""
    outcome = schema["properties"]["outcomes"]["items"]["properties"]
    rules = {
        **schema["$defs"]["analysis"]["properties"],
        **{key: outcome[key] for key in ("measure", "multi_arm")},
        "without": schema["$defs"]["without"],
        "without_studies": {"type": "string"},
    }
    places: list[tuple[list[str | int], Any]] = [(["analysis"], protocol.get("analysis"))]
    outcomes = protocol.get("outcomes")
    for number, one in enumerate(outcomes if isinstance(outcomes, list) else []):
        places.append(
            (["outcomes", number, "analysis"], one.get("analysis") if isinstance(one, Mapping) else None)
        )
    for path, analysis in places:
        entries = analysis.get("sensitivity") if isinstance(analysis, Mapping) else None
        for position, changes in enumerate(entries if isinstance(entries, list) else []):
            for key, value in changes.items() if isinstance(changes, Mapping) else ():
                for one in value if isinstance(value, list) else [value]:
                    for error in Draft202012Validator(rules.get(key, True)).iter_errors(one):
                        error.path.extendleft(reversed([*path, "sensitivity", position, key]))
                        yield error


def _plain(value: Any, key: str, errors: list[InputError], file: str | Path) -> Any:
    """Copy with dates as text; a boolean key or list entry is YAML's NO, YES, ON: refused."""
    if isinstance(value, datetime.datetime | datetime.date):
        return value.isoformat()[:10]
    if isinstance(value, Mapping):
        result = {}
        for name, item in value.items():
            if isinstance(name, bool):
                errors.append(_yaml_boolean(key, name, file))
                continue
            if isinstance(name, datetime.date):
                name = name.isoformat()[:10]
            result[str(name)] = _plain(item, f"{key}.{name}" if key else str(name), errors, file)
        return result
    if isinstance(value, list | tuple):
        for item in value:
            if isinstance(item, bool):
                errors.append(_yaml_boolean(key, item, file))
        return [_plain(item, f"{key}[{number}]", errors, file) for number, item in enumerate(value)]
    return copy.copy(value)


def _yaml_boolean(key: str, value: bool, file: str | Path) -> InputError:
    word = "NO, OFF or FALSE" if not value else "YES, ON or TRUE"
    return InputError(
        f"`{key or 'a key'}` holds the word {word}, which YAML reads as {str(value).lower()}",
        file=file,
        todo='Put it in quotes: "NO".',
    )


def _explain(error: ValidationError, file: str | Path) -> InputError:
    """One sentence for a schema violation: the key, what is wrong, what is allowed."""
    key = _key(error.absolute_path)
    where = f"`{key}`" if key else "the protocol"
    rule: Any = error.validator_value
    value: Any = error.instance
    schema: Any = error.schema
    if error.validator == "additionalProperties" and isinstance(value, Mapping):
        known = list(schema.get("properties", {}))
        unknown = [name for name in value if name not in known]
        name = unknown[0]
        full = f"{key}.{name}" if key else name
        near = get_close_matches(name, known, n=1)
        hint = f"Did you mean `{near[0]}`? " if near else ""
        return InputError(f"unknown key `{full}`", file=file, todo=f"{hint}Allowed here: {', '.join(known)}.")
    if error.validator == "required":
        missing = [name for name in rule if name not in value]
        return InputError(f"{where} lacks the key `{missing[0]}`", file=file, todo="Add it.")
    if error.validator == "enum":
        return InputError(
            f"{where} is {value!r}",
            file=file,
            todo=f"Allowed: {', '.join(map(str, rule))}.",
        )
    if error.validator == "type":
        wanted = rule
        wanted = " or ".join(wanted) if isinstance(wanted, list) else wanted
        hint = " Put it in quotes." if isinstance(value, bool) and "string" in wanted else ""
        return InputError(f"{where} is {value!r} but must be of type {wanted}", file=file, todo=hint.strip())
    if error.validator == "pattern":
        return InputError(f"{where} is {value!r}", file=file, todo=_pattern_hint(str(rule)))
    if error.validator == "not":
        return InputError(f"{where} is {value!r}, a reserved name", file=file, todo="Choose another.")
    if error.validator in {"maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum"}:
        if key.endswith(("level", "outliers")) and 50 < value < 100:
            return InputError(
                f"{where} is {value:g}", file=file, todo=f"Write it as a fraction: {value / 100:g}."
            )
        word = {
            "maximum": "at most",
            "exclusiveMaximum": "below",
            "minimum": "at least",
            "exclusiveMinimum": "above",
        }
        return InputError(
            f"{where} is {value:g}, but must be {word[str(error.validator)]} {rule:g}", file=file
        )
    return InputError(f"{where}: {error.message}", file=file)


def _pattern_hint(pattern: str) -> str:
    if "[0-9]{4}-" in pattern:
        return "Write a date as YYYY-MM-DD."
    if "embedded" in pattern:
        return "Allowed: embedded, live, or a loopback URL such as http://127.0.0.1:8000."
    return "Use a letter first, then letters, digits and underscores."


def _key(path: Any) -> str:
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else (f".{part}" if text else str(part))
    return text


def _fill(value: Any, schema: Mapping[str, Any], root: Mapping[str, Any]) -> None:
    """Fill the defaults of `schema` into `value`, in place, level by level."""
    schema = _resolved(schema, root)
    if isinstance(value, dict):
        properties = schema.get("properties", {})
        for name, rule in properties.items():
            rule = _resolved(rule, root)
            if name not in value and "default" in rule:
                value[name] = copy.deepcopy(rule["default"])
            if name in value:
                _fill(value[name], rule, root)
        extra = schema.get("additionalProperties")
        if isinstance(extra, Mapping):
            for name in value.keys() - properties.keys():
                _fill(value[name], extra, root)
    elif isinstance(value, list) and "items" in schema:
        for item in value:
            _fill(item, schema["items"], root)


def _resolved(schema: Mapping[str, Any], root: Mapping[str, Any]) -> Mapping[str, Any]:
    reference = schema.get("$ref")
    if reference is None:
        return schema
    target = root["$defs"][reference.rsplit("/", 1)[1]]
    return {**target, **{key: value for key, value in schema.items() if key != "$ref"}}


def _check(protocol: dict[str, Any], errors: list[InputError], file: str | Path) -> None:
    """What a schema cannot say: relations between keys."""
    rounds = protocol["rounds"]
    for text in rounds:
        try:
            datetime.date.fromisoformat(text)
        except ValueError:
            errors.append(
                InputError(
                    f"`rounds`: {text} is not a day of the calendar",
                    file=file,
                    todo="Write a date as YYYY-MM-DD.",
                )
            )
    for earlier, later in pairwise(rounds):
        if later <= earlier:
            errors.append(
                InputError(
                    f"`rounds`: {later} stands after {earlier}",
                    file=file,
                    todo="Put the rounds in ascending order, each once.",
                )
            )
    if protocol["sources"] and not rounds:
        errors.append(
            InputError(
                "there are `sources` but no `rounds`",
                file=file,
                todo="Add the date of each search under `rounds`.",
            )
        )
    for name, source in protocol["sources"].items():
        key = f"sources.{name}"
        if source["kind"] == "pubmed" and "strategy" not in source:
            errors.append(
                InputError(
                    f"`{key}` lacks `strategy`", file=file, todo="Name the file with the search strategy."
                )
            )
        if source["kind"] == "export" and not source.get("files"):
            errors.append(
                InputError(f"`{key}` lacks `files`", file=file, todo="Name the export file of each round.")
            )
        for part in ("files", "hits"):
            for date in source.get(part, {}):
                if date not in rounds:
                    errors.append(
                        InputError(
                            f"`{key}.{part}` names the round {date}, which is not in `rounds`",
                            file=file,
                            todo=f"Rounds are: {', '.join(rounds)}.",
                        )
                    )
    for stage in STAGES:
        _check_stage(stage, protocol["screening"][stage], rounds, errors, file)
    live = (
        any(source["kind"] == "pubmed" for source in protocol["sources"].values())
        and protocol["entrez"]["endpoint"] == "live"
    )
    if live and not protocol["entrez"]["email"]:
        errors.append(
            InputError(
                "`entrez.endpoint` is live but `entrez.email` is empty",
                file=file,
                todo="Give the address that NCBI may write to.",
            )
        )
    seen: set[str] = set()
    for outcome in protocol["outcomes"]:
        if outcome["id"] in seen:
            errors.append(
                InputError(
                    f"`outcomes` has the id {outcome['id']} twice",
                    file=file,
                    todo="Give each outcome an id of its own.",
                )
            )
        seen.add(outcome["id"])
        for name in outcome["moderators"]:
            parts = name.split(":")
            if len(parts) > 2 or not all(part.strip() for part in parts):
                errors.append(
                    InputError(
                        f"outcome {outcome['id']}: `moderators` has {name!r}",
                        file=file,
                        todo="Name a study-level column, or two joined by a colon for their interaction.",
                    )
                )


def _one_spelling(protocol: Mapping[str, Any], file: str | Path) -> list[InputError]:
    """Ids that are names of files: on many systems a name that differs in letter case alone is the same file."""
    screening = protocol["screening"]
    lists = {
        "sources": list(protocol["sources"]),
        "outcomes": [outcome["id"] for outcome in protocol["outcomes"]],
        "screening": [name for stage in STAGES for name in screening[stage]["reviewers"]],
        "extraction.extractors": protocol["extraction"].get("extractors", []),
        "risk_of_bias.assessors": protocol["risk_of_bias"].get("assessors", []),
    }
    errors = []
    for key, names in lists.items():
        # No person is called as the file of the adjudicator, in no letter case.
        first = {} if key in ("sources", "outcomes") else {ADJUDICATION: ADJUDICATION}
        for name in names:
            other = first.setdefault(name.casefold(), name)
            if other != name:
                errors.append(
                    InputError(
                        f"`{key}` has {other} and {name}, which differ in letter case only and would share their files"
                        if other != ADJUDICATION
                        else f"`{key}` has the name {name}, which is reserved",
                        file=file,
                        todo="Write them alike, or give one another name."
                        if other != ADJUDICATION
                        else "Choose another.",
                    )
                )
    return errors


def _check_stage(
    stage: str, plan: Mapping[str, Any], rounds: list[str], errors: list[InputError], file: str | Path
) -> None:
    """Whether a stage of screening has the reviewers that it needs, in every round."""
    reviewers, active = plan["reviewers"], plan["active"]
    if not reviewers:  # the stage is skipped
        return
    key = f"screening.{stage}"
    for name in sorted(set(active) - set(reviewers)):
        errors.append(
            InputError(
                f"`{key}.active` names {name}, who is not among its `reviewers` ({', '.join(reviewers)})",
                file=file,
                todo=f"Add {name} there, or mend the name.",
            )
        )
    needed = 2 if plan["mode"].startswith("dual") else 1
    if len(reviewers) < needed:
        errors.append(
            InputError(
                f"`{key}.mode` is {plan['mode']}, which needs two reviewers, but `{key}.reviewers` has {len(reviewers)}",
                file=file,
                todo="Add a reviewer, or set the mode to single.",
            )
        )
        return
    for day in rounds:
        here = [
            name
            for name in reviewers
            if active.get(name, {}).get("from", day) <= day <= active.get(name, {}).get("until", day)
        ]
        if len(here) < needed:
            errors.append(
                InputError(
                    f"`{key}.active` leaves {len(here)} reviewers in the round {day}, but the mode {plan['mode']} needs {needed}",
                    file=file,
                    todo="Mend `from` and `until`, or add a reviewer.",
                )
            )


def one_of(names: Iterable[str]) -> str:
    """Regular expression that matches just these names; nothing where there are none."""
    return "|".join(map(re.escape, names)) or "(?!)"
