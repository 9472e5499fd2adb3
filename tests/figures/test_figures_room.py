"""Names of 80 characters in ten scripts, values of 1e5, one study to twelve: nothing overlaps or leaves a page that journals print."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

import tests.protocols
from evergreen.figures import outcome_figures, style
from evergreen.figures.setting import Drawn, Setting
from evergreen.synthesis import outcome as pooling
from evergreen.synthesis.result import Result
from tests.figures.figures_of_bcg import overlapping

NAMES = (
    "Maximiliane Oberhuber-Wasserfallen und Mitarbeitende der Universitätsklinik in Graz",
    "Αναστασία Παπαδοπούλου και συνεργάτες του Εθνικού Πανεπιστημίου των Αθηνών 2018",
    "Александра Константиновна Преображенская и соавторы, Новосибирский институт",
    "中国医学科学院北京协和医院类风湿免疫科多中心随机双盲安慰剂对照临床试验研究组第三阶段长期随访结果报告与分析二零一八年版本全文及附录",
    "骨粗鬆症患者におけるデノスマブの有効性と安全性に関する多施設共同無作為化二重盲検プラセボ対照試験研究班報告書",
    "대한민국 류마티스관절염 환자에서 데노수맙의 효과와 안전성을 평가하는 다기관 무작위 배정 이중맹검 연구",
    "การศึกษาแบบสุ่มและมีกลุ่มควบคุมในผู้ป่วยโรคข้ออักเสบรูมาตอยด์ในประเทศไทยหลายศูนย์ ๒๕๖๑",
    "दिल्ली अखिल भारतीय आयुर्विज्ञान संस्थान का यादृच्छिक नियंत्रित परीक्षण और दीर्घकालिक अनुवर्तन",
    "دراسة عشوائية متعددة المراكز لتقييم فعالية دينوسوماب لدى مرضى التهاب المفاصل الروماتويدي",
    "מחקר אקראי רב מרכזי להערכת היעילות והבטיחות של דנוסומאב בחולי דלקת מפרקים שגרונית",
)
SETTING = Setting(f"Change in the total score of {NAMES[4]}", intervention=NAMES[0], control=NAMES[2])


def result(studies: int) -> Result:
    """Mean differences of about 15,000 between means of about 100,000."""
    random = np.random.default_rng(1)
    rows = [
        {"study": f"{NAMES[i % 10]} {i}", "outcome": "x", "timepoint": "", "arm": group, "group": group, "n": str(20 + 37 * i % 300),
         "mean": f"{1e5 * (1 + 0.1 * random.normal() + shift):.2f}", "sd": "30000", "round": f"20{10 + i % 9}-12-31",
         "centre": NAMES[i % 10], "dose": str(1e5 * (1 + i % 7))}
        for i in range(studies)
        for group, shift in (("intervention", 0.0), ("control", 0.15))
    ]  # fmt: skip
    entry = tests.protocols.pooling(
        id="x", measure="MD", analysis={"test": "knha"}, subgroups=["centre"], moderators=["dose"]
    )
    return pooling.result(pd.DataFrame(rows), entry)


@pytest.mark.parametrize(("studies", "drawn"), [(1, 1), (2, 3), (12, 13)])
def test_nothing_overlaps_or_leaves_the_page(
    studies: int, drawn: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = Drawn(Figure(), pd.DataFrame())  # figures of rows are measured by themselves
    monkeypatch.setattr(outcome_figures, "forest", lambda *_, **__: rows)
    for name in ("living", "multiverse", "leave_one_out", "cumulative"):
        monkeypatch.setattr(outcome_figures.series, name, lambda *_: rows)
    known = 0
    with style.style():
        for plate in outcome_figures.plates(result(studies), SETTING):
            if plate.drawn is None or plate.drawn is rows:
                continue
            known += 1
            for page in (plate.drawn.pages[0], plate.drawn.pages[-1]):
                assert (page.get_size_inches() * 25.4 <= (178, 240)).all(), plate.name
                assert overlapping(Drawn(page, plate.drawn.numbers)) == [], plate.name
            assert plate.drawn.description, plate.name
    assert known == drawn
