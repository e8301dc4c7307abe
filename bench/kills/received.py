"""What each channel received, message by message, beside what it should have received."""

import json
import re
import sqlite3
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from bench.kills import ledger
from bench.kills.news import Press, corrected, title
from bot.model import Channel
from tests.walks.world import World

ALERT, GATHERED, DIGEST, THREAD, NOTE, NOTICE = (
    "alerts",
    "stories gathered for a digest",
    "digests",
    "alerts in a digest's thread",
    "notes of a correction",
    "messages for operators",
)
KINDS = (ALERT, GATHERED, DIGEST, THREAD, NOTE, NOTICE)
MESSAGES = (ALERT, DIGEST, THREAD, NOTE, NOTICE)
"""Of these, those that are messages of their own."""

Key = tuple[str, str, str]
"""Kind, channel, and the headline (of a digest the delivery's id, of a message for operators its number)."""

_STORIES = re.compile(r"\b(?:story|stories) (\d+(?:, \d+)*)")


@dataclass(frozen=True, slots=True)
class Said:
    """A message that stands in a channel."""

    channel: str
    delivery: str
    """As the platform keeps it: Slack's metadata, Discord's nonce."""
    thread: bool
    text: str


class Received:
    """Held against the press, which knows what should stand there, and the database, which knows what is whose."""

    def __init__(
        self, made: World, press: Press, places: Iterable[Channel], digests: Iterable[Channel], ops: str
    ) -> None:
        self._made, self._press, self._ops = made, press, ops
        self._places = [place.id for place in places]
        self._digests = {place.id for place in digests}
        self._rows = {
            str(row["id"]): row
            for row in ledger.found(
                made.database,
                """SELECT deliveries.*, json_extract(brief, '$.headline') AS head
                    FROM deliveries JOIN briefs USING (story)""",
            )
        }
        self._heads = {
            row["title"]: row["head"]
            for row in ledger.found(
                made.database,
                "SELECT title, json_extract(brief, '$.headline') AS head FROM entries JOIN briefs USING (story)",
            )
        }
        """The headline under which each was told: another's, where both were taken for one event."""
        self._stories = {
            str(row["story"]): str(row["head"])
            for row in ledger.found(
                made.database, "SELECT story, json_extract(brief, '$.headline') AS head FROM briefs"
            )
        }

    @cached_property
    def said(self) -> tuple[Said, ...]:
        return tuple(one for place in (*self._places, self._ops) for one in self._said_in(place))

    def _said_in(self, place: str) -> Iterator[Said]:
        if self._made.slack:
            for seen in self._made.slack.channel(place).messages:
                payload: Any = seen.metadata.get("event_payload") or {}
                yield Said(place, str(payload.get("delivery") or ""), bool(seen.thread_ts), str(seen))
        elif self._made.discord:
            for read in self._made.discord.channel(place).messages:
                yield Said(place, str(read.body.get("nonce") or ""), False, read.plain)

    # What there should be, and how often it is there

    def times(self) -> dict[Key, int]:
        counted = Counter(self._keys())
        return {key: counted[key] for key in dict.fromkeys([*self._wanted(), *counted])}

    def _wanted(self) -> Iterator[Key]:
        for number in self._press.told:
            if head := self._heads.get(title(number)):
                yield from ((GATHERED if place in self._digests else ALERT, place, head) for place in self._places)
        for number, places in self._press.corrected.items():
            yield from ((NOTE, place, self._heads[title(number)]) for place in places)
        for row in self._rows.values():
            if row["kind"] == "digest":
                yield DIGEST, row["channel"], row["id"]
            elif row["digest"] and self._made.slack:
                yield THREAD, row["channel"], row["head"]
        for row in ledger.found(self._made.database, "SELECT id FROM notices"):
            yield NOTICE, self._ops, str(row["id"])

    def _keys(self) -> Iterator[Key]:
        digests = set()
        for one in self.said:
            row = self._rows.get(one.delivery)
            if one.delivery.startswith("ops-"):
                yield NOTICE, one.channel, one.delivery.split("-")[1]
            elif row is None:
                yield "messages of no delivery", one.channel, one.text[:80]
            elif row["kind"] == "correction":
                yield NOTE, one.channel, row["head"]
            elif row["kind"] == "digest":
                yield DIGEST, one.channel, row["id"]
                if one.delivery not in digests:  # of one that stands there twice that is said once
                    yield from ((GATHERED, one.channel, head) for head in self._told_by(one))
                digests.add(one.delivery)
            elif row["digest"] and one.thread:
                yield THREAD, one.channel, self._head(one)
            else:
                yield GATHERED if one.channel in self._digests else ALERT, one.channel, self._head(one)

    def _told_by(self, digest: Said) -> set[str]:
        lists = _STORIES.findall(digest.text)
        return {self._stories[number] for numbers in lists for number in numbers.split(", ") if number in self._stories}

    def _head(self, one: Said) -> str:
        """The one the message begins with: others may stand below it, as what came earlier."""
        heads = [head for head in set(self._heads.values()) if head in one.text]
        return min(heads, key=one.text.find, default=one.text[:80])

    def unheard(self) -> list[str]:
        """Titles that were published and are in no story."""
        return [one for one in map(title, self._press.told) if one not in self._heads]

    # What they say in the end

    def edits(self, excused: Collection[str]) -> tuple[int, int, tuple[str, ...]]:
        """Messages that should say more than when they were posted, those of them that do, and all that say what they
        should not, but for those that policy holds: nobody knows where they stand."""
        right = wanted = 0
        wrong = []
        grown = {self._heads.get(title(number)) for number in self._press.again}
        by_head = {self._heads.get(title(number)): number for number in self._press.corrected}
        for one in self.said:
            row = self._rows.get(one.delivery)
            if row is None or row["kind"] == "correction" or row["id"] in excused:
                continue
            if row["kind"] == "digest":
                expects = {f"Corrected: {head}" for head in by_head if head and head in one.text}
                says = {f"Corrected: {head}" for head in self._heads.values() if f"Corrected: {head}" in one.text}
            else:
                head = self._head(one)
                expects = {sign for sign, so in (("+1 outlet", head in grown), (corrected, head in by_head)) if so}
                says = {sign for sign in ("+1 outlet", corrected) if sign in one.text}
            wanted += bool(expects)
            right += bool(expects) and expects == says
            if expects != says:
                wrong.append(f"{one.channel}: {one.text[:80]!r} says {sorted(says)}, not {sorted(expects)}")
        return wanted, right, tuple(wrong)

    # Whose it is

    def id_of(self, key: Key) -> str:
        """Of its delivery, as far as there is one."""
        return self._ids.get(key) or f"{key[0]} {key[1]}: {key[2]}"

    @cached_property
    def _ids(self) -> dict[Key, str]:
        known = {
            (kind, row["channel"], row["head"]): number
            for number, row in self._rows.items()
            for kind in ((NOTE,) if row["kind"] == "correction" else (ALERT, GATHERED, THREAD))
            if row["kind"] != "digest"
        }
        known |= {(DIGEST, row["channel"], number): number for number, row in self._rows.items()}
        return known

    def kind_of(self, delivery: str) -> str:
        if delivery.startswith("ops-"):
            return NOTICE
        row: sqlite3.Row | None = self._rows.get(delivery)
        if row is None or row["kind"] != "alert":
            return {"correction": NOTE, "digest": DIGEST}.get(row["kind"] if row else "", ALERT)
        return THREAD if row["thread"] else ALERT

    def told(self, logged: Collection[str]) -> frozenset[str]:
        """Those of them that operators read of in their channel, by place and headline."""
        read = "\n".join(one.text for one in self.said if one.channel == self._ops)
        known = ((number, self._rows[number]) for number in logged if number in self._rows)
        return frozenset(number for number, row in known if row["channel"] in read and row["head"] in read)

    def with_carried(self, deliveries: Collection[str]) -> frozenset[str]:
        """And what goes a digest's way."""
        return frozenset(deliveries) | {number for number, row in self._rows.items() if row["digest"] in deliveries}

    def keeps(self, path: Path) -> None:
        """All that stands in the channels, for whoever looks into what went wrong."""
        texts: dict[str, list[str]] = {}
        for one in self.said:
            texts.setdefault(one.channel, []).append(f"{one.delivery}\n{one.text}")
        path.write_text(json.dumps(texts, indent=1), encoding="utf-8")
