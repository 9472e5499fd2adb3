# Input functions of extract.smk: paths and parameters from the protocol and from what is there.
def extraction_inputs(wildcards):
    return present(
        sheets=list(extraction_sheets(PROTOCOL).values()),
        study_sheets=list(study_sheets(PROTOCOL).values()),
        adjudication=sheet("config/extraction/adjudication"),
        answers=sheet("config/queries"),
    )


def beside_rows():
    """The other tables that a slice is cut from, as far as this review has them."""
    return present(
        studies="results/extraction/studies.csv",
        screened=PROTOCOL.screened and "results/screening/studies.csv",
        notices=PROTOCOL.screened and "results/screening/notices.csv",
        judgements=bias_sheets(PROTOCOL) and "results/risk_of_bias/judgements.csv",
    )
