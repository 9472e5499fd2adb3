"""From a number to where it came from: effect, conversion, cells of the sheets, people, queries, report, search and day.

`sheets` finds the cells, `reports` the searches, `trails` is the table of both for every study of every result, `words` says it.
"""
