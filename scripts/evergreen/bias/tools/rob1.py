"""The Cochrane risk of bias tool of 2011 (RoB 1): seven domains of a study, judged by people."""

from __future__ import annotations

from evergreen.bias.tools.anatomy import MINUS, Domain, Tool

LEVELS = ("low", "unclear", "high")
SYMBOLS = ("+", "?", MINUS)
COLOURS = ("green", "yellow", "red")

ROB1 = Tool(
    "rob1",
    "Cochrane risk of bias tool (2011)",
    (
        Domain("sequence_generation", "Random sequence generation (selection bias)", ("1", "Sequence generation")),
        Domain("allocation_concealment", "Allocation concealment (selection bias)", ("2",)),
        Domain("blinding_participants", "Blinding of participants and personnel (performance bias)", ("3", "Blinding")),
        Domain("blinding_assessment", "Blinding of outcome assessment (detection bias)", ("4", "Blinding of outcome assessors")),
        Domain("incomplete_data", "Incomplete outcome data (attrition bias)", ("5",)),
        Domain("selective_reporting", "Selective reporting (reporting bias)", ("6", "Selective outcome reporting")),
        Domain("other_bias", "Other bias", ("7", "Other sources of bias")),
    ),
    LEVELS,
    SYMBOLS,
    COLOURS,
    said="the Cochrane risk-of-bias tool of 2011 (seven domains)",
    design="randomised",
    robvis={
        "sequence_generation": "Random.sequence.generation",
        "allocation_concealment": "Allocation.concealment",
        "blinding_participants": "Blinding.of.participants.and.personnel",
        "blinding_assessment": "Blinding.of.outcome.assessment",
        "incomplete_data": "Incomplete.outcome.data",
        "selective_reporting": "Selective.reporting",
        "other_bias": "Other.sources.of.bias",
    },
    source="Cochrane Handbook 5.1, table 8.5.a; Higgins et al. 2011 (BMJ 343:d5928)",
)  # fmt: skip
