"""Other deduplication tools on one labelled set: `dedup_others.py bib-dedupe|splink RECORDS.csv CLUSTERS.csv`.

Runs in an environment of its own (`benchmarks/requirements-dedup.txt`). bib-dedupe runs as it comes; splink has no settings
for bibliographies, so it is trained here by its own method on title, author, year, journal, volume and page.
"""

import re
import sys

import pandas as pd

MATCH = 0.95


def records(path: str) -> pd.DataFrame:
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    return table.reindex(
        columns=list(dict.fromkeys([*table.columns, "abstract", "doi", "pages"])), fill_value=""
    )


def bib_dedupe(table: pd.DataFrame) -> dict[str, str]:
    from bib_dedupe.bib_dedupe import block, cluster, match, prep

    table = table.rename(columns={"record_id": "ID", "entrytype": "ENTRYTYPE"})
    table["ENTRYTYPE"] = table["ENTRYTYPE"].replace("", "article")
    matched = match(block(prep(table, verbosity_level=0), verbosity_level=0), verbosity_level=0)
    return {record: group[0] for group in cluster(matched, verbosity_level=0) for record in group}


def splink(table: pd.DataFrame) -> dict[str, str]:
    import splink.comparison_library as compare
    from splink import Linker, SettingsCreator, block_on
    from splink.internals.duckdb.database_api import DuckDBAPI

    def plain(text: str) -> str | None:
        return re.sub(r"[^a-z0-9]+", " ", text.lower()).strip() or None

    frame = pd.DataFrame(
        {
            "unique_id": table["record_id"],
            "title": table["title"].map(plain),
            "author": table["author"].map(lambda text: plain(text[:60])),
            "year": table["year"].map(plain),
            "journal": table["journal"].map(plain),
            "volume": table["volume"].map(plain),
            "page": table["pages"].str.extract(r"(\d+)")[0],
            "doi": table["doi"].str.lower().str.extract(r"(10\.\S+)")[0],
        }
    )
    frame["start"], frame["end"] = frame["title"].str[:20], frame["title"].str[-20:]
    frame = frame.astype(object).where(frame.notna(), None)
    keys = [block_on("start"), block_on("end"), block_on("doi"), block_on("volume", "page")]
    settings = SettingsCreator(
        link_type="dedupe_only",
        comparisons=[
            compare.JaroWinklerAtThresholds("title", [0.97, 0.9]),
            compare.JaroWinklerAtThresholds("author", [0.9, 0.7]),
            compare.JaroWinklerAtThresholds("journal", [0.9, 0.7]),
            *(compare.ExactMatch(column) for column in ("year", "volume", "page", "doi")),
        ],
        blocking_rules_to_generate_predictions=keys,
    )
    database = DuckDBAPI()
    linker = Linker(database.register(frame), settings, log_level="ERROR")
    linker.training.estimate_probability_two_random_records_match([block_on("title", "year")], recall=0.8)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
    for rule in (block_on("start"), block_on("volume", "page")):
        linker.training.estimate_parameters_using_expectation_maximisation(rule)
    predicted = linker.inference.predict(threshold_match_probability=MATCH)
    clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(
        predicted, threshold_match_probability=MATCH
    )
    found = clusters.as_pandas_dataframe()
    return dict(zip(found["unique_id"], found["cluster_id"].astype(str), strict=True))


def main() -> None:
    tool, path, out = sys.argv[1:]
    table = records(path)
    found = {"bib-dedupe": bib_dedupe, "splink": splink}[tool](table)
    clusters = [found.get(record, record) for record in table["record_id"]]
    pd.DataFrame({"record_id": table["record_id"], "cluster": clusters}).to_csv(out, index=False)


if __name__ == "__main__":
    main()
