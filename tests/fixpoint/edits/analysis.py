"""Settings of the analyses, of all outcomes or of one."""

from __future__ import annotations

import random

from tests.fixpoint.edits.kinds import kind
from tests.fixpoint.written import Written

SETTINGS = {
    "model": ["random", "common"],
    "tau2": ["DL", "HE", "SJ", "ML", "REML", "EB", "PM"],
    "test": ["z", "knha"],
    "level": [0.9, 0.95, 0.99],
    "prediction": [True, False],
    "predtype": ["riley", "t"],
    "i2": ["tau2", "Q"],
    "gosh": [0, 50],
    "seed": [1, 2, 3],
    "outliers": [0.9, 0.99],
    "cumulative": ["round"],
    "k_min_small_study": [3, 10],
    "permutations": [0, 100],
    "sensitivity": [[{"tau2": ["DL", "PM"]}], [{"test": "z"}], [{"without": ["high_risk"]}], []],
}
OF_TABLES = {
    "model": ["mh"],
    "add": [0.5, 1],
    "to": ["only0", "all", "none"],
    "drop00": [True, False],
    "mh_add": [0, 0.5],
}
TABLES = ("RR", "OR", "RD")


def changed(rng: random.Random, settings: dict, choices: dict) -> str:
    """Set a key, or take one that is there away."""
    if settings and rng.random() < 0.25:
        key = rng.choice(sorted(settings))
        del settings[key]
        return f"{key}: default"
    key = rng.choice(sorted(choices))
    settings[key] = rng.choice(
        [value for value in choices[key] if value != settings.get(key)] or choices[key]
    )
    if settings.get("model", "random") != "random":  # what is of the random model only would be refused
        for other in ("test", "tau2", "prediction", "predtype", "sensitivity"):
            settings.pop(other, None)
    return f"{key}: {settings.get(key)}"


@kind
def analysis_of_all_changed(rng: random.Random, written: Written) -> str | None:
    protocol = written.protocol
    if not protocol.get("outcomes"):
        return None
    text = changed(rng, protocol.setdefault("analysis", {}), SETTINGS)
    written.save_protocol(protocol)
    return text


@kind
def analysis_of_one_changed(rng: random.Random, written: Written) -> str | None:
    protocol = written.protocol
    if not protocol.get("outcomes"):
        return None
    outcome = rng.choice(protocol["outcomes"])
    choices = OF_TABLES if outcome["measure"] in TABLES and rng.random() < 0.5 else SETTINGS
    text = changed(rng, outcome.setdefault("analysis", {}), choices)
    written.save_protocol(protocol)
    return f"{outcome['id']}, {text}"


@kind
def subgroups_or_moderators_changed(rng: random.Random, written: Written) -> str | None:
    protocol = written.protocol
    columns = sorted(
        {column for sheet in written.study_columns() for column in sheet.columns} - {"study", "note"}
    )
    if not columns or not protocol.get("outcomes"):
        return None
    outcome = rng.choice(protocol["outcomes"])
    key = rng.choice(["subgroups", "subgroups", "moderators"])
    outcome[key] = [] if outcome.get(key) else [rng.choice(columns)]
    written.save_protocol(protocol)
    return f"{outcome['id']}.{key}: {outcome[key]}"
