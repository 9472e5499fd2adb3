# Input functions of screen.smk: paths and parameters from the protocol and from what is there.
from evergreen.screening import files

STAGE_DIR = "results/screening/{stage}"


# Stages that somebody screens.
LISTED = [stage for stage in STAGES if people.with_work(PROTOCOL, stage)]
