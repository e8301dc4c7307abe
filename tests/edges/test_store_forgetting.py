"""Deleting everything about a workspace, a channel or a person: nothing of it is left in the file, nothing else is touched."""

import os
import re
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

from bot.core import assisted
from bot.errors import UserError
from bot.model import Added, Channel, Feed, Feedback, Installation, Origin, Refused, Sent, Subscription
from bot.store import backups, forgetting
from bot.store.migrations import migrations
from bot.store.sqlite import Sqlite
from tests.edges.stored import GAPS, LEASE, NOW, brief_of, published, revised
from tests.edges.test_store_regrouping import merged

ONE = Channel("slack", "T111AAA", "C111AAA")
TWO = Channel("slack", "T111AAA", "C222BBB")
DIRECT = Channel("slack", "T111AAA", "D333CCC")
ELSEWHERE = Channel("slack", "T999ZZZ", "C111AAA")
SERVER = Channel("discord", "700100", "700200")
DISCORD_DIRECT = Channel("discord", "", "700300")
PLACES = (ONE, TWO, DIRECT, ELSEWHERE, SERVER, DISCORD_DIRECT)
PERSON, OTHER, MEMBER = "U444DDD", "U555EEE", "700400"


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Sqlite]:
    opened = await peopled(tmp_path / "x.db")
    yield opened
    await opened.close()


async def peopled(path: Path) -> Sqlite:
    """Everywhere something of everything: by the person in their own places, by another elsewhere."""
    opened = await Sqlite.open(path)
    story = await published(opened, *PLACES)
    await merged(opened, story, await published(opened, *PLACES, key="2"))
    for channel in PLACES:
        mine = {"slack": PERSON, "discord": MEMBER}[channel.platform]
        who = mine if channel in (TWO, DIRECT, DISCORD_DIRECT, SERVER) else OTHER
        await opened.subscribe(Subscription(channel, "everything", who, NOW))
        await opened.mute(channel, "opinion", NOW)
        await opened.set(channel, "model", "off")
        gone = await opened.subscribe(Subscription(channel, "Lemuria", who, NOW))
        await opened.unsubscribe(channel, gone.id, NOW)
        await opened.alarm(f"refusal {channel}", ("A message was refused", str(channel), ""), NOW)
        await opened.give_feedback(
            Feedback(story.id, channel, OTHER if channel == ELSEWHERE else mine, "relevant", NOW)
        )
    drafted = replace(brief_of(story), origin=Origin("m", "p", "i"))
    name = f"Ada Example of {PERSON}"
    said = assisted.reviewed(drafted, name, NOW)
    await opened.revise(said, NOW, repost=True, why=f"reviewed by {name} (slack:T111AAA:{PERSON})")
    return opened


def left(path: Path, text: str) -> bool:
    """Whether the file or its log holds these characters anywhere, free pages too."""
    files = (path, Path(f"{path}-wal"))
    return any(text.encode() in file.read_bytes() for file in files if file.exists())


async def places(store: Sqlite) -> set[Channel]:
    return {one.channel for one in await store.subscriptions()}


@pytest.mark.parametrize(
    ("target", "gone", "texts"),
    [
        ("slack:T111AAA", {ONE, TWO, DIRECT}, ("T111AAA", "C222BBB", "D333CCC", PERSON)),
        ("slack:T111AAA:C222BBB", {TWO}, ("C222BBB",)),
        (f"slack:T111AAA:{PERSON}", {DIRECT}, (PERSON, "D333CCC", "Ada Example")),
        ("discord:700100", {SERVER}, ("700100", "700200")),
        ("discord:700100:700200", {SERVER}, ("700200",)),
        (f"discord:{MEMBER}", {DISCORD_DIRECT}, (MEMBER, "700300")),
    ],
)
async def test_nothing_of_it_is_left_and_the_rest_is_as_it_was(
    store: Sqlite, tmp_path: Path, target: str, gone: set[Channel], texts: tuple[str, ...]
) -> None:
    assert all(left(tmp_path / "x.db", text) for text in texts)
    said = await store.found(forgetting.whom(target))
    assert said, "a dry run counts"
    assert await places(store) == set(PLACES), "and deletes nothing"
    assert await store.forget(forgetting.whom(target), NOW) == said
    assert await places(store) == set(PLACES) - gone
    assert not [text for text in texts if left(tmp_path / "x.db", text)]
    assert {one.channel for one in await store.deliveries(1)} == set(PLACES) - gone
    for channel in set(PLACES) - gone:
        assert await store.mutes(channel) == ("opinion",)
        assert await store.setting(channel, "model") == "off"
    assert await store.found(forgetting.whom(target)) == ()


async def test_kept_lines_go_for_they_do_not_say_whose_they_are(store: Sqlite, tmp_path: Path) -> None:
    await store.keep_line("save Zanzibar OR Atlantis name:ours", NOW)
    await store.forget(forgetting.whom("discord:999888777"), NOW)
    assert left(tmp_path / "x.db", "Zanzibar"), "of a stranger nothing is held, so nothing goes"
    await store.forget(forgetting.whom("slack:T111AAA:C222BBB"), NOW)
    assert not left(tmp_path / "x.db", "Zanzibar")


@pytest.mark.parametrize(("target", "gone"), [("slack:T111AAA", True), ("slack:T999ZZZ", False)])
async def test_what_operators_were_told_of_a_workspace_goes_with_it(
    store: Sqlite, tmp_path: Path, target: str, *, gone: bool
) -> None:
    one = Installation("T111AAA", "Acme Ltd", "https://acme.invalid/", "B1", "U1", (), b"x", NOW)
    await store.install(one)
    await store.watch(
        {}, ("RegPulse was removed from a Slack workspace", "Acme Ltd (T111AAA): it was uninstalled there."), NOW
    )
    await store.watch({}, ("T111AAAB is another one's.",), NOW)
    await store.forget(forgetting.whom(target), NOW)
    assert left(tmp_path / "x.db", "Acme Ltd") != gone
    assert left(tmp_path / "x.db", "is another one's")


async def test_a_subscription_of_a_shared_channel_outlives_the_name_of_who_made_it(store: Sqlite) -> None:
    await store.forget(forgetting.whom(f"slack:T111AAA:{PERSON}"), NOW)
    (kept,) = await store.subscriptions(TWO)
    assert (kept.created_by, kept.query) == ("", "everything")
    (other,) = await store.subscriptions(ONE)
    assert other.created_by == OTHER


@pytest.mark.parametrize(
    ("direct", "who", "target"),
    [
        (Channel("slack", "T111AAA", "D777EEE"), "U777FFF", "slack:T111AAA:U777FFF"),
        (Channel("discord", "", "700777"), "700888", "discord:700888"),
    ],
)
@pytest.mark.parametrize("by", ["a stopped subscription", "one stopped long ago", "an opinion", "a mute", "a setting"])
async def test_a_person_s_direct_messages_are_found_by_whatever_they_said_there(
    store: Sqlite, tmp_path: Path, direct: Channel, who: str, target: str, by: str
) -> None:
    """A mute and a setting do not say whose they are; the conversation in which they stand does."""
    match by:
        case "an opinion":
            await store.give_feedback(Feedback(1, direct, who, "relevant", NOW))
        case "a mute":
            await store.mute(direct, "events", NOW, by=who)
        case "a setting":
            await store.set(direct, "updates", "off", by=who)
        case _:
            long_ago = NOW - timedelta(days=400) if by == "one stopped long ago" else NOW
            gone = await store.subscribe(Subscription(direct, "Lemuria", who, long_ago))
            await store.unsubscribe(direct, gone.id, long_ago)
            another = await store.subscribe(Subscription(ONE, "Lemuria", OTHER, NOW))
            await store.unsubscribe(ONE, another.id, NOW)  # which lets go of what was stopped too long ago
    await store.mute(direct, "opinion", NOW)
    await store.set(direct, "model", "off")
    await store.forget(forgetting.whom(target), NOW)
    assert await store.mutes(direct) == ()
    assert await store.setting(direct, "model") == ""
    assert await store.setting(TWO, "model") == "off"
    assert not left(tmp_path / "x.db", who)
    assert not left(tmp_path / "x.db", direct.id)


async def everywhere(store: Sqlite) -> None:
    """Something in each table that knows of a place or a person."""
    for number, (channel, who) in enumerate(
        ((TWO, PERSON), (DIRECT, PERSON), (SERVER, MEMBER), (DISCORD_DIRECT, MEMBER))
    ):
        name = f"{channel.platform}:{channel.space}:{who}" if channel.space else f"{channel.platform}:{who}"
        feed = Feed(f"added-{number}", f"https://{number}.invalid/feed", "Added")
        await store.add_feed(Added(feed, name.replace("700100:", ""), NOW))
        await store.keep_line(f"save Atlantis name:{channel}", NOW)
        await store.first(f"{channel.platform} {channel} {who}", NOW)
        await store.watch(
            {}, ("RegPulse says something", f"Of {channel}, unreadable in channel {channel.id}.", ""), NOW
        )
        await store.alarm(f"unreadable deliveries in channel {channel.id}", ("A row", "", ""), NOW)
    for delivery, _ in await store.claim(NOW, ("slack", "discord"), lease=LEASE, gaps=GAPS, limit=99):
        await store.settle(delivery.id, Refused("is archived", "ask there", "channel"), NOW, LEASE)
    one = Installation("T111AAA", "Acme Ltd", "https://acme.invalid/", "B1", "U1", (), b"x", NOW)
    await store.install(one)


def deletes_carelessly(path: Path, texts: tuple[str, ...]) -> None:
    """As an SQLite does that was not built to overwrite what it deletes; Debian's was, others are not."""
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA secure_delete = OFF")
        db.executemany("INSERT INTO marks VALUES (?, '')", [(f"{' '.join(texts)} {number}",) for number in range(500)])
        db.commit()
        db.execute("DELETE FROM marks WHERE at = ''")
        db.commit()


@pytest.mark.parametrize(
    ("target", "texts"),
    [
        ("slack:T111AAA", ("T111AAA", "C222BBB", "D333CCC", PERSON, "Ada Example", "Acme")),
        ("slack:T111AAA:C222BBB", ("C222BBB",)),
        (f"slack:T111AAA:{PERSON}", (PERSON, "D333CCC", "Ada Example")),
        ("discord:700100", ("700100", "700200")),
        ("discord:700100:700200", ("700200",)),
        (f"discord:{MEMBER}", (MEMBER, "700300")),
    ],
)
async def test_no_byte_of_the_file_names_it_any_more_nor_what_was_deleted_before(
    tmp_path: Path, target: str, texts: tuple[str, ...]
) -> None:
    path = tmp_path / "x.db"
    store = await peopled(path)
    await everywhere(store)
    deletes_carelessly(path, texts)
    await store.forget(forgetting.whom(target), NOW)
    assert all(left(path, text) for text in texts), "of what was deleted before"
    await store.close()
    backups.rewrite(path)
    assert os.listdir(tmp_path) == ["x.db"]
    assert not [text for text in texts if left(path, text)]
    again = await Sqlite.open(path)
    assert await again.found(forgetting.whom(target)) == ()
    assert await again.mutes(ELSEWHERE) == ("opinion",), "and what is another's stands there"
    await again.close()


async def test_each_table_is_found_in_by_what_it_knows(store: Sqlite) -> None:
    """So that the test above has something to delete in each of them."""
    await everywhere(store)
    targets = ("slack:T111AAA", f"slack:T111AAA:{PERSON}", "slack:T111AAA:C222BBB")
    found = {what for target in targets for what, _, _ in await store.found(forgetting.whom(target))}
    assert {held.what for held in forgetting.HELD} | {what for _, what in forgetting.ANYBODY_S} <= found


async def test_direct_messages_of_which_nobody_knows_the_person_are_named(store: Sqlite) -> None:
    unknown = Channel("slack", "T111AAA", "D888GGG")
    await store.set(unknown, "model", "off")
    await store.set(Channel("discord", "", "700888"), "model", "off")
    await store.subscribe(Subscription(Channel("slack", "T111AAA", "D999HHH"), "Lemuria", "operator", NOW))
    found = {
        target: await store.strangers(forgetting.whom(target)) for target in ("slack:T111AAA:U000AAA", "discord:1")
    }
    assert [str(one) for one in found["slack:T111AAA:U000AAA"]] == ["slack:T111AAA:D888GGG", "slack:T111AAA:D999HHH"]
    assert [str(one) for one in found["discord:1"]] == ["discord:700888"]
    await store.forget(found["slack:T111AAA:U000AAA"][0], NOW)
    assert await store.setting(unknown, "model") == ""
    for whole in ("slack:T111AAA", "slack:T111AAA:C222BBB", "discord:700100:700200"):
        assert await store.strangers(forgetting.whom(whole)) == (), "with a workspace all of its conversations go"


async def test_posted_copies_of_a_reviewed_brief_lose_the_reviewer_s_name(store: Sqlite) -> None:
    for delivery, _ in await store.claim(NOW, ("slack",), lease=LEASE, gaps=GAPS, limit=9):
        await store.settle(delivery.id, Sent("1.2"), NOW, LEASE)
    await store.forget(forgetting.whom(f"slack:T111AAA:{PERSON}"), NOW)
    brief = await store.brief(1)
    assert brief
    assert brief.review
    assert "Ada" not in f"{brief.review.reviewer} {brief.disclosure}"
    assert "reviewed by an editor" in brief.disclosure
    edited = await revised(store, NOW)
    assert {delivery.channel for delivery, _ in edited} == {ONE, TWO, ELSEWHERE}


@pytest.mark.parametrize(
    "text", ["slack", "slack:", "teams:1", "slack:T1:X9", "discord:abc", "discord:٣", "slack:T1:C1:2", "discord:1:2:3"]
)
def test_what_names_nobody_is_refused_with_what_to_write(text: str) -> None:
    with pytest.raises(UserError, match="Write slack:TEAM"):
        forgetting.whom(text)


# Columns that look as if they named a place or a person, and do not; each with what they hold.
NOBODY = {
    ("platforms", "platform"): "slack, discord or terminal",
    ("delivery_counts", "platform"): "how many, and of nobody",
    ("marks", "name"): "what a mark is of",
    ("settings", "name"): "which setting; its row goes with its channel",
    ("settings", "platform"): "goes with its channel",
    ("subscriptions", "name"): "what the channel calls it; its row goes with its channel",
    ("subscriptions", "mention"): "a role or a group; its row goes with its channel",
    ("subscriptions", "mention_from"): "an importance",
    ("stopped", "name"): "what the channel called it; its row goes with its channel",
    ("stopped", "mention"): "a role or a group; its row goes with its channel",
    ("stopped", "mention_from"): "an importance",
    ("deliveries", "mention"): "a role or a group; its row goes with its channel",
    ("added_feeds", "name"): "an outlet's",
    ("slack_installations", "name"): "goes with its workspace",
    ("slack_installations", "bot_user"): "goes with its workspace",
    ("entries", "author"): "a journalist as the publisher names them, who is no user",
    ("briefs", "brief"): "a reviewer's name, which `_unsign` takes away",
    ("direct_messages", "person"): "its row goes with its channel, which is theirs alone",
}
SUSPECT = re.compile(
    r"platform|space|team|guild|server|channel|room|user|person|people|member|who|by$|_by|name|author|caller|editor"
    r"|reviewer|owner|mention|mail|brief$"
)


def test_no_table_that_names_a_place_or_a_person_is_forgotten_here() -> None:
    """A new table or column: add it to `forgetting.HELD`, or say above why it is about nobody."""
    covered = {
        (one.table, column) for one in forgetting.HELD for column in (one.space, one.channel, one.person, "platform")
    }
    with closing(sqlite3.connect(":memory:")) as raw:
        migrations.take(raw)
        db = Database(raw, execute_plugins=False)
        columns = {
            (table.name, column.name)
            for table in db.tables
            if not table.name.startswith(("story_words", "_sqlite", "sqlite_"))
            for column in table.columns
        }
    suspects = {(table, column) for table, column in columns if SUSPECT.search(column)}
    assert not suspects - covered - set(NOBODY), "decide what becomes of these"
    assert not set(NOBODY) - columns, "these are gone"
    tables = {table for table, _ in columns}
    assert {one.table for one in forgetting.HELD} <= tables
