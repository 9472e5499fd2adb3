"""JSON of ClinicalTrials.gov (second version of its API): one study, a list of studies, pages of `studies`, and several of these in one file."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Any

from evergreen.records.formats.block import CUT, Block, Blocks, Remark
from evergreen.records.registers import entry_url, registry_ids

NAME = "ClinicalTrials.gov JSON"
FIELDS: dict[str, tuple[str, ...]] = {
    "title": ("identificationModule.briefTitle", "identificationModule.officialTitle"),
    "abstract": ("descriptionModule.briefSummary", "descriptionModule.detailedDescription"),
    "groups": ("sponsorCollaboratorsModule.leadSponsor.name",),
    "year": (
        "statusModule.studyFirstPostDateStruct.date", "statusModule.studyFirstSubmitDate", "statusModule.startDateStruct.date",
    ),
    "registry_within": (
        "identificationModule.nctId", "identificationModule.nctIdAliases", "identificationModule.orgStudyIdInfo.id",
        "identificationModule.secondaryIdInfos.id",
    ),
    "publication_types": ("document type",),
    "mesh_terms": ("conditionBrowseModule.meshes.term", "interventionBrowseModule.meshes.term"),
    "keywords": ("conditionsModule.conditions", "conditionsModule.keywords", "armsInterventionsModule.interventions.name"),
    "url": ("url",),
    "accession": ("identificationModule.nctId",),
}  # fmt: skip
_STUDY = "protocolSection"
_NOT_KEPT = frozenset(("contactsLocationsModule", "referencesModule", "ancestors", "browseLeaves", "browseBranches"))  # fmt: skip
"""Sites, contacts and literature (whose PMIDs are other records), and all that MeSH has above a term."""
ENVELOPE = re.compile(r'[\[\]{},\s]*(?:"(?:studies|nextPageToken|totalCount)"\s*:[^{}]*)?[\[\]{},\s]*')
"""Lines of a list or page around its studies."""
_VALUE = r'\s*"\w+"\s*:\s*(?:"[^"]*"|\w+)\s*'
_PAGE = re.compile(rf'\{{(?:{_VALUE},)*\s*"studies"\s*:\s*(?=\[)')
_END_OF_PAGE = re.compile(rf"\s*(?:,{_VALUE})*\}}")
_GAP = re.compile(r"[\s,]*")
NEXT_PAGE = "the page names a next one (nextPageToken), which is not in the file: studies may be missing"


def recognise(lines: Sequence[str]) -> bool:
    """Whether `lines` begin as JSON does and name the section that every study has, or are a page of studies."""
    head = "\n".join(lines).lstrip()
    return bool(_PAGE.match(head)) or (bool(re.match(r'[\[{][\s\[{]*"', head)) and f'"{_STUDY}"' in head)


def cut_off(last: Sequence[str], _ended: bool) -> bool:
    """Whether the file stops before its last bracket is closed; of its last lines."""
    return not "\n".join(last).rstrip().endswith(("}", "]"))


def read(lines: Sequence[str]) -> Blocks:
    """Blocks of the studies in `lines`, a field per path within their sections."""
    out = Blocks()
    text = "\n".join(lines)
    starts = [0, *accumulate(len(line) + 1 for line in lines)]
    found = _Found()
    try:
        for begin, end, study in found.studies(text):
            block = Block(bisect_right(starts, begin), bisect_right(starts, end - 1))
            _fill(block, study)
            if block.fields:
                out.blocks.append(block)
            else:
                for number in range(block.line, block.line_end + 1):
                    out.lose(number, lines[number - 1], "no study: it has no section on its protocol")
    except json.JSONDecodeError as error:
        problem = f"the file is not well-formed JSON ({error.msg})"
        if not text[error.pos :].strip() or cut_off(lines[-1:], True):
            problem = "the file ends inside a record: it was cut off"
        out.refuse(min(bisect_right(starts, error.pos), len(lines)), problem, "Export or copy it again.")
    if found.pages and not found.last:
        out.remarks.append(Remark(len(lines), CUT, NEXT_PAGE))
    return out


class _Found:
    """The studies of a text; how many pages it holds, and whether one of them is the last of a search."""

    def __init__(self) -> None:
        self.pages = 0
        self.last = False

    def studies(self, text: str) -> Iterator[tuple[int, int, Any]]:
        """(where it begins, where it ends, study) for each, in lists or not. What stands behind the JSON is left.

        Raises JSONDecodeError.
        """
        decode = json.JSONDecoder(strict=False).raw_decode  # with line ends within texts
        at = _past_gap(text, 0)
        while at < len(text) and text[at] in "[{":
            page = _PAGE.match(text, at)
            at = page.end() if page else at
            if text[at] == "{":
                study, end = decode(text, at)
                yield at, end, study
            else:
                end = _past_gap(text, at + 1)
                while text[end : end + 1] != "]":
                    at = end
                    study, end = decode(text, at)
                    yield at, end, study
                    end = _past_gap(text, end)
                end += 1
            if page:
                closed = _END_OF_PAGE.match(text, end)
                if closed is None:
                    raise json.JSONDecodeError("Expecting the end of a page", text, len(text.rstrip()))
                self.pages += 1
                self.last |= '"nextPageToken"' not in page[0] + closed[0]
                end = closed.end()
            at = _past_gap(text, end)


def _past_gap(text: str, at: int) -> int:
    found = _GAP.match(text, at)
    return found.end() if found else at


def _fill(block: Block, study: Any) -> None:
    """The fields of a study: all of its protocol, and the MeSH terms that the register derives."""
    if not isinstance(study, dict) or not isinstance(study.get(_STUDY), dict):
        return
    derived = study.get("derivedSection")
    for section in (study[_STUDY], derived if isinstance(derived, dict) else {}):
        for module in (one for one in section if one not in _NOT_KEPT and one != "miscInfoModule"):
            _flatten(section[module], module, block)
    number = next((value for name, value in block.fields if name == "identificationModule.nctId"), "")
    if url := entry_url(number):
        block.append("url", url)
    block.append("document type", "Trial registry record (ClinicalTrials.gov)")


def _flatten(value: Any, path: str, block: Block) -> None:
    if isinstance(value, dict):
        if (
            value.get("type") == "REGISTRY"
            and "domain" in value
            and not registry_ids(str(value.get("id", "")))
        ):
            value = {**value, "id": f"{value['domain']} {value.get('id', '')}"}
        for name in (one for one in value if one not in _NOT_KEPT):
            _flatten(value[name], f"{path}.{name}", block)
    elif isinstance(value, list):
        for one in value:
            _flatten(one, path, block)
    elif value is not None and value != "":
        block.append(path, str(value))
