"""Whether a poll costs the same among many feeds and beside much that is remembered, and how late the event loop gets.

    python -m bench.polling_growth     (five minutes)

CPU is that of the turn alone, a feed; feeds of three items, but for the last line, which is a cold poll of 72 kB each.
"""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.request import urlopen

from bench.polling import ROOT
from bench.publishers import ITEMS

_REMEMBERED = """
    WITH RECURSIVE n (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM n WHERE n < ?)
    INSERT INTO entries (feed, key, title, folded, link, text, page, page_hash, imprint, outlet, tier, jurisdiction, language,
            published, seen, author, standing, why, verdict, relevant)
        SELECT n % ?, 'old ' || n, 'Title ' || n, 'title ' || n, 'http://feed.invalid/old/' || n, 'Text', '', '', '', '', 'press',
            '', 'en', '2026-01-01T00:00:00.000000+00:00', '2026-01-01T00:00:00.000000+00:00', '', 'new', '',
            '{"label": "negative", "score": 0.0, "reasons": []}', 0 FROM n
"""


def turns(feeds: int, items: int, remembered: int = 0) -> list[list[float]]:
    """Of a cold poll, one with nothing new and one with 5 % changed: CPU ms a feed, lateness of the loop, its own work."""
    server = subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", "bench.publishers", str(feeds), str(items)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    try:
        assert server.stdout  # noqa: S101
        address = f"http://127.0.0.1:{server.stdout.readline().strip()}"
        with TemporaryDirectory() as folder:
            figures = [_turn(address, feeds, folder)]
            if remembered:
                with sqlite3.connect(Path(folder) / "regpulse.db") as db:
                    db.execute(_REMEMBERED, (remembered - 1, feeds))
            figures.append(_turn(address, feeds, folder))
            urlopen(f"{address}/change").close()  # noqa: S310
            return [*figures, _turn(address, feeds, folder)]
    finally:
        server.kill()
        server.wait()


def _turn(address: str, feeds: int, folder: str) -> list[float]:
    command = [sys.executable, "-m", "bench.polling", "regpulse", address, str(feeds), folder]
    said = subprocess.run(  # noqa: S603
        command, cwd=ROOT, env=os.environ | {"FIGURES": ""}, capture_output=True, text=True, check=True
    )
    return [float(figure) for figure in said.stdout.split()]


def main() -> None:
    print(f"{'':42}{'cold':>8}{'304':>8}{'5 % changed':>13}   CPU ms a feed")
    for feeds, remembered in ((100, 0), (1_000, 0), (10_000, 0), (1_000, 1_000_000)):
        cold, same, changed = (figures[0] for figures in turns(feeds, 3, remembered))
        print(f"{feeds:>6,} feeds, {remembered:>9,} older items{'':12}{cold:8.2f}{same:8.2f}{changed:13.2f}")
    _, late, worked = turns(1_000, ITEMS)[0]
    print(
        f"cold poll of 1,000 feeds of 72 kB, 99th percentile: the loop is {late:.1f} ms late, {worked:.1f} by its own work"
    )


if __name__ == "__main__":
    main()
