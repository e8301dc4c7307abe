"""Being spoken to in Slack: every way in ends in one line at the desk, and the answer goes back that way."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from bot.model import Button, Channel, Reply, Subscription
from bot.platforms.slack import answering
from bot.platforms.slack.adapter import Slack
from bot.platforms.slack.workspaces import Api, One
from tests.standins.desk import NOW, ScriptedDesk
from tests.standins.slack import SlackServer
from tests.standins.slack_seen import Message, Modal

C1 = Channel("slack", "T1", "C1")
OWN = Channel("slack", "T1", "DU1")
LONG = "search " + "x" * 2_100


@asynccontextmanager
async def workspace() -> AsyncIterator[tuple[SlackServer, ScriptedDesk]]:
    """A RegPulse that listens in a workspace, with a desk that answers what the test wants."""
    async with SlackServer() as slack:
        desk, api = ScriptedDesk(), Api(slack.api_url)
        client = Slack(api, One(api, "xoxb-test"), app_token="xapp-test")
        await client.connect()
        talk = asyncio.create_task(client.listen(desk))
        try:
            yield slack, desk
        finally:
            talk.cancel()
            await asyncio.gather(talk, return_exceptions=True)
            await client.close()


def modal(seen: Message | None) -> Modal:
    assert isinstance(seen, Modal)
    return seen


async def test_a_command_a_mention_a_thread_and_a_direct_message_say_the_same_line() -> None:
    async with workspace() as (slack, desk):
        asked = "search AI & law -opinion"
        assert (await slack.types(f"/regpulse {asked}")).private_to
        top = await slack.mentions(asked)
        threaded = await slack.mentions(asked, thread="1.5")
        direct = await slack.mentions(asked, channel="DU1", direct=True)
        assert [line for line, _ in desk.heard] == [asked] * 4
        assert [caller.channel.id for _, caller in desk.heard] == ["C1", "C1", "C1", "DU1"]
        assert top.thread_ts
        assert threaded.thread_ts == "1.5"
        assert not direct.thread_ts
        assert {"You said: search AI &amp; law -opinion"} == {one.text for one in (top, threaded, direct)}


async def test_links_and_groups_arrive_as_a_person_typed_them() -> None:
    async with workspace() as (slack, desk):
        await slack.mentions("why <https://example.org/a?b=1&amp;c=2|example.org>")
        await slack.mentions("subscribe eu mention:<!subteam^S0LEGAL|@legal> in <#C9|general>")
        assert [line for line, _ in desk.heard] == [
            "why https://example.org/a?b=1&c=2",
            "subscribe eu mention:S0LEGAL in #general",
        ]


@pytest.mark.parametrize(
    ("about", "rank"),
    [
        ({}, "member"),
        ({"is_admin": True}, "admin"),
        ({"is_owner": True}, "admin"),
        ({"is_restricted": True}, "guest"),
        ({"is_ultra_restricted": True, "is_admin": True}, "guest"),
        ({"team_id": "T9", "is_admin": True}, "guest"),
        ({"team_id": "T9", "enterprise_user": {"teams": ["T1", "T9"]}, "is_admin": True}, "admin"),
    ],
)
async def test_people_have_the_rank_they_have_in_their_workspace(about: dict[str, object], rank: str) -> None:
    """Somebody of another company in a shared channel is a guest, whatever they are at home."""
    async with workspace() as (slack, desk):
        slack.people["U7"] = about
        await slack.types("/regpulse help", user="U7")
        await slack.mentions("help", channel="DU7", user="U7", direct=True)
        assert [caller.rank for _, caller in desk.heard] == [rank, "admin"]


async def test_people_are_called_by_the_name_they_chose() -> None:
    async with workspace() as (slack, desk):
        slack.people["U7"] = {"profile": {"display_name": "Ada"}}
        await slack.types("/regpulse help", user="U7")
        await slack.mentions("help", user="U7")
        assert [caller.name for _, caller in desk.heard] == ["Ada", "Ada"]


async def test_a_rank_is_asked_for_once_in_some_minutes() -> None:
    async with workspace() as (slack, _):
        for _ in range(3):
            await slack.types("/regpulse help")
        assert slack.calls.count("users.info") == 1


async def test_without_its_scope_everybody_is_a_member_and_the_log_says_so_once() -> None:
    async with workspace() as (slack, desk):
        with capture_logs() as logged:
            slack.withholds("users:read")
            await slack.types("/regpulse help")
            await slack.types("/regpulse help", user="U2")
        assert [caller.rank for _, caller in desk.heard] == ["member", "member"]
        assert str(logged).count("everybody counts as a member") == 1


@pytest.mark.parametrize("error", ["user_not_found", "user_not_visible", "access_denied"])
async def test_somebody_slack_does_not_show_is_a_guest(error: str) -> None:
    async with workspace() as (slack, desk):
        slack.shows_nobody(error)
        await slack.types("/regpulse help", user="U7")
        assert [caller.rank for _, caller in desk.heard] == ["guest"]


async def test_what_is_mine_is_about_my_direct_messages_and_answered_privately_where_i_asked() -> None:
    async with workspace() as (slack, desk):
        slack.people["U2"] = {"is_restricted": True}
        desk.replies["my subscribe eu"] = Reply(
            "Is that right?", buttons=(Button("Save", "my save eu"),), private=False
        )
        asked = await slack.types("/regpulse my subscribe eu", user="U2")
        mentioned = await slack.mentions("my subscribe eu", user="U2")
        assert asked.private_to
        assert mentioned.private_to == "U2"
        assert slack.channel("C1").messages == []
        _, caller = desk.heard[0]
        assert (caller.channel, caller.rank) == (Channel("slack", "T1", "DU2"), "admin")
        await slack.presses(asked, "Save", user="U2")
        line, caller = desk.heard[-1]
        assert (line, caller.channel.id) == ("my save eu", "DU2")


async def test_a_form_of_mine_stays_about_my_direct_messages_when_it_is_filled_in_and_changed() -> None:
    async with workspace() as (slack, desk):
        form = modal(await slack.types("/regpulse my subscribe"))
        assert await slack.suggestions(form, "source", "feder") == {"ftc": "Federal Trade Commission"}
        shown = modal(await slack.fills(form, {"words": "eu"}))
        again = modal(await slack.presses(shown, "Change it"))
        await slack.fills(again, {"words": "eu fine"})
        assert [(line, caller.channel) for line, caller in desk.heard] == [
            ("my subscribe eu", OWN),
            ("my subscribe eu fine", OWN),
        ]


async def test_what_is_mine_is_never_said_aloud_where_i_asked() -> None:
    async with workspace() as (slack, desk):
        form = modal(await slack.types("/regpulse my subscribe"))
        desk.replies["my subscribe eu"] = Reply("U1 subscribed.", private=False)
        slack.kicks_the_bot("DU1")
        with capture_logs() as logged:
            await slack.fills(form, {"words": "eu"})
            await slack.types("/regpulse latest")
        assert slack.channel("C1").messages == []
        assert "change not announced" in str(logged)


async def test_who_cannot_be_written_to_is_told_why() -> None:
    async with workspace() as (slack, desk):
        slack.withholds("im:write")
        answer = await slack.types("/regpulse my subscribe eu")
        assert "could not open direct messages with you (missing_scope)" in str(answer)
        assert "im:write" in str(answer)
        assert desk.heard == []


async def test_a_verb_that_lacks_something_opens_its_form_and_the_form_says_the_line() -> None:
    async with workspace() as (slack, desk):
        form = modal(await slack.types("/regpulse subscribe"))
        assert form.title == "Subscribe here"
        assert list(form.fields) == ["words", "every", "source", "mention", "backfill"]
        given = {"words": "EU AI Act", "every": "daily 09:00", "source": "ftc", "mention": "S0LEGAL", "backfill": "2"}
        desk.replies['subscribe EU AI Act every:"daily 09:00" source:ftc mention:S0LEGAL backfill:2'] = Reply(
            "3 a week"
        )
        assert "3 a week" in str(await slack.fills(form, given))
        assert desk.heard[-1][1].channel == C1


async def test_a_back_test_is_read_in_the_modal_saved_there_and_announced_in_the_channel() -> None:
    async with workspace() as (slack, desk):
        buttons = (
            Button("Save", "save eu"),
            Button("Narrow", "form subscribe eu -opinion"),
            Button("Cancel", "cancel"),
        )
        desk.replies["subscribe eu"] = Reply("It would have sent 12 stories.", buttons=buttons)
        desk.replies["save eu"] = Reply(
            "U1 subscribed this channel.", buttons=(Button("Undo", "unsubscribe 1"),), private=False
        )
        form = modal(await slack.types("/regpulse subscribe"))
        shown = modal(await slack.fills(form, {"words": "eu"}))
        assert "12 stories" in str(shown)
        assert slack.channel("C1").messages == []
        narrowed = modal(await slack.presses(shown, "Narrow"))
        assert narrowed.filled == {"words": "eu -opinion"}
        shown = modal(await slack.fills(narrowed, {"words": "eu"}))
        saved = await slack.presses(shown, "Save")
        assert "subscribed this channel" in str(saved)
        announced = await slack.hears("C1", "U1 subscribed this channel.")
        assert "Undo" in announced.buttons


async def test_a_refused_query_is_read_in_the_modal_and_can_be_changed_there() -> None:
    async with workspace() as (slack, desk):
        desk.replies["subscribe stage:adoptd"] = Reply("unknown stage “adoptd”: did you mean adopted?")
        form = modal(await slack.types("/regpulse subscribe"))
        shown = modal(await slack.fills(form, {"words": "stage:adoptd"}))
        assert "did you mean adopted?" in str(shown)
        again = modal(await slack.presses(shown, "Change it"))
        assert again.filled == {"words": "stage:adoptd"}


async def test_a_form_whose_answer_takes_long_is_acknowledged_in_time_and_answered_later() -> None:
    async with workspace() as (slack, desk):
        form = modal(await slack.types("/regpulse subscribe"))
        desk.waits = asyncio.Event()
        shown = modal(await slack.fills(form, {"words": "eu"}))
        assert "Working on it" in str(shown)
        assert max(slack.acknowledged) < 3
        desk.waits.set()
        assert "You said: subscribe eu" in str(await slack.changes(shown, 3))


async def test_a_user_group_is_shown_by_its_handle_and_in_its_form_by_its_name() -> None:
    said = "1. eu (mentions user group S0LEGAL); 2. uk (mentions user group S0GONE)"
    async with workspace() as (slack, desk):
        desk.replies["subscriptions"] = Reply(said)
        desk.replies["edit 1 mention:none"] = Reply("mention: user group S0LEGAL → none", private=False)
        shown = await slack.types("/regpulse subscriptions")
        assert "1. eu (mentions @legal); 2. uk (mentions user group S0GONE)" in str(shown)
        aloud = await slack.mentions("edit 1 mention:none")
        assert "mention: @legal → none" in str(aloud)
        assert "<!subteam" not in str((shown, aloud)), "which would notify the group"
        desk.filled = {"words": "eu", "mention": "S0LEGAL"}
        form = modal(await slack.types("/regpulse subscribe"))
        assert "@legal (Legal team)" in str(form.fields["mention"])
        assert form.filled["mention"] == "S0LEGAL"
        assert slack.calls.count("usergroups.list") == 1, "kept some minutes"


async def test_where_slack_does_not_say_its_user_groups_an_id_stays_and_the_answer_comes() -> None:
    async with workspace() as (slack, desk):
        desk.replies["subscriptions"] = Reply("1. eu (mentions user group S0LEGAL)")
        slack.withholds("usergroups:read")
        assert "mentions user group S0LEGAL" in str(await slack.types("/regpulse subscriptions"))


async def test_where_no_modal_can_open_a_button_opens_it() -> None:
    async with workspace() as (slack, _):
        offered = await slack.mentions("subscribe")
        assert "press the button" in str(offered)
        form = modal(await slack.presses(offered, "Open the form"))
        assert "words" in form.fields


async def test_what_a_select_offers_is_what_the_desk_suggests() -> None:
    async with workspace() as (slack, _):
        form = modal(await slack.types("/regpulse subscribe"))
        assert await slack.suggestions(form, "source", "feder") == {"ftc": "Federal Trade Commission"}
        assert await slack.suggestions(form, "mention", "leg") == {"S0LEGAL": "@legal (Legal team)"}
        assert await slack.suggestions(form, "mention", "zebra") == {}


async def test_a_change_asked_for_in_a_thread_is_heard_in_the_channel() -> None:
    async with workspace() as (slack, desk):
        desk.replies["unsubscribe 1"] = Reply("U1 unsubscribed this channel.", private=False)
        assert (await slack.mentions("unsubscribe 1", thread="1.5")).broadcast
        assert not (await slack.mentions("latest", thread="1.5")).broadcast


async def test_a_button_in_a_thread_is_answered_there_and_what_it_changed_is_said_in_the_channel() -> None:
    async with workspace() as (slack, desk):
        desk.replies["story 1"] = Reply("One", buttons=(Button("Evidence", "evidence 1"), Button("Mute", "mute x")))
        desk.replies["mute x"] = Reply("U1 muted x.", private=False)
        shown = await slack.mentions("story 1", thread="1.5")
        assert (await slack.presses(shown, "Evidence")).thread_ts == "1.5"
        muted = await slack.presses(shown, "Mute")
        assert (muted.thread_ts, muted.private_to) == ("", "")


async def test_an_answer_that_slack_does_not_take_is_logged() -> None:
    async with SlackServer() as slack:
        slack.expires_response_urls()
        api = Api(slack.api_url)
        way = answering.InMessage(api.client(), "C1", f"http://{slack.address}/respond/1?channel=C1", "t")
        with capture_logs() as logged:
            await way.say(Reply("Anything"))
        await api.close()
        assert "expired_url" in str(logged)


async def test_a_line_too_long_for_a_button_is_kept_under_a_short_one() -> None:
    async with workspace() as (slack, desk):
        desk.replies["latest"] = Reply("Some", buttons=(Button("More", LONG),))
        shown = await slack.types("/regpulse latest")
        await slack.presses(shown, "More")
        assert desk.heard[-1][0] == f"={len(LONG)}"


async def test_a_button_that_leads_to_an_address_is_a_link() -> None:
    async with workspace() as (slack, desk):
        desk.replies["latest"] = Reply(
            "Some", buttons=(Button("Open", url="https://example.org"), Button("More", "latest 2"))
        )
        shown = await slack.types("/regpulse latest")
        assert shown.buttons["Open"]["url"] == "https://example.org"
        assert "value" not in shown.buttons["Open"]


async def test_the_first_link_of_a_message_is_briefed_for_whoever_asks() -> None:
    async with workspace() as (slack, desk):
        text = "Look <https://example.org/a?b=1&amp;c=2|here> and <https://example.org/z>"
        answer = await slack.shortcut("brief_link", {"text": text})
        assert answer.private_to
        await slack.shortcut(
            "why_link", {"text": "", "blocks": [{"elements": [{"type": "link", "url": "https://b.example"}]}]}
        )
        await slack.shortcut("brief_link", {"text": "<@U1>", "attachments": [{"from_url": "https://c.example"}]})
        assert [line for line, _ in desk.heard] == [
            "brief https://example.org/a?b=1&c=2",
            "why https://b.example",
            "brief https://c.example",
        ]
        assert "no link in this message" in str(await slack.shortcut("brief_link", {"text": "nothing <@U1>"}))


def subscription(channel: Channel, number: int, query: str = "eu") -> Subscription:
    return Subscription(channel, query, "U1", NOW, id=number)


async def test_the_home_shows_my_subscriptions_and_my_channels_with_their_buttons() -> None:
    async with workspace() as (slack, desk):
        desk.subscriptions = [
            subscription(C1, 3, '"EU AI Act"'),
            replace(subscription(OWN, 4), name="Mine", every="hourly"),
        ]
        home = await slack.opens_home()
        text = str(home)
        assert text.index("Your direct messages") < text.index("4. Mine") < text.index('3. "EU AI Act"')
        assert "hourly" in text
        assert "42 of 44 sources healthy" in text
        assert {'Edit subscription 3. "EU AI Act"', "Delete subscription 4. Mine"} <= set(home.buttons)
        assert "Add a subscription for your direct messages" in home.buttons


async def test_a_subscription_is_edited_in_a_modal_from_the_home() -> None:
    async with workspace() as (slack, desk):
        desk.subscriptions = [subscription(C1, 3)]
        home = await slack.opens_home()
        form = modal(await slack.presses(home, "Edit subscription 3. eu"))
        assert form.filled == {"subscription": "3"}
        await slack.fills(form, {"words": "eu -opinion"})
        line, caller = desk.heard[-1]
        assert (line, caller.channel) == ("edit 3 eu -opinion", C1)


async def test_a_deletion_on_the_home_is_announced_in_its_channel_and_the_home_renewed() -> None:
    async with workspace() as (slack, desk):
        desk.subscriptions = [subscription(C1, 3), subscription(C1, 5)]
        home = await slack.opens_home()
        desk.replies["unsubscribe 3"] = Reply("U1 unsubscribed from number 3.", private=False)
        assert home.buttons["Delete subscription 3. eu"]["confirm"]
        desk.subscriptions.pop(0)
        announced = await slack.presses(home, "Delete subscription 3. eu")
        assert (announced.channel, announced.text) == ("C1", "U1 unsubscribed from number 3.")
        assert desk.heard[-1][1].channel == C1
        renewed = await slack.sees_home("U1", without="Delete subscription 3. eu")
        assert "Delete subscription 5. eu" in renewed.buttons


async def test_what_cannot_be_announced_is_still_shown_to_who_did_it() -> None:
    async with workspace() as (slack, desk):
        desk.subscriptions = [subscription(C1, 3)]
        home = await slack.opens_home()
        slack.kicks_the_bot("C1")
        desk.replies["unsubscribe 3"] = Reply("Unsubscribed from number 3.", private=False)
        assert "Unsubscribed from number 3." in str(modal(await slack.presses(home, "Delete subscription 3. eu")))


async def test_a_home_of_many_subscriptions_fits_and_says_what_is_left_out() -> None:
    async with workspace() as (slack, desk):
        channels = [Channel("slack", "T1", f"C{n}") for n in range(40)]
        desk.subscriptions = [subscription(OWN, n) for n in range(50)] + [subscription(one, 60) for one in channels]
        home = await slack.opens_home()
        assert "more: say subscriptions there" in str(home)
        assert len(home.blocks) <= 100


async def test_guests_get_no_buttons_where_they_may_not_manage() -> None:
    async with workspace() as (slack, desk):
        slack.people["U1"] = {"is_restricted": True}
        desk.subscriptions = [subscription(C1, 3)]
        home = await slack.opens_home()
        assert list(home.buttons) == ["Help with everything"]


async def test_help_on_the_home_opens_a_window() -> None:
    async with workspace() as (slack, _):
        home = await slack.opens_home()
        assert "You said: help" in str(modal(await slack.presses(home, "Help with everything")))


async def test_a_home_is_renewed_only_for_who_opened_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answering, "MOST_HOMES", 1)
    async with workspace() as (slack, desk):
        desk.replies["unsubscribe 3"] = Reply("Gone.", private=False)
        await slack.types("/regpulse unsubscribe 3")
        assert "views.publish" not in slack.calls
        await slack.opens_home("U1")
        await slack.opens_home("U2")
        await slack.types("/regpulse unsubscribe 3", user="U1")
        await slack.types("/regpulse latest", user="U1")
        assert slack.calls.count("views.publish") == 2
