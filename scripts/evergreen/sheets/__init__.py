"""What people write in CSV and XLSX, and what comes in that way from elsewhere: one door, and one rule for each question.

`texts` bytes as text, `archives` and `workbooks` ZIP and XLSX, `columns` what a sheet holds, `numbers` how a number is
written, `days` how a day is, `cell_text` what a cell is besides its text, `labels` when two names are one, `files` whose sheet is where, `reading` the door itself,
`keeping` how programs write there.
"""

from evergreen.sheets.columns import columns_of
from evergreen.sheets.files import by_person, copied, find, heads_alone, people_in
from evergreen.sheets.labels import folded, name_key
from evergreen.sheets.numbers import NOT_REPORTED, NUMBER
from evergreen.sheets.reading import read_sheet, read_sheets
from evergreen.sheets.texts import clean, decoded

__all__ = [
    "NOT_REPORTED", "NUMBER", "by_person", "clean", "columns_of", "copied", "decoded", "find", "folded", "heads_alone", "name_key", "people_in",
    "read_sheet", "read_sheets",
]  # fmt: skip
