# Input functions of pool.smk: paths and parameters from the protocol and from what is there.
BATCH = 25  # outcomes that one process pools: starting it takes longer than pooling ten


def batches(size):
    """The outcomes of the protocol in groups of at most `size`; a name says whom a group holds."""
    outcomes = PROTOCOL.outcomes
    groups = [outcomes[start : start + size] for start in range(0, len(outcomes), size)]
    named = {}
    for group in groups:
        ids = [outcome.id for outcome in group]
        name = "_".join(ids) if len(ids) < 4 else f"{ids[0]}_to_{ids[-1]}"
        while name in named:  # ids may read alike when joined
            name += "_"
        named[name] = group
    return named
