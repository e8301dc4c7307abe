"""Rows of anybody's labelled data, in the form of docs/operating.md, as entries that can be judged and grouped."""

from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial

from bot.core import stories
from bot.core.likeness import Likeness
from bot.core.scores import Report
from bot.core.shelf import Shelf
from bot.core.text import shorten
from bot.errors import UserError
from bot.model import Entry, Feed, Verdict

FEED = Feed(id="labelled", url="", name="labelled data")
"""Nothing is known of where a row comes from."""

LABELS: Mapping[str, bool] = {
    "ai_regulation": True,
    "ai_other": False,
    "reg_other": False,
    "other": False,
    "positive": True,
    "adjacent": False,
    "negative": False,
}
"""What a row of relevance data may be called, and whether the bot should tell it."""

_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)

_NEEDED = ("id", "title")
_TEXTS = (
    "summary", "outlet", "published", "label", "event", "story", "topic", "stream", "date_precision", "jurisdiction",
    "type", "stage",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the file."""

    id: str
    entry: Entry
    values: Mapping[str, object]

    def text(self, key: str) -> str:
        value = self.values.get(key)
        return value if isinstance(value, str) else ""

    def texts(self, key: str) -> tuple[str, ...]:
        value = self.values.get(key)
        return tuple(map(str, value)) if isinstance(value, list) else ()


def rows(lines: Iterable[tuple[int, object]], file: str) -> tuple[Row, ...]:
    """`lines` are (line number, parsed JSON). Raises UserError, naming the line."""
    found: dict[str, Row] = {}
    for number, values in lines:
        row = _row(number, values, f"{file}: line {number}")
        if row.id in found:
            raise UserError(
                f'{file}: line {number}: the id "{row.id}" stands in line {found[row.id].entry.id} already.'
            )
        found[row.id] = row
    if not found:
        raise UserError(f"{file}: holds no rows.")
    return tuple(found.values())


def require(found: Iterable[Row], key: str, file: str, known: Collection[str] = ()) -> None:
    """Every row says `key`, with one of the `known` words. Raises UserError, naming the line."""
    for row in found:
        if not row.text(key):
            raise UserError(f'{file}: line {row.entry.id}: "{key}" is missing.')
        if known and row.text(key) not in known:
            raise UserError(
                f'{file}: line {row.entry.id}: unknown {key} "{row.text(key)}". Use one of: {", ".join(known)}.'
            )


def _row(number: int, values: object, where: str) -> Row:
    if not isinstance(values, dict):
        raise UserError(f'{where}: must be an object, {{"id": …, "title": …}}.')
    _check_kinds(values, where)
    published = _time(values.get("published"), where)
    # A date known to the week comes from a weekly digest, which tells of the days before it.
    entry = Entry(
        feed=FEED.id,
        key=values["id"],
        title=values["title"],
        link="",
        text=values.get("summary") or "",
        outlet=values.get("outlet") or "",
        tier="newsletter" if values.get("date_precision") == "week" else "press",
        jurisdiction="",
        language="en",
        published=published,
        seen=published or _LONG_AGO,
        id=number,
    )
    return Row(values["id"], entry, values)


def _check_kinds(values: Mapping[str, object], where: str) -> None:
    for key in _NEEDED:
        if key not in values:
            raise UserError(f'{where}: "{key}" is missing.')
    for key in (*_NEEDED, *_TEXTS):
        value = values.get(key)
        if not isinstance(value, str) and (value is not None or key in _NEEDED):
            raise UserError(f'{where}: "{key}" must be a string, not {_shown(value)}.')
    if not isinstance(values.get("hard"), bool | None):
        raise UserError(f'{where}: "hard" must be true or false, not {_shown(values["hard"])}.')
    if not _is_texts(values.get("topics", [])):
        raise UserError(f'{where}: "topics" must be a list of strings, not {_shown(values["topics"])}.')


def _is_texts(value: object) -> bool:
    return value is None or (isinstance(value, list) and all(isinstance(each, str) for each in value))


def _shown(value: object) -> str:
    return shorten("null" if value is None else repr(value), 40)


def _time(value: str | None, where: str) -> datetime | None:
    if not value:
        return None
    try:
        when = datetime.fromisoformat(value)
    except ValueError as error:
        raise UserError(f'{where}: "published" is no date: {shorten(value, 40)}') from error
    return when if when.tzinfo else when.replace(tzinfo=UTC)


def grouped(
    found: Iterable[tuple[Row, Verdict]], likeness: Likeness, filed: Callable[[int], None] = lambda done: None
) -> Mapping[str, tuple[int, str]]:
    """Each row's story and why, when all are filed one after the other as they were published.

    In the order in which they were filed; `filed` hears how many are done.
    """
    shelf = Shelf()
    placed: dict[str, tuple[int, str]] = {}
    for row, verdict in sorted(found, key=lambda pair: pair[0].entry.when):
        filing = stories.assign(row.entry, verdict, shelf, likeness)
        story, why = stories.joined(filing, verdict), filing.why
        shelf.put(story)
        while same := stories.reunited(row.entry, story, shelf, likeness):
            shelf.take(same.gone.id)
            moved = (each.key for each in same.gone.entries if each.key != row.id)
            placed |= {key: (same.story.id, f"{placed[key][1]}; then {same.why}") for key in moved}
            story, why = same.story, f"{why}; {same.why}"
            shelf.put(story)
        placed[row.id] = story.id, why
        placed |= {report.key: (story.id, placed[report.key][1]) for report in story.entries}
        filed(len(placed))
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
    holds: Mapping[str, Callable[[Row], bool]] = {
        "all": lambda row: True,
        "not hard": lambda row: not row.values.get("hard"),
        "hard": lambda row: bool(row.values.get("hard")),
        "title only": lambda row: not row.text("summary"),
        "natural window": lambda row: row.text("stream") == "natural-window",
        **{label: partial(_is_labelled, label) for label, wanted in LABELS.items() if not wanted},
    }
    kept = {name: tuple(at for at, row in enumerate(found) if is_in(row)) for name, is_in in holds.items()}
    return {name: rows for name, rows in kept.items() if rows}


def _is_labelled(label: str, row: Row) -> bool:
    return row.text("label") == label
