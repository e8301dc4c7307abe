"""Between values and rows: times as UTC text that sorts, nested values as JSON."""

import hashlib
import json
import re
import sqlite3
from dataclasses import asdict
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from bot.model import (
    UNJUDGED,
    Brief,
    Channel,
    Claim,
    Correction,
    Delivery,
    Difference,
    Earlier,
    Entry,
    Evidence,
    Imprint,
    Judged,
    Memory,
    Origin,
    Paragraph,
    Review,
    Source,
    Subscription,
    Verdict,
)


def moment(at: datetime) -> str:
    """Fixed width and in UTC, so that text order is time order."""
    return (at if at.tzinfo is UTC else at.astimezone(UTC)).isoformat(timespec="microseconds")


MOMENT = re.sub(r"\d", "[0-9]", "'2000-01-01T00:00:00.000000+00:00'")
"""For GLOB: what a moment looks like."""


def maybe_moment(at: datetime | None) -> str | None:
    return moment(at) if at else None


def time(text: str) -> datetime:
    return datetime.fromisoformat(text)


def maybe_time(text: str | None) -> datetime | None:
    return time(text) if text else None


def words(values: tuple[str, ...]) -> str:
    return json.dumps(values, ensure_ascii=False)


def verdict_text(verdict: Verdict) -> str:
    """ "" for an entry that waits to be judged."""
    if verdict is UNJUDGED or verdict == UNJUDGED:
        return ""
    return json.dumps(asdict(verdict), ensure_ascii=False)


def verdict(text: str) -> Verdict:
    if not text:
        return UNJUDGED
    return Verdict(**{key: _tuple(value) for key, value in json.loads(text).items()})


def _tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


MEMORY_TIMES = ("baseline_at", "polled_at", "ok_at", "next_poll", "failing_since", "changed_at", "elsewhere_since")


def memory(row: sqlite3.Row) -> Memory:
    values: dict[str, Any] = dict(row)
    for key in MEMORY_TIMES:
        values[key] = maybe_time(values[key])
    values["heard"] = tuple(time(at) for at in json.loads(values["heard"]))
    values["failures"], values["hint"] = int(values["failures"]), int(values["hint"])
    return Memory(**values)


ENTRY = (
    "id, feed, key, title, link, text, page, quotes, imprint, outlet, tier, jurisdiction, language, published, seen, author,"
    " amended"
)


def entry(row: sqlite3.Row) -> Entry:
    return Entry(
        feed=row["feed"],
        key=row["key"],
        title=row["title"],
        link=row["link"],
        text=row["text"],
        outlet=row["outlet"],
        tier=row["tier"],
        jurisdiction=row["jurisdiction"],
        language=row["language"],
        published=maybe_time(row["published"]),
        seen=time(row["seen"]),
        author=row["author"],
        id=row["id"],
        page=row["page"] or _only(row["quotes"]),
        imprint=imprint(row["imprint"]),
        amended=row["amended"],
    )


def digest(text: str) -> str:
    """SHA-256, in hexadecimal."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def quotes_text(length: int, quotes: dict[int, str]) -> str:
    """What is left of a forgotten page: its length, and quotes by their place."""
    return json.dumps([length, sorted(quotes.items())], ensure_ascii=False)


def _only(quotes: str) -> str:
    """The page with nothing but its quotes, each at its place, so that evidence still points to what it says."""
    if not quotes:
        return ""
    length, kept = json.loads(quotes)
    page: str = ""
    for start, quote in kept:
        page += "\n" * (start - len(page)) + str(quote)[max(0, len(page) - start) :]
    return page.ljust(length, "\n")


_NO_IMPRINT = Imprint()


def imprint_text(imprint: Imprint) -> str:
    if imprint is _NO_IMPRINT or imprint == _NO_IMPRINT:
        return ""
    return json.dumps(asdict(imprint) | {"published": maybe_moment(imprint.published)}, ensure_ascii=False)


def imprint(text: str) -> Imprint:
    values = json.loads(text) if text else {}
    return Imprint(**values | {"published": maybe_time(values.get("published"))})


def judged(row: sqlite3.Row) -> Judged:
    return Judged(entry(row), verdict(row["verdict"]), row["standing"], row["why"])


def brief_text(brief: Brief) -> str:
    return json.dumps(asdict(brief), ensure_ascii=False, default=moment)


@lru_cache(maxsize=16)
def brief(text: str) -> Brief:
    """Read once for all channels that are told it."""
    return _brief(json.loads(text))


def _brief(values: dict[str, Any]) -> Brief:
    for key in ("dek", "takeaways", "watch"):
        values[key] = tuple(_claim(claim) for claim in values[key])
    values["long"] = tuple(_paragraph(paragraph) for paragraph in values.get("long", ()))
    values["differences"] = tuple(_difference(difference) for difference in values.get("differences", ()))
    values["context"] = tuple(values.get("context", ()))
    values["sources"] = tuple(Source(**source) for source in values["sources"])
    values["jurisdictions"] = tuple(values["jurisdictions"])
    values["earlier"] = tuple(Earlier(**{**one, "when": time(one["when"])}) for one in values.get("earlier", ()))
    values["written"] = time(values["written"])
    values["published"] = maybe_time(values["published"])
    values["corrections"] = tuple(_correction(one) for one in values.get("corrections", ()))
    values["origin"] = Origin(**values["origin"]) if values.get("origin") else None
    values["review"] = _review(values["review"]) if values.get("review") else None
    values.pop("instead", None)  # of a database older than this
    values["plain"] = _brief(values["plain"]) if values.get("plain") else None
    values["whole"] = _brief(values["whole"]) if values.get("whole") else None
    return Brief(**values)


def _correction(values: dict[str, Any]) -> Correction:
    return Correction(**values | {"at": time(values["at"])})


def _review(values: dict[str, Any]) -> Review:
    return Review(values["reviewer"], time(values["at"]))


def _claim(values: dict[str, Any]) -> Claim:
    return Claim(values["text"], tuple(Evidence(**evidence) for evidence in values["evidence"]))


def _paragraph(values: dict[str, Any]) -> Paragraph:
    return Paragraph(values["move"], tuple(_claim(sentence) for sentence in values["sentences"]))


def _difference(values: dict[str, Any]) -> Difference:
    return Difference(values["what"], _claim(values["one"]), _claim(values["other"]), tuple(values["outlets"]))


OPEN = "state IN ('pending', 'sending', 'doubt')"
"""Of a delivery or a message to operators, that it is not over."""

PENDING = f"{OPEN} AND state = 'pending'"
"""Of an open one, that it waits. SQLite takes an index of open rows only for a question that says they are open, in the
index's own words (sqlite.org/partialindex.html)."""

HERE = "platform = ? AND space = ? AND channel = ?"
"""Of a row, that it is of the channel whose `here` is given."""


def here(channel: Channel) -> tuple[str, str, str]:
    return channel.platform, channel.space, channel.id


def channel(row: sqlite3.Row) -> Channel:
    return Channel(row["platform"], row["space"], row["channel"])


def subscription(row: sqlite3.Row, mutes: tuple[str, ...]) -> Subscription:
    return Subscription(
        channel(row),
        row["query"],
        row["created_by"],
        time(row["created"]),
        row["id"],
        mutes,
        name=row["name"],
        every=row["every"],
        stages_only=bool(row["stages_only"]),
        mention=row["mention"],
        mention_from=row["mention_from"],
    )


def delivery(row: sqlite3.Row, follows: str = "", thread: str = "", carries: tuple[Brief, ...] = ()) -> Delivery:
    return Delivery(
        id=row["id"],
        story=row["story"],
        channel=channel(row),
        kind=row["kind"],
        because=tuple(json.loads(row["because"])),
        state=row["state"],
        attempts=row["attempts"],
        due=time(row["due"]),
        created=time(row["created"]),
        attempted=maybe_time(row["attempted"]),
        message=row["message"],
        reason=row["reason"],
        follows=follows,
        mention=row["mention"],
        timing=row["timing"],
        digest=row["digest"] or "",
        thread=thread or row["thread"],
        waited=row["slot"] not in ("now", "asked"),
        carries=carries,
        resent=bool(row["resent"]),
        edit_tries=row["edit_tries"],
    )
