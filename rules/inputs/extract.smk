# Input functions of extract.smk: paths and parameters from the protocol and from what is there.
EXTRACTORS = config["extraction"].get("extractors")
# Without a search or without reviewers there is no list of included studies, and every study is pooled.
SCREENED = bool(SOURCES) and any(config["screening"][name]["reviewers"] for name in STAGES)


def extraction_sheets():
    return sheets_in("config/extraction", EXTRACTORS)


def study_sheets():
    return sheets_in("config/extraction", EXTRACTORS, "studies-")


def extraction_inputs(wildcards):
    found = {
        "sheets": list(extraction_sheets().values()),
        "study_sheets": list(study_sheets().values()),
        "adjudication": sheet("config/extraction/adjudication"),
    }
    return {name: paths for name, paths in found.items() if paths}


def beside_rows():
    """The other tables that a slice is cut from, as far as this review has them."""
    tables = {"studies": "results/extraction/studies.csv"}
    if SCREENED:
        tables["screened"] = "results/screening/studies.csv"
    if sheets_in("config/risk_of_bias", config["risk_of_bias"].get("assessors")):
        tables["judgements"] = "results/risk_of_bias/judgements.csv"
    return tables


def slice_wanted(outcome):
    """What of the protocol decides which rows and columns a slice has."""
    moderators = [part for name in outcome["moderators"] for part in name.split(":")]
    order = outcome["analysis"].get("cumulative", "round")
    columns = [*outcome["subgroups"], *moderators, *([order] if order != "round" else [])]
    return {"data": outcome["data"], "columns": list(dict.fromkeys(columns))}
