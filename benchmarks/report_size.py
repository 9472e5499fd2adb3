"""What the report of a large review weighs, what time and memory a browser takes to open it, and what it asks for besides itself.

    python benchmarks/report_size.py [--studies 500] [--outcomes 20] [--keep FOLDER]

The review is synthetic: its studies, people, numbers and judgements are drawn at random and mean nothing. It has what makes a report
long: a report of each study and as many excluded ones, eight columns on each study, seven judgements with their support, counts of two
arms for each outcome, three sensitivity analyses. The whole workflow runs once (minutes), then Chromium opens the page five times.
With `--keep` the review stays there, and a later call measures it again.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SNAKEMAKE = Path(sys.executable).with_name("snakemake")
OPENED = 5  # times that the page is opened; the median counts
GOALS = {
    "index.html (MB)": 8.0,
    "review.docx (MB)": 15.0,
    "report/ (MB)": 60.0,
    "opened (s)": 1.5,
    "browser (MB)": 500.0,
    "requests": 0.0,
}
DAY = "2024-12-31"
ROB = (
    "sequence_generation", "allocation_concealment", "blinding_participants", "blinding_assessment", "incomplete_data",
    "selective_reporting", "other_bias",
)  # fmt: skip
LEVELS = ("low", "unclear", "high")
ABOUT = (
    "design",
    "country",
    "setting",
    "population",
    "dose",
    "follow_up",
    "funding",
    "conflicts_of_interest",
)
WORDS = [
    "randomised",
    "double",
    "blind",
    "placebo",
    "controlled",
    "trial",
    "of",
    "a",
    "treatment",
    "in",
    "adults",
    "with",
    "moderate",
    "disease",
    "at",
    "many",
    "centres",
]


def main() -> None:
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("--studies", type=int, default=500)
    arguments.add_argument("--outcomes", type=int, default=20)
    arguments.add_argument("--keep", type=Path, help="folder of the review; measured again where it is there")
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        review = given.keep or Path(temporary) / "review"
        if not (review / "config").exists():
            write(review, given.studies, given.outcomes)
        start = time.perf_counter()
        command = [
            str(SNAKEMAKE),
            "--snakefile",
            str(ROOT / "Snakefile"),
            "--directory",
            str(review),
            "--cores",
            "2",
        ]
        done = subprocess.run([*command, "report"], capture_output=True, text=True, check=False)
        if done.returncode:
            sys.exit(done.stdout + done.stderr)
        print(
            f"{given.studies} synthetic studies x {given.outcomes} outcomes: {time.perf_counter() - start:.0f} s to the report"
        )
        measured = weights(review / "results" / "report") | opened(
            review / "results/report/index.html", Path(temporary)
        )
        print(f"{'what':20} {'measured':>9} {'goal':>6}")
        for name, goal in GOALS.items():
            print(f"{name:20} {measured[name]:9.2f} {f'<={goal:g}':>6}")


def weights(report: Path) -> dict[str, float]:
    """Megabytes of the page, the Word document, and the folder with all that is in it."""
    whole = {path: path.stat().st_size / 1e6 for path in report.rglob("*") if path.is_file()}
    for folder in sorted(path for path in report.iterdir() if path.is_dir()):
        print(f"{folder.name}/: {sum(size for path, size in whole.items() if folder in path.parents):.2f} MB")
    return {
        "index.html (MB)": whole[report / "index.html"],
        "review.docx (MB)": whole[report / "review.docx"],
        "report/ (MB)": sum(whole.values()),
    }


def opened(page: Path, profiles: Path) -> dict[str, float]:
    """Seconds until a page is loaded and painted, the memory of the browser then (medians), and how many other addresses it asked for."""
    from selenium import webdriver

    seconds, megabytes, asked = [], [], set()
    for number in range(OPENED):
        options = webdriver.ChromeOptions()
        options.binary_location = shutil.which("chromium") or sys.exit("Chromium is not installed")
        for flag in (
            "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
            "--disable-component-update", "--disable-sync", "--window-size=1280,900", f"--user-data-dir={profiles / str(number)}",
        ):  # fmt: skip
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"performance": "ALL"})
        driver = webdriver.ChromeService(shutil.which("chromedriver"))
        browser = webdriver.Chrome(options=options, service=driver)
        try:
            browser.get(page.resolve().as_uri())
            seconds.append(browser.execute_async_script("""
                const done = arguments[0];
                requestAnimationFrame(() => setTimeout(() => {
                  const [page] = performance.getEntriesByType('navigation');
                  const paint = performance.getEntriesByType('paint').map(one => one.startTime);
                  done(Math.max(page.loadEventEnd, ...paint) / 1000);
                }));"""))  # fmt: skip
            megabytes.append(memory(driver.process.pid))
            events = (json.loads(entry["message"])["message"] for entry in browser.get_log("performance"))
            asked |= {
                event["params"]["request"]["url"]
                for event in events
                if event["method"] == "Network.requestWillBeSent"
            }
        finally:
            browser.quit()
    asked = {
        url
        for url in asked
        if not url.startswith(("data:", "chrome:", "chrome-extension:", page.resolve().as_uri()))
    }
    print(*sorted(asked)[:5], sep="\n")
    return {
        "opened (s)": statistics.median(seconds),
        "browser (MB)": statistics.median(megabytes),
        "requests": float(len(asked)),
    }


def memory(driver: int) -> float:
    """Megabytes of all processes of the browser that `driver` started, what they share counted once (Linux, proportional set sizes)."""
    parents = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # one that has ended
            parents[int(folder.name)] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
    family: set[int] = set()
    while more := {one for one, parent in parents.items() if parent in {driver, *family}} - family:
        family |= more
    size = 0
    for one in family:
        with suppress(OSError):
            lines = (Path("/proc") / str(one) / "smaps_rollup").read_text().splitlines()
            size += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return size / 1024


def write(review: Path, studies: int, outcomes: int) -> None:
    """The synthetic review's own files."""
    chance = random.Random(15)
    config = review / "config"
    names = [f"Study {number:03} {2000 + number % 25}" for number in range(studies)]
    ids = [f"elsewhere:R{number:04}" for number in range(2 * studies)]

    def words(count: int) -> str:
        return " ".join(chance.choices(WORDS, k=count))

    exported = [
        f"TY  - JOUR\nAN  - R{number:04}\nTI  - Report {number}: {words(14)}\n"
        + "".join(
            f"AU  - {word.capitalize()}{number}, {word[0].upper()}\n" for word in chance.sample(WORDS, 5)
        )
        + f"JO  - Journal of {words(3)}\nPY  - {2000 + number % 25}\nVL  - {number % 60}\nIS  - {number % 12}\nSP  - {number}\nEP  - {number + 9}\n"
        f"DO  - 10.9999/synthetic.{number}\nER  -\n"
        for number in range(2 * studies)
    ]
    _put(config / "search" / "elsewhere.ris", "\n".join(exported))
    votes = [
        [one, *(("include", "") if position < studies else ("exclude", "design"))]
        for position, one in enumerate(ids)
    ]
    for stage, decisions in (("title_abstract", [[one, "include", ""] for one in ids]), ("full_text", votes)):
        _sheet(config / "screening" / stage / "AB.csv", ["record_id", "decision", "reason"], decisions)
    _sheet(config / "studies.csv", ["record_id", "study"], zip(ids[:studies], names, strict=True))
    rows = []
    for outcome in range(outcomes):
        for position, study in enumerate(names):
            n, risk = 40 + chance.randrange(200), 0.1 + 0.3 * chance.random()
            for arm, factor in (("drug", 0.8), ("placebo", 1.0)):
                events = sum(chance.random() < risk * factor for _ in range(n))
                group = "intervention" if arm == "drug" else "control"
                rows.append(
                    [
                        study,
                        f"o{outcome:02}",
                        arm,
                        group,
                        n,
                        events,
                        ids[position],
                        f"Table {1 + outcome % 4}, p. {position % 12 + 1}",
                    ]
                )
    _sheet(
        config / "extraction" / "AB.csv",
        ["study", "outcome", "arm", "group", "n", "events", "record_id", "source"],
        rows,
    )
    _sheet(
        config / "extraction" / "studies-AB.csv",
        ["study", *ABOUT],
        [[one, *(words(6) for _ in ABOUT)] for one in names],
    )
    judged = [[one, domain, chance.choice(LEVELS), words(15)] for one in names for domain in ROB]
    _sheet(config / "risk_of_bias" / "AB.csv", ["study", "domain", "judgement", "support"], judged)
    protocol = {
        "review": {"title": "Synthetic review: its numbers are drawn at random"},
        "question": {"population": "Nobody", "intervention": "A drug", "comparator": "Placebo"},
        "rounds": [DAY],
        "sources": {"elsewhere": {"kind": "export", "type": "database", "files": {DAY: "config/search/elsewhere.ris"}}},
        "screening": {
            "title_abstract": {"reviewers": ["AB"]}, "full_text": {"reviewers": ["AB"]}, "reasons": {"design": "Wrong design"},
        },
        "outcomes": [{"id": f"o{number:02}", "name": f"Outcome {number}", "measure": "RR"} for number in range(outcomes)],
        "analysis": {"sensitivity": [{"tau2": ["DL", "PM"]}, {"model": "common"}]},
    }  # fmt: skip
    _put(config / "config.yaml", json.dumps(protocol))


def _put(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _sheet(path: Path, heads: Sequence[str], rows: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([heads, *rows])  # type: ignore[misc]


if __name__ == "__main__":
    main()
