# Input functions of bias.smk: paths and parameters from the protocol and from what is there.
def bias_inputs(wildcards):
    found = {
        "sheets": list(bias_sheets(PROTOCOL).values()),
        "adjudication": sheet("config/risk_of_bias/adjudication"),
        "tool": TOOL if PROTOCOL.risk_of_bias.of_ones_own else None,
    }
    return {name: paths for name, paths in found.items() if paths}


# Where people rated the certainty of the evidence (GRADE), the ratings are counted together.
CERTAINTY = ["results/risk_of_bias/certainty.csv"] if sheet("config/certainty") else []
