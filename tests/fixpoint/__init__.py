"""One run after any edit leaves what a run from nothing leaves."""
