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


def pooling_of(wildcards):
    """What of the protocol decides the numbers of an outcome; names and colours do not."""
    outcome = next(one for one in config["outcomes"] if one["id"] == wildcards.outcome)
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
