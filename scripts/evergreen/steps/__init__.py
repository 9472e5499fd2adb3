"""Steps of a run: what each of them computes, what it left behind, and whether that is of now.

Lowest of the rooms: it knows files and their content, nothing of a review.
"""
