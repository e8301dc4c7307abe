"""The demo's own news: invented outlets, invented acts, dated relative to the moment they are served.

In the texts `{weekday}` is the piece's own day, and `{in_21}` the date 21 days after it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Piece:
    """One item of a demo feed. `article` is the page behind it; "" where the feed says it all."""

    feed: str
    slug: str
    title: str
    summary: str
    article: str = ""
    minutes_ago: int = 5

    def dated(self, now: datetime) -> "Piece":
        """As it reads when it is served."""
        dates = _Dates(now - timedelta(minutes=self.minutes_ago))
        return replace(self, summary=self.summary.format_map(dates), article=self.article.format_map(dates))


@dataclass(frozen=True, slots=True)
class _Dates(Mapping[str, str]):
    """What the texts may name: `weekday`, and `in_N` for the date N days on."""

    published: datetime

    def __getitem__(self, name: str) -> str:
        if name == "weekday":
            return f"{self.published:%A}"
        then = self.published + timedelta(days=int(name.removeprefix("in_")))
        return f"{then.day} {then:%B %Y}"

    def __iter__(self):  # type: ignore[no-untyped-def]
        raise NotImplementedError

    def __len__(self) -> int:
        raise NotImplementedError
