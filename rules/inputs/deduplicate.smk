# Input functions of deduplicate.smk: paths and parameters from the protocol and from what is there.


def verdicts_of_people(wildcards):
    return there("config/deduplication")
