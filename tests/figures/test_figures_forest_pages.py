"""Forest plots on paper: whatever the number of studies, the names and the numbers, nothing overlaps, is cut or leaves the page."""

from __future__ import annotations

import itertools
import re
import unicodedata
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from evergreen.bias.tools import ROB2
from evergreen.figures import forest, letters, scales, style
from evergreen.figures.axes import figure_with_axes, label_points, number_axis, told_apart
from evergreen.figures.canvas import HEIGHT, WIDTH
from evergreen.figures.forest_presets import PRESETS
from evergreen.figures.letters import Letters, Line
from evergreen.figures.names_above import Names
from evergreen.synthesis.result import Result
from tests.figures.figures_of_bcg import SETTING, bcg, overlapping
from tests.results import changed, left_out, model
from tests.results import result as result_of
from tests.results import study as study_of

MM = 72 / 25.4
# 80 characters in ten scripts.
LABELS = [
    "Randomised evaluation of a long-acting vaccine in primary care, second report (B)",
    "Ελεγχόμενη δοκιμή μακράς δράσης εμβολίου στην πρωτοβάθμια φροντίδα, δεύτερη φάση",
    "Рандомизированное исследование вакцины длительного действия в поликлиниках Сибир",
    "تجربة عشوائية مضبوطة للقاح طويل المفعول في الرعاية الصحية الأولية بالمراكز الريف",
    "ניסוי אקראי מבוקר של חיסון ארוך טווח במרפאות קהילתיות באזורים כפריים ובערים גדול",
    "प्राथमिक देखभाल में दीर्घकालिक टीके का यादृच्छिक नियंत्रित परीक्षण और दूसरी रिपोर्ट भाग",
    "การทดลองแบบสุ่มและมีกลุ่มควบคุมของวัคซีนออกฤทธิ์ยาวในเวชปฏิบัติปฐมภูมิรายงานฉบับ",
    "初级保健中长效疫苗的随机对照试验第二次报告以及农村诊所的长期随访结果和不良事件分析研究组" * 2,
    "プライマリケアにおける長時間作用型ワクチンのランダム化比較試験第二報および地方診療所での追跡",
    "일차 진료에서의 장기 지속형 백신에 대한 무작위 대조 시험 두 번째 보고서와 농촌 진료소 추적 관찰",
]  # fmt: skip
DOMAINS = {domain.id: "low" for domain in ROB2.domains}


def studies(k: int, *, labels: list[str] | None = None, scale: float = 1.0, **columns: str) -> list[Any]:
    """`k` studies by the trials of BCG; `labels` name them by turns, `scale` stretches their effects."""
    made = []
    for i in range(k):
        one = bcg().studies[i % 13] if i < 13 else made[i % 13]
        name = (
            f"{labels[i % len(labels)]} {i}"
            if labels
            else f"{bcg().studies[i % 13].study.split(' (')[0]} {1948 + i}"
        )
        made.append(
            changed(
                one, study=name, label=name, yi=one.yi * scale, ci_low=one.ci_low * scale, ci_high=one.ci_high * scale,
                weight=100 / k, columns={"group": f"Group {i * 10 // k}", **columns},
            )
        )  # fmt: skip
    return made


def of(made: list[Any], **keys: Any) -> Result:
    return changed(bcg(), studies=made, k=len(made), **keys)


def in_groups(k: int, **keys: Any) -> Result:
    part = model(
        k=k // 10,
        estimate=-0.5,
        ci_low=-0.9,
        ci_high=-0.1,
        Q=3.1,
        Q_df=4,
        Q_p=0.4,
        tau2=0.1,
        I2=20,
        statistic=2.1,
        p=0.04,
    )
    levels = {f"Group {i}": part for i in range(10)}
    return of(
        studies(k, **keys), subgroups={"group": levels, "tests": {"group": {"not_done": "not asked for"}}}
    )


def held(drawn: forest.Drawn, measured: slice = slice(None)) -> list[str]:
    """What is wrong with the pages of a figure: their size, and on those `measured` boxes that meet or are cut."""
    some = replace(drawn, figure=drawn.pages[measured][0], further=drawn.pages[measured][1:])
    wrong = [str(pair) for pair in overlapping(some, laid_out=True)]
    for page in drawn.pages:
        wide, high = page.get_size_inches() * 25.4
        if wide > 178 or high > 240:
            wrong.append(f"{wide:.0f} mm x {high:.0f} mm")
    return wrong


def lines_of(page: Figure) -> list[Line]:
    """The lines of text on a page."""
    return [
        line for child in page.axes[0].get_children() if isinstance(child, Letters) for line in child.lines
    ]


def shown_on(drawn: forest.Drawn) -> list[str]:
    return [line.text.replace("\u00a0", " ") for page in drawn.pages for line in lines_of(page)]


def unbroken(drawn: forest.Drawn, label: str) -> bool:
    """Whether every word of a label stands on one line, whole or up to a hyphen or a slash."""
    seen = {part for text in shown_on(drawn) for part in re.split(r"[\s]", text)}
    whole = set(label.split())
    return all(
        word in seen or all(part in seen for part in re.split(r"(?<=[-/])", word) if part) for word in whole
    )


@pytest.mark.parametrize("k", [1, 2, 13, 60, 200, 500])
def test_pages_hold_any_number_of_studies(k: int) -> None:
    result = of(studies(k))
    with style.style():
        drawn = forest.forest(result, SETTING)
    # the pages between the first and the last are alike: of many each fourth is measured
    assert held(drawn, slice(None, None, 4 if len(drawn.pages) > 4 else 1)) == []
    shown = shown_on(drawn)
    assert [text for text in shown if re.fullmatch(r"[A-Z].*? \d{4}", text)] == [
        one.label for one in result.studies
    ]
    assert len(drawn.pages) == {1: 1, 2: 1, 13: 1, 60: 2, 200: 5, 500: 11}[k]
    assert shown.count("Study") == shown.count("BCG vaccine") == len(drawn.pages), "heads stand on every page"
    assert sum("(page" in text for text in shown) == (len(drawn.pages) if len(drawn.pages) > 1 else 0)
    assert shown.count("Total (95% CI)") == 1


@pytest.mark.filterwarnings("ignore:.*missing from")  # glyphs that no font here has
@pytest.mark.parametrize("layout", list(PRESETS))
def test_labels_in_ten_scripts_are_broken_between_words(layout: str) -> None:
    result = of(studies(12, labels=LABELS, risk_of_bias=str(DOMAINS).replace("'", '"'), rob_overall="high"))
    setting = forest.Setting(
        "Tuberculosis", "lower", "Bacillus Calmette-Guérin at birth", "usual care", layout=layout, tool=ROB2
    )
    with style.style():
        drawn = forest.forest(result, setting)
        assert held(drawn) == []
    for label in LABELS[:6]:
        assert unbroken(drawn, label), label
    # no line begins with a mark that belongs to the letter before it
    assert not [text for text in shown_on(drawn) if unicodedata.category(text[0]) == "Mn"]


@pytest.mark.parametrize("k", [20, 80])
def test_ten_subgroups_have_their_names_on_every_page(k: int) -> None:
    with style.style():
        drawn = forest.forest(in_groups(k), SETTING, by="group")
    assert held(drawn) == []
    for page in drawn.pages:
        labels = [
            line.text for line in sorted(lines_of(page), key=lambda line: line.y) if line.x in (8.0, 14.0)
        ]
        rows = labels[labels.index("Study or subgroup") + 1 :]
        assert re.match(r"Group \d|Total", rows[0]), "the name of the subgroup stands above its studies"
        for above, below in itertools.pairwise(rows):
            assert not (below.startswith("Subtotal") and above.startswith("Group")), (
                "no subtotal stands without a study"
            )
            assert not re.fullmatch(r"Group \d", rows[-1]), "no name stands without a study"


@pytest.mark.parametrize("layout", list(PRESETS))
def test_small_and_large_ratios_are_read(layout: str) -> None:
    wide = [
        changed(one, yi=y, ci_low=y - 1.5, ci_high=y + 1.5)
        for one, y in zip(studies(7), (-6.9, -4, -2, 0, 2, 4, 6.9), strict=True)
    ]
    with style.style():
        drawn = forest.forest(of(wide), forest.Setting("Tuberculosis", "lower", layout=layout))
    shown = shown_on(drawn)
    assert {"0.0010", "992"} <= {text.replace("992.27", "992") for text in shown}
    limits = " ".join(shown).replace("–", " ").replace("to", "")
    assert "0.00022" in limits, "a ratio near 0 has two digits that count"
    assert "4447" in limits, "a large ratio has no decimals"
    assert held(drawn) == []


@pytest.mark.parametrize("layout", list(PRESETS))
def test_means_of_a_hundred_thousand_fit(layout: str) -> None:
    made = [
        study_of(
            f"Author {i} {1990 + i}", yi=-1e5 + i, vi=1e6, weight=10.0, ci_low=-1.2e5, ci_high=-8e4,
            arms={g: {"n": 12345.0, "mean": 123456.789 + i, "sd": 98765.432, "mean_baseline": 223456.78, "r": 0.5} for g in ("intervention", "control")},
        )
        for i in range(10)
    ]  # fmt: skip
    pooled = model(k=10, estimate=-1e5, ci_low=-1.1e5, ci_high=-9e4, tau2=4.4e7, Q=3, Q_df=9, Q_p=0.9)
    result = result_of(measure="MD", studies=made, model=pooled)
    with style.style():
        drawn = forest.forest(result, forest.Setting("Platelets", "higher", layout=layout, unit="per µL"))
    assert held(drawn) == []
    assert "−100000" in shown_on(drawn)


@pytest.mark.parametrize(
    ("sizes", "decimals"),
    [
        ([0.4, -1.2, 0.0], 2), ([0.03, 0.15], 2), ([0.03, -0.004], 3), ([2000.0, 3.0, 1500.0], 0), ([0.0, 0.0], 2), ([], 2),
        ([1e-5, -2.1e-5, 1.4e-5, 0.0032], 6), ([0.0021, 0.0008, 0.4], 4), ([0.3, 0.001, 0.2], 2), ([0.0, 0.0, 0.0, 0.4], 2), ([2e-7, 1e-7], 8),
    ],
)  # fmt: skip
def test_numbers_have_the_decimals_that_most_of_them_need(sizes: list[float], decimals: int) -> None:
    assert scales.effect_decimals(sizes) == decimals


def test_what_has_no_room_gives_way_and_is_named() -> None:
    arm = {"n": 123456.0, "mean": 123.45, "sd": 98.76}
    many = [
        changed(
            one,
            arms={"intervention": arm, "control": arm},
            columns={"risk_of_bias": str(DOMAINS).replace("'", '"'), "rob_overall": "low"},
        )
        for one in studies(3, labels=LABELS[:1])
    ]
    result = changed(bcg(), measure="MD", studies=many, left_out=[left_out("Z", reason="no numbers")])
    setting = forest.Setting("Pain", "lower", "Interventionsmaßnahmen", "Standardbehandlungen", tool=ROB2)
    with style.style():
        drawn = forest.forest(result, setting)
    assert held(drawn) == []
    assert re.findall(r"For lack of room .*?\.", " ".join(shown_on(drawn))) == [
        "For lack of room SD (Interventionsmaßnahmen) and SD (Standardbehandlungen) stand in the table of numbers beside this figure.",
        "For lack of room A, B, C, D, E, F and G (Risk of bias) stand in the risk-of-bias summary.",
    ]


def test_pages_are_files_of_their_own_and_one_pdf(tmp_path: Path) -> None:
    further = tmp_path / "further"
    further.mkdir()
    with style.style():
        drawn = forest.forest(of(studies(50)), SETTING)
        style.save_pages(drawn.pages, [tmp_path / "forest", further / "forest-2"], title="Forest plot")
    assert b"/Count 2" in (tmp_path / "forest.pdf").read_bytes()
    assert sorted(path.name for path in further.iterdir()) == ["forest-2.png", "forest-2.svg"]
    first, second = (path.read_text() for path in (tmp_path / "forest.svg", further / "forest-2.svg"))
    assert "<title>Forest plot (page 1 of 2)</title>" in first
    assert 'href="../../report/' in first
    assert 'href="../../../report/' in second, "pages behind the first lie a folder deeper"


@pytest.mark.parametrize(
    ("size", "dpi"), [(size, dpi) for size in (6.0, 6.5, 7.5, 8.0, 9.0) for dpi in (150, 200, 300)]
)
def test_no_letter_of_a_picture_is_cut(size: float, dpi: int) -> None:
    with style.style():
        for text in (
            LABELS[0],
            "WWWM mmm",
            "Heterogeneity: Tau² = 0.31 [0.12, 1.11]; Chi² = 152.23, df = 12",
        ):
            ink, _ = letters._stamp(text, size, False, False, dpi)
            assert not ink[:, -1].any()
            assert not ink[0].any()
            assert not ink[-1].any()


def test_page_size_is_that_of_two_columns() -> None:
    assert WIDTH <= 178 * MM
    assert HEIGHT <= 240 * MM


def test_small_numbers_of_groups_are_no_zeros() -> None:
    arm = {"n": 40.0, "mean": 0.00042, "sd": 0.00011}
    effect = {"yi": 0.0001, "ci_low": 0.0, "ci_high": 0.0002, "weight": 100.0}
    own = study_of("A", arms={"intervention": arm, "control": arm}, **effect)
    with style.style():
        shown = shown_on(forest.forest(result_of(studies=[own]), forest.Setting("Serum level")))
    assert {"0.00042", "0.00011"} <= set(shown)
    assert "0.00" not in shown


def test_people_of_several_rows_count_once_and_it_is_said() -> None:
    arms = {group: {"n": 50.0, "mean": 30.0, "sd": 9.0} for group in ("intervention", "control")}
    effect = {"yi": -5.0, "ci_low": -8.0, "ci_high": -2.0, "weight": 50.0}
    rows = [study_of("A", label=f"A ({time})", levels={"timepoint": time}, arms=arms, **effect) for time in ("4 weeks", "12 weeks")]  # fmt: skip
    note = "Totals count the participants of several rows of a study once."
    pooled = model(estimate=-5.0, ci_low=-8.0, ci_high=-2.0, k=2)
    with style.style():
        twice = shown_on(forest.forest(result_of(studies=rows, model=pooled), forest.Setting("Pain")))
        once = shown_on(forest.forest(result_of(studies=rows[:1], model=pooled), forest.Setting("Pain")))
    assert note in twice
    assert note not in once
    times = [
        changed(row, arms={group: {"events": 3.0, "person_time": 40.0} for group in row.arms}) for row in rows
    ]
    with style.style():
        rates = shown_on(
            forest.forest(result_of(measure="IRR", studies=times, model=pooled), forest.Setting("Pain"))
        )
    assert "Totals count the events and time at risk of several rows of a study once." in rates


def test_names_that_would_be_cut_to_the_same_are_not_written() -> None:
    long = "The International Collaborative Multicentre Randomised Placebo-Controlled Trial, Group "
    assert list(told_apart([long + "1", long + "2", "Lee 2004", "Lee 2004"])) == ["Lee 2004"]


@pytest.mark.parametrize(("layout", "total"), [("RevMan", "492.5"), ("JAMA", "60/492.5")])
def test_times_at_risk_add_up(layout: str, total: str) -> None:
    arm = {"events": 12.0, "person_time": 98.5}
    effect = {"yi": -0.1, "ci_low": -0.3, "ci_high": 0.1, "weight": 20.0}
    rows = [study_of(f"Falls {i}", arms={"intervention": arm, "control": arm}, **effect) for i in range(5)]
    pooled = model(estimate=-0.1, ci_low=-0.2, ci_high=0.0, k=5)
    with style.style():
        drawn = forest.forest(result_of(measure="IRD", studies=rows, model=pooled), forest.Setting("Falls", layout=layout))  # fmt: skip
    assert shown_on(drawn).count(total) == 2


@pytest.mark.parametrize(
    ("label", "many", "said"),
    [
        ("Effect", 30, ["4 of 30 named"]),
        ("Effect", 1, []),
        ("Precision (1 / standard error, with the variance tau²)", 30, ["4 of 30 named"]),
        ("Precision, a name that takes the whole length of the axis", 30, []),
    ],
)
def test_where_names_find_no_room_it_is_said(label: str, many: int, said: list[str]) -> None:
    with style.style():
        figure, axes = figure_with_axes(330, 225)
        number_axis(axes, label)
        names = [f"Study {i}" for i in range(many)]
        label_points(axes, [0.5] * many, [0.5] * many, names, range(many))
    assert [text.get_text() for text in axes.texts if "named" in text.get_text()] == said
    assert overlapping(forest.Drawn(figure, pd.DataFrame())) == []


def test_where_names_above_axes_find_no_room_it_is_said() -> None:
    places = [float(i) for i in range(40)]
    with style.style():
        _, axes = figure_with_axes(330, 225)
        axes.set_xlim(0, 40)
        number_axis(axes, "Effect")
        Names([f"Study {i}" for i in range(40)], places).draw(axes)
    assert [text.get_text() for text in axes.texts] == ["0 of 40 named"]


@pytest.mark.parametrize("others", [0, 17])
def test_points_that_lie_on_each_other_all_have_their_names(others: int) -> None:
    areas = [150.0, 60.0, 20.0] + [4.0] * others
    names = [f"Study {i}" for i in range(3 + others)]
    with style.style():
        figure, axes = figure_with_axes(330, 225)
        axes.set(xlim=(0, 1), ylim=(0, 1))
        x, y = [0.5] * 3 + [0.02] * others, [0.5] * 3 + [i / 20 for i in range(others)]
        label_points(axes, x, y, names, range(3 + others), areas=areas)
    written = {text.get_text() for text in axes.texts}
    assert {"Study 0", "Study 1", "Study 2"} <= written
    # outside of the largest circle, whose centre is theirs
    centre = axes.transData.transform((0.5, 0.5)) * 72 / figure.dpi
    for text in axes.texts:
        if text.get_text() in ("Study 0", "Study 1", "Study 2"):
            box = text.get_window_extent(FigureCanvasAgg(figure).get_renderer())
            nearest = np.clip(centre * figure.dpi / 72, box.p0, box.p1) * 72 / figure.dpi
            assert np.hypot(*(nearest - centre)) >= np.sqrt(150 / np.pi) - 0.5
    assert overlapping(forest.Drawn(figure, pd.DataFrame())) == []


def test_of_few_points_a_name_without_a_place_beside_its_own_stands_farther_away_on_a_line() -> None:
    near, walls = [0.49, 0.51], [([edge, edge], [0.0, 1.0]) for edge in (0.45, 0.5, 0.55)]
    for many, led in ((2, 2), (20, 0)):
        with style.style():
            figure, axes = figure_with_axes(330, 225)
            axes.set(xlim=(0, 1), ylim=(0, 1))
            names = [f"Takeuchi {2000 + i} (DESIRABLE)" for i in range(many)]
            x = [near[i % 2] for i in range(many)]
            label_points(axes, x, [0.04 + i * 0.04 for i in range(many)], names, range(many), lines=walls)
        assert len(axes.lines) == led
        assert sum("Takeuchi" in text.get_text() for text in axes.texts) == led
        assert overlapping(forest.Drawn(figure, pd.DataFrame())) == []


def test_no_name_is_written_over_the_line_to_another() -> None:
    for seed in (30, 55):
        random = np.random.default_rng(seed)
        x, y = random.normal(-6, 2.5, 13), random.uniform(2, 3.4, 13)
        with style.style():
            figure, axes = figure_with_axes(300, 225, title="T")
            axes.set(xlim=(x.min() - 1, x.max() + 1), ylim=(y.max() + 0.3, 0))
            label_points(axes, x, y, [f"Study{i} 2009 (12 weeks)" for i in range(13)], range(13))
        renderer = FigureCanvasAgg(figure).get_renderer()
        written = [
            text.get_window_extent(renderer).padded(-2)
            for text in axes.texts
            if "named" not in text.get_text()
        ]
        lines = [line.get_transform().transform(np.asarray(line.get_xydata())) for line in axes.lines]
        ways = [
            place
            for start, end in lines
            for place in start + np.linspace(0, 0.95, 60)[:, None] * (end - start)
        ]
        assert lines
        assert not any(box.contains(*place) for box in written for place in ways)
