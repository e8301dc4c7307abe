"""What search kept of stories before it knew sources, languages, days and moves, brought to what queries ask for now."""

import sqlite3

from bot.core import audience, query
from bot.model import Entry
from bot.store import rows


def respell(db: sqlite3.Connection) -> None:
    for (number,) in db.execute("SELECT rowid FROM story_words").fetchall():  # their texts would fill the memory
        text, tags = db.execute("SELECT text, tags FROM story_words WHERE rowid = ?", (number,)).fetchone()
        kept = (part.strip() for part in _respelled(tags).split(query.ANYTHING))
        # The numbers of instruments were words of their own, which a search for a number found.
        parts = (*(part for part in kept if part and not part.startswith("regpulseinstrument")), *_tags(db, number))
        db.execute(
            "UPDATE story_words SET text = ?, tags = ? WHERE rowid = ?",
            (_respelled(text), " ".join(f"{query.ANYTHING} {part}" for part in parts), number),
        )


def _respelled(text: str) -> str:
    return " ".join(map(query.spelled, text.split()))


def _tags(db: sqlite3.Connection, story: int) -> tuple[str, ...]:
    """What is new among the tags of a story, or written otherwise."""
    found = db.execute(
        "SELECT feed, outlet, language, published, seen FROM entries WHERE story = ?", (story,)
    ).fetchall()
    if not found:
        return ()
    verdict = rows.verdict(db.execute("SELECT verdict FROM stories WHERE id = ?", (story,)).fetchone()[0])
    tags = (
        *audience.origin(tuple(_entry(*row) for row in found)),
        *(query.tag("instrument", name) for name in verdict.instruments),
        *((query.MOVE,) if audience.is_move(verdict) else ()),
    )
    return tuple(" ".join(query.words(tag)) for tag in tags)


def _entry(feed: str, outlet: str, language: str, published: str | None, seen: str) -> Entry:
    return Entry(
        feed, "", "", "", "", outlet, "press", "", language, published=rows.maybe_time(published), seen=rows.time(seen)
    )
