"""What databases and programs write where they have nothing: `[Not Available].`, `[No abstract available]`, `NA`."""

from __future__ import annotations

import re
from functools import lru_cache

_LONGEST = 50
_ABSENT = re.compile(
    r"[\W_]*(?:(?:title|abstract|authors?(?: names?)?)?\W*(?:is |are )?(?:not|un) ?(?:available|provided|specified)"
    r"|(?:there is )?no (?:(?:document )?title|abstract|summary|author(?:s|'s)?(?: name| id)?s?)\W*(?:is |are )?(?:available|provided|supplied|found|given|listed|present)?"
    r"|(?:resumen |resumo )?n[oã]o? (?:est[aá] )?(?:disponible|dispon[ií]vel)|s(?:in|em) (?:resum(?:en|o)|autor(?:es)?|t[ií]tulo)"
    r"|kein(?:e)? (?:abstract|zusammenfassung)(?: (?:verf[uü]gbar|vorhanden))?|(?:pas de )?r[eé]sum[eé](?: non)? disponible"
    r"|n/a|null|none|(?-i:NaN|nan|NA)|blank)?[\W_]*",
    re.IGNORECASE,
)


def absent(text: str) -> bool:
    """Whether `text` says that there is none, or nothing."""
    # Numbers, which nearly all short values end with, say something.
    return len(text) <= _LONGEST and not text[-1:].isdigit() and _says_so(text)


@lru_cache(maxsize=1 << 14)
def _says_so(text: str) -> bool:
    return bool(_ABSENT.fullmatch(text))
