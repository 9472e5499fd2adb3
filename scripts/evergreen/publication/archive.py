"""The package as a ZIP: equal content gives the same bytes, wherever and whenever it is packed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from stat import S_IFDIR, S_IFREG
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from evergreen.tables import replaced

EARLIEST = (1980, 1, 1, 0, 0, 0)  # what a ZIP can say at least
UNIX = 3
LEVEL = 6


def write(files: Mapping[str, Path | bytes], path: Path) -> None:
    """Write files, by their path in the archive, in the order of their paths; only whether one can be run is kept of its mode."""
    with replaced(path) as draft, ZipFile(draft, "w", ZIP_DEFLATED, compresslevel=LEVEL) as archive:
        for name, source in sorted(files.items()):
            runs = name.endswith("/") or (isinstance(source, Path) and bool(source.stat().st_mode & 0o100))
            member = ZipInfo(name, EARLIEST)
            member.compress_type, member.create_system = ZIP_DEFLATED, UNIX
            kind = S_IFDIR if name.endswith("/") else S_IFREG
            member.external_attr = (kind | (0o755 if runs else 0o644)) << 16
            archive.writestr(member, source if isinstance(source, bytes) else source.read_bytes())
