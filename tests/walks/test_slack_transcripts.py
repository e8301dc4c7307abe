"""What a person reads in Slack, verb by verb, through the real client: typed as a command, and filled in as a form."""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import pytest_asyncio

from bot import app
from bot.commands import VERBS
from bot.model import Verb
from tests.standins.slack_seen import Modal
from tests.walks.test_conversation import listening
from tests.walks.world import NEWS, World, world

pytestmark = pytest.mark.asyncio(loop_scope="module")

WHO = "user U1"

PAGE = "<html><head><title>{0}</title></head><body><article><h1>{0}</h1>{1}</article></body></html>".format(
    NEWS[1][0], "".join(f"<p>{sentence}.</p>" for sentence in NEWS[1][1].rstrip(".").split(". "))
)


@dataclass(frozen=True)
class Said:
    """A line, what a person reads then, and whether everybody in the channel does."""

    line: str
    reads: tuple[str, ...]
    buttons: tuple[str, ...] = ()
    aloud: bool = False
    before: tuple[str, ...] = ()
    """Lines said in the channel first."""


SAID: Mapping[str, Said] = {
    "help": Said("help", ("Look things up:", "latest: The newest stories")),
    "latest": Said(
        "latest 5", ("The newest stories:", *(title for title, _ in NEWS)), ("Read the brief", "Share here")
    ),
    "search": Said("search frontier", ("Stories for frontier:", NEWS[1][0], "two · press · story"), ("Share here",)),
    "catchup": Said("catchup 5d", ("this channel could have heard", NEWS[0][0]), ("Share here",)),
    "brief": Said("brief {page}", (NEWS[1][0], "15 days", "no AI."), ("Share here",)),
    "story": Said(
        "story {number}",
        ("Enforcement · European Union", NEWS[0][0], "by 15 December 2026.", "Reports", "no AI."),
        ("Evidence", "Why this", "Share here"),
    ),
    "evidence": Said("evidence {number}", ("“Fines under the act can reach 15 million euros", "Quotes are exact")),
    "review": Said("review {number}", ("only the editors of this RegPulse", "slack:T1:U1")),
    "corrections": Said("corrections", ("No publisher has corrected or retracted what was sent.",)),
    "why": Said("why {number}", (NEWS[0][0], "Judged", "Routed", "Delivered")),
    "presets": Said("presets", ("EU AI Act: The act itself",), ("Try EU AI Act", "Try Frontier safety")),
    "subscribe": Said(
        'subscribe "EU AI Act" -opinion',
        ("Not saved yet", "would have sent 1 story", NEWS[0][0]),
        ("Save", "Narrow", "Cancel"),
    ),
    "save": Said("save fines", (f"{WHO} subscribed this channel, as number",), ("Undo",), aloud=True),
    "edit": Said(
        "edit fines every:hourly",
        (f"{WHO} changed subscription", "now → hourly"),
        ("Undo",),
        aloud=True,
        before=("save fines",),
    ),
    "unsubscribe": Said(
        "unsubscribe Fines",
        (f"{WHO} unsubscribed this channel from number", "“Fines”"),
        ("Undo",),
        aloud=True,
        before=("save fines name:Fines",),
    ),
    "subscriptions": Said(
        "subscriptions",
        ("This channel is subscribed to:", "“Fines”, fines"),
        ("Add",),
        before=("save fines name:Fines",),
    ),
    "mute": Said("mute opinion", (f"{WHO} muted “opinion”",), ("Undo",), aloud=True),
    "unmute": Said("unmute opinion", (f"{WHO} lets “opinion” through again.",), aloud=True, before=("mute opinion",)),
    "feedback": Said(
        "feedback {number} topic",
        (
            "Noted: story",
            "wrong topic.",
        ),
    ),
    "my": Said(
        "my subscribe importance:high", ("Not saved yet: importance:high", "it would have sent 3 stories"), ("Save",)
    ),
    "share": Said("share search frontier", (f"{WHO} shared: search frontier", NEWS[1][0]), aloud=True),
    "settings": Said("settings model off", (f"{WHO} set: model off.",), ("Undo",), aloud=True),
    "sources": Said("sources", ("5 of 5 sources healthy.", "✓ one (one): last heard"), ("Share here",)),
    "status": Said("status", ("✓ slack: connected", "3 stories"), ("Share here",)),
}


@dataclass(frozen=True)
class Filled:
    """A form, what is filled in, and what the person reads in the window then."""

    values: Mapping[str, str]
    reads: str
    aloud: bool = False
    before: tuple[str, ...] = field(default=())


FILLED: Mapping[str, Filled] = {
    "subscribe": Filled(
        {"words": "fines", "every": "hourly", "mention": "@legal (Legal team)"}, "Not saved yet: fines"
    ),
    "save": Filled({"words": "fines", "stages": "only"}, "subscribed this channel", aloud=True),
    "edit": Filled(
        {"subscription": "fines", "name": "Fines"}, "changed subscription", aloud=True, before=("save fines",)
    ),
    "unsubscribe": Filled({"subscription": "fines"}, "unsubscribed this channel", aloud=True, before=("save fines",)),
    "mute": Filled({"word": "opinion"}, "muted “opinion”", aloud=True),
    "unmute": Filled({"word": "opinion"}, "lets “opinion” through again", aloud=True, before=("mute opinion",)),
}


async def line_of(made: World, line: str) -> str:
    """With the number of the story of the EU AI Act, which depends on which feed answered first, and a page to read."""
    if "{number}" not in line:
        return line.format(page=made.feeds.url("/page"))
    assert made.slack
    numbered = re.search(r"story (\d+)", str(await made.slack.types("/regpulse search investigation")))
    assert numbered
    return line.format(number=numbered[1])


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def made(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """One world for all verbs: each is said in a channel of its own."""
    async with listening(tmp_path_factory.mktemp("transcripts"), "slack") as ready:
        ready.feeds.publishes("/page", PAGE, "text/html")
        yield ready


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.name)
async def test_a_person_says_it_and_reads_what_it_promises(made: World, verb: Verb) -> None:
    slack, said, channel = made.slack, SAID[verb.name], f"C{verb.name.upper()}"
    assert slack
    for line in said.before:
        await slack.types(f"/regpulse {line}", channel=channel)
    line = await line_of(made, said.line)
    heard = len(slack.channel(channel).messages)
    seen = await slack.types(f"/regpulse {line}", channel=channel)
    for words in said.reads:
        assert words in str(seen)
    assert set(said.buttons) <= set(seen.buttons)
    assert (seen.private_to == "") == said.aloud
    assert len(slack.channel(channel).messages) == heard + said.aloud
    assert seen.text
    assert slack.faults == []


@pytest.mark.parametrize("name", FILLED)
async def test_a_verb_that_lacks_something_is_filled_in_and_does_the_same(made: World, name: str) -> None:
    slack, filled, channel = made.slack, FILLED[name], f"CFORM{name.upper()}"
    assert slack
    for line in filled.before:
        await slack.types(f"/regpulse {line}", channel=channel)
    form = await slack.types(f"/regpulse {name}", channel=channel)
    assert isinstance(form, Modal)
    shown = await slack.fills(form, filled.values)
    assert filled.reads in str(shown)
    if filled.aloud:
        announced = await slack.hears(channel, filled.reads)
        assert "Undo" in announced.buttons
    assert slack.faults == []


async def test_what_is_saved_from_a_back_test_is_edited_and_undone_with_buttons_alone(made: World) -> None:
    slack = made.slack
    assert slack
    tried = await slack.types("/regpulse subscribe chatbot every:hourly", channel="CJOURNEY")
    saved = await slack.presses(tried, "Save")
    assert "subscribed this channel" in str(saved)
    home = await slack.opens_home()
    edit = next(label for label in home.buttons if label.startswith("Edit subscription") and "chatbot" in label)
    form = await slack.presses(home, edit)
    assert isinstance(form, Modal)
    assert (form.filled["words"], form.filled["every"]) == ("chatbot", "hourly")
    await slack.fills(form, {"every": "now"})
    changed = await slack.hears("CJOURNEY", "every: hourly → now")
    assert "every: now → hourly" in str(await slack.presses(changed, "Undo"))
    home = await slack.opens_home()
    assert "sources healthy" in str(home)
    delete = edit.replace("Edit", "Delete")
    gone = await slack.presses(home, delete)
    assert "unsubscribed this channel" in str(gone)
    await slack.sees_home("U1", without=delete)
    assert slack.faults == []


async def test_a_link_in_a_message_is_briefed_from_its_menu(made: World) -> None:
    slack = made.slack
    assert slack
    answer = await slack.shortcut("brief_link", {"text": f"Have you seen <{made.feeds.url('/page')}>?"})
    assert NEWS[1][0] in str(answer)
    assert answer.private_to
    assert slack.faults == []


async def test_guests_are_told_who_may_and_are_offered_their_own(made: World) -> None:
    slack = made.slack
    assert slack
    slack.people["U8"] = {"is_restricted": True}
    refused = str(await slack.types("/regpulse save fines", user="U8"))
    assert "Only members, not guests, can change what this channel hears." in refused
    assert "Not saved yet" in str(await slack.types("/regpulse my subscribe fines", user="U8"))


async def test_lines_are_acknowledged_in_time_while_a_turn_with_5000_entries_runs(tmp_path: Path) -> None:
    """Feeds are parsed in threads and the store works in one of its own: the loop stays free for people.

    In time of the processor, which others on the machine do not share.
    """
    async with world(tmp_path, slack=True) as made:
        assert made.slack
        made.slack.clock = time.process_time
        made.has_feed("one", NEWS)
        async with made.opens() as running:
            await app.once(running, everything=True)
        for feed in range(5):
            made.has_feed(
                f"large{feed}", [(f"Local bakery {feed} wins prize {n}", "Judges praised it.") for n in range(1_000)]
            )
        async with made.opens() as running:
            (client,) = running.platforms
            await client.connect()
            talk = asyncio.create_task(client.listen(running.desk))
            turn = asyncio.create_task(app.once(running, everything=True))
            asked = 0
            while not turn.done():
                await made.slack.types("/regpulse latest 3")
                asked += 1
            talk.cancel()
            await asyncio.gather(talk, return_exceptions=True)
            tally, _ = await turn
        assert tally.entries == 5_000
        assert asked >= 3
        assert max(made.slack.acknowledged) < 3
        print(f"{asked} lines during the turn, the slowest acknowledged after {max(made.slack.acknowledged):.2f} s")
