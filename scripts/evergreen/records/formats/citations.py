"""Citations in one line (`Lancet. 375(9729):1875-84, 2010 May 29.`) taken apart."""

from __future__ import annotations

import re

_PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        # Embase.com: Endoscopic Ultrasound (2014) 3:3 (152-160). Date of Publication: 2014
        r"(?P<journal>.+?) \((?P<year>\d{4})\)\s*(?P<volume>[^:()\s]*)(?::(?P<issue>[^()]*?))?\s*(?:\((?P<pages>[^()]+)\))?(?:\.|$)",
        # Ovid Embase: Annals of Bone. Conference: Congress of Bone, 2020. Paris France. 79 (Suppl 1) (pp 12-13), 2020. Date of Publication: June 2020.
        r"(?P<journal>.+?)\.\s+(?:Conference:.*?\.\s+(?:Conference Publication:.*?\.\s+)?)?(?P<volume>[^\s().:]+)\s*(?:\((?P<issue>(?!pp?\b|no pag)[^()]*)\))?"
        r"\s*\((?:pp?\.?\s*(?P<pages>[^()]+)|no pagination)\),\s*(?P<year>\d{4})(?:\.|$)",
        # PubMed: Nature. 2021 Dec 21;1(2):10-11. doi: ...
        r"(?P<journal>.+?)\. (?P<year>\d{4})[^;:]*;(?P<volume>[^:(;]*)(?:\((?P<issue>[^()]*)\))?(?::(?P<pages>[^.;]+))?(?:\.|$)",
        # Ovid PsycINFO: Title. Vol.28(2), April 2015, pp. 103-106.
        r"(?P<journal>.+?)\.?\s+Vol\.?\s*(?P<volume>[^\s(),.]+)\s*(?:\((?P<issue>[^()]*)\))?,?\s*[^\d]*(?P<year>\d{4})[^,]*"
        r"(?:,\s*(?:pp\.?\s*)?(?P<pages>[^.]+?))?(?:\.|$)",
        # BVS (LILACS): Rev. bras. reumatol;50(3): 233-244, maio-jun. 2010. tab
        r"(?P<journal>[^;]+);\s*(?P<volume>[^\s:(;,]+)?\s*(?:\((?P<issue>[^()]*)\))?\s*:\s*(?P<pages>[^,]+),\s*(?P<rest>.*?\b(?P<year>\d{4})\b.*)",
        # Ovid: Lancet. 375(9729):1875-84, 2010 May 29.
        r"(?P<journal>.+?)\.\s+(?P<volume>[^\s:(]+)\s*(?:\((?P<issue>[^()]*)\))?\s*:\s*(?P<pages>[^,]+),\s*(?P<rest>.*?\b(?P<year>\d{4})\b.*)",
        # Ovid books: Editor(2015). Title. (pp. 103-106) ...
        r"[^()]*\((?P<year>\d{4})\)\.\s*(?P<journal>.+?)\.\s*(?:\(pp?\.\s*(?P<pages>[^()]+)\))?",
    )
)


def take_apart(citation: str) -> dict[str, str]:
    """`journal`, `year`, `volume`, `issue`, `pages` as far as `citation` has them in a known layout; else empty."""
    text = " ".join(citation.split())
    for pattern in _PATTERNS:
        if found := pattern.match(text):
            parts = {
                name: (value or "").strip(" .,;")
                for name, value in found.groupdict().items()
                if name != "rest"
            }
            return {name: value for name, value in parts.items() if value}
    return {}
