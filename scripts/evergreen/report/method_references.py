"""Where methods come from that a review names: beside the words for each its source, as CSL-JSON."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, eq=False)
class Method:
    """`words` find it where it is spoken of; `item` is its source."""

    words: re.Pattern[str]
    item: Mapping[str, Any]


def _article(
    id_: str, words: str, authors: str, title: str, journal: str, year: int, place: str, doi: str = ""
) -> Method:
    """`authors` as `Family GI; Family GI`, `place` as `volume(issue):pages`."""
    volume, issue, pages = re.fullmatch(r"(\d+)(?:\((.+?)\))?:(.+)", place).groups()  # type: ignore[union-attr]
    people = [name.rpartition(" ") for name in authors.split("; ")]
    item = {
        "id": f"method:{id_}",
        "type": "article-journal",
        "title": title,
        "author": [{"family": family, "given": given} for family, _, given in people],
        "container-title": journal,
        "issued": {"date-parts": [[year]]},
        "volume": volume,
        "issue": issue or "",
        "page": pages,
        "DOI": doi,
    }
    return Method(re.compile(words), {name: value for name, value in item.items() if value})


METHODS: Sequence[Method] = (
    _article("rob1", r"Cochrane risk-of-bias tool of 2011", "Higgins JPT; Altman DG; Gøtzsche PC; Jüni P; Moher D; Oxman AD; Savovic J; Schulz KF; Weeks L; Sterne JAC",
             "The Cochrane Collaboration's tool for assessing risk of bias in randomised trials", "BMJ", 2011, "343:d5928", "10.1136/bmj.d5928"),
    _article("rob2", r"\bRoB 2\b", "Sterne JAC; Savović J; Page MJ; Elbers RG; Blencowe NS; Boutron I; Cates CJ",
             "RoB 2: a revised tool for assessing risk of bias in randomised trials", "BMJ", 2019, "366:l4898", "10.1136/bmj.l4898"),
    _article("robins-i", r"\bROBINS-I\b", "Sterne JA; Hernán MA; Reeves BC; Savović J; Berkman ND; Viswanathan M; Henry D",
             "ROBINS-I: a tool for assessing risk of bias in non-randomised studies of interventions", "BMJ", 2016, "355:i4919", "10.1136/bmj.i4919"),
    _article("quadas-2", r"\bQUADAS-2\b", "Whiting PF; Rutjes AWS; Westwood ME; Mallett S; Deeks JJ; Reitsma JB; Leeflang MMG",
             "QUADAS-2: a revised tool for the quality assessment of diagnostic accuracy studies", "Ann Intern Med", 2011, "155(8):529-536",
             "10.7326/0003-4819-155-8-201110180-00009"),
    _article("reml", r"restricted maximum likelihood", "Viechtbauer W", "Bias and efficiency of meta-analytic variance estimators in the random-effects model",
             "J Educ Behav Stat", 2005, "30(3):261-293", "10.3102/10769986030003261"),
    _article("dl", r"DerSimonian(?:-| and )Laird", "DerSimonian R; Laird N", "Meta-analysis in clinical trials", "Control Clin Trials", 1986, "7(3):177-188",
             "10.1016/0197-2456(86)90046-2"),
    _article("pm", r"Paule(?:-| and )Mandel", "Paule RC; Mandel J", "Consensus values and weighting factors", "J Res Natl Bur Stand", 1982, "87(5):377-385",
             "10.6028/jres.087.022"),
    _article("q-profile", r"Q-profile", "Viechtbauer W", "Confidence intervals for the amount of heterogeneity in meta-analysis", "Stat Med", 2007,
             "26(1):37-52", "10.1002/sim.2514"),
    _article("i2", r"I²", "Higgins JPT; Thompson SG", "Quantifying heterogeneity in a meta-analysis", "Stat Med", 2002, "21(11):1539-1558", "10.1002/sim.1186"),
    _article("knha", r"Hartung(?:-| and )Knapp", "Hartung J; Knapp G", "A refined method for the meta-analysis of controlled clinical trials with binary outcome",
             "Stat Med", 2001, "20(24):3875-3889", "10.1002/sim.1009"),
    _article("prediction", r"Prediction intervals", "Higgins JPT; Thompson SG; Spiegelhalter DJ", "A re-evaluation of random-effects meta-analysis",
             "J R Stat Soc Ser A Stat Soc", 2009, "172(1):137-159", "10.1111/j.1467-985X.2008.00552.x"),
    _article("mh", r"Mantel-Haenszel", "Mantel N; Haenszel W", "Statistical aspects of the analysis of data from retrospective studies of disease",
             "J Natl Cancer Inst", 1959, "22(4):719-748", "10.1093/jnci/22.4.719"),
    _article("peto", r"Peto's method", "Yusuf S; Peto R; Lewis J; Collins R; Sleight P",
             "Beta blockade during and after myocardial infarction: an overview of the randomized trials", "Prog Cardiovasc Dis", 1985, "27(5):335-371",
             "10.1016/S0033-0620(85)80003-7"),
    _article("cr2", r"\(CR2\b", "Pustejovsky JE; Tipton E", "Small-sample methods for cluster-robust variance estimation and hypothesis testing in fixed effects models",
             "J Bus Econ Stat", 2018, "36(4):672-683", "10.1080/07350015.2016.1247004"),
    _article("egger", r"Egger's test", "Egger M; Davey Smith G; Schneider M; Minder C", "Bias in meta-analysis detected by a simple, graphical test", "BMJ",
             1997, "315(7109):629-634", "10.1136/bmj.315.7109.629"),
    _article("trim-fill", r"trim and fill", "Duval S; Tweedie R",
             "Trim and fill: a simple funnel-plot-based method of testing and adjusting for publication bias in meta-analysis", "Biometrics", 2000,
             "56(2):455-463", "10.1111/j.0006-341X.2000.00455.x"),
    _article("grade", r"\bGRADE\b", "Guyatt GH; Oxman AD; Vist GE; Kunz R; Falck-Ytter Y; Alonso-Coello P; Schünemann HJ",
             "GRADE: an emerging consensus on rating quality of evidence and strength of recommendations", "BMJ", 2008, "336(7650):924-926",
             "10.1136/bmj.39489.470347.AD"),
)  # fmt: skip
