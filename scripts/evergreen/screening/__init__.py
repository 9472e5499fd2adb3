"""Screening: votes, conflicts, agreement, work lists, studies."""
