# Input functions of bias.smk: paths and parameters from the protocol and from what is there.
def bias_inputs(wildcards):
    return present(
        sheets=list(bias_sheets(PROTOCOL).values()),
        adjudication=sheet("config/risk_of_bias/adjudication"),
        tool=PROTOCOL.risk_of_bias.of_ones_own and TOOL,
    )


def bias_figure_inputs(wildcards):
    return present(
        judgements="results/risk_of_bias/judgements.csv",
        labels=PROTOCOL.sources and "results/risk_of_bias/labels.csv",
    )


# Where people rated the certainty of the evidence (GRADE), the ratings are counted together.
CERTAINTY = ["results/risk_of_bias/certainty.csv"] if sheet("config/certainty") else []
