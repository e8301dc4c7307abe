"""Whether a poll costs the same among many feeds and beside much that is remembered.

    python -m bench.polling.growth --feeds 10000 --remembered 1000000 --rounds 3     (a quarter of an hour)

CPU is that of the turn alone, a feed; feeds of three items. Exit code 1 when a feed costs more than 1.3 times as much among the
most feeds as among a hundredth of them, or beside the older items as without.
"""

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import asking
from bench.claims import Claim, told
from bench.measuring import machine, spread
from bench.polling.__main__ import POLLERS, POLLS, ROOT, publishers, said

GROWS = 1.3
ITEMS = 3

_REMEMBERED = """
    WITH RECURSIVE n (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM n WHERE n < ?)
    INSERT INTO entries (feed, key, title, folded, link, text, page, page_hash, imprint, outlet, tier, jurisdiction, language,
            published, seen, author, standing, why, verdict, relevant)
        SELECT n % ?, 'old ' || n, 'Title ' || n, 'title ' || n, 'http://feed.invalid/old/' || n, 'Text', '', '', '', '', 'press',
            '', 'en', '2026-01-01T00:00:00.000000+00:00', '2026-01-01T00:00:00.000000+00:00', '', 'new', '',
            '{"label": "negative", "score": 0.0, "reasons": []}', 0 FROM n
"""


Figures = dict[str, list[float]]
"""CPU milliseconds a feed in each round, by poll."""


def turns(feeds: int, remembered: int, found: Figures) -> None:
    with publishers(feeds, ITEMS) as address, TemporaryDirectory() as folder:
        found["cold"].append(_turn(address, feeds, folder))
        if remembered:
            with sqlite3.connect(Path(folder) / "regpulse.db") as db:
                db.execute(_REMEMBERED, (remembered - 1, feeds))
        found["304"].append(_turn(address, feeds, folder))
        said(f"{address}/change")
        found["changed"].append(_turn(address, feeds, folder))


def _turn(address: str, feeds: int, folder: str) -> float:
    command = [*POLLERS["regpulse"], address, str(feeds), folder, "alone"]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603
    return float(answer.stdout)


def main() -> None:
    parser = asking.parser("polling.growth", __doc__)
    parser.add_argument("--feeds", type=asking.whole(100, 100_000), default=10_000, help="the most; beside a hundredth")
    parser.add_argument("--remembered", type=asking.whole(1, 10_000_000), default=1_000_000, help="older items")
    parser.add_argument("--rounds", type=asking.whole(1, 100), default=3)
    asked = parser.parse_args()
    least, some, most = asked.feeds // 100, asked.feeds // 10, asked.feeds
    worlds = {world: Figures({poll: [] for poll in POLLS}) for world in (
        (least, 0), (some, 0), (most, 0), (some, asked.remembered),
    )}  # fmt: skip
    for number in range(1, asked.rounds + 1):
        for world, found in worlds.items():
            turns(world[0], world[1], found)
        print(f"round {number} of {asked.rounds} done", file=sys.stderr)
    print(f"{machine()}; CPU ms a feed, medians of {asked.rounds} with the least and the most\n")
    print(f"{'':38}" + "".join(f"{poll:>22}" for poll in POLLS))
    for (feeds, remembered), found in worlds.items():
        columns = (f"{spread(found[poll]):.2f}" for poll in POLLS)
        print(f"{feeds:>7,} feeds, {remembered:>9,} older items" + "".join(f"{column:>22}" for column in columns))
    sys.exit(told((
        *kept_to(f"{most:,} feeds beside {least:,}", worlds[most, 0], worlds[least, 0]),
        *kept_to(f"{asked.remembered:,} older items", worlds[some, asked.remembered], worlds[some, 0]),
    )))  # fmt: skip


def kept_to(what: str, large: Figures, small: Figures) -> Iterator[Claim]:
    for poll in POLLS:
        ratio = spread(large[poll]).middle / spread(small[poll]).middle
        yield Claim(f"{poll}: {what} at most {GROWS:g} times as dear a feed", ratio <= GROWS, f"{ratio:.2f}")


if __name__ == "__main__":
    main()
