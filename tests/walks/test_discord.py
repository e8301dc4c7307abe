"""Every verb as a person meets it in Discord: the real client, the real desk, and only Discord a stand-in."""

import asyncio
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot import pipeline
from bot.commands.verbs import VERBS
from bot.model import Verb
from tests.standins.discord import GUILD, MEMBER, DiscordServer, Message, Modal
from tests.standins.discord.payloads import FORUM, Place
from tests.walks.test_cli import runs as runs_the_program
from tests.walks.test_conversation import listening
from tests.walks.test_main_job import arrange, publish
from tests.walks.world import DISCORD, NEWS, World, world

ROLE = "197038439483310099"


@dataclass(frozen=True)
class Said:
    """The options a person gives, and what they read."""

    reads: tuple[str, ...]
    values: dict[str, str] = field(default_factory=dict)
    aloud: bool = False
    buttons: tuple[str, ...] = ()
    before: tuple[tuple[str, dict[str, str]], ...] = ()
    """What was said first."""


SAVED = ("save", {"words": '"EU AI Act"', "name": "Brussels"})
TRANSCRIPTS = {
    "help": Said(("latest: The newest stories", "subscribe: Try a subscription")),
    "latest": Said((NEWS[0][0], NEWS[1][0], NEWS[2][0]), {"number": "3"}, buttons=("Share here",)),
    "search": Said((NEWS[1][0],), {"words": "frontier bill"}, buttons=("Read the brief", "Share here")),
    "catchup": Said((NEWS[0][0],), {"span": "5d"}),
    "story": Said((NEWS[0][0], "The company must hand over"), {"number": "{story}"}, buttons=("Evidence", "Why this")),
    "brief": Said(("RegPulse has this already, as story {story}", NEWS[0][0]), {"link": "{link}"}),
    "evidence": Said(("Quotes are exact", "“The company must hand over"), {"number": "{story}"}, buttons=("Share here",)),
    "review": Said(("only the editors of this RegPulse", "you as discord:7"), {"number": "{story}"}),
    "corrections": Said(("No publisher has corrected",)),
    "why": Said(("Sent here", "Judged", NEWS[0][0]), {"link": "{link}"}),
    "presets": Said(("EU AI Act", "Frontier safety"), buttons=("Try EU AI Act", "Try Frontier safety")),
    "subscribe": Said(
        ("Not saved yet", NEWS[0][0]),
        {"words": '"EU AI Act"', "every": "daily 09:00", "mention": ROLE},
        buttons=("Save", "Narrow", "Cancel"),
    ),
    "save": Said(("user7 subscribed this channel, as number 2", "Brussels"), SAVED[1], aloud=True, buttons=("Undo",)),
    "edit": Said(
        ("user7 changed subscription 2", "now → hourly"), {"subscription": "2", "every": "hourly"},
        aloud=True, buttons=("Undo",), before=(SAVED,),
    ),
    "unsubscribe": Said(
        ("user7 unsubscribed this channel from number 2",), {"subscription": "2"},
        aloud=True, buttons=("Undo",), before=(SAVED,),
    ),
    "subscriptions": Said(("1. everything", "2. “Brussels”"), before=(SAVED,), buttons=("Edit 2", "Stop 2")),
    "mute": Said(("user7 muted “opinion”",), {"word": "opinion"}, aloud=True, buttons=("Undo",)),
    "unmute": Said(
        ("user7 lets “opinion” through again",), {"word": "opinion"},
        aloud=True, buttons=("Undo",), before=(("mute", {"word": "opinion"}),),
    ),
    "feedback": Said(("Noted: story {story}, wrong topic",), {"number": "{story}", "verdict": "topic"}),
    "my": Said(("You have no subscription",), {"line": "subscriptions"}),
    "share": Said(("user7 shared: story {story}", NEWS[0][0]), {"line": "story {story}"}, aloud=True),
    "settings": Said(("user7 set: model off",), {"setting": "model", "value": "off"}, aloud=True, buttons=("Undo",)),
    "sources": Said(("5 of 5 sources healthy", "✓ one (one)")),
    "status": Said(("✓ discord: connected", "3 stories")),
}  # fmt: skip
"""By verb: a verb without one fails the test below."""


def as_message(shown: Message | Modal) -> Message:
    assert isinstance(shown, Message)
    return shown


def far_side(made: World) -> DiscordServer:
    assert made.discord
    return made.discord


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.name)
async def test_every_verb_is_answered_in_time_with_what_it_says(tmp_path: Path, verb: Verb) -> None:
    said = TRANSCRIPTS[verb.name]
    async with listening(tmp_path, "discord") as made:
        discord = far_side(made)
        for earlier, values in said.before:
            await discord.runs(earlier, **values)
        alert = next(one for one in discord.channel("200").messages if NEWS[0][0] in str(one))
        known = {"link": made.documents["one"][0].link, "story": alert.buttons["Evidence"]["custom_id"].split()[-1]}
        values = {name: value.format(**known) for name, value in said.values.items()}
        message = as_message(await discord.runs(verb.name, **values))
        for words in said.reads:
            assert words.format(**known) in message.plain
        assert set(said.buttons) <= set(message.buttons)
        assert message.ephemeral is not said.aloud
        assert max(discord.acknowledged) < 3


async def test_sources_are_found_by_words_with_typed_options_too(tmp_path: Path) -> None:
    async with listening(tmp_path, "discord") as made:
        found = as_message(await far_side(made).runs("sources", feed="thr")).plain
        assert "(three)" in found
        assert "(two)" not in found


async def test_a_subscription_is_tried_narrowed_in_a_form_saved_and_undone(tmp_path: Path) -> None:
    async with listening(tmp_path, "discord") as made:
        discord = far_side(made)
        modal = await discord.runs("subscribe")
        assert isinstance(modal, Modal)
        tried = await discord.fills(modal, words="act", mention=ROLE)
        assert "Not saved yet: act" in tried.plain
        narrow = await discord.clicks(tried, "Narrow")
        assert isinstance(narrow, Modal)
        assert (narrow.values["words"], narrow.values["mention"]) == ("act", ROLE)
        tried = await discord.fills(narrow, words='"EU AI Act"')
        saved = as_message(await discord.clicks(tried, "Save"))
        assert not saved.ephemeral
        assert "subscribed this channel, as number 2" in saved.plain
        assert saved.mentions == []
        undone = as_message(await discord.clicks(saved, "Undo"))
        assert "unsubscribed this channel from number 2" in undone.plain


async def test_options_are_completed_from_what_there_is(tmp_path: Path) -> None:
    async with listening(tmp_path, "discord") as made:
        discord = far_side(made)
        assert await discord.completes("unsubscribe", "subscription", "") == {"everything": "1"}
        assert "jurisdiction:eu-fr" in (await discord.completes("search", "words", "jurisdiction:eu-")).values()
        assert "eu instrument:eu-ai-act" in (await discord.completes("search", "words", "eu instrument:eu-ai")).values()
        assert "subscribe" in (await discord.completes("help", "verb", "subs")).values()
        assert set((await discord.completes("sources", "feed", "")).values()) == {"one", "two", "three", "four", "five"}


async def test_a_member_may_look_up_and_is_told_whom_to_ask_for_a_change(tmp_path: Path) -> None:
    async with listening(tmp_path, "discord") as made:
        discord = far_side(made)
        refused = as_message(await discord.runs("save", words="ai", permissions=MEMBER))
        assert refused.ephemeral
        assert "Only people who may manage" in refused.plain
        own = as_message(await discord.runs("my", line="save importance:low", permissions=MEMBER))
        assert own.ephemeral
        assert "subscribed" in own.plain
        listed = as_message(await discord.runs("my", line="subscriptions", permissions=MEMBER))
        assert "importance:low" in listed.plain
        assert "importance:low" not in as_message(await discord.runs("subscriptions")).plain


async def test_news_reach_a_forum_as_posts_and_questions_in_a_post_are_about_the_forum(tmp_path: Path) -> None:
    async with world(tmp_path, discord=True) as made:
        discord = far_side(made)
        discord.has(Place("300", FORUM, "alerts", tags=("Enforcement", "Bill", "California"), requires_tag=True))
        arrange(made)
        await made.subscribes(type(DISCORD)("discord", GUILD, "300"))
        await made.turns()
        publish(made)
        await made.turns()
        posts = {post.name: post for post in discord.posts("300")}
        assert set(posts) == {title for title, _ in NEWS}
        tags = discord.places["300"].tag_ids
        assert {tags[number] for number in posts[NEWS[1][0]].applied} == {"Bill", "California"}


async def test_the_doctor_prints_the_invite_link_and_what_a_subscribed_channel_lacks(tmp_path: Path) -> None:
    async with world(tmp_path, discord=True) as made:
        discord = far_side(made)
        discord.places["200"].denied = 1 << 14
        made.has_feed("one")
        await made.subscribes(DISCORD)
        code, out, _ = await runs_the_program(made, "doctor")
        said = "".join(out.split())
        assert code == 1
        assert "oauth2/authorize?client_id=901&scope=bot+applications.commands&permissions=274877991936" in said
        assert "discord:#policylacksEmbedLinks" in said
        made.environment["REGPULSE_OPS_CHANNEL"] = "discord:999:1"
        assert "discord:notintheserver999" in "".join((await runs_the_program(made, "doctor"))[1].split())
        del made.environment["REGPULSE_OPS_CHANNEL"]
        discord.places["200"].denied = 0
        made.environment["REGPULSE_HTTP_CONTACT"] = "ops@a.example"
        code, out, _ = await runs_the_program(made, "doctor")
        assert (code, "may post in #policy" in " ".join(out.split())) == (0, True)


async def _read_and_judged(room: pipeline.Newsroom) -> int:
    """A turn, and then what it left to be judged later; answers how many entries it read."""
    read = (await pipeline.turn(room, everything=True)).entries
    while await pipeline.study(room, 1_000):
        pass
    return read


async def test_answers_come_in_time_while_five_thousand_entries_are_read(tmp_path: Path) -> None:
    """In time of the processor, which others on the machine do not share."""
    many = [(f"Local bakery wins prize number {n}", f"Judges praised loaf number {n}.") for n in range(5_000)]
    environment = {"REGPULSE_PEOPLE_LINES_A_MINUTE": "10000", "REGPULSE_PEOPLE_SPACE_LINES_A_MINUTE": "10000"}
    async with world(tmp_path, discord=True, environment=environment) as made:
        discord = far_side(made)
        discord.clock = time.process_time
        made.has_feed("one", NEWS)
        await made.turns()
        for name, start in (("two", 0), ("three", 2_000), ("four", 4_000)):  # of one feed at most two thousand are read
            made.has_feed(name, many[start : start + 2_000])
        async with made.opens() as running:
            (client,) = running.platforms
            await client.connect()
            talk = asyncio.create_task(client.listen(running.desk))
            await asyncio.wait_for(discord.ready.wait(), 300)
            turn = asyncio.create_task(_read_and_judged(running.room))
            asked = 0
            while not turn.done():
                assert "newest" in str(await discord.runs("latest", user=str(1_000 + asked)))
                asked += 1
            assert await turn == len(many)
            talk.cancel()
            await asyncio.gather(talk, return_exceptions=True)
        assert asked > 3
        assert max(discord.acknowledged) < 3
