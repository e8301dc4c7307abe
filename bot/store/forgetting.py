"""Everything about one workspace, channel or person, counted and deleted. Each function is one transaction's body."""

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from bot.errors import UserError
from bot.model import Review
from bot.store import directs, filing

SOMEBODY = "an editor"


@dataclass(frozen=True, slots=True)
class Whom:
    """A workspace (no `id`), or what `id` names in it. With no `space` `id` is looked for in all three roles."""

    platform: str
    space: str
    id: str = ""

    def __str__(self) -> str:
        return ":".join(part for part in (self.platform, self.space, self.id) if part)

    @property
    def whole(self) -> str:
        """The space that it is, or may be; "" for what is within one."""
        return self.space or self.id if not (self.space and self.id) else ""


@dataclass(frozen=True, slots=True)
class Held:
    """Columns in which a table names a place or a person, and what becomes of such a row."""

    table: str
    what: str
    platform: str = "platform"
    """A column, or a platform in quotes; "" where `person` holds the whole name, as in slack:T1:U1."""
    space: str = "space"
    channel: str = ""
    person: str = ""
    ends: Literal["deleted", "without the name"] = "deleted"


# A new table or column that names a place or a person belongs here: tests/edges/test_store_forgetting.py reads the schema.
HELD = (
    Held("mutes", "muted words", channel="channel"),
    Held("settings", "settings", channel="channel"),
    Held("feedback", "opinions on alerts", channel="channel"),
    Held("feedback", "opinions on alerts elsewhere", person="person"),
    Held("deliveries", "messages on their way or sent", channel="channel"),
    Held("waited", "messages of stories that were merged", channel="channel"),
    Held("parked", "notes that it is closed to us", channel="channel"),
    Held("subscriptions", "subscriptions", channel="channel"),
    Held("subscriptions", "subscriptions of others", person="created_by", ends="without the name"),
    Held("stopped", "subscriptions that were stopped", channel="channel"),
    Held("stopped", "subscriptions of others that were stopped", person="created_by", ends="without the name"),
    Held("added_feeds", "feeds added by them", platform="", person="added_by", ends="without the name"),
    Held("slack_installations", "sealed tokens", platform="'slack'", space="team"),
    Held("direct_messages", "notes of whose direct messages these are", channel="channel"),
    # Last, because the triggers of the others write it.
    Held("asking", "notes that something changed there", channel="channel"),
)

ANYBODY_S = (
    ("lines", "lines kept for buttons, anybody's, for they do not say whose"),
    ("envelopes", "ids of what was sent to us in the last day, by anybody"),
)
"""Tables that name nobody and may hold what somebody said; all of it goes with anybody."""


def whom(text: str) -> Whom:
    """From `slack:T1`, `slack:T1:C1`, `slack:T1:U1`, `discord:1`, `discord:1:2`. Raises UserError."""
    if slack := re.fullmatch(r"slack:([TE]\w+)(?::([CGDUW]\w+))?", text, re.A):
        return Whom("slack", slack[1], slack[2] or "")
    if discord := re.fullmatch(r"discord:(\d+)(?::(\d+))?", text, re.A):
        return Whom("discord", discord[1], discord[2]) if discord[2] else Whom("discord", "", discord[1])
    raise UserError(
        f"{text}: names no workspace, channel or person. Write slack:TEAM, slack:TEAM:CHANNEL, slack:TEAM:PERSON, "
        "discord:SERVER, discord:SERVER:CHANNEL or discord:PERSON, with their ids."
    )


def found(db: sqlite3.Connection, target: Whom) -> tuple[tuple[str, str, int], ...]:
    """What is held, what would become of it, and how often."""
    direct = _direct_messages(db, target)
    counts = [(held.what, held.ends, _count(db, held, target, direct)) for held in HELD]
    reviews = ("reviews of briefs", "without the name", len(_reviews(db, target)))
    notices = ("messages to operators that name it", "deleted", len(_notices(db, target)))
    alarms = ("notes of what operators were told of it", "deleted", len(_alarms(db, target)))
    about = tuple(one for one in (*counts, reviews, notices, alarms) if one[2])
    anybody_s = [(what, "deleted", _all(db, table)) for table, what in ANYBODY_S] if about else ()
    return (*about, *(one for one in anybody_s if one[2]))


def forget(db: sqlite3.Connection, target: Whom, now: datetime) -> tuple[tuple[str, str, int], ...]:
    """Delete it, and overwrite where it stood; posted copies of a reviewed brief are edited. Answers what was found."""
    held = found(db, target)
    db.execute("PRAGMA secure_delete = ON")
    if held:
        for table, _ in ANYBODY_S:
            db.execute(f"DELETE FROM {table}")  # noqa: S608  # ours
    db.executemany("DELETE FROM notices WHERE id = ?", [(number,) for number in _notices(db, target)])
    db.executemany("DELETE FROM alarms WHERE what = ?", [(what,) for what in _alarms(db, target)])
    for number, name in _reviews(db, target):
        _unsign(db, number, name, now)
    direct = _direct_messages(db, target)
    for one in HELD:
        where, values = _matching(one, target, direct)
        if one.ends == "deleted":
            db.execute(f"DELETE FROM {one.table} WHERE {where}", values)  # noqa: S608  # table and columns are ours
        else:
            db.execute(f"UPDATE {one.table} SET {one.person} = '' WHERE {where}", values)  # noqa: S608
    return held


def named(db: sqlite3.Connection, schema: str) -> set[Whom]:
    """Every workspace, channel and person that a file attached under this name names."""
    found = set[Whom]()
    for held in HELD:
        columns = (
            [held.space, held.channel or "''", held.person or "''"] if held.platform else ["''", "''", held.person]
        )
        platform = held.platform or "''"
        for row in db.execute(f"SELECT DISTINCT {platform}, {', '.join(columns)} FROM {schema}.{held.table}"):  # noqa: S608
            found.update(_named(*row))
    return {one for one in found if one.platform in ("slack", "discord")}


def _named(platform: str, space: str, channel: str, person: str) -> Iterator[Whom]:
    """By the names they are forgotten by."""
    if not platform:
        with suppress(UserError):
            yield whom(person)
        return
    if space:
        yield Whom(platform, space)
    if channel:
        yield Whom(platform, space, channel)
    if person:
        yield Whom(platform, space if platform == "slack" else "", person)


def _count(db: sqlite3.Connection, held: Held, target: Whom, direct: str) -> int:
    where, values = _matching(held, target, direct)
    return int(db.execute(f"SELECT count(*) FROM {held.table} WHERE {where}", values).fetchone()[0])  # noqa: S608


def _all(db: sqlite3.Connection, table: str) -> int:
    return int(db.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608


def _matching(held: Held, target: Whom, direct: str) -> tuple[str, dict[str, str]]:
    """The rows a table holds about the target. Discord's ids are unique over all it has, Slack's within a workspace."""
    if not held.platform:
        one, everyone = _names(target)
        by = f"{held.person} <> '' AND ({held.person} = :one OR {held.person} GLOB :everyone)"
        return by, {"one": one, "everyone": everyone}
    anywhere = target.platform == "discord"
    roles = []
    if held.person:
        roles.append(f"{held.person} = :id AND :id <> ''" + ("" if anywhere else f" AND {held.space} = :space"))
    else:
        roles += [f"{held.space} = :space AND :space <> '' AND :id = ''", f"{held.space} = :id AND :space = ''"]
    if held.channel:
        roles.append(f"{held.channel} = :id AND {held.space} = :space")
        roles.append(f"{held.channel} IN (SELECT value FROM json_each(:direct))")  # noqa: S608
    where = " OR ".join(f"({role})" for role in roles)
    values = {"platform": target.platform, "space": target.space, "id": target.id, "direct": direct}
    return f"{held.platform} = :platform AND ({where})", values


def _direct_messages(db: sqlite3.Connection, target: Whom) -> str:
    """The channels of a person's own direct messages, as a JSON list: nobody else can have said anything there."""
    return json.dumps(directs.of(db, target.platform, target.space, target.id))


def _names(target: Whom) -> tuple[str, str]:
    """A person's whole name as `Caller.person` writes it, and a pattern for everybody of a Slack workspace; "" for neither."""
    if not target.id:
        return "", f"{target.platform}:{target.space}:*"
    parts = [target.platform, target.space, target.id] if target.platform == "slack" else [target.platform, target.id]
    return ":".join(parts), ""


def _reviews(db: sqlite3.Connection, target: Whom) -> tuple[tuple[int, str], ...]:
    """Briefs a person of these stands for, with the line of the trail that says so."""
    one, everyone = _names(target)
    lines = db.execute(
        "SELECT story, why FROM decisions WHERE step = 'revised' AND why GLOB 'reviewed by * (' || ? || ')'",
        (one or everyone,),
    )
    return tuple((row["story"], row["why"]) for row in lines)


def _notices(db: sqlite3.Connection, target: Whom) -> tuple[int, ...]:
    named = _naming(db, target)
    return tuple(row["id"] for row in db.execute("SELECT id, text FROM notices") if named.search(row["text"]))


def _alarms(db: sqlite3.Connection, target: Whom) -> tuple[str, ...]:
    named = _naming(db, target)
    return tuple(row["what"] for row in db.execute("SELECT what FROM alarms") if named.search(row["what"]))


def _naming(db: sqlite3.Connection, target: Whom) -> re.Pattern[str]:
    """What names the target in a text, the direct messages of a person, or a channel of the workspace without its space."""
    names = (target.id or target.space, *json.loads(_direct_messages(db, target)))
    within = (rf"(?<!:){re.escape(one)}(?! of )" for one in _channels(db, target.platform, target.whole))
    return re.compile(rf"\b(?:{'|'.join((*map(re.escape, names), *within))})\b")


def _channels(db: sqlite3.Connection, platform: str, space: str) -> tuple[str, ...]:
    """Of a whole space; none where there is none."""
    named = " UNION ".join(
        f"SELECT {held.channel} AS id FROM {held.table} WHERE platform = :platform AND space = :space"  # noqa: S608
        for held in HELD
        if held.channel
    )
    found = db.execute(named, {"platform": platform, "space": space})
    return tuple(row["id"] for row in found if space and row["id"])


def strangers(db: sqlite3.Connection, target: Whom) -> tuple[Whom, ...]:
    """Direct messages that may be the person's, for nobody knows whose they are."""
    a_person = target.id and (not target.space if target.platform == "discord" else target.id[0] in "UW")
    found = directs.unknown(db, target.platform, target.space) if a_person else ()
    return tuple(Whom(one.platform, one.space, one.id) if one.space else Whom("discord", "", one.id) for one in found)


def _unsign(db: sqlite3.Connection, story: int, line: str, now: datetime) -> None:
    said = filing.brief(db, story)
    db.execute(
        "UPDATE decisions SET why = ? WHERE story = ? AND step = 'revised' AND why = ?",
        (f"reviewed by {SOMEBODY}", story, line),
    )
    if said is None or said.review is None:
        return
    disclosure = said.disclosure.replace(f"reviewed by {said.review.reviewer}", f"reviewed by {SOMEBODY}")
    unsigned = replace(said, review=Review(SOMEBODY, said.review.at), disclosure=disclosure)
    filing.revise(db, unsigned, now, repost=True, why="a name was taken away")


def describe(held: tuple[tuple[str, str, int], ...]) -> Iterator[str]:
    """A line each, for whoever asked."""
    for what, ends, number in held:
        yield f"{number:>7,}  {what}: {ends}"
