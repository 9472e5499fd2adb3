"""What leaves the house: the review as a package that others can run, and the places of a manuscript where numbers are not of now."""
