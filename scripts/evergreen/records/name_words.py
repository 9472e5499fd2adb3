"""Words and marks that stand beside the names of people: particles, suffixes, titles, initials, and what only groups are called."""

from __future__ import annotations

import re

GROUP = re.compile(
    r"\b(?:group|grp|investigators?|collaborat\w+|committee|consortium|network|society|association|team|trial(?:ists)?|study|"
    r"organi[sz]ation|institute|foundation|cent(?:er|re)s?|council|university|hospital|registry|program(?:me)?|alliance|"
    r"authors?|writers|staff|department|ministry|agency|inc|ltd|llc|gmbh|corporation|and company|pharma\w*|academy|college|commission|federation|administration|bureau|"
    r"task force|initiative|on behalf|grupo|gruppo|groupe|\w+gruppe|sociedade?|société|società|gesellschaft|in?stitut[eo]?|universi(?:dade?|té|tà|tät)|consorcio|"
    r"asociación|associação|arbeitsgemeinschaft)\b",
    re.IGNORECASE,
)
INITIALS = re.compile(r"[^\W\d_a-zß-öø-ÿ](?:[.\s-]*[^\W\d_a-zß-öø-ÿ]){0,3}\.?|(?:[^\W\d_]{1,2}\.[\s-]*)+")
SUFFIX = re.compile(r"(?:jr|sr|ii|iii|iv|2nd|3rd|4th)\.?", re.IGNORECASE)
PARTICLE = re.compile(
    "van|von|der|den|de|del|della|di|da|dos|das|du|la|le|el|al|bin|ibn|ten|ter|zu|zur|af|av", re.I
)
TITLE = re.compile(
    r"(?:M\.?D|Ph\.?D|M\.?Sc|M\.?S|B\.?Sc|M\.?P\.?H|D\.?Sc|R\.?N|M\.?B\.?B\.?S|D\.?Phil|Dr\.?P\.?H|D\.?O|Pharm\.?D|FRCP\w*|FRCS\w*|FACP|FACS)\.?"
)
"""A degree behind a whole name, as journals' pages write it; `MD` alone may be initials (`van den Berg, MD`)."""
NO_INITIALS = re.compile(r"[a-z]|^[A-Z.]{4,}$")
"""What a degree has that initials have not."""
AND_OTHERS = re.compile(r"(?<=\S)[\s,;]+et\.? al\.?$", re.IGNORECASE)
MARK_OF_PLACE = re.compile(
    r"\s*\[\d+(?:,\s?\d+)*\]|\s+\(\d{1,2}\)|\s*\((?:\d{6,}|(?:\d{4}-){3}\d{3}[\dX]|[^()]*[Oo][Rr][Cc][Ii][Dd][^()]*)\)"
    r"|(?:(?<=[a-z.])|(?<=\s[A-Z])|(?<=\s[A-Z]{2}))(?:\d{1,2}(?:,\d{1,2})*|[\u00b9\u00b2\u00b3\u2070-\u2079,]*[\u00b9\u00b2\u00b3\u2070-\u2079])[*†‡§¶#]*(?=\s*(?:[,;|]|$|and\s|&\s))"
)
"""Numbers behind a name: of its affiliation, ORCID, the number that a database gives it."""
