"""Extraction, study-level columns, risk of bias and certainty."""

from __future__ import annotations

import random

from tests.fixpoint.edits.kinds import kind
from tests.fixpoint.written import Row, Sheet, Written

CELL = ("study", "outcome", "timepoint", "arm")
NUMBERS = ("n", "events", "mean", "sd")
GRADE = ("inconsistency", "indirectness", "publication_bias")


def filled(rng: random.Random, found: list[Sheet]) -> Sheet | None:
    found = [sheet for sheet in found if sheet.rows]
    return rng.choice(found) if found else None


def same_cell(row: Row, other: Row) -> bool:
    return all(row.get(column) == other.get(column) for column in CELL)


def moved(rng: random.Random, row: Row, column: str) -> str:
    """Another possible number for a cell."""
    value = float(row[column])
    if column == "n":
        return f"{value + rng.randint(1, 5):g}"
    if column == "events":
        return f"{value - 1 if value else value + 1:g}"
    if column == "sd":
        return f"{value * rng.choice([0.9, 1.1, 1.25]):.4g}"
    return f"{value + rng.choice([-0.7, -0.3, 0.3, 0.7]):.4g}"


@kind
def extraction_cell_changed(rng: random.Random, written: Written) -> str | None:
    """By all extractors, or by one of them, who then disagrees."""
    if not (sheet := filled(rng, written.extraction())):
        return None
    row = rng.choice(sheet.rows)
    columns = [column for column in NUMBERS if row.get(column)]
    if not columns:
        return None
    column = rng.choice(columns)
    value = moved(rng, row, column)
    alone = rng.random() < 0.4
    for other in [sheet] if alone else written.extraction():
        for candidate in other.rows:
            if same_cell(candidate, row):
                candidate[column] = value
        other.save()
    return f"{sheet.path.stem if alone else 'all'}, {row['study']} {row['outcome']} {row['arm']} {column}: {value}"


@kind
def extraction_remark_changed(rng: random.Random, written: Written) -> str | None:
    if not (sheet := filled(rng, written.extraction())):
        return None
    row = rng.choice(sheet.rows)
    row[rng.choice([column for column in ("source", "note") if column in sheet.columns])] = "Table 9"
    sheet.save()
    return f"{sheet.name}, {row['study']} {row['outcome']}"


@kind
def study_extracted(rng: random.Random, written: Written) -> str | None:
    """A new study, with the arms of one that is there."""
    if not (sheet := filled(rng, written.extraction())):
        return None
    model = rng.choice(sheet.rows)
    new = rng.choice(["Nash2023", "Opal2024", "Pike2025"])
    if new in written.studies():
        return None
    for other in written.extraction():
        rows = [row for row in other.rows if all(row[key] == model[key] for key in CELL[:3])]
        other.rows += [row | {"study": new, "mean": row.get("mean", "")} for row in rows]
        other.save()
    return f"{new} like {model['study']}, {model['outcome']}"


@kind
def extraction_row_deleted(rng: random.Random, written: Written) -> str | None:
    """One row of one extractor, or a result in all sheets."""
    if not (sheet := filled(rng, written.extraction())):
        return None
    row = rng.choice(sheet.rows)
    if rng.random() < 0.4:
        sheet.rows.remove(row)
        sheet.save()
        return f"{sheet.name}, {row['study']} {row['outcome']} {row['arm']}"
    for other in written.extraction():
        other.rows = [one for one in other.rows if any(one[key] != row[key] for key in CELL[:3])]
        other.save()
    return f"all, {row['study']} {row['outcome']}"


@kind
def extraction_rows_reordered(rng: random.Random, written: Written) -> str | None:
    if not (sheet := filled(rng, written.extraction())):
        return None
    rng.shuffle(sheet.rows)
    sheet.save()
    return sheet.name


@kind
def saved_by_a_spreadsheet_program(rng: random.Random, written: Written) -> str | None:
    """The same cells with a byte order mark and the line ends of Windows."""
    if not (sheet := filled(rng, written.sheets("**/*.csv"))):
        return None
    text = sheet.path.read_bytes().removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n")
    sheet.path.write_bytes(b"\xef\xbb\xbf" + text.replace(b"\n", b"\r\n"))
    return sheet.name


@kind
def cell_adjudicated(rng: random.Random, written: Written) -> str | None:
    if not (extracted := filled(rng, written.extraction())):
        return None
    sheet = written.sheet("extraction/adjudication.csv", *CELL, "column", "value", "adjudicator", "note")
    if sheet.rows and rng.random() < 0.5:
        row = rng.choice(sheet.rows)
        if rng.random() < 0.5:
            sheet.rows.remove(row)
            sheet.save()
            return f"{row['study']} {row['outcome']} {row['column']}: removed"
        row["value"] = moved(rng, {row["column"]: row["value"]}, row["column"])
        sheet.save()
        return f"{row['study']} {row['outcome']} {row['column']}: {row['value']}"
    row = rng.choice(extracted.rows)
    columns = [column for column in NUMBERS if row.get(column)]
    if not columns:
        return None
    column = rng.choice(columns)
    entry = {key: row[key] for key in CELL} | {"column": column}
    if any(same_cell(entry, one) and one["column"] == column for one in sheet.rows):
        return None
    sheet.rows.append(entry | {"value": moved(rng, row, column), "adjudicator": "EF", "note": "synthetic"})
    sheet.save()
    return f"{row['study']} {row['outcome']} {row['arm']} {column}: {sheet.rows[-1]['value']}"


@kind
def study_level_cell_changed(rng: random.Random, written: Written) -> str | None:
    if not (sheet := filled(rng, written.study_columns())):
        return None
    column = rng.choice([name for name in sheet.columns if name != "study"])
    row, other = rng.choice(sheet.rows), rng.choice(sheet.rows)
    alone = rng.random() < 0.3
    for one in [sheet] if alone else written.study_columns():
        for candidate in one.rows:
            if candidate["study"] == row["study"] and column in one.columns:
                candidate[column] = other[column]
        one.save()
    return f"{sheet.path.stem if alone else 'all'}, {row['study']} {column}: {other[column]!r}"


@kind
def study_level_column_added(rng: random.Random, written: Written) -> str | None:
    """A column with two levels in all sheets, which are made where there are none."""
    studies = written.studies()
    if not studies:
        return None
    level = {study: rng.choice(["long", "short"]) for study in studies}
    there = {column for sheet in written.study_columns() for column in sheet.columns}
    if not (names := [name for name in ("duration", "funding", "region") if name not in there]):
        return None
    name = rng.choice(names)
    for extracted in written.extraction():
        sheet = written.sheet(f"extraction/studies-{extracted.path.stem}.csv", "study")
        if not sheet.rows:
            sheet.rows = [{"study": study} for study in studies]
        sheet.columns.append(name)
        for row in sheet.rows:
            row[name] = level.get(row["study"], "long")
        sheet.save()
    return name


@kind
def judgement_changed(rng: random.Random, written: Written) -> str | None:
    if not (sheet := filled(rng, written.bias())):
        return None
    row = rng.choice(sheet.rows)
    if rng.random() < 0.2:
        sheet.rows.remove(row)
        sheet.save()
        return f"{sheet.name}, {row['study']} {row['domain']}: removed"
    row["judgement"] = rng.choice([word for word in ("low", "unclear", "high") if word != row["judgement"]])
    sheet.save()
    return f"{sheet.name}, {row['study']} {row['domain']}: {row['judgement']}"


@kind
def judgement_adjudicated(rng: random.Random, written: Written) -> str | None:
    if not (judged := filled(rng, written.bias())):
        return None
    sheet = written.sheet("risk_of_bias/adjudication.csv", *judged.columns, "adjudicator")
    if sheet.rows and rng.random() < 0.5:
        row = sheet.rows.pop(rng.randrange(len(sheet.rows)))
        sheet.save()
        return f"{row['study']} {row['domain']}: removed"
    row = rng.choice(judged.rows)
    if any(one["study"] == row["study"] and one["domain"] == row["domain"] for one in sheet.rows):
        return None
    judgement = rng.choice(["low", "unclear", "high"])
    sheet.rows.append(row | {"judgement": judgement, "adjudicator": "EF"})
    sheet.save()
    return f"{row['study']} {row['domain']}: {judgement}"


@kind
def certainty_rated(rng: random.Random, written: Written) -> str | None:
    outcomes = [outcome["id"] for outcome in written.outcomes]
    if not outcomes:
        return None
    sheet = written.sheet("certainty.csv", "outcome", "domain", "downgrade", "reason")
    if sheet.rows and rng.random() < 0.5:
        row = rng.choice(sheet.rows)
        if rng.random() < 0.5:
            sheet.rows.remove(row)
        else:
            row |= {"downgrade": "2" if row["downgrade"] == "1" else "1", "reason": "thought over"}
        sheet.save()
        return f"{row['outcome']} {row['domain']}: {row['downgrade']} or removed"
    outcome, domain = rng.choice(outcomes), rng.choice(GRADE)
    if any(row["outcome"] == outcome and row["domain"] == domain for row in sheet.rows):
        return None
    sheet.rows.append({"outcome": outcome, "domain": domain, "downgrade": "1", "reason": "synthetic"})
    sheet.save()
    return f"{outcome} {domain}: 1"


@kind
def sheet_deleted(rng: random.Random, written: Written) -> str | None:
    """A sheet that a review can do without."""
    names = ["studies.csv", "certainty.csv", "deduplication.csv", "excluded_before_screening.csv"]
    names += ["*/adjudication.csv", "*/*/adjudication.csv"]
    found = [sheet for name in names for sheet in written.sheets(name)]
    if not found:
        return None
    sheet = rng.choice(found)
    sheet.path.unlink()
    return sheet.name


@kind
def case_of_a_name_changed(rng: random.Random, written: Written) -> str | None:
    """One cell that names a study, an outcome, an arm or a time point, in capitals or with a space behind it."""
    if not (sheet := filled(rng, [*written.extraction(), *written.bias(), *written.study_columns()])):
        return None
    column = rng.choice([name for name in CELL if name in sheet.columns])
    rows = [row for row in sheet.rows if row[column]]
    if not rows:
        return None
    row = rng.choice(rows)
    old = row[column]
    row[column] = rng.choice([old.upper(), old.lower(), f"{old} "])
    sheet.save()
    return f"{sheet.name}, {column}: {old!r} to {row[column]!r}"


@kind
def study_renamed(rng: random.Random, written: Written) -> str | None:
    """In every sheet."""
    studies = written.studies()
    if not studies:
        return None
    old = rng.choice(studies)
    new = f"{old}b" if rng.random() < 0.5 else f"A{old}"
    for sheet in written.sheets("**/*.csv"):
        if "study" in sheet.columns:
            for row in sheet.rows:
                row["study"] = new if row["study"] == old else row["study"]
            sheet.save()
    return f"{old} to {new}"
