"""Report: what the review found, how, and what awaits whom."""
