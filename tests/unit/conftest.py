"""Fixtures of several unit tests."""

import pytest


@pytest.fixture
def read(tmp_path):
    """Text or bytes of an export to (export, record table)."""
    # Not above: the process that only hands out tests reads this file too, and needs no pandas.
    from evergreen.records import formats
    from evergreen.records.rows import record_table

    def reader(content, name="export.txt", **options):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        export = formats.read(path, **options)
        return export, record_table(export.blocks, export.fields, str(path))

    return reader
