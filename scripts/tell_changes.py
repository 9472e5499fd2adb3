"""Compare states of the review: each round with the one before, frozen versions with each other and the last with today."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

from evergreen import tables
from evergreen.bias.tools import tool_of
from evergreen.command import parser, run
from evergreen.protocol.params import names_of_outcomes
from evergreen.protocol.whole import Protocol
from evergreen.report.changes import here, rounds, since, written
from evergreen.report.inputs import Inputs
from evergreen.sheets import folded
from evergreen.states import comparing, frozen, state
from evergreen.states.frozen import NOW


def main(argv: list[str] | None = None) -> None:
    arguments = parser(__doc__)
    arguments.add_structure("--params", "protocol: all of it, written: as its author wrote it, files: [[kind, path, ...]] of people, versions: names, the latest last")  # fmt: skip
    arguments.add_structure("--inputs", "{name: path or paths}")
    arguments.add_argument("--folder", type=Path, required=True, help="where <a>..<b>.{html,docx,json} go")
    arguments.add_argument("--since", required=True, help="what differs from the latest version, as JSON")
    args = arguments.parse_args(argv)

    protocol, inputs = Protocol.model_validate(args.params["protocol"]), Inputs(args.inputs)
    made = []
    today = here.of_run(
        NOW, "the review as it stands", protocol, args.params["written"], args.params["files"], inputs
    )
    if "studies" in inputs and "prisma" in inputs:
        outcomes = [outcome for outcome in protocol.outcomes if outcome.id in inputs.results]
        told = rounds.changes(
            protocol, inputs.json("prisma"), inputs.table("studies"), outcomes, inputs.results
        )  # fmt: skip
        for before, day in pairwise(protocol.rounds):
            blocks = told[day]
            found = comparing.compare(state.as_of(today, before), state.as_of(today, day))
            made.append(f"{before}..{day}")
            written.write(found, protocol.review, args.folder / made[-1], before=blocks[:1])
            text = rounds.as_markdown(protocol.review.title, day, blocks)
            tables.write_text(text, args.folder / f"{day}.md")
    kept = [frozen.read(version) for version in args.params["versions"]]
    last = None
    for earlier, later in pairwise([*kept, today]):
        last = comparing.compare(earlier, later)
        made.append(f"{earlier.name}..{later.name}")
        with TemporaryDirectory() as scratch:
            figures = frozen.forests(last, Path(scratch))
            written.write(last, protocol.review, args.folder / made[-1], figures)
    written.sweep(args.folder, made)
    said = None
    if last is not None:
        known = names_of_outcomes(protocol)
        rated = {row["outcome"] for row in today.parts.get("ratings", ()) if row["certainty"]}
        of_outcomes = {since.CERTAINTY: {id_: names for id_, names in known.items() if id_ in rated}}
        if tool_of(protocol.risk_of_bias.tool).of_syntheses:
            judged = {folded(row["study"]) for row in today.parts.get("judgements", ())}
            of_outcomes[since.MISSING] = {
                id_: names for id_, names in known.items() if judged & set(map(folded, [id_, *names]))
            }
        said = since.summary(kept[-1].name, last, f"changes/{kept[-1].name}..{NOW}.html", of_outcomes)
    tables.write_json(said, args.since)


if __name__ == "__main__":
    run(main)
