# Input functions of screen.smk: paths and parameters from the protocol and from what is there.
STAGE_DIR = "results/screening/{stage}"


def people_of(stage):
    """Everyone who gets a work list: the reviewers, and the adjudicator of what they disagree on."""
    reviewers = config["screening"][stage]["reviewers"]
    return [*reviewers, "adjudication"] if reviewers else []


# Stages that somebody screens.
LISTED = [stage for stage in STAGES if people_of(stage)]


def votes_in(stage):
    """All sheets of a stage, so that the file of someone who is no reviewer does not go unnoticed."""
    folder = f"config/screening/{stage}"
    votes = list(sheets_in(folder).values())
    return votes + [path for path in [sheet(f"{folder}/adjudication")] if path]


def optional(stem):
    path = sheet(stem)
    return [path] if path else []
