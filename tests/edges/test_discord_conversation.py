"""Being spoken to in Discord: forms, buttons of every age, own messages, who may what, and what goes wrong."""

import asyncio
from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from bot.model import Button, Card, Choice, Form, Reply
from bot.platforms.discord import listening as conversation
from tests.edges.clerk import SUBSCRIBE, UNSUBSCRIBE, Clerk, listening
from tests.standins.discord import ADMIN, MANAGER, MEMBER, DiscordServer, Message, Modal
from tests.standins.discord.payloads import DIRECT, FORUM, THREAD, Place

EMPTY = Form(SUBSCRIBE, "Subscribe")
FILLED = Form(
    SUBSCRIBE,
    "Subscribe",
    (
        ("words", '"EU AI Act"'), ("every", "hourly"), ("name", "Brussels and everything decided there"),
        ("mention", "4242"), ("mention-from", "high"), ("stages", "only"), ("backfill", "3"),
    ),
)  # fmt: skip


def as_message(shown: Message | Modal) -> Message:
    assert isinstance(shown, Message)
    return shown


def as_modal(shown: Message | Modal) -> Modal:
    assert isinstance(shown, Modal), str(shown)
    return shown


# Forms


async def test_a_bare_subscribe_opens_its_form_and_sent_off_it_is_the_line() -> None:
    async with DiscordServer() as discord, listening(discord, clerk := Clerk(forms={"subscribe": EMPTY})):
        modal = as_modal(await discord.runs("subscribe"))
        assert modal.title == "Subscribe"
        assert list(modal.fields) == ["words", "every", "name", "mention", "mention-from"]
        assert modal.fields["words"]["required"]
        answer = await discord.fills(modal, words="export controls", every="daily 09:00")
        assert clerk.lines == ['subscribe export controls every:"daily 09:00"']
        assert "You said: subscribe export controls" in str(answer)


async def test_what_a_form_has_no_room_for_rides_along_and_is_not_lost() -> None:
    async with DiscordServer() as discord, listening(discord, clerk := Clerk(forms={"subscribe": FILLED})):
        modal = as_modal(await discord.runs("subscribe"))
        assert modal.values["words"] == '"EU AI Act"'
        assert modal.values["every"] == "hourly"
        await discord.fills(modal)
        (line,) = clerk.lines
        shown = '"EU AI Act" every:hourly name:"Brussels and everything decided there" mention:4242 mention-from:high'
        assert line == f"subscribe {shown} stages:only backfill:3"


async def test_a_name_or_mention_emptied_in_a_form_is_taken_away() -> None:
    async with DiscordServer() as discord, listening(discord, clerk := Clerk(forms={"subscribe": FILLED})):
        modal = as_modal(await discord.runs("subscribe"))
        await discord.fills(modal, name="", mention="")
        assert clerk.lines == [
            'subscribe "EU AI Act" every:hourly name:none mention:none mention-from:high stages:only backfill:3'
        ]


async def test_a_form_of_a_button_survives_a_restart() -> None:
    line = "form subscribe " + "word " * 40
    narrow = Reply("Try it.", buttons=(Button("Narrow", line), Button("Save", "save " + "x" * 120)))
    clerk = Clerk(forms={line: FILLED}, replies={"status": narrow})
    async with DiscordServer() as discord:
        async with listening(discord, clerk):
            message = as_message(await discord.runs("status"))
        async with listening(discord, replace(clerk)):
            modal = as_modal(await discord.clicks(message, "Narrow"))
        async with listening(discord, later := replace(clerk, said=[])):
            await discord.fills(modal, words="narrower")
            assert "subscribe narrower" in later.lines[0]
            await discord.clicks(message, "Save")
            assert later.lines[1] == "save " + "x" * 120


async def test_a_subscription_is_chosen_from_a_menu_in_its_form() -> None:
    clerk = Clerk(
        forms={"unsubscribe": Form(UNSUBSCRIBE, "Unsubscribe")}, choices=(Choice("3", "3. EU AI Act"), Choice("4"))
    )
    async with DiscordServer() as discord, listening(discord, clerk):
        modal = as_modal(await discord.runs("unsubscribe"))
        assert [one["label"] for one in modal.fields["subscription"]["options"]] == ["3. EU AI Act", "4"]
        await discord.fills(modal, subscription="3")
        assert clerk.lines == ["unsubscribe 3"]


async def test_a_form_that_takes_too_long_makes_room_for_an_answer_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversation, "FORM_WITHIN", 0.05)
    async with DiscordServer() as discord, listening(discord, Clerk(slow_forms=True)):
        assert "You said: subscribe" in str(await discord.runs("subscribe"))
        assert max(discord.acknowledged) < 3


async def test_a_form_of_a_verb_that_is_no_more_is_answered_with_a_sentence() -> None:
    async with DiscordServer() as discord:
        async with listening(discord, Clerk(forms={"subscribe": EMPTY})):
            modal = as_modal(await discord.runs("subscribe"))
        async with listening(discord, Clerk((UNSUBSCRIBE,))):
            assert "not known any more" in str(await discord.fills(modal, words="ai"))


async def test_a_form_of_one_s_own_messages_stays_about_them() -> None:
    own = Form(replace(SUBSCRIBE, name="my subscribe"), "Subscribe", (("stages", "only"),))
    async with DiscordServer() as discord, listening(discord, clerk := Clerk(forms={"my subscribe": own})):
        modal = as_modal(await discord.runs("my", line="subscribe"))
        assert "mention" not in modal.fields
        await discord.fills(modal, words="ai")
        (said,) = clerk.said
        assert said[0] == "my subscribe ai stages:only"
        assert str(said[1].channel) == "discord::70007"


# Buttons and menus


async def test_stories_are_chosen_from_a_menu_under_the_answer() -> None:
    cards = tuple(Card(f"Headline {n} " + "x" * 120, buttons=(Button("Read", f"story {n}"),)) for n in (1, 2, 2))
    async with DiscordServer() as discord:
        async with listening(discord, Clerk(replies={"latest": Reply("The newest:", cards)})):
            message = as_message(await discord.runs("latest"))
        async with listening(discord, clerk := Clerk()):
            assert len(message.choices) == 2
            await discord.chooses(message, next(label for label in message.choices if "Headline 2" in label))
            assert clerk.lines == ["story 2"]


async def test_links_stand_under_an_answer_and_many_buttons_in_rows() -> None:
    buttons = tuple(Button(f"Preset {n}", f"subscribe {n}") for n in range(9))
    reply = Reply("Choose.", buttons=(*buttons, Button("Read", url="https://a.example/1"), buttons[0]))
    async with DiscordServer() as discord, listening(discord, Clerk(replies={"status": reply})):
        message = as_message(await discord.runs("status"))
        assert len(message.buttons) == 10
        assert message.buttons["Read"]["url"] == "https://a.example/1"


async def test_a_button_that_is_not_known_is_answered_with_a_sentence() -> None:
    async with DiscordServer() as discord, listening(discord, Clerk()):
        message = as_message(await discord.runs("status"))
        answer = as_message(await discord.clicks(message, "", custom_id="v0-old"))
        assert "not known any more" in str(answer)
        assert answer.ephemeral


async def test_a_button_pressed_twice_at_once_is_answered_once() -> None:
    clerk = Clerk(replies={"status": Reply("Well.", buttons=(Button("Save", "save"),))})
    async with DiscordServer() as discord, listening(discord, clerk):
        message = as_message(await discord.runs("status"))
        clerk.gate.clear()
        assert await discord.clicks_twice(message, "Save", then=clerk.gate.set) is None
        assert clerk.lines == ["status", "save"]


# Private, aloud, one's own


async def test_an_answer_is_private_and_a_change_is_said_aloud_in_the_channel() -> None:
    aloud = Reply("Ana subscribed this channel.", buttons=(Button("Undo", "unsubscribe 3"),), private=False)
    async with DiscordServer() as discord, listening(discord, Clerk(replies={"subscribe ai": aloud})):
        assert as_message(await discord.runs("latest")).ephemeral
        message = as_message(await discord.runs("subscribe", words="ai"))
        assert not message.ephemeral
        assert [str(one) for one in discord.channel("200").messages] == [str(message)]
        assert "Undo" in message.buttons


async def test_my_lines_are_about_the_person_s_direct_messages_and_answered_where_they_are_asked() -> None:
    line = "my save " + "x" * 120
    reply = Reply("You subscribed.", buttons=(Button("Undo", line),), private=False)
    async with DiscordServer() as discord, listening(discord, clerk := Clerk(replies={"my latest": reply})):
        message = as_message(await discord.runs("my", line="latest", permissions=MEMBER))
        assert message.ephemeral
        assert discord.channel("200").messages == []
        await discord.clicks(message, "Undo", permissions=MEMBER)
        assert clerk.lines == ["my latest", line]
        for _, caller in clerk.said:
            assert (str(caller.channel), caller.rank) == ("discord::70007", "admin")


async def test_in_direct_messages_nothing_is_hidden_and_the_person_manages() -> None:
    aloud = Reply("Subscribed.", private=False)
    async with DiscordServer() as discord, listening(discord, clerk := Clerk(replies={"subscribe ai": aloud})):
        discord.has(Place("70007", DIRECT))
        answer = as_message(await discord.runs("subscribe", words="ai", channel="70007", guild=""))
        assert not answer.ephemeral
        (said,) = clerk.said
        assert (str(said[1].channel), said[1].rank) == ("discord::70007", "admin")


@pytest.mark.parametrize(
    ("permissions", "user", "rank"),
    [
        (MEMBER, "7", "member"),
        (MANAGER, "7", "manager"),
        (str(1 << 5), "7", "manager"),
        (ADMIN, "7", "admin"),
        (MEMBER, "1", "admin"),
    ],
)
async def test_what_a_person_may_do_is_their_rank(permissions: str, user: str, rank: str) -> None:
    async with DiscordServer() as discord, listening(discord, clerk := Clerk()):
        await discord.runs("status", permissions=permissions, user=user)
        assert [caller.rank for _, caller in clerk.said] == [rank]
        assert clerk.said[0][1].name == f"user{user}"


@pytest.mark.parametrize("guild", ["555", ""], ids=["on a server without the bot", "between two people"])
async def test_brought_along_by_a_person_it_looks_up_and_changes_nothing(guild: str) -> None:
    async with DiscordServer() as discord, listening(discord, clerk := Clerk(forms={"subscribe": EMPTY})):
        where = {"guild": guild, "installed": "user", "permissions": ADMIN}
        found = as_message(await discord.runs("search", words="ai", **where))
        assert found.ephemeral
        assert clerk.said[0][1].rank == "guest"
        for values in ({"words": "ai"}, {}):
            refused = as_message(await discord.runs("subscribe", **where, **values))
            assert "RegPulse is no member here" in str(refused)
        assert clerk.lines == ["search ai"]


async def test_within_a_post_of_a_forum_it_is_the_forum_that_is_spoken_about() -> None:
    async with DiscordServer() as discord:
        discord.has(Place("300", FORUM, "alerts"), Place("301", THREAD, "A post", parent="300"))
        discord.has(Place("302", THREAD, "A thread", parent="200"))
        async with listening(discord, clerk := Clerk()):
            await discord.runs("status", channel="301")
            await discord.runs("status", channel="302")
            assert [caller.channel.id for _, caller in clerk.said] == ["300", "302"]


# What goes wrong


async def test_an_interaction_that_came_too_late_changes_nothing_and_the_next_is_answered() -> None:
    async with DiscordServer() as discord, listening(discord, clerk := Clerk()):
        discord.expires_the_next()
        with pytest.raises(AssertionError, match="nothing is shown"):
            await discord.runs("subscribe", words="ai")
        assert "You said: latest" in str(await discord.runs("latest"))
        assert clerk.lines == ["latest"]


async def test_a_change_whose_answer_cannot_be_given_is_still_announced() -> None:
    aloud = Reply("Ana subscribed this channel.", private=False)
    async with DiscordServer() as discord, listening(discord, Clerk(replies={"subscribe ai": aloud})):
        discord.loses_the_token()
        asked = asyncio.create_task(discord.runs("subscribe", words="ai"))
        await asyncio.wait_for(discord.channel("200").arrived.wait(), 300)
        assert str(discord.channel("200").messages[0]).startswith("Ana subscribed")
        asked.cancel()


async def test_a_bug_of_the_desk_is_said_and_ends_no_conversation() -> None:
    class Broken(Clerk):
        async def form(self, line: str, caller: object) -> Form | None:
            raise RuntimeError("a bug")

    async with DiscordServer() as discord, listening(discord, Broken()):
        with capture_logs() as logs:
            for _ in range(2):
                assert "Something went wrong" in str(await discord.runs("latest"))
        assert [line["event"] for line in logs] == ["interaction failed"] * 2


async def test_a_person_who_shut_out_direct_messages_is_told_what_to_do() -> None:
    async with DiscordServer() as discord, listening(discord, clerk := Clerk()):
        discord.shuts_out_direct_messages()
        assert "Allow direct messages" in str(await discord.runs("my", line="latest"))
        assert clerk.lines == []
