"""States of a review: what people wrote and what came of it at one moment, and how two of them differ.

A state is read from a review's folder or from a version that somebody froze; rounds are views of it. Nothing is computed anew here.
"""
