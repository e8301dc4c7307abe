"""What a poller is started with: the publishers' address, how many feeds they have, and a folder of its own.

Read by hand: its start is measured, too, and argparse is a fortieth of a second of it.
"""

import sys
from collections.abc import Collection
from pathlib import Path


def given(said: str | None, ways: Collection[str] = ()) -> tuple[str, int, Path, str]:
    """And which of the ways was asked for, "" for none. `said` is the poller's docstring: its usage."""
    name = sys.modules["__main__"].__spec__
    usage = f"usage: python -m {name.name if name else 'bench.polling'} ADDRESS FEEDS FOLDER{''.join(_shown(ways))}"
    match sys.argv[1:]:
        case ["-h" | "--help"]:
            print(usage, said or "", sep="\n\n")
            sys.exit(0)
        case [address, feeds, folder, *way] if feeds.isdecimal() and Path(folder).is_dir() and _known(way, ways):
            return address, int(feeds), Path(folder), "".join(way)
        case _:
            print(usage, "ADDRESS is http://…, FEEDS a number, FOLDER one that is there.", sep="\n", file=sys.stderr)
            sys.exit(2)


def _shown(ways: Collection[str]) -> list[str]:
    return [f" [{' | '.join(ways)}]"] if ways else []


def _known(way: list[str], ways: Collection[str]) -> bool:
    return len(way) <= 1 and set(way) <= set(ways)
