"""Two people screen at the desk at once, in headless Chromium, while its server is killed again and again: is any vote lost?

    python -m tests.serve.campaign --records 3000 --kills 10 --seed 1

Every decision is drawn from the seed before anything starts; the pages get them as key presses, and when all is done the sheets in
config/ must hold just these. Meanwhile the server is killed without warning, pages are loaded anew before they have saved, and another
program adds rows to the sheets.
"""

from __future__ import annotations

import argparse
import random
import signal
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from selenium.webdriver.support.ui import WebDriverWait

from evergreen import sheets
from evergreen.screening.ballots import ballots
from tests.chromium import Browser, started
from tests.serve import made_review

KEYS = {
    ("include", ""): "i",
    ("unsure", ""): "u",
    ("exclude", "wrong_population"): "e1",
    ("exclude", "review"): "e2",
}
SCREEN = """
  const [plan, pause] = arguments;
  const press = (key) => document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
  const timer = setInterval(() => {
    if (!isOpen(records[at])) clearInterval(timer);
    else for (const key of plan[records[at].id]) press(key);
  }, pause);
"""
"""Decides record after record as a person does by keys, from the first that is open."""
LEFT = "return [records.filter(isOpen).length, unsaved.size, document.getElementById('kept').textContent]"
Said = dict[str, tuple[str, str]]


def run(folder: Path, *, records: int, kills: int, seed: int, pause: int = 15) -> dict[str, Any]:
    """Screen `records` records twice while the server is killed `kills` times; gives what was seen.

    Raises AssertionError where a vote is lost or altered, a row of another program is, or somebody is let in who must not be.
    """
    chance = random.Random(seed)
    review = made_review.make(folder / "review", records)
    plan: dict[str, Said] = {
        person: {record: chance.choice(list(KEYS)) for record in made_review.ids(records)}
        for person in made_review.PEOPLE
    }
    process, links = made_review.start(review)
    pages = {person: started(folder / person) for person in made_review.PEOPLE}
    seen: dict[str, Any] = {
        "records": records,
        "kills": 0,
        "reloads": 0,
        "waiting when killed": [],
        "added by another program": 0,
    }
    began = time.monotonic()
    try:
        for person, page in pages.items():
            page.get(f"{links[person]}title_abstract")
            _screen(page, plan[person], pause)
        for number in range(kills):
            # Spread over the work: from one kill to the next each of so many parts of it is reached.
            left = records * (1 - (number + chance.random()) / (kills + 1))
            WebDriverWait(pages["AB"], 120).until(
                lambda page, left=left: page.execute_script(LEFT)[0] <= left
            )
            assert made_review.listening(process.pid) == {"0100007F"}
            assert _refused(links["AB"])
            process.send_signal(signal.SIGKILL)
            process.wait()
            seen["kills"] += 1
            time.sleep(chance.uniform(0, 0.5))
            seen["waiting when killed"].append([page.execute_script(LEFT)[1] for page in pages.values()])
            seen["added by another program"] += _edit(review, chance.choice(made_review.PEOPLE), number)
            process, again = made_review.start(review)
            assert again == links
            person = chance.choice(
                made_review.PEOPLE
            )  # somebody loads the page anew, whatever it has saved by then
            pages[person].get(f"{links[person]}title_abstract")
            _screen(pages[person], plan[person], pause)
            seen["reloads"] += 1
        for person, page in pages.items():
            WebDriverWait(page, 120 + records / 10).until(lambda page: page.execute_script(LEFT)[:2] == [0, 0], f"{person} has not finished")  # fmt: skip
        seen["seconds"] = round(time.monotonic() - began, 1)
    finally:
        for page in pages.values():
            page.quit()
        process.kill()
        process.wait()
    seen["votes"] = sum(_check(review, person, plan[person]) for person in made_review.PEOPLE)
    seen["rows of another program found"] = sum(len(_others(review, person)) for person in made_review.PEOPLE)
    assert seen["rows of another program found"] == seen["added by another program"]
    return seen


def _screen(page: Browser, plan: Said, pause: int) -> None:
    page.execute_script(SCREEN, {record: KEYS[said] for record, said in plan.items()}, pause)


def _edit(review: Path, person: str, number: int) -> int:
    """Another program appends a row to a person's sheet; gives how many it added."""
    path = review / f"config/screening/title_abstract/{person}.csv"
    if not path.is_file():
        return 0
    with path.open("a", encoding="utf-8") as file:
        file.write(f"elsewhere:{number},include,,by another program,2020-01-01\n")
    return 1


def _refused(link: str) -> bool:
    """Whether a request without the token is."""
    address = link.rsplit("/", 2)[0]
    order = urllib.request.Request(
        f"{address}/title_abstract", b'{"votes": []}', {"Content-Type": "application/json"}
    )
    try:
        urllib.request.urlopen(order, timeout=20)
    except urllib.error.HTTPError as error:
        return error.code == 403
    return False


def _sheet(review: Path, person: str) -> Any:
    read = sheets.read_sheet(review / f"config/screening/title_abstract/{person}.csv", "screening")
    return ballots(read, stage="title_abstract", reasons=made_review.REASONS).set_index("record_id")


def _check(review: Path, person: str, plan: Said) -> int:
    """Number of a person's votes, which are just those that were decided."""
    sheet = _sheet(review, person)
    found = {
        record: (row["decision"], row["reason"])
        for record, row in sheet.iterrows()
        if not record.startswith("elsewhere:")
    }
    lost = [record for record, said in plan.items() if found.get(record) != said]
    assert not lost, f"{len(lost)} votes of {person} are lost or altered, such as {lost[:5]}"
    assert found.keys() == plan.keys()
    return len(found)


def _others(review: Path, person: str) -> list[str]:
    sheet = _sheet(review, person)
    return [
        record
        for record in sheet[sheet["note"].eq("by another program")].index
        if record.startswith("elsewhere:")
    ]


def main() -> None:
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("--records", type=int, default=3000)
    arguments.add_argument("--kills", type=int, default=10)
    arguments.add_argument("--seed", type=int, default=1)
    args = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for name, value in run(Path(folder), records=args.records, kills=args.kills, seed=args.seed).items():
            print(f"{name}: {value}")
    print("No vote is lost.")


if __name__ == "__main__":
    main()
