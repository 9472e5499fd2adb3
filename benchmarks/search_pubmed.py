"""What the retrieval reaches on loopback: requests for a long list, politeness of parallel jobs, speed at the polite rate.

python benchmarks/search_pubmed.py
"""

from __future__ import annotations

import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "scripts"), str(ROOT)]

from evergreen.search import fetching, journal, listing  # noqa: E402
from evergreen.search.client import Client  # noqa: E402
from evergreen.search.embedded.server import Service, serving  # noqa: E402
from evergreen.search.embedded.store import Entry, Store, entry_from_facts  # noqa: E402
from evergreen.search.pace import WITHOUT_KEY, Pace  # noqa: E402

ADDRESS = "benchmark@example.org"
JOB = """
import sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from evergreen.search.client import Client
from evergreen.search.pace import Pace
client = Client(sys.argv[2], "benchmark@example.org", pace=Pace(3, Path(sys.argv[3])))
for _ in range(5):
    client.esearch("trial[ti]")
"""


class Timed(Service):
    """Notes when each request arrives."""

    def answer(self, path, values):
        self.times.append(time.monotonic())
        return super().answer(path, values)


def entries(count: int) -> list[Entry]:
    """Records denser among the higher PMIDs, as PubMed's are."""
    chance = random.Random(1)
    pmids: set[int] = set()
    while len(pmids) < count:
        pmids.add(1 + int(42_000_000 * chance.random() ** 0.5))
    model = entry_from_facts(
        {
            "pmid": "1",
            "title": "A trial of bone",
            "crdt": "2015-01-01",
            "abstract": "Text of an abstract. " * 80,
        }
    )
    xml = model.xml()
    return [
        Entry({**model.row, "pmid": str(pmid), "abstract": ""}, lambda pmid=pmid: xml.replace(b">1<", f">{pmid}<".encode()))
        for pmid in sorted(pmids)
    ]  # fmt: skip


def long_list() -> None:
    service = Service(Store(entries(100_000)))
    with serving(service) as server:
        listed = listing.list_all(Client(server.url, ADDRESS), "trial[ti]", journal.Journal(None))
    total = sum(part.count for part in listed.slices)
    print(
        f"{len(listed.ids)} hits listed in {len(service.requests)} requests; slices sum to {total}, recount {listed.count_end}"
    )


def parallel_jobs() -> None:
    service = Timed(Store(entries(10)))
    service.times = []
    with tempfile.TemporaryDirectory() as folder, serving(service) as server:
        call = [sys.executable, "-c", JOB, str(ROOT / "scripts"), server.url, f"{folder}/pace"]
        for process in [subprocess.Popen(call) for _ in range(8)]:
            process.wait()
    times = sorted(service.times)
    most = max(sum(start <= other <= start + 1 for other in times) for start in times)
    print(
        f"8 jobs, {len(times)} requests in {times[-1] - times[0]:.1f} s; at most {most} arrive in any second (allowed: {WITHOUT_KEY})"
    )


def polite_speed() -> None:
    service = Service(Store(entries(10_000)))
    with tempfile.TemporaryDirectory() as folder, serving(service) as server:
        client = Client(server.url, ADDRESS, pace=Pace(WITHOUT_KEY, Path(folder) / "pace"))
        start = time.monotonic()
        listed = listing.list_all(client, "trial[ti]", journal.Journal(None))
        batches = fetching.fetch_all(client, listed.ids, journal.Journal(Path(folder)))
        seconds = time.monotonic() - start
    fetched = sum(len(batch.asked) - len(batch.missing) for batch in batches)
    print(f"{fetched} records in {seconds:.1f} s at the polite rate, {len(service.requests)} requests")


if __name__ == "__main__":
    long_list()
    parallel_jobs()
    polite_speed()
