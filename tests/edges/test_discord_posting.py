"""Where RegPulse posts in Discord: forums, announcement channels, threads, direct messages; whom it mentions."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import discord.utils
import pytest

from bot.core.digest import NEWEST
from bot.model import Button, Card, Channel, Delivery, Doubt, Later, Pointer, Refused, Sent, Traceable
from bot.platforms.discord.adapter import Discord
from bot.platforms.discord.posting import NONCE_WINDOW
from tests.standins.discord import GUILD, DiscordServer
from tests.standins.discord.payloads import (
    ANNOUNCEMENT,
    DIRECT,
    FORUM,
    HISTORY,
    SEND_IN_THREADS,
    SEND_MESSAGES,
    THREAD,
    Place,
)  # fmt: skip

CARD = Card(
    title="Commission fines Examplar " + "under the act " * 12,
    category="Enforcement",
    where="European Union, Germany",
    lead="The lead.",
    because="Sent because of: copyright, EU AI Act",
    earlier=("Earlier on the EU AI Act: proposed → adopted", "3 Nov 2026: It was adopted (story 8)"),
    buttons=(Button("Evidence", "evidence 12"),),
)
TAGS = ("enforcement", "Germany", "Adopted", "Copyright", "Court", "EU AI Act", "European Union")


def delivery(channel: str = "200", *, number: str = "d1", follows: str = "", space: str = GUILD) -> Delivery:
    now = discord.utils.utcnow()
    place = Channel("discord", space, channel)
    return Delivery(number, 12, place, "alert", (), "sending", 1, now, now, attempted=now, follows=follows)


@asynccontextmanager
async def connected(*places: Place) -> AsyncIterator[tuple[DiscordServer, Discord]]:
    async with DiscordServer() as server:
        server.has(*places)
        bot = Discord("test.token", api_url=server.api_url, gateway_url=server.gateway_url)
        await bot.connect()
        yield server, bot
        await bot.close()


def forum(*tags: str, requires_tag: bool = False, moderated: tuple[str, ...] = ()) -> Place:
    return Place("300", FORUM, "alerts", tags=tags, requires_tag=requires_tag, moderated=moderated)


def posted(outcome: object) -> str:
    assert isinstance(outcome, Sent), outcome
    return outcome.message


# Forums


async def test_an_alert_in_a_forum_is_a_post_named_and_tagged_as_the_alert_is() -> None:
    async with connected(forum(*TAGS, moderated=("Copyright ",))) as (server, bot):
        message = posted(await bot.send(delivery("300"), CARD))
        (post,) = server.posts("300")
        assert post.name.startswith("Commission fines Examplar")
        assert len(post.name) <= 100
        assert message == f"{post.id}/{post.id}"
        names = {server.places["300"].tag_ids[number] for number in post.applied}
        assert names == {"enforcement", "Germany", "Adopted", "Copyright", "EU AI Act"}
        (starter,) = server.channel(post.id).messages
        assert "The lead." in str(starter)


@pytest.mark.parametrize(
    ("tags", "moderated", "chosen"),
    [
        (("Court", "News"), (), "News"),
        (("Court", "Bill"), (), "Court"),
        (("Enforcement", "News"), ("x",), "Enforcement"),
    ],
)
async def test_a_forum_that_demands_a_tag_gets_the_least_wrong_one(
    tags: tuple[str, ...], moderated: tuple[str, ...], chosen: str
) -> None:
    async with connected(forum(*tags, moderated=moderated, requires_tag=True)) as (server, bot):
        posted(await bot.send(delivery("300"), CARD))
        (post,) = server.posts("300")
        assert [server.places["300"].tag_ids[number] for number in post.applied] == [chosen]


async def test_a_forum_that_demands_a_tag_only_moderators_have_is_refused_with_a_remedy() -> None:
    async with connected(forum(moderated=("Official",), requires_tag=True)) as (_, bot):
        outcome = await bot.send(delivery("300"), CARD)
        assert isinstance(outcome, Refused)
        assert "add a tag" in outcome.remedy


async def test_tags_that_changed_since_are_looked_up_again() -> None:
    async with connected(forum("Germany")) as (server, bot):
        posted(await bot.send(delivery("300"), CARD))
        server.has(forum("Other", requires_tag=True))
        posted(await bot.send(delivery("300", number="d2"), replace(CARD, where="", because="")))
        assert len(server.posts("300")) == 2


async def test_a_post_is_edited_and_what_follows_goes_into_it() -> None:
    async with connected(forum()) as (server, bot):
        told = posted(await bot.send(delivery("300"), CARD))
        (post,) = server.posts("300")
        assert await bot.edit(replace(delivery("300"), message=told), replace(CARD, lead="Corrected.")) == Sent(told)
        note = posted(await bot.send(delivery("300", number="d2", follows=told), Card("What changed")))
        starter, follow_up = server.channel(post.id).messages
        assert "Corrected." in str(starter)
        assert starter.edits == 1
        assert note == f"{post.id}/{follow_up.id}"
        await bot.edit(replace(delivery("300"), message=note), Card("What changed again"))
        assert "What changed again" in str(follow_up)
        later = posted(await bot.send(delivery("300", number="d3", follows=note), Card("And then")))
        assert later.startswith(f"{post.id}/")
        assert len(server.posts("300")) == 1


@pytest.mark.parametrize("trouble", ["deletes", "locks"])
async def test_what_follows_a_post_that_is_closed_is_a_post_of_its_own(trouble: str) -> None:
    async with connected(forum()) as (server, bot):
        told = posted(await bot.send(delivery("300"), CARD))
        getattr(server, trouble)(told.partition("/")[0])
        posted(await bot.send(delivery("300", number="d2", follows=told), Card("And then")))
        assert [post.name for post in server.posts("300")][1] == "And then"


async def test_a_post_in_doubt_is_found_and_not_opened_again() -> None:
    async with connected(forum()) as (server, bot):
        server.stores_then_drops()
        assert isinstance(await bot.send(delivery("300"), CARD), Doubt)
        (post,) = server.posts("300")
        assert await bot.resolve(replace(delivery("300"), state="doubt"), CARD) == Sent(f"{post.id}/{post.id}")
        server.places[post.id].archived = True
        assert await bot.resolve(replace(delivery("300"), state="doubt"), CARD) == Sent(f"{post.id}/{post.id}")
        other = replace(delivery("300"), state="doubt", story=13)
        card = replace(CARD, buttons=(Button("Evidence", "evidence 13"),))
        assert await bot.resolve(other, card) == Later("was not posted", timedelta(0))


async def test_a_note_in_a_post_that_is_in_doubt_is_found_late_as_well() -> None:
    async with connected(forum()) as (server, bot):
        told = posted(await bot.send(delivery("300"), CARD))
        server.stores_then_drops()
        note = replace(delivery("300", number="d2", follows=told), kind="correction")
        card = Card("What changed", buttons=(Button("The whole story", "story 12"),))
        assert isinstance(await bot.send(note, card), Doubt)
        server.forgets_nonces()
        late = replace(note, state="doubt", attempted=discord.utils.utcnow() - timedelta(minutes=10))
        found = posted(await bot.resolve(late, card))
        assert found == f"{told.partition('/')[0]}/{server.channel(told.partition('/')[0]).messages[1].id}"


async def test_an_embed_that_a_forum_refuses_is_posted_as_plain_text() -> None:
    async with connected(forum()) as (server, bot):
        server.rejects_embeds()
        posted(await bot.send(delivery("300"), CARD))
        (post,) = server.posts("300")
        (starter,) = server.channel(post.id).messages
        assert "The lead." in str(starter)


@pytest.mark.parametrize("place", [Place("200"), Place("400", THREAD, parent="200")], ids=["channel", "thread"])
async def test_where_the_history_may_not_be_read_a_message_in_doubt_is_not_taken_for_one_never_posted(
    place: Place,
) -> None:
    """Discord answers as if nothing had been written there."""
    async with connected(Place("200"), place) as (server, bot):
        server.forbids_history()
        server.stores_then_drops()
        assert isinstance(await bot.send(delivery(place.id), CARD), Doubt)
        server.forgets_nonces()
        late = replace(delivery(place.id), state="doubt", attempted=discord.utils.utcnow() - timedelta(minutes=10))
        outcome = await bot.resolve(late, CARD)
        assert isinstance(outcome, Doubt)
        assert not outcome.knowable
        assert "does not let us read" in outcome.reason


async def test_a_thread_cannot_be_read_back_where_its_channel_cannot_and_a_channel_that_takes_no_posts_does_not_count() -> (
    None
):
    in_threads_only = Place("200", denied=HISTORY | SEND_MESSAGES)
    async with connected(in_threads_only, Place("400", THREAD, parent="200"), Place("201")) as (_, bot):
        posted(await bot.send(delivery("400"), CARD))
        assert bot.traceable == Traceable(frozenset(("", "100")), frozenset(("200", "400")))
    read_only = Place("200", denied=HISTORY | SEND_MESSAGES | SEND_IN_THREADS)
    async with connected(read_only, Place("201")) as (_, bot):
        posted(await bot.send(delivery("201"), CARD))
        assert bot.traceable == Traceable(frozenset(("", "100")))


async def test_a_message_without_its_story_in_a_button_is_found_by_what_it_says() -> None:
    async with connected() as (server, bot):
        digest = Card("Daily digest, 26 November: 2 stories", buttons=(Button("Story 12", "story 12"),))
        posted(await bot.send(delivery(number="other"), CARD))
        told = posted(await bot.send(delivery(), digest))
        server.forgets_nonces()
        late = replace(delivery(), state="doubt", attempted=discord.utils.utcnow() - timedelta(minutes=10))
        assert await bot.resolve(late, digest) == Sent(told)
        assert await bot.resolve(late, replace(digest, title="Another")) == Later("was not posted", timedelta(0))


@pytest.mark.parametrize("channel", ["200", "300"])
async def test_a_digest_is_one_message_with_a_line_for_every_story(channel: str) -> None:
    links = (f"https://a.example/{'x' * 300}/{n}" for n in range(12))
    stories = tuple(Pointer(f"{'Headline *of* a story ' * 6} number {n}", link) for n, link in enumerate(links))
    digest = Card("Daily digest, 26 November: 12 stories", stories=stories, buttons=(Button("Story 1", "story 1"),))
    async with connected(forum()) as (server, bot):
        told = replace(delivery(channel), kind="digest")
        posted(await bot.send(told, digest))
        (message,) = [one for place in server.conversations.values() for one in place.messages]
        assert all(f"number {n}" in message.plain for n in range(12))
        assert [post.name for post in server.posts("300")] == ([digest.title] if channel == "300" else [])


# Announcement channels, threads, direct messages


async def test_in_an_announcement_channel_a_message_is_passed_on_to_following_servers() -> None:
    async with connected(Place("400", ANNOUNCEMENT, "news")) as (server, bot):
        message = posted(await bot.send(delivery("400"), CARD))
        await bot.close()
        assert server.crossposted == [message]


async def test_a_message_that_may_not_be_passed_on_is_sent_all_the_same_and_nobody_waits() -> None:
    async with connected(Place("400", ANNOUNCEMENT, "news")) as (server, bot):
        server.refuses_crossposts()
        posted(await bot.send(delivery("400"), CARD))
        posted(await bot.send(delivery("400", number="d2"), CARD))
        assert len(server.channel("400").messages) == 2
        await bot.close()
        assert server.crossposted == []


async def test_a_channel_is_looked_up_once_and_a_text_channel_is_not_passed_on() -> None:
    async with connected(Place("302", THREAD, "A thread", parent="200")) as (server, bot):
        for number in ("d1", "d2"):
            posted(await bot.send(delivery("200", number=number), CARD))
            posted(await bot.send(delivery("302", number=f"t{number}"), CARD))
        await bot.close()
        assert server.lookups == ["200", "302"]
        assert server.crossposted == []


async def test_direct_messages_are_posted_to_and_a_person_who_shut_them_out_is_a_refusal() -> None:
    async with connected(Place("70007", DIRECT)) as (server, bot):
        posted(await bot.send(delivery("70007", space=""), CARD))
        server.channel("70007").trouble = (403, 50007, "Cannot send messages to this user")
        outcome = await bot.send(delivery("70007", number="d2", space=""), CARD)
        assert isinstance(outcome, Refused)
        assert "direct messages" in outcome.remedy


@pytest.mark.parametrize(
    ("trouble", "remedy"),
    [("kicks_the_bot", "Give the bot View Channel"), ("deletes", "subscribe another one"), ("locks", "unlock it")],
)
async def test_a_channel_that_is_closed_to_us_is_refused_with_a_remedy(trouble: str, remedy: str) -> None:
    async with connected() as (server, bot):
        getattr(server, trouble)("200")
        outcome = await bot.send(delivery(), CARD)
        assert isinstance(outcome, Refused)
        assert remedy in outcome.remedy


# Mentions


async def test_an_alert_mentions_the_one_role_it_may_and_nobody_else() -> None:
    async with connected() as (server, bot):
        card = replace(CARD, title="<@&77> @everyone <@5>", mention="4242")
        told = posted(await bot.send(delivery(), card))
        (message,) = server.channel("200").messages
        assert str(message).startswith("<@&4242>\n")
        assert message.mentions == ["4242"]
        assert message.body["allowed_mentions"]["parse"] == []
        await bot.edit(replace(delivery(), message=told), replace(card, mention=""))
        assert message.mentions == []
        assert "<@&" not in str(message)


@pytest.mark.parametrize("mention", [GUILD, "everyone", "4242 <@&1>", "٤"])
async def test_everyone_is_never_mentioned_by_whatever_id(mention: str) -> None:
    async with connected() as (server, bot):
        posted(await bot.send(delivery(), replace(CARD, mention=mention)))
        (message,) = server.channel("200").messages
        assert message.mentions == []
        assert "<@&" not in str(message)


async def test_a_direct_message_mentions_nobody() -> None:
    async with connected(Place("70007", DIRECT)) as (server, bot):
        posted(await bot.send(delivery("70007", space=""), replace(CARD, mention="4242")))
        assert server.direct("7").messages[0].mentions == []


# The check-up


async def test_the_check_up_gives_the_invite_link_and_says_what_each_channel_lacks() -> None:
    places = (
        replace(forum(), denied=SEND_IN_THREADS), Place("302", THREAD, "thread", parent="200"),
        Place("400", ANNOUNCEMENT, "news", denied=(1 << 11) | (1 << 14)),
    )  # fmt: skip
    async with connected(*places) as (server, bot):
        server.deletes("500")
        asked = [Channel("discord", GUILD, number) for number in ("200", "300", "302", "400", "500")]
        asked += [Channel("discord", "999", "1"), Channel("discord", "", "70007")]
        link, *found = await bot.examine(asked)
        assert "client_id=901&scope=bot+applications.commands&permissions=274877991936" in link.text
        assert [(one.ok, one.text) for one in found] == [
            (True, "discord: may post in #policy"),
            (False, "discord: #alerts lacks Send Messages in Threads"),
            (True, "discord: may post in #thread"),
            (False, "discord: #news lacks Send Messages, Embed Links"),
            (False, "discord: channel 500 is gone"),
            (False, "discord: not in the server 999"),
        ]
        assert all(one.remedy for one in found if not one.ok)


async def test_long_before_the_attempt_only_what_no_other_message_says_counts() -> None:
    """As far back as that only a clock that is fast has us look."""
    async with connected() as (server, bot):
        digest = Card("Hourly digest: 2 stories", buttons=(Button("Story 12", "story 12"),))
        note = Card("What changed", buttons=(Button("The whole story", "story 12"),))
        posted(await bot.send(delivery(number="earlier"), digest))
        posted(await bot.send(replace(delivery(number="before"), kind="correction"), note))
        server.forgets_nonces()
        late = replace(delivery(), state="doubt", attempted=discord.utils.utcnow() + timedelta(minutes=10))
        assert await bot.resolve(late, digest) == Later("was not posted", timedelta(0))
        assert await bot.resolve(replace(late, kind="correction"), note) == Later("was not posted", timedelta(0))


async def test_an_alert_or_a_digest_that_leads_to_the_story_is_not_taken_for_a_note_on_it() -> None:
    """Found by killing the program: a note that was never posted counted as sent, since they had the same button."""
    async with connected() as (server, bot):
        told = Card(
            "Hourly digest: 2 stories", buttons=(Button("Story 12", "story 12"), Button("The newest stories", NEWEST))
        )
        alert = Card("It happened", buttons=(Button("Evidence", "evidence 12"), Button("The whole story", "story 12")))
        note = Card("What changed", buttons=(Button("The whole story", "story 12"),))
        posted(await bot.send(replace(delivery(number="digest"), kind="digest"), told))
        posted(await bot.send(delivery(number="alert"), alert))
        server.forgets_nonces()
        asked = replace(delivery(), kind="correction", state="doubt", attempted=discord.utils.utcnow() - NONCE_WINDOW)
        assert await bot.resolve(asked, note) == Later("was not posted", timedelta(0))
        sent = posted(await bot.send(asked, note))
        server.forgets_nonces()
        assert await bot.resolve(asked, note) == Sent(sent)
