"""Rows of anybody's labelled data, in the form of docs/operating.md, as entries that can be judged and grouped."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from bot.core import stories
from bot.core.likeness import Likeness
from bot.core.scores import Report
from bot.core.shelf import Shelf
from bot.errors import UserError
from bot.model import Entry, Feed, Verdict

FEED = Feed(id="labelled", url="", name="labelled data")
"""Nothing is known of where a row comes from."""

_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the file."""

    id: str
    entry: Entry
    values: Mapping[str, object]

    def text(self, key: str) -> str:
        value = self.values.get(key)
        return value if isinstance(value, str) else ""


def rows(lines: Iterable[tuple[int, object]], file: str) -> tuple[Row, ...]:
    """`lines` are (line number, parsed JSON). Raises UserError, naming the line."""
    found = tuple(_row(number, values, file) for number, values in lines)
    if not found:
        raise UserError(f"{file}: holds no rows.")
    return found


def _row(number: int, values: object, file: str) -> Row:
    if not isinstance(values, dict) or not all(isinstance(values.get(key), str) for key in ("id", "title")):
        raise UserError(f'{file}: line {number}: needs an "id" and a "title", both strings.')
    published = _time(values.get("published"), f"{file}: line {number}")
    # A date known to the week comes from a weekly digest, which tells of the days before it.
    entry = Entry(
        feed=FEED.id,
        key=values["id"],
        title=values["title"],
        link="",
        text=values.get("summary") or "",
        outlet=str(values.get("outlet") or ""),
        tier="newsletter" if values.get("date_precision") == "week" else "press",
        jurisdiction="",
        language="en",
        published=published,
        seen=published or _LONG_AGO,
        id=number,
    )
    return Row(values["id"], entry, values)


def _time(value: object, where: str) -> datetime | None:
    if not value:
        return None
    try:
        when = datetime.fromisoformat(str(value))
    except ValueError as error:
        raise UserError(f'{where}: "published" is no date: {value}') from error
    return when if when.tzinfo else when.replace(tzinfo=UTC)


def grouped(found: Iterable[tuple[Row, Verdict]], likeness: Likeness) -> Mapping[str, tuple[int, str]]:
    """Each row's story and why, filed one after the other as they were published."""
    shelf = Shelf()
    placed: dict[str, tuple[int, str]] = {}
    for row, verdict in sorted(found, key=lambda pair: pair[0].entry.when):
        filing = stories.assign(row.entry, verdict, shelf, likeness)
        story = stories.joined(filing, verdict)
        shelf.put(story)
        placed[row.id] = story.id, filing.why
    return placed


def squeezed(found: Sequence[Row]) -> tuple[Row, ...]:
    """The same rows in the same order, as if all had been published within one week: the hardest case for grouping."""
    times = sorted(row.entry.when for row in found)
    first, span = times[0], max(times[-1] - times[0], timedelta(seconds=1))
    return tuple(
        replace(row, entry=replace(row.entry, published=first + (row.entry.when - first) / span * timedelta(days=7)))
        for row in found
    )


def report(row: Row, cluster: Hashable) -> Report:
    return Report(row.id, row.text("event"), row.text("story"), row.text("topic"), cluster)


def slices(found: Sequence[Row]) -> Mapping[str, tuple[int, ...]]:
    """Positions of the rows, by the slices one looks at."""
    wanted: Mapping[str, Callable[[Row], bool]] = {
        "all": lambda row: True,
        "not hard": lambda row: not row.values.get("hard"),
        "hard": lambda row: bool(row.values.get("hard")),
        "title only": lambda row: not row.text("summary"),
        "natural window": lambda row: row.text("stream") == "natural-window",
        "ai_other": lambda row: row.text("label") == "ai_other",
        "reg_other": lambda row: row.text("label") == "reg_other",
        "other": lambda row: row.text("label") == "other",
    }
    kept = {name: tuple(at for at, row in enumerate(found) if is_in(row)) for name, is_in in wanted.items()}
    return {name: rows for name, rows in kept.items() if rows}
