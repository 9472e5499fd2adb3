# Input functions of pool.smk: paths and parameters from the protocol and from what is there.
POOLING = (
    "id",
    "measure",
    "unit",
    "timepoint",
    "arms",
    "multi_arm",
    "scale",
    "analysis",
    "subgroups",
    "moderators",
)


BATCH = 25  # outcomes that one process pools: starting it takes longer than pooling ten


def batches(size):
    """The outcomes of the protocol in groups of at most `size`, as {name: entries}; a name says whom it holds."""
    entries = config["outcomes"]
    groups = [entries[start : start + size] for start in range(0, len(entries), size)]
    return {named_for([entry["id"] for entry in group]): group for group in groups}


def named_for(ids):
    return "_".join(ids) if len(ids) < 4 else f"{ids[0]}_to_{ids[-1]}"


def pooling_of(outcome):
    """What of the protocol decides the numbers of an outcome; names and colours do not."""
    return {key: outcome[key] for key in POOLING if key in outcome}


def pooled_outcomes():
    """All outcomes as pooling reads them, with the sheet's name of their data and the study-level columns they need."""
    return [
        {
            **{key: outcome[key] for key in POOLING if key in outcome},
            **slice_wanted(outcome),
        }
        for outcome in config["outcomes"]
    ]
