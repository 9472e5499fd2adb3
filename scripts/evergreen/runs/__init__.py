"""How a review stands: whether its results are of now, what the last run brought, and the lines with which a run ends.

Loads neither pandas nor Snakemake, so that it is said within a second.
"""
