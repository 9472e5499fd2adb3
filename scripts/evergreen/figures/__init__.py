"""Figures of a review, and the numbers drawn in them."""
