"""Strategies in the habits of the field's platforms: what PubMed is asked, or why not and where; and what they show as an export's.

The texts are of our own making; the languages are those that the platforms' help pages describe.
"""

from pathlib import Path
from typing import NamedTuple

import pytest

from evergreen.errors import InputError
from evergreen.search import lines, strategy
from tests.rows import each


class Sent(NamedTuple):
    """What PubMed is asked, and the hits that were written beside the lines."""

    query: str
    stated: tuple[int | None, ...] = ()


class Refused(NamedTuple):
    """The row that is named, and words of the sentence."""

    row: int
    said: str


BOTH = "(denosumab[tiab]) AND (arthritis[mh])"
STRATEGIES: dict[str, tuple[str, Sent | Refused]] = {
    # PubMed: one block
    "one row": ("denosumab[tiab] AND arthritis[mh]", Sent("denosumab[tiab] AND arthritis[mh]")),
    "block over rows": ("(denosumab[tiab] OR prolia[tiab])\nAND\n(arthritis[mh])\n", Sent("(denosumab[tiab] OR prolia[tiab]) AND (arthritis[mh])")),
    "phrase over two rows": ("denosumab[tiab] OR rheumatoid\narthritis[tiab]", Sent("denosumab[tiab] OR rheumatoid arthritis[tiab]")),
    "back-slashes at row ends": ("denosumab[tiab] OR \\\nprolia[tiab]", Sent("denosumab[tiab] OR prolia[tiab]")),
    "search details": ('"denosumab"[MeSH Terms] OR "denosumab"[All Fields]', Sent('"denosumab"[MeSH Terms] OR "denosumab"[All Fields]')),
    "untagged words with a number": ("interleukin 6 AND AMG 162", Sent("interleukin 6 AND AMG 162")),
    "a subheading and an index term without explosion": ('"Osteoporosis/drug therapy"[Mesh] OR osteoporosis[mesh:noexp]', Sent('"Osteoporosis/drug therapy"[Mesh] OR osteoporosis[mesh:noexp]')),
    "masks and other names with digits": ("N95 respirator[tiab] OR S100B[tiab] OR 5-fluorouracil[tiab]", Sent("N95 respirator[tiab] OR S100B[tiab] OR 5-fluorouracil[tiab]")),
    "small words inside a term": ("safety and efficacy[tiab] OR Journal of bone and mineral research[ta]", Sent("safety and efficacy[tiab] OR Journal of bone and mineral research[ta]")),
    "words that other platforms take for signs": ("next generation sequencing[tiab] OR limit of detection[tiab] OR same day surgery[tiab] OR HIV/AIDS[tiab]", Sent("next generation sequencing[tiab] OR limit of detection[tiab] OR same day surgery[tiab] OR HIV/AIDS[tiab]")),
    "signs and stars inside a term": ("diagnostic * [MeSH:noexp] OR Arthritis & rheumatology[ta] OR CD4+ T cells[tiab] OR and/or[tiab]", Sent("diagnostic * [MeSH:noexp] OR Arthritis & rheumatology[ta] OR CD4+ T cells[tiab] OR and/or[tiab]")),
    "other brackets, numbers and dots inside a term": ("25(OH)D[tiab] OR p.V600E[tiab] OR HLA-B*27[tiab] OR 1:100[uid] OR 10.1000/xyz.1[doi]", Sent("25(OH)D[tiab] OR p.V600E[tiab] OR HLA-B*27[tiab] OR 1:100[uid] OR 10.1000/xyz.1[doi]")),
    "apostrophes": ("Crohn’s disease[tiab] OR patients' choice[tiab]", Sent("Crohn's disease[tiab] OR patients' choice[tiab]")),
    # PubMed: numbering
    "1.": ("1. denosumab[tiab]\n2. arthritis[mh]\n3. 1 AND 2", Sent(BOTH)),
    "1. without a blank": ("1.denosumab[tiab]\n2.arthritis[mh]\n3.1 AND 2", Sent(BOTH)),
    "1)": ("1) denosumab[tiab]\n2) arthritis[mh]\n3) 1 AND 2", Sent(BOTH)),
    "(1)": ("(1) denosumab[tiab]\n(2) arthritis[mh]\n(3) (1) AND (2)", Sent("((denosumab[tiab])) AND ((arthritis[mh]))")),
    "[1]": ("[1] denosumab[tiab]\n[2] arthritis[mh]\n[3] [1] AND [2]", Sent("((denosumab[tiab])) AND ((arthritis[mh]))")),
    "# 1": ("# 1 denosumab[tiab]\n# 2 arthritis[mh]\n# 3 #1 AND #2", Sent(BOTH)),
    "S1 over rows": ("S1 denosumab[tiab] OR\n   prolia[tiab]\nS2 arthritis[mh]\nS3 S1 AND S2", Sent("(denosumab[tiab] OR prolia[tiab]) AND (arthritis[mh])")),
    "Line 1": ("Line 1: denosumab[tiab]\nLine 2: arthritis[mh]\nLine 3: Line 1 AND Line 2", Sent(BOTH)),
    "Step 1": ("Step 1: denosumab[tiab]\nStep 2: arthritis[mh]\nStep 3: Step 1 AND Step 2", Sent(BOTH)),
    "Query 1, among terms": ("Query 1: denosumab[tiab]\nQuery 2: query 1 AND english[la]", Sent("(denosumab[tiab]) AND english[la]")),
    "a word for lines that is a word": ("1. no 2 inhibitor[ti]\n2. step 1 study[ti]\n3. 1 AND 2", Sent("(no 2 inhibitor[ti]) AND (step 1 study[ti])")),
    "1 and a tab": ("1\tdenosumab[tiab]\n2\tarthritis[mh]\n3\t1 AND 2", Sent(BOTH)),
    "1 - ": ("1 – denosumab[tiab]\n2 – arthritis[mh]\n3 – 1 AND 2", Sent(BOTH)),
    "a number in a row of its own": ("1\ndenosumab[tiab]\n4,532\n2\narthritis[mh]\n120,000\n3\n#1 AND #2\n77", Sent(BOTH, (4532, 120000, 77))),
    "newest first": ("#3 #1 AND #2\n#2 arthritis[mh]\n#1 denosumab[tiab]", Sent(BOTH)),
    "numbers all in one row": ("(1) denosumab[tiab] (2) arthritis[mh] (3) (1) AND (2)", Refused(1, "inside a row")),
    "letters": ("A. denosumab[tiab]\nB. arthritis[mh]\nC. A AND B", Refused(2, "nothing joins")),
    "blanks in or / 1-2": ("1. a[ti]\n2. b[ti]\n3. OR / 1-2", Sent("((a[ti]) OR (b[ti]))")),
    "hits that would make thousands of a reference": ("1. a[ti] 12345\n2. b[ti] 300000\n3. 1 AND 2 500", Sent("(a[ti]) AND (b[ti])", (12345, 300000, 500))),
    "the mark of a list behind a line": ("1. a[ti];\n2. b[ti].\n3. 1 AND 2", Sent("(a[ti]) AND (b[ti])")),
    "PMIDs without a field": ("12345678 OR 23456789", Sent("12345678 OR 23456789")),
    "a hyphen for NOT": ("\"stroke\"[ti] -rat", Refused(1, "begins with a hyphen")),
    "Web of Science, newest first and numbered": ("# 2 #1 AND TI=(b) Indexes=SCI-EXPANDED\n# 1 TS=(a)", Refused(2, "Web of Science")),
    "Web of Science, fields behind": ("stroke (Topic) AND aspirin (Title)", Refused(1, "Web of Science")),
    "Dimensions": ("search publications in title_abstract_only for \"stroke\" return publications", Refused(1, "Dimensions")),
    "Dimensions, words near each other": ("\"heart failure\"~5 AND aspirin", Refused(1, "Dimensions")),
    "OpenAlex": ("title_and_abstract.search:stroke", Refused(1, "OpenAlex")),
    "Lucene without brackets": ("(title:stroke) AND aspirin", Refused(1, "Epistemonikos")),
    "ICTRP": ("stroke in Condition AND aspirin in Intervention", Refused(1, "ICTRP")),
    "a range with an en dash": ("1. a[ti]\n2. b[ti]\n3. c[ti]\n4. or/1–3", Sent("((a[ti]) OR (b[ti]) OR (c[ti]))")),
    "a range without its operator": ("1. a[ti]\n2. b[ti]\n3. #1-#2", Refused(3, "how lines are joined")),
    "a range in words": ("1. a[ti]\n2. b[ti]\n3. or/1 to 2", Refused(3, "or/1")),
    "a range and a term": ("1. a[ti]\n2. b[ti]\n3. or/1-2 AND english[la]", Sent("((a[ti]) OR (b[ti])) AND english[la]")),
    # PubMed: hits
    "hits behind a blank": ("1. denosumab[tiab] 4,532\n2. arthritis[mh] 120000\n3. 1 AND 2 77", Sent(BOTH, (4532, 120000, 77))),
    "hits in brackets": ("1. denosumab[tiab] (4532)\n2. arthritis[mh] [120,000]\n3. 1 AND 2 (77)", Sent(BOTH, (4532, 120000, 77))),
    "hits behind tabs": ("#1\tdenosumab[tiab]\t4532\n#2\tarthritis[mh]\t120000\n#3\t#1 AND #2\t77", Sent(BOTH, (4532, 120000, 77))),
    "hits in words": ("1. denosumab[tiab] - 4,532 results\n2. arthritis[mh] (n = 120000)\n3. 1 AND 2 Results: 77", Sent(BOTH, (4532, 120000, 77))),
    "hits behind leaders": ("1. denosumab[tiab] ........ 4.532\n2. arthritis[mh] = 120 000\n3. 1 AND 2 — 77", Sent(BOTH, (4532, 120000, 77))),
    "hits of one row": ("denosumab[tiab] 4,532", Sent("denosumab[tiab]", (4532,))),
    "hits behind words, in every line": ("1. denosumab 4532\n2. interleukin 6 12000\n3. 1 AND 2 77", Sent("(denosumab) AND (interleukin 6)", (4532, 12000, 77))),
    "hits before the query": ("#1\t4532\tdenosumab[tiab]\n#2\t120,000\tarthritis[mh]\n#3\t77\t#1 AND #2", Sent(BOTH, (4532, 120000, 77))),
    "a number that no database prints": ("1. denosumab[tiab] (1,20,000)\n2. arthritis[mh]", Refused(1, "no number of hits")),
    "a number that may be hits": ("1. denosumab[tiab] (4532)\n2. interleukin 6\n3. 1 AND 2", Refused(2, "may be hits")),
    "two references side by side": ("1. a[ti]\n2. b[ti]\n3. 1 2", Refused(3, "two lines")),
    "a range of dates is no hits": ('denosumab[tiab] AND "2010/01/01"[dp] : "3000"[dp]', Sent('denosumab[tiab] AND "2010/01/01"[dp] : "3000"[dp]')),
    # PubMed: history tables
    "PubMed's downloaded history": (
        'Search number,Query,Sort By,Filters,Search Details,Results,Time\n3,(#1) AND (#2),,,"(""a"") AND (""b"")",77,05:21:10\n'
        '2,arthritis[mh],,,"""arthritis""[MeSH Terms]","120,000",05:20:44\n1,denosumab[tiab],,,"""denosumab""[tiab]","4,532",05:20:10\n',
        Sent("((denosumab[tiab])) AND ((arthritis[mh]))", (4532, 120000, 77)),
    ),
    "PubMed's history with a filter": (
        'Search number,Query,Sort By,Filters,Search Details,Results,Time\n1,denosumab[tiab],Most Recent,English,x,77,05:21:10\n', Refused(2, "English"),
    ),
    "PubMed's history on the screen": ("Search\tActions\tDetails\tQuery\tResults\tTime\n#2\t\t\tSearch: #1 AND arthritis[mh] Sort by: Most Recent\t77\t05:21:10\n#1\t\t\tSearch: denosumab[tiab]\t4,532\t05:20:10", Sent("(denosumab[tiab]) AND arthritis[mh]", (4532, 77))),
    "PubMed's history on the screen, without its head": ("#2\t...\t>\tSearch: #1 AND arthritis[mh]\t77\t05:21:10\n#1\t...\t>\tSearch: denosumab[tiab]\t4,532\t05:20:10", Sent("(denosumab[tiab]) AND arthritis[mh]", (4532, 77))),
    "PubMed's old history": ("Search\tQuery\tItems found\tTime\n#2\tSearch #1 AND arthritis[mh]\t77\t05:21:10\n#1\tSearch denosumab[tiab]\t4532\t05:20:10", Sent("(denosumab[tiab]) AND arthritis[mh]", (4532, 77))),
    "a table with bars": ("| No. | Query | Results |\n|---|---|---|\n| 1 | denosumab[tiab] | 4,532 |\n| 2 | arthritis[mh] | 120,000 |\n| 3 | 1 AND 2 | 77 |", Sent(BOTH, (4532, 120000, 77))),
    "a table with marks for code and a column of notes": ("| # | Query | Results | Notes |\n|---|---|---|---|\n| 1 | `denosumab[tiab]` | 4,532 | - |\n| 2 | `arthritis[mh]` | 120,000 | - |\n| 3 | `#1 AND #2` | 77 | final |", Sent(BOTH, (4532, 120000, 77))),
    "a table without a number": ("Search terms;Hits\ndenosumab[tiab];4532\narthritis[mh];120000\n1 AND 2;77", Sent(BOTH, (4532, 120000, 77))),
    "filters behind a query": ("denosumab[tiab] Filters: English, Humans", Refused(1, "Filters:")),
    # PubMed: quotation marks, dashes, blanks
    "curly quotation marks": ("“bone loss”[tiab] OR „bone mass“[tiab] OR «bone density»[tiab] OR « bone age »[tiab]", Sent('"bone loss"[tiab] OR "bone mass"[tiab] OR "bone density"[tiab] OR "bone age"[tiab]')),
    "single quotation marks": ("‘bone loss’[tiab] OR 'bone mass'[tiab] OR ''bone age''[tiab]", Sent('"bone loss"[tiab] OR "bone mass"[tiab] OR "bone age"[tiab]')),
    "HTML": ("&quot;bone loss&quot;[tiab] OR bone &amp; joint[tiab]", Sent('"bone loss"[tiab] OR bone & joint[tiab]')),
    "an odd quotation mark": ('1. "bone loss[tiab]\n2. arthritis[mh]\n3. 1 AND 2', Refused(1, "quotation mark")),
    "an odd quotation mark in the second row of a line": ('1. "bone loss"[tiab] OR\n  "bone mass[tiab]\n2. arthritis[mh]', Refused(2, "quotation mark")),
    "an odd bracket": ("1. (denosumab[tiab] OR prolia[tiab]\n2. arthritis[mh]", Refused(1, "not closed")),
    "an odd closing bracket": ("1. denosumab[tiab]\n2. arthritis[mh])", Refused(2, "not opened")),
    "a square bracket": ("1. denosumab[tiab\n2. arthritis[mh]", Refused(1, "square bracket")),
    "dashes in words": ("anti‐resorptive[tiab] OR “RANK–ligand”[tiab]", Sent('anti-resorptive[tiab] OR "RANK-ligand"[tiab]')),
    "an en dash between years": ("denosumab[tiab] AND 2010–2020[dp]", Sent("denosumab[tiab] AND 2010:2020[dp]")),
    "dashes in dates": ('denosumab[tiab] AND ("2010-01-31"[Date - Publication] – "2020-12-31"[Date – Publication])', Sent('denosumab[tiab] AND ("2010/01/31"[Date - Publication] : "2020/12/31"[Date - Publication])')),
    "dashes between dates that each have their field": ("denosumab[tiab] AND 2010[dp]–2020[dp]", Sent("denosumab[tiab] AND 2010:2020[dp]")),
    "ISO dates with a colon": ("denosumab[tiab] AND 2010-01-31:2020-12-31[dp]", Sent("denosumab[tiab] AND 2010/01/31:2020/12/31[dp]")),
    "numbered comments in a block": ("# 1 the drug\n(denosumab[tiab])\n# 2 the disease\nAND arthritis[mh]", Sent("(denosumab[tiab]) AND arthritis[mh]")),
    "years without a field": ("denosumab[tiab] AND 2010-2020", Refused(1, "without a field")),
    "no date": ("denosumab[tiab] AND 2010-12[dp]", Refused(1, "no date")),
    "blanks that are none": ("denosumab[tiab]\u00a0AND\u200b\u2009arthritis[mh]", Sent("denosumab[tiab] AND arthritis[mh]")),
    # PubMed: comments
    "comments of all kinds": ("// drug\n-- by AB\n; note\n/* two\nrows */\n1. denosumab[tiab] # all names\n% disease\n2. arthritis[mh] // and joints\n=====\n3. 1 AND 2", Sent(BOTH)),
    "headings between lines": ("1. denosumab[tiab]\nDisease\n2. arthritis[mh]", Refused(2, "nothing joins")),
    "a heading in a line": ("1. Drug: denosumab[tiab]\n2. arthritis[mh]", Refused(1, "`Drug:`")),
    "a heading before a block": ("PubMed (MEDLINE)\ndenosumab[tiab]", Refused(2, "nothing joins")),
    "terms below one another": ("denosumab[tiab]\nprolia[tiab]", Refused(2, "nothing joins")),
    # PubMed: what it would misread
    "a field behind a bracket": ("1. (denosumab OR prolia)[tiab]\n2. arthritis[mh]", Refused(1, "behind a bracket")),
    "an operator too many": ("1. denosumab[tiab]\n2. #1 AND OR arthritis[mh]", Refused(2, "`OR` follows `AND`")),
    "an operator at the end": ("1. denosumab[tiab] OR\n2. arthritis[mh]", Refused(1, "ends with OR")),
    "an operator at the beginning": ("1. denosumab[tiab]\n2. AND arthritis[mh]", Refused(2, "begins with AND")),
    "small operators": ("denosumab or prolia", Refused(1, "no operator")),
    "signs for operators": ("denosumab[tiab] | prolia[tiab]", Refused(1, "no operator")),
    "other wildcards": ("1. random$[tiab]\n2. wom?n[tiab]", Refused(1, "Truncate")),
    "empty brackets": ("denosumab[tiab] AND ()", Refused(1, "nothing between")),
    # Other platforms
    "Ovid MEDLINE": ("1. denosumab.tw,kf.\n2. exp Arthritis, Rheumatoid/\n3. 1 and 2\n4. limit 3 to english language", Refused(1, "Ovid")),
    "Ovid's headings": ("1. denosumab[tiab]\n2. Osteoporosis/dt\n3. *Fractures, Bone/ or Bone Density/", Refused(2, "Ovid")),
    "Ovid's limits": ("1. denosumab[tiab]\n2. limit 1 to yr=\"2010 -Current\"", Refused(2, "Ovid")),
    "Ovid's duplicates": ("1. denosumab[tiab]\n2. remove duplicates from 1", Refused(2, "Ovid")),
    "Ovid Embase with history": ("#\tSearches\tResults\n1\texp denosumab/\t12034\n2\t(bone adj3 loss).ti,ab.\t23456\n3\t1 and 2\t77", Refused(2, "Ovid")),
    "Embase.com": ("#1 'denosumab'/exp OR denosumab:ti,ab,kw\n#2 'rheumatoid arthritis'/de\n#3 #1 AND #2 AND [english]/lim", Refused(1, "Embase.com")),
    "Cochrane Library": ("#1 MeSH descriptor: [Arthritis, Rheumatoid] explode all trees\n#2 (denosumab):ti,ab,kw (Word variations have been searched)\n#3 {AND #1-#2}", Refused(1, "Cochrane")),
    "Cochrane Library, short": ('#1 [mh "arthritis, rheumatoid"]\n#2 (bone NEXT loss):ti,ab\n#3 #1 and #2', Refused(1, "Cochrane")),
    "CINAHL": ('S1 (MH "Arthritis, Rheumatoid+")\nS2 TI denosumab OR AB denosumab\nS3 S1 AND S2', Refused(1, "EBSCO")),
    "CINAHL, words only": ("S1 TI ( bone N3 loss )\nS2 AB denosumab\nS3 S1 AND S2", Refused(1, "EBSCO")),
    "CINAHL with its history": ("#\tQuery\tLimiters/Expanders\tResults\nS2\tS1 AND TI bone\tExpanders - Apply equivalent subjects\t77\nS1\t(MH \"Denosumab\")\tSearch modes - Boolean/Phrase\t123", Refused(3, "EBSCO")),
    "Web of Science": ("# 1 TS=(denosumab OR prolia)\nIndexes=SCI-EXPANDED Timespan=All years\n# 2 TS=(bone NEAR/3 loss)\n# 3 #1 AND #2", Refused(1, "Web of Science")),
    "Scopus": ("TITLE-ABS-KEY ( denosumab W/3 bone ) AND ( LIMIT-TO ( LANGUAGE , \"English\" ) )", Refused(1, "Scopus")),
    "Scopus's NOT": ("denosumab[tiab] AND NOT mice[ti]", Refused(1, "Scopus")),
    "ProQuest": ('MESH.EXACT.EXPLODE("Arthritis, Rheumatoid") AND ti,ab(denosumab)', Refused(1, "ProQuest")),
    "ProQuest, words only": ("noft(denosumab NEAR/3 bone)", Refused(1, "ProQuest")),
    "LILACS": ('mh:"Denosumab" OR tw:(denosumab)', Refused(1, "LILACS")),
    "PsycNet": ("Any Field: denosumab AND Title: bone", Refused(1, "PsycNet")),
    "ClinicalTrials.gov": ("AREA[InterventionName]denosumab AND arthritis", Refused(1, "ClinicalTrials.gov")),
    "Google Scholar": ('allintitle: denosumab "bone loss"', Refused(1, "Google Scholar")),
    "Europe PMC": ('TITLE:"denosumab" AND SRC:MED', Refused(1, "Europe PMC")),
    "CNKI": ("SU='脑卒中' AND TI='阿司匹林'", Refused(1, "CNKI")),
    "Wanfang": ("题名:(脑卒中) AND 关键词:(阿司匹林)", Refused(1, "Wanfang")),
    "SinoMed": ('"脑卒中"[常用字段:智能]', Refused(1, "SinoMed")),
    "Global Index Medicus": ("kw:stroke AND ti:aspirin", Refused(1, "BVS")),
    "a bar within words": ("stroke|cva aspirin", Refused(1, "does not know")),
    "IEEE Xplore": ('("All Metadata":denosumab) AND ("Document Title":bone)', Refused(1, "IEEE")),
}  # fmt: skip


@each("name", STRATEGIES)
def test_a_strategy_is_read_right_or_refused_with_its_row(name: str) -> None:
    text, right = STRATEGIES[name]
    if isinstance(right, Refused):
        with pytest.raises(InputError, match=right.said) as caught:
            strategy.read(text, "s.txt")
        assert (caught.value.file, caught.value.row) == ("s.txt", right.row)
        assert caught.value.todo
    else:
        read = strategy.read(text, "s.txt")
        assert read.query == right.query
        assert tuple(line.stated for line in read.lines) == (right.stated or (None,) * len(read.lines))


EXPORTS: dict[str, tuple[str, list[tuple[str, str, int | None]]]] = {
    "Ovid": ("1. exp osteoporosis/\n2. denosumab.tw.\n3. 1 and 2 (439)", [("1", "exp osteoporosis/", None), ("2", "denosumab.tw.", None), ("3", "1 and 2", 439)]),
    "Ovid's history": ("#\tSearches\tResults\n1\texp denosumab/\t12034\n2\t(bone adj3 loss).ti,ab.\t23456\n3\t1 and 2\t77", [("1", "exp denosumab/", 12034), ("2", "(bone adj3 loss).ti,ab.", 23456), ("3", "1 and 2", 77)]),
    "Embase.com": ("#2 #1 AND [english]/lim 1,234\n#1 'denosumab'/exp OR denosumab:ti,ab,kw 4,532", [("1", "'denosumab'/exp OR denosumab:ti,ab,kw", 4532), ("2", "#1 AND [english]/lim", 1234)]),
    "Cochrane Library": ("#1\tMeSH descriptor: [Denosumab] explode all trees\t123\n#2\t(bone NEXT loss):ti,ab,kw\t4567\n#3\t#1 and #2\t12", [("1", "MeSH descriptor: [Denosumab] explode all trees", 123), ("2", "(bone NEXT loss):ti,ab,kw", 4567), ("3", "#1 and #2", 12)]),
    "CINAHL": ('S3 S1 AND S2 (77)\nS2 TI bone N3 loss (1,234)\nS1 (MH "Denosumab") (123)', [("1", '(MH "Denosumab")', 123), ("2", "TI bone N3 loss", 1234), ("3", "S1 AND S2", 77)]),
    "Scopus": ('TITLE-ABS-KEY ( denosumab W/3 bone ) AND ( LIMIT-TO ( LANGUAGE , "English" ) )\n1,234 document results', [("", 'TITLE-ABS-KEY ( denosumab W/3 bone ) AND ( LIMIT-TO ( LANGUAGE , "English" ) )', 1234)]),
}  # fmt: skip


@each("name", EXPORTS)
def test_a_strategy_of_an_export_has_its_lines_and_hits(name: str) -> None:
    text, expected = EXPORTS[name]
    assert [(line.number, line.text, line.hits) for line in lines.read(text).lines] == expected


@each("name", STRATEGIES)
def test_any_text_can_be_the_strategy_of_an_export(name: str) -> None:
    assert lines.read(STRATEGIES[name][0]).lines


PIECES = [
    "denosumab[tiab]", '"bone loss"[tiab]', "AND", "OR", "(", ")", "[", '"', "'", "“", "1", "#1", "S1", "or/1-2", "\n", "\t", "1. ", "2. ",
    "#2 ", "(3) ", "4,532", "|", ";", ",", "Query", "Results", "filter:nonsense", "limit: ", "# x", "–", "2010-2020[dp]", "exp x/", ":",
]  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_strategy_is_read_however_it_was_saved(encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "s.txt"
    path.write_bytes("1. “perte osseuse”[tiab]\r\n2. ostéoporose[tiab]\r\n3. 1 OR 2\r\n".encode(encoding))
    assert strategy.read_file(path).query == '("perte osseuse"[tiab]) OR (ostéoporose[tiab])'


@pytest.mark.parametrize(("raw", "said"), [(b" \n", "is empty"), (bytes(range(32)) * 20, "no text")])
def test_what_is_no_text_is_refused(raw: bytes, said: str, tmp_path: Path) -> None:
    path = tmp_path / "s.txt"
    path.write_bytes(raw)
    with pytest.raises(InputError, match=said):
        strategy.read_file(path)
