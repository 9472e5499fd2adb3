"""What changed: in each round, since a frozen version, and between any two states of a review."""
