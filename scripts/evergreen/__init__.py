"""Evergreen: the library of a living systematic review. Knows nothing of Snakemake."""

__version__ = "0.1.0"
