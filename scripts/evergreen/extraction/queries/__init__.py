"""What in extracted data looks like an error: questions that people answer, and that change no value.

One file a family of checks; a family has its kinds as data and one function from the rows of the review to findings. `registry`
knows all families, `asking` makes of findings the table of queries with people's answers. Statistical comparisons are robust
(median and MAD over other studies, `crowd`), and say nothing where too few studies are there to compare with.
"""
