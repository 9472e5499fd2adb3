"""The bundled review: from search to report, against numbers from outside this project."""

from __future__ import annotations

import csv
import html
import math
import re
from collections import Counter
from pathlib import Path

import lxml.html
import pytest
from docx import Document
from openpyxl import load_workbook

from evergreen import tables
from evergreen.synthesis.result.trail_places import place_of
from tests.chromium import AXE, PAPERS, findings_of_axe, open_browser, shown, words_printed
from tests.workflow.runs import ROOT, Run, copy_of, snakemake

__all__ = ["open_browser"]
pytestmark = [pytest.mark.workflow, pytest.mark.xdist_group("bundled")]
# Pooled once by hand with metafor's conventions (random effects, DerSimonian-Laird, Wald): estimate, low, high.
PROTOCOL = "config/config.yaml"
BY_HAND = {
    "any_ae": (1.010, 0.951, 1.071),
    "serious_ae": (1.004, 0.543, 1.860),
    "erosion": (-0.662, -0.970, -0.354),
    "mtss": (-0.751, -1.221, -0.281),
}


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> tuple[Path, Run]:
    """The bundled review pooled as it was by hand, in a directory of its own."""
    review = copy_of(ROOT, tmp_path_factory.mktemp("bundled") / "review")
    path = review / "config/config.yaml"
    path.write_text(path.read_text().replace("tau2: REML, test: auto", "tau2: DL, test: z"))
    done = snakemake(review)
    assert done.status == 0, done.output
    return review, done


@pytest.mark.parametrize("outcome", BY_HAND)
def test_pooled_effects_are_those_computed_by_hand(run, outcome):
    model = tables.read_json(run[0] / f"results/synthesis/{outcome}.json")["model"]
    shown = [
        math.exp(model[key]) if outcome.endswith("ae") else model[key]
        for key in ("estimate", "ci_low", "ci_high")
    ]
    assert shown == pytest.approx(BY_HAND[outcome], abs=6e-4)
    findings = tables.read_table(run[0] / "results/report/summary_of_findings.csv").set_index("outcome")
    said = findings.loc[outcome, ["effect", "effect_low", "effect_high"]].astype(float)
    assert said.tolist() == pytest.approx(shown, rel=1e-12)


def text_of(page: Path) -> str:
    """What people read of a page."""
    return html.unescape(re.sub(r"<[^>]+>", "", page.read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def read(run) -> dict[str, str]:
    """What people read: text of the report, of its Word document, and of the pages on the updates."""
    report = run[0] / "results/report"
    word = Document(str(report / "review.docx"))
    cells = [cell.text for table in word.tables for row in table.rows for cell in row.cells]
    return {
        "report": text_of(report / "index.html"),
        "summary of findings": text_of(report / "summary_of_findings.html"),
        "word": "\n".join([*(part.text for part in word.paragraphs), *cells]),
        "changes": "\n".join(path.read_text(encoding="utf-8") for path in (report / "changes").glob("*.md")),
        "pages of changes": "\n".join(map(text_of, (report / "changes").glob("*.html"))),
    }


@pytest.mark.parametrize("outcome", BY_HAND)
def test_every_place_shows_the_same_numbers(run, read, outcome):
    """In the table of every place the effect stands as it was computed by hand, with the same decimals as in the figure."""
    estimate, low, high = (f"{value:.2f}".replace("-", "\N{MINUS SIGN}") for value in BY_HAND[outcome])
    told = f"{'RR' if outcome.endswith('ae') else 'MD'} {estimate} ({low} to {high})"
    for place, text in read.items():
        assert told in text.replace("\N{NO-BREAK SPACE}", " "), place
    folder = run[0] / f"results/figures/{outcome}"
    drawn = re.findall(r"<text[^>]*>([^<]*)</text>", (folder / "forest.svg").read_text(encoding="utf-8"))
    at = drawn.index(f"[{low},")
    assert (drawn[at - 1], drawn[at + 1]) == (estimate, f"{high}]")
    total = tables.read_table(folder / "forest.csv").query("row == 'total'").iloc[0]
    shown = [f"{float(total[name]):.3f}" for name in ("effect", "ci_low", "ci_high")]
    assert list(map(float, shown)) == pytest.approx(BY_HAND[outcome], abs=1.5e-3)


def test_every_reader_sees_the_same_label_of_a_study(run, read):
    """Its name in the sheets stands in a column that is called so, and nowhere else."""
    results = run[0] / "results"
    book = load_workbook(results / "report/tables.xlsx", read_only=True)
    seen = read | {
        "workbook": "\n".join(str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row),
        **{path.stem: text_of(path) for path in [*results.glob("figures/*/forest.svg"), *results.glob("figures/*/summary.*")] if path.suffix in (".svg", ".csv")},
        **{path.name: "\n".join(cell.text for table in Document(str(path)).tables for row in table.rows for cell in row.cells)
           for path in results.glob("report/changes/*.docx")},
    }  # fmt: skip
    listed = tables.read_table(results / "screening/studies.csv")
    labels = dict(zip(listed["study"], listed["report_name"], strict=True))
    told = {study: called for study, called in labels.items() if called.replace(" ", "") == study}
    assert len(told) >= 2
    everywhere = ("report", "word", "workbook", "summary", "changes", "pages of changes")
    for study, called in told.items():
        assert [place for place in everywhere if called not in seen[place]] == []
        rows = len(listed.loc[listed["study"].eq(study), "work_ids"].item().split("; "))
        found = {place: text.count(study) for place, text in seen.items() if study in text}
        assert found == {"report": rows, "workbook": rows}


def test_the_numbers_in_the_text_are_those_of_the_list(run, read):
    """In page and Word document: the reference with the number has the words of the item of that place in CSL-JSON, and is of what is cited."""
    report = run[0] / "results/report"
    items = tables.read_json(report / "references.json")
    tree = lxml.html.parse(report / "index.html").getroot()
    shown: dict[int, str] = {}
    for table in tree.iter("table"):
        heads = [head.text_content() for head in table.iter("th")]
        if "No." in heads:
            for row in table.xpath("tbody/tr"):
                shown[int(row[heads.index("No.")].text_content())] = row.text_content()
    assert sorted(shown) == list(range(1, len(items) + 1))
    assert all(items[number - 1]["title"].rstrip(".?") in said for number, said in shown.items())
    word = read["word"]
    for text in (read["report"], word):
        (added,) = set(re.findall(r"Iwamoto 2022 \[(\d+)\N{EN DASH}(\d+)\] and So 2021 \[(\d+)\]", text))
        first, last, so = map(int, added)
        listed = tables.read_table(run[0] / "results/screening/studies.csv").set_index("study")["work_ids"]
        works = [items[number - 1]["id"] for number in range(first, last + 1)]
        assert sorted(works) == sorted(listed["Iwamoto2022"].split("; "))
        assert items[so - 1]["id"] == listed["So2021"]
        (grade,) = set(re.findall(r"rated with GRADE \[(\d+)\]", text))
        assert items[int(grade) - 1]["id"] == "method:grade"


@pytest.mark.parametrize("outcome", ["das28"])
def test_what_cannot_be_pooled_is_said_and_drawn(run, outcome):
    result = tables.read_json(run[0] / f"results/synthesis/{outcome}.json")
    assert result["model"] is None
    assert result["left_out"]
    assert all(item["reason"] for item in result["left_out"])
    assert (run[0] / f"results/figures/{outcome}/forest.svg").is_file()
    assert "Not pooled" in (run[0] / f"results/figures/{outcome}/forest.svg").read_text()


def test_every_hit_is_accounted_for(run):
    counts = tables.read_json(run[0] / "results/prisma/counts.json")
    hits = sum(
        tables.read_json(path)["hits"] for path in (run[0] / "results/records/rounds").rglob("*.counts.json")
    )
    assert hits == counts["total"]["database_results"] + counts["total"]["seen_before"]
    clusters = tables.read_table(run[0] / "results/deduplication/clusters.csv")
    assert len(clusters) == counts["total"]["database_results"]
    assert counts["total"]["total_studies"] == 6


def cells_of(path: Path) -> list[dict[str, str]]:
    """The rows of a person's sheet, as anybody reads a CSV; the first is row 2."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_number_has_a_trail_to_a_cell_and_a_search(run):
    """From every study's effect, and so from every pooled one, to what stands in a sheet, and to a record with its search and day."""
    trails = tables.read_table(run[0] / "results/provenance.parquet")
    sheets = {name: cells_of(run[0] / name) for name in trails["file"].unique() if name != PROTOCOL}
    audit = tables.read_table(run[0] / "results/deduplication/clusters.csv").set_index("record_id")
    counted = 0
    for path in sorted((run[0] / "results/synthesis").glob("*.json")):
        result = tables.read_json(path)
        of_outcome = trails[trails["outcome"] == path.stem]
        for study in [*result["studies"], *result["left_out"]]:
            own = of_outcome[of_outcome["label"] == study["label"]]
            assert len(own), (path.stem, study["label"])
            for group, arm in study["arms"].items():
                numbers = own[(own["group"] == group)].drop_duplicates(["arm", "number"])
                for name in ("n", "events"):
                    if arm.get(name) is not None:
                        assert (
                            numbers.loc[numbers["number"] == name, "value"].astype(float).sum() == arm[name]
                        )
                assert {name for name in ("n", "events", "mean", "sd") if arm.get(name) is not None} <= set(numbers["number"])  # fmt: skip
        pooled = [result["model"], *(view["model"] for view in result["rounds"].values())]
        labels = {study["label"] for study in result["studies"]}
        assert all(model is None or labels for model in pooled)
        for one in result["sensitivity"].values():
            assert set(one["labels"]) <= set(of_outcome["label"])
    for line in tables.rows(trails):
        if line["file"] == PROTOCOL:  # an assumption that no report gives
            assert line["column"] in (run[0] / PROTOCOL).read_text(encoding="utf-8")
            assert line["state"] == "imputed"
            continue
        cell = sheets[line["file"]][line["row"] - 2]
        assert (cell["study"], cell["outcome"]) == (line["study"], line["outcome"])
        if line["column"]:
            assert line["written"] == cell[line["column"]] or float(line["written"]) == float(cell[line["column"]])  # fmt: skip
            counted += 1
        found = re.findall(r" on (\d{4}-\d\d-\d\d) as (\S+) \(([^),]+)[^)]*\)", line["searches"])
        assert {(record, day) for day, record, _ in found} <= set(
            zip(audit.index, audit["round"], strict=True)
        )
        assert found
        assert all((run[0] / file).is_file() for _, _, file in found)
    assert counted > 150


def test_one_click_leads_from_the_report_and_from_a_forest_plot_to_the_trail(run):
    """Every link to a trail leads to a page that is there and to a place on it; every study of every outcome has one."""
    folder = run[0] / "results/report"
    clicked = {
        folder / name
        for name in re.findall(r'href="(provenance/[^"]+)"', (folder / "index.html").read_text())
    }
    for path in (run[0] / "results/synthesis").glob("*.json"):
        result = tables.read_json(path)
        drawn = run[0] / "results/figures" / path.stem / "forest.svg"
        led = {
            (drawn.parent / name).resolve()
            for name in re.findall(r'<a xlink:href="([^"]+)"', drawn.read_text())
        }
        page = folder / "provenance" / f"{path.stem}.html"
        places = {
            Path(f"{page}#{place_of(one['label'])}") for one in [*result["studies"], *result["left_out"]]
        }
        assert places <= clicked
        assert {Path(f"{page}#{place_of(one['label'])}") for one in result["studies"]} <= led <= clicked
        ids = set(re.findall(r'id="([^"]+)"', page.read_text(encoding="utf-8")))
        assert {place.name.partition("#")[2] for place in places} <= ids


def test_nothing_of_the_demonstration_is_left_open(run):
    assert tables.read_json(run[0] / "results/report/status.json") == []


def test_a_run_ends_with_a_summary(run):
    end = run[1].output[-2000:]
    assert "Nothing awaits anybody." in end
    assert "results/report/index.html" in end


def test_a_run_is_a_page_that_one_can_read(run):
    """A line a stage, and each of them with what it took; every step stands in the log."""
    lines = run[1].output.splitlines()
    assert len(lines) <= 40
    stages = [line.split()[0] for line in lines if re.fullmatch(r"  \w+ +\d+ steps? +[\w ]+", line)]
    assert sorted(stages) == sorted(
        path.stem for path in (ROOT / "rules").glob("*.smk") if path.stem != "common"
    )
    assert run[1].log.count("Finished jobid") > len(stages)


def test_the_report_is_one_file_with_its_figures(run):
    page = (run[0] / "results/report/index.html").read_text()
    assert page.count("<svg ") >= 10
    assert "It is not drawn here" not in page
    assert not re.search(r"<link|<img|<iframe|\bsrc=|@import|url\((?!#)", page)  # it fetches nothing
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert {*re.findall(r'href="#([^"]+)"', page), *re.findall(r"url\(#([^)]+)\)", page)} <= set(ids)
    numbers = {kind: [*map(int, re.findall(rf">{kind} (\d+)\. ", page))] for kind in ("Table", "Figure")}
    assert all(found == list(range(1, len(found) + 1)) and len(found) > 10 for found in numbers.values())
    assert "made for" in page
    assert "illustrative" in page


PAGES = [
    "report/index.html", "report/provenance/serious_ae.html", "prisma/flow.html", "search/search-log.html",
    "screening/title_abstract/AB.html", "screening/full_text/adjudication.html", "extraction/worklists/AB.html",
    "risk_of_bias/worklists/AB.html", "report/summary_of_findings.html", "report/changes/2020-12-31..2023-12-31.html",
]  # fmt: skip
PRINTED = [
    "report/index.html", "report/summary_of_findings.html", "report/changes/2020-12-31..2023-12-31.html", "search/search-log.html",
    "report/provenance/erosion.html",
]  # fmt: skip


@pytest.mark.browser
def test_axe_finds_nothing_on_any_page(run, open_browser):
    if not AXE.exists():
        pytest.skip("axe is not installed: npm install --no-save axe-core@4.14.1")
    browser, found = open_browser(), {}
    for page in PAGES:
        # On a phone's width what is pushed sideways has to be reached by keyboard; in the dark only colours differ.
        shown(browser, run[0] / "results" / page, width=390)
        found[page, "light"] = findings_of_axe(browser)
        shown(browser, run[0] / "results" / page, dark=True)
        found[page, "dark"] = findings_of_axe(browser, "cat.color")
    assert {place: said for place, said in found.items() if said} == {}


@pytest.mark.browser
def test_print_cuts_nothing_on_either_paper(run, open_browser):
    """Every word lies within the margins, and every letter and digit of the page is there, that of closed parts too."""
    browser = open_browser()
    for place in PRINTED:
        page = run[0] / "results" / place
        browser.get(page.as_uri())
        tree = lxml.html.document_fromstring(page.read_text(encoding="utf-8"))
        for unseen in tree.xpath(
            "//nav | //script | //style | //*[@class='skip'] | //svg//title | //svg//desc | //head"
        ):
            unseen.drop_tree()
        whole = Counter(filter(str.isalnum, tree.text_content()))
        for paper in PAPERS:
            words = words_printed(browser, *paper)
            assert len(words) > 1000
            assert whole - Counter(filter(str.isalnum, "".join(words))) == Counter(), place


def test_at_most_sixty_jobs(run):
    assert sum(run[1].rules.values()) <= 60


def test_snakemake_report_works(run):
    target = run[0] / "snakemake-report.zip"
    assert snakemake(run[0], "--report", str(target)).status == 0
    assert target.stat().st_size > 10_000


def edges(text: str) -> set[tuple[str, str]]:
    """Arrows of a mermaid diagram between the labels of its nodes; several may be chained by `&`."""
    names = dict(re.findall(r"(\w+)\[(\w+)\]", text))
    arrows = set()
    for line in text.splitlines():
        if "-->" in line:
            left, right = line.split("-->")
            ends = [
                [re.sub(r"\[.*?\]", "", name).strip() for name in side.split("&")] for side in (left, right)
            ]
            arrows |= {(names.get(a, a), names.get(b, b)) for a in ends[0] for b in ends[1]}
    return arrows


def test_the_readme_draws_the_workflow_as_it_is(run):
    drawn = (ROOT / "README.md").read_text().split("```mermaid")[1].split("```")[0]
    now = snakemake(run[0], "--rulegraph", "mermaid-js")
    assert edges(drawn) == edges(now.output)


def test_the_readme_shows_the_stages_as_they_are(run):
    """After a change of the picture: `cp results/figures/stages.svg docs/images/` of the bundled review."""
    drawn = (run[0] / "results/figures/stages.svg").read_bytes()
    assert (ROOT / "docs/images/stages.svg").read_bytes() == drawn
    assert "docs/images/stages.svg" in (ROOT / "README.md").read_text()


def test_an_untouched_checkout_keeps_the_bundled_sheets(run):
    for path in (ROOT / "config").rglob("*.csv"):
        copy = run[0] / "config" / path.relative_to(ROOT / "config")
        assert copy.read_bytes() == path.read_bytes()
