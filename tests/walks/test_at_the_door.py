"""At the desk's door: who may change what a channel hears, how often one may ask, and what may be shared."""

from datetime import timedelta

import pytest

from bot.model import Caller, Channel, Rank
from tests.walks.test_commands import ELSEWHERE, FINE, HERE, ORDERS, SIGNED, Office, office

__all__ = ["office"]
"""The fixture of the desk's own tests."""

SERVER = Channel("discord", "100", "200")


async def may(office: Office, rank: Rank, channel: Channel = HERE) -> bool:
    answer = await office.desk.answer("mute gossip", Caller(channel, "U2", rank))
    await office.store.unmute(channel, "gossip")
    return not answer.text.startswith("Only ")


# Who may


@pytest.mark.parametrize(
    ("policy", "allowed"), [("anyone", "gmMa"), ("members", "mMa"), ("managers", "Ma"), ("admins", "a")]
)
async def test_an_admin_decides_for_the_whole_space_who_may(office: Office, policy: str, allowed: str) -> None:
    admin = office.caller(rank="admin")
    await office.desk.answer("settings manage anyone", admin)
    await office.desk.answer(f"settings manage {policy}", admin)
    ranks: dict[str, Rank] = {"g": "guest", "m": "member", "M": "manager", "a": "admin"}
    for channel in (HERE, ELSEWHERE):
        assert "".join([sign for sign, rank in ranks.items() if await may(office, rank, channel)]) == allowed
    assert not await may(office, "member", SERVER)


async def test_the_configuration_says_who_may_where_no_admin_did(office: Office) -> None:
    office.desk = office.opens(manage={"slack": "members", "discord": "admins"})
    assert [await may(office, rank) for rank in ("guest", "member")] == [False, True]
    assert [await may(office, rank, SERVER) for rank in ("manager", "admin")] == [False, True]


async def test_a_refusal_says_who_may_and_what_to_do(office: Office) -> None:
    assert await office.says("subscribe fines", may_manage=False) == (
        "Only people who may manage it can change what this channel hears. Ask one of them, or an admin to say: "
        "settings manage members. For yourself alone: my subscribe"
    )
    answer = await office.desk.answer("settings manage anyone", office.caller())
    assert answer.text.startswith("Only admins of the workspace or server decide")
    assert await office.store.setting(Channel("slack", "T1", ""), "manage") == ""


async def test_who_may_manage_is_announced_and_undone(office: Office) -> None:
    admin = office.caller(rank="admin")
    said = await office.desk.answer("settings manage admins", admin)
    assert not said.private
    assert said.text.startswith("Ada set, for all channels: What a channel hears may be changed by admins.")
    await office.desk.answer(said.buttons[0].line, admin)
    assert await may(office, "manager")
    again = await office.desk.answer(said.buttons[0].line, admin)
    assert (again.private, again.text.startswith("It is so already.")) == (True, True)


@pytest.mark.parametrize("direct", [Channel("discord", "", "300"), Channel("slack", "T1", "D7")])
async def test_in_a_direct_message_everything_is_one_s_own_and_nothing_anybody_else_s(
    office: Office, direct: Channel
) -> None:
    """Everybody is an admin of their own direct messages, guests too: that makes them none of the workspace's."""
    before = await office.desk.answer("settings", office.caller(rank="member"))
    assert await may(office, "admin", direct)
    answer = await office.desk.answer("settings manage anyone", Caller(direct, "U2", "admin"))
    assert answer.text.startswith("Here there is nobody but you: everything may be changed.")
    assert "manage" not in (await office.desk.answer("settings", Caller(direct, "U2", "admin"))).text
    assert await office.desk.answer("settings", office.caller(rank="member")) == before


async def test_the_model_is_switched_off_aloud_and_on_again(office: Office) -> None:
    off = await office.asks("settings model off")
    assert not off.private
    assert off.text.startswith("Ada set: model off.")
    assert off.buttons[0].line == "settings model on"
    assert "It is so already." in await office.says("settings model off")
    assert "Only people" in await office.says("settings model on", may_manage=False)


# How often


async def test_a_person_is_asked_to_wait_and_others_are_not(office: Office) -> None:
    office.desk = office.opens(a_person=3, a_space=100)
    for _ in range(3):
        assert "Look things up" in await office.says("help")
    assert await office.says("help") == (
        "You are quicker than RegPulse answers: 3 lines a minute. Try again in 20 seconds."
    )
    other = await office.desk.answer("help", Caller(HERE, "U2", "member"))
    assert "Look things up" in other.text
    operator = await office.asks("help", operator=True)
    assert "Look things up" in operator.text
    office.now += timedelta(seconds=20)
    assert "Look things up" in await office.says("help")
    assert "Try again in 20 seconds" in await office.says("help")


async def test_a_space_has_its_own_bound_and_another_space_is_not_held_up(office: Office) -> None:
    office.desk = office.opens(a_person=100, a_space=5)
    for number in range(5):
        await office.desk.answer("help", Caller(HERE, f"U{number}", "member"))
    refused = await office.desk.answer("help", Caller(ELSEWHERE, "U9", "member"))
    assert (
        refused.text == "All of you here are quicker than RegPulse answers: 5 lines a minute. Try again in 12 seconds."
    )
    assert "Look things up" in await office.says("help", SERVER)


# Sharing


async def test_an_answer_is_shared_by_its_button_and_says_who_did(office: Office) -> None:
    await office.hears(FINE, SIGNED, ORDERS)
    await office.turns()
    for line in ("latest 2", "search investigation", "story 1", "evidence 1", "status", "sources"):
        reply = await office.asks(line)
        buttons = [*reply.buttons, *(button for card in reply.cards for button in card.buttons)]
        (share,) = [button for button in buttons if button.label == "Share here"]
        shared = await office.asks(share.line)
        assert not shared.private
        assert shared.text.startswith(f"Ada shared: {line}")
        assert [card.title for card in shared.cards] == [card.title for card in reply.cards]
        assert "Share here" not in str(shared)


@pytest.mark.parametrize(
    "line", ["my latest", "save fines", "story tell 1", "sources release gazette", "why 1", "share latest"]
)
async def test_nothing_but_a_look_up_is_shared(office: Office, line: str) -> None:
    reply = await office.asks(f"share {line}")
    assert (reply.private, reply.text.startswith("Only look-ups can be shared")) == (True, True)


async def test_nothing_is_to_be_shared_where_nobody_else_is(office: Office) -> None:
    for direct in (Channel("discord", "", "300"), Channel("slack", "T1", "D7")):
        assert "Share here" not in str(await office.asks("status", direct))
    assert "Share here" not in str(await office.asks("my status"))
    assert "Share here" not in str(await office.asks("status", operator=True))
