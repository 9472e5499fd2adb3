"""Fail when tests on reference data were skipped although the data is there (called by .ci/run)."""

import os
import sys
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parents[1]
folder = Path(os.environ.get("EVERGREEN_SHARED", ROOT.parent / "shared"))
skipped = [
    f"{case.get('classname')}.{case.get('name')}: {reason.get('message')}"
    for case in ElementTree.parse(sys.argv[1]).iter("testcase")
    for reason in case.iter("skipped")
]
absent = [line for line in skipped if "reference data absent" in line]
if absent and (folder / "data").is_dir():
    sys.exit("\n".join(["Skipped although the reference data is there:", *absent]))
print(f"{len(skipped)} tests skipped, none for reference data that is there")
