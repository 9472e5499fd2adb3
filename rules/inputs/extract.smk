# Input functions of extract.smk: paths and parameters from the protocol and from what is there.
def extraction_inputs(wildcards):
    found = {
        "sheets": list(extraction_sheets(PROTOCOL).values()),
        "study_sheets": list(study_sheets(PROTOCOL).values()),
        "adjudication": sheet("config/extraction/adjudication"),
        "answers": sheet("config/queries"),
    }
    return {name: paths for name, paths in found.items() if paths}


def beside_rows():
    """The other tables that a slice is cut from, as far as this review has them."""
    tables = {"studies": "results/extraction/studies.csv"}
    if PROTOCOL.screened:
        tables["screened"] = "results/screening/studies.csv"
        tables["notices"] = "results/screening/notices.csv"
    if bias_sheets(PROTOCOL):
        tables["judgements"] = "results/risk_of_bias/judgements.csv"
    return tables
