"""Start the embedded PubMed on loopback: `python -m evergreen.search.embedded --port 8765 --as-of 2020-12-31`.

`entrez.endpoint` of a protocol takes the address that it prints. `--fault 3=503` lets the third reply fail,
`--rate "cut, no length=0.1" --seed 7` one in ten; `--faults` lists the ways in which a reply can go wrong.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from evergreen.search.embedded.fault_scripts import FAULTS, FaultScript
from evergreen.search.embedded.server import Server, Service
from evergreen.search.embedded.store import Store


def main(argv: list[str] | None = None) -> None:
    args = _arguments(argv)
    if args.faults:
        print("\n".join(FAULTS))
        return
    store = Store.from_xml(args.xml, as_of=args.as_of) if args.xml else Store.shipped(as_of=args.as_of)
    service = Service(store, FaultScript(dict(args.fault), dict(args.rate), args.seed), args.dtd_year)
    server = Server(service, args.port)
    print(f"{server.url} answers over {len(store.visible())} records; stop it with Ctrl-C", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass
    finally:
        server.server_close()


def _arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m evergreen.search.embedded",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1; 0 takes a free one")
    parser.add_argument("--as-of", help="date (YYYY-MM-DD) after which no record has been created yet")
    parser.add_argument(
        "--xml", type=Path, nargs="*", help="PubMed XML files to serve instead of the store that is shipped"
    )
    parser.add_argument("--dtd-year", type=int, default=25, help="year of the DTD that replies name")
    parser.add_argument("--fault", type=_pair(int, str), action="append", default=[], help="NUMBER=FAULT")
    parser.add_argument(
        "--rate", type=_pair(str, float), action="append", default=[], help="FAULT=PROBABILITY"
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--faults", action="store_true", help="list the faults and stop")
    return parser.parse_args(argv)


def _pair(left: Callable, right: Callable) -> Callable[[str], tuple]:
    def pair(text: str) -> tuple:
        one, _, other = text.rpartition("=")
        return left(one), right(other)

    return pair


if __name__ == "__main__":
    main()
