# What all stages share: the protocol, where code and people's sheets are, and the check of people's files.
include: "inputs/common.smk"


wildcard_constraints:
    source="[A-Za-z][A-Za-z0-9_]*",
    round=r"\d{4}-\d{2}-\d{2}",
    stage=one_of(STAGES),
