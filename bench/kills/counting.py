"""What each channel received, held against what it should have, and told by the point of each kill."""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from bench.kills.news import title
from bench.kills.points import Needs
from bot.model import Channel
from bot.store.rows import moment
from tests.walks.world import World


@dataclass(slots=True)
class Kill:
    """One of them; `left` are the deliveries that it left in doubt and no earlier one had."""

    point: str
    met: bool
    left: set[str]
    bound: int = 1
    """How many may be in doubt for good by it: one more where the platform also lost an answer."""
    undecided: set[str] = field(default_factory=set)
    """Of these, those that nobody could tell of afterwards: policy decided."""


@dataclass(frozen=True, slots=True)
class Count:
    """What became of the deliveries: each lost or doubled one as the delivery's id."""

    kills: tuple[Kill, ...]
    wanted: int
    lost: frozenset[str]
    doubled: frozenset[str]
    excused: frozenset[str]
    """Those that policy decided on, and that the operator was told of in every way."""
    wrong: tuple[str, ...]
    """All that should not be, in sentences."""

    @property
    def most_undecided(self) -> int:
        """Of one kill."""
        return max((len(kill.undecided) for kill in self.kills), default=0)

    def __str__(self) -> str:
        undecided = sum(len(kill.undecided) for kill in self.kills)
        return (
            f"{len(self.kills)} kills, {self.wanted} deliveries: {len(self.lost)} lost, {len(self.doubled)} twice; "
            f"{undecided} in doubt for good, at most {self.most_undecided} by one kill"
        )


def together(counts: Sequence[Count]) -> Count:
    return Count(
        tuple(kill for count in counts for kill in count.kills),
        sum(count.wanted for count in counts),
        frozenset().union(*(count.lost for count in counts)),
        frozenset().union(*(count.doubled for count in counts)),
        frozenset().union(*(count.excused for count in counts)),
        tuple(line for count in counts for line in count.wrong),
    )


def table(count: Count, names: Iterable[str]) -> Iterator[str]:
    """A line for each point: kills, those that came to the point, and what they left."""
    yield f"{'point':34} {'kills':>6} {'there':>6} {'in doubt':>9} {'for good':>9} {'lost':>5} {'twice':>6}"
    for name in names:
        here = [kill for kill in count.kills if kill.point == name]
        left = set().union(*(kill.left for kill in here))
        good = sum(len(kill.undecided) for kill in here)
        figures = (sum(kill.met for kill in here), sum(len(kill.left) for kill in here), good)
        lost, twice = len(left & count.lost), len(left & count.doubled)
        yield f"{name:34} {len(here):6} {figures[0]:6} {figures[1]:9} {figures[2]:9} {lost:5} {twice:6}"


def in_doubt(database: Path) -> set[str]:
    """Deliveries that were under way when the program was killed, or are in doubt since before."""
    return {row[0] for row in _rows(database, "SELECT id FROM deliveries WHERE state IN ('sending', 'doubt')")}


def needs_met(database: Path) -> Iterator[Needs]:
    """By what stands in it."""
    if in_doubt(database):
        yield from ("doubt", "outage")
    if _rows(database, "SELECT 1 FROM deliveries WHERE state = 'pending' LIMIT 1"):
        yield "waiting"
    if _rows(database, "SELECT 1 FROM deliveries WHERE state = 'sent' AND revise IS NOT NULL LIMIT 1"):
        yield "grown"


def held(database: Path) -> set[str]:
    """Deliveries that policy holds."""
    return {row[0] for row in _rows(database, "SELECT id FROM deliveries WHERE state = 'held'")}


def age_doubts(database: Path, by: timedelta) -> None:
    """As if the program had been down for so long."""
    with closing(sqlite3.connect(database)) as db, db:
        for row in db.execute("SELECT id, attempted FROM deliveries WHERE state IN ('sending', 'doubt')").fetchall():
            earlier = moment(datetime.fromisoformat(row[1]) - by)
            db.execute("UPDATE deliveries SET attempted = ? WHERE id = ?", (earlier, row[0]))


def hasten_doubts(database: Path) -> None:
    """As if the pauses between two looks, which grow with each kill that cut one short, were over."""
    with closing(sqlite3.connect(database)) as db, db:
        db.execute("UPDATE deliveries SET due = attempted WHERE state = 'doubt'")


def still_open(database: Path) -> int:
    states = "('gathered', 'pending', 'sending', 'doubt')"
    notices = "SELECT count(*) FROM notices WHERE state IN ('pending', 'sending', 'doubt')"
    found = _rows(database, f"SELECT (SELECT count(*) FROM deliveries WHERE state IN {states}) + ({notices})")  # noqa: S608
    return int(found[0][0])


def _rows(database: Path, query: str) -> list[sqlite3.Row]:
    with closing(sqlite3.connect(database)) as db:
        db.row_factory = sqlite3.Row
        return db.execute(query).fetchall()


@dataclass(frozen=True, slots=True)
class Delivered:
    """What should have been delivered, and how often it was: by the headlines that people read."""

    made: World
    places: tuple[Channel, ...]
    told: tuple[int, ...]
    again: tuple[int, ...]

    def unheard(self) -> list[str]:
        """Titles that were published and are in no story."""
        stories = self._story_by_title()
        return [one for one in map(title, self.told) if not stories.get(one)]

    def _story_by_title(self) -> dict[str, str]:
        """The headline under which each was told: another's, where both were taken for one event."""
        found = _rows(
            self.made.database,
            "SELECT title, json_extract(brief, '$.headline') AS head FROM entries JOIN briefs USING (story)",
        )
        return {row["title"]: row["head"] for row in found}

    def times(self) -> dict[tuple[str, str], int]:
        """By channel and headline."""
        stories = self._story_by_title()
        titles = list(dict.fromkeys(stories[one] for one in map(title, self.told) if one in stories))
        found = {(place.id, one): 0 for place in self.places for one in titles}
        for place in self.places:
            heads = Counter(_headline(text, titles) for text in self._texts(place.id))
            for head, times in heads.items():
                if head:
                    found[place.id, head] = times
        return found

    def unedited(self) -> int:
        """Messages of stories with two reports that do not say so, but for those whose edit waits: a kill leaves it leased."""
        grown = [title(number) for number in self.again]
        rows = _rows(self.made.database, "SELECT channel FROM deliveries WHERE revise IS NOT NULL")
        waiting = {row["channel"] for row in rows}
        return sum(
            "+1 outlet" not in text
            for place in self.places
            for text in self._texts(place.id)
            if _headline(text, grown) and place.id not in waiting
        )

    def _texts(self, channel: str) -> list[str]:
        server = self.made.slack or self.made.discord
        assert server  # noqa: S101  # one of the two was asked for
        return [str(message) for message in server.channel(channel).messages]

    def ids(self) -> dict[tuple[str, str], str]:
        """The delivery of each channel and headline, as the database knows it."""
        found = _rows(
            self.made.database,
            "SELECT id, channel, json_extract(brief, '$.headline') AS head FROM deliveries JOIN briefs USING (story) "
            "WHERE kind = 'alert'",
        )
        return {(row["channel"], row["head"]): row["id"] for row in found}

    def keeps(self, path: Path) -> None:
        """All that stands in the channels, for whoever looks into what went wrong."""
        path.write_text(
            json.dumps({place.id: self._texts(place.id) for place in self.places}, indent=1), encoding="utf-8"
        )

    def ops(self, channel: str) -> str:
        """All that the operators' channel reads."""
        return "\n".join(self._texts(channel))


def _headline(text: str, titles: Iterable[str]) -> str:
    """The one the message begins with: others may stand below it, as what came earlier."""
    return min((one for one in titles if one in text), key=text.find, default="")
