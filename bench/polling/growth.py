"""Whether a poll costs the same among many feeds and beside much that is remembered.

    python -m bench.polling.growth     (five minutes)

CPU is that of the turn alone, a feed; feeds of three items.
"""

import sqlite3
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.polling.__main__ import POLLERS, ROOT, publishers, said

_REMEMBERED = """
    WITH RECURSIVE n (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM n WHERE n < ?)
    INSERT INTO entries (feed, key, title, folded, link, text, page, page_hash, imprint, outlet, tier, jurisdiction, language,
            published, seen, author, standing, why, verdict, relevant)
        SELECT n % ?, 'old ' || n, 'Title ' || n, 'title ' || n, 'http://feed.invalid/old/' || n, 'Text', '', '', '', '', 'press',
            '', 'en', '2026-01-01T00:00:00.000000+00:00', '2026-01-01T00:00:00.000000+00:00', '', 'new', '',
            '{"label": "negative", "score": 0.0, "reasons": []}', 0 FROM n
"""


def turns(feeds: int, items: int, remembered: int = 0) -> list[float]:
    """Of a cold poll, one with nothing new and one with 5 % changed."""
    with publishers(feeds, items) as address, TemporaryDirectory() as folder:
        figures = [_turn(address, feeds, folder)]
        if remembered:
            with sqlite3.connect(Path(folder) / "regpulse.db") as db:
                db.execute(_REMEMBERED, (remembered - 1, feeds))
        figures.append(_turn(address, feeds, folder))
        said(f"{address}/change")
        return [*figures, _turn(address, feeds, folder)]


def _turn(address: str, feeds: int, folder: str) -> float:
    command = [*POLLERS["regpulse"], address, str(feeds), folder, "alone"]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603
    return float(answer.stdout)


def main() -> None:
    print(f"{'':42}{'cold':>8}{'304':>8}{'5 % changed':>13}   CPU ms a feed")
    for feeds, remembered in ((100, 0), (1_000, 0), (10_000, 0), (1_000, 1_000_000)):
        cold, same, changed = turns(feeds, 3, remembered)
        print(f"{feeds:>6,} feeds, {remembered:>9,} older items{'':12}{cold:8.2f}{same:8.2f}{changed:13.2f}")


if __name__ == "__main__":
    main()
