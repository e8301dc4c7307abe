"""One RegPulse in many workspaces: installed by their people, each with a token nobody reads at rest."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import aiohttp
import pytest

from bot import config
from bot.app import joining
from bot.errors import ConfigError, PlatformDown
from bot.model import Doubt, Later, Refused, Reply, Sent
from bot.platforms.slack.sealing import Seal, Secrets, Unopened
from tests.edges.slack_served import KEY, OTHER_KEY, by_http, everything_in, many, served
from tests.standins.desk import NOW
from tests.standins.slack_seen import Modal
from tests.walks.world import CONFIG


async def test_two_workspaces_install_it_and_each_is_spoken_to_with_its_own_token(tmp_path: Path) -> None:
    async with served(tmp_path) as made:
        assert await made.sends("T2") == Refused(
            "RegPulse is not installed in this workspace any more",
            f"Install it again: http://{made.address}/slack/install or unsubscribe the channel.",
            "space",
        )
        assert "RegPulse is installed in Team T2" in await made.slack.installs("T2", made.address)
        await made.slack.installs("T3", made.address)
        for team in ("T2", "T3"):
            assert isinstance(await made.sends(team, f"C{team}"), Sent)
            assert "You said: help" in str(await made.slack.types("/regpulse help", team=team))
            assert made.desk.heard[-1][1].channel.space == team
        assert len(made.slack.channel("CT2").messages) == len(made.slack.channel("CT3").messages) == 1


async def test_an_installation_outlives_a_restart_and_its_token_is_read_nowhere_on_the_disk(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with served(tmp_path) as made:
        await made.slack.installs("T2", made.address)
        slack = made.slack
        async with served(tmp_path, slack=slack) as again:
            assert isinstance(await again.sends("T2"), Sent)
        written = everything_in(tmp_path)
        tokens = [*slack.tokens, *slack._refreshes]
        assert len(tokens) == 2
        for token in tokens:
            assert token.encode() not in written
            assert token not in "".join(capsys.readouterr())


async def test_a_state_works_once_in_the_browser_that_got_it_and_for_ten_minutes(tmp_path: Path) -> None:
    async with served(tmp_path) as made, aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as browser:

        async def begins() -> tuple[str, dict[str, str]]:
            async with browser.get(f"http://{made.address}/slack/install", allow_redirects=False) as begun:
                there = begun.headers["Location"]
                cookies = {name: cookie.value for name, cookie in begun.cookies.items()}
            async with browser.get(f"{there}&team=T2", allow_redirects=False) as consented:
                return consented.headers["Location"], cookies

        async def returns(back: str, cookies: dict[str, str]) -> str:
            async with browser.get(back, cookies=cookies) as done:
                return await done.text()

        back, cookies = await begins()
        assert "was used before" in await returns(back, {})
        assert "was used before" in await returns(back, {"regpulse-install": "another"})
        assert "is installed in Team T2" in await returns(back, cookies)
        assert "was used before" in await returns(back, cookies)
        back, cookies = await begins()
        made.passes(timedelta(minutes=11))
        assert "was used before" in await returns(back, cookies)
        assert len(await made.store.installations()) == 1


async def test_who_declines_at_slack_is_told_that_nothing_was_installed(tmp_path: Path) -> None:
    async with served(tmp_path) as made:
        page = await made.slack.installs("T2", made.address, declines=True)
        assert page == "RegPulse was not installed: Slack says access_denied."
        assert await made.store.installations() == ()


async def test_who_installs_it_for_a_whole_organisation_is_asked_to_choose_a_workspace(tmp_path: Path) -> None:
    """Slack may name a workspace all the same; the token is every workspace's."""
    async with served(tmp_path) as made:
        made.slack.installs_for_a_whole_organisation()
        page = await made.slack.installs("T2", made.address)
        assert page.startswith("RegPulse is installed in one workspace at a time. Choose a workspace")
        assert await made.store.installations() == ()


def test_a_token_opens_in_its_own_workspace_only() -> None:
    seal = Seal(KEY)
    sealed = seal.seal("T2", Secrets("xoxb-T2", "refresh"))
    assert seal.open("T2", sealed) == Secrets("xoxb-T2", "refresh")
    with pytest.raises(Unopened):
        seal.open("T3", sealed)


async def test_a_token_moved_to_another_workspaces_row_speaks_for_neither(tmp_path: Path) -> None:
    async with served(tmp_path) as made:
        for team in ("T2", "T3"):
            await made.slack.installs(team, made.address)
        mine, theirs = await made.store.installation("T2"), await made.store.installation("T3")
        assert mine
        assert theirs
        await made.store.install(replace(mine, sealed=theirs.sealed))
        async with served(tmp_path, slack=made.slack) as again:
            assert isinstance(await again.sends("T2"), Refused)
            assert again.slack.channel("C1").messages == []
            assert isinstance(await again.sends("T3"), Sent)
        assert ["(T2): the workspace's token" in told for told in await made.notices()] == [True]


async def test_a_token_is_renewed_before_it_expires_once_however_many_ask(tmp_path: Path) -> None:
    async with served(tmp_path) as made:
        await made.slack.installs("T2", made.address)
        made.passes(timedelta(hours=9))
        await made.sends("T2")
        assert made.slack.refreshed == 0
        made.passes(timedelta(hours=2))
        assert {type(one) for one in await asyncio.gather(*(made.sends("T2") for _ in range(5)))} == {Sent}
        assert made.slack.refreshed == 1
        assert made.slack.calls.count("oauth.v2.access") == 2
        made.passes(timedelta(hours=11))
        await made.sends("T2")
        assert made.slack.refreshed == 2


async def test_a_token_that_cannot_be_renewed_serves_while_it_lasts_and_then_its_workspace_is_gone(
    tmp_path: Path,
) -> None:
    async with served(tmp_path) as made:
        await made.slack.installs("T2", made.address)
        made.slack._refreshes.clear()
        made.passes(timedelta(hours=11))
        assert isinstance(await made.sends("T2"), Sent)
        made.passes(timedelta(hours=2))
        assert isinstance(await made.sends("T2"), Refused)
        assert ["could not be renewed" in one for one in await made.notices()] == [True]


async def test_a_token_that_cannot_be_renewed_for_now_leaves_a_message_in_doubt(tmp_path: Path) -> None:
    """It is no word on whether the message stands there: sent again, it might stand there twice."""
    async with served(tmp_path) as made:
        await made.slack.installs("T2", made.address)
        made.passes(timedelta(hours=13))
        made.slack.refuses_to_renew()
        assert isinstance(await made.looks_for("T2"), Doubt)
        made.slack.renews_again()
        assert await made.looks_for("T2") == Later("was not posted", timedelta(0))


@pytest.mark.parametrize("how", ["removes_the_app", "revokes_the_bot"])
async def test_a_workspace_that_removes_it_is_forgotten_and_operators_are_told_once(tmp_path: Path, how: str) -> None:
    async with served(tmp_path) as made:
        await made.slack.installs("T2", made.address)
        await made.slack.installs("T3", made.address)
        await getattr(made.slack, how)("T2")
        await made.forgets("T2")
        await getattr(made.slack, how)("T2")
        assert isinstance(await made.sends("T2"), Refused)
        assert isinstance(await made.sends("T3"), Sent)
        (notice,) = await made.notices()
        assert notice.startswith("RegPulse was removed from a Slack workspace: Team T2 (T2): it was uninstalled there.")
        assert made.client.down == ""
        await made.slack.installs("T2", made.address)
        assert isinstance(await made.sends("T2"), Sent)


async def test_a_removal_that_arrives_late_does_not_undo_a_new_installation(tmp_path: Path) -> None:
    async with served(tmp_path) as made:
        made.now = datetime.now(NOW.tzinfo)
        await made.slack.installs("T2", made.address)
        await made.slack.installs("T3", made.address)
        await made.slack.removes_the_app("T2", ago=3_600)
        await made.slack.removes_the_app("T3")
        await made.forgets("T3")
        assert isinstance(await made.sends("T2"), Sent)


async def test_one_workspace_s_trouble_is_not_the_others(tmp_path: Path) -> None:
    async with served(tmp_path) as made:
        for team in ("T2", "T3", "T4"):
            await made.slack.installs(team, made.address)
        made.slack.revokes_token("T2")
        made.slack.rate_limits_team("T3")
        assert isinstance(await made.edits("T2"), Refused)
        assert await made.sends("T3") == Later("Slack asks us to slow down", timedelta(seconds=60))
        assert isinstance(await made.sends("T4"), Sent)
        assert isinstance(await made.sends("T2"), Refused)
        assert made.client.down == ""
        assert ["Slack says token_revoked" in one for one in await made.notices()] == [True]


async def test_a_key_is_replaced_without_losing_a_workspace(tmp_path: Path) -> None:
    async with served(tmp_path) as made:
        await made.slack.installs("T2", made.address)
        async with served(tmp_path, key=f"{OTHER_KEY},{KEY}", slack=made.slack) as again:
            assert isinstance(await again.sends("T2"), Sent)
        async with served(tmp_path, key=OTHER_KEY, slack=made.slack) as last:
            assert isinstance(await last.sends("T2"), Sent)


async def test_tokens_that_no_key_opens_are_said_with_the_remedy(tmp_path: Path) -> None:
    async with served(tmp_path) as made:
        await made.slack.installs("T2", made.address)
        with pytest.raises(PlatformDown, match="does not open the tokens of 1 Slack workspace"):
            async with served(tmp_path, key=OTHER_KEY, slack=made.slack):
                pass


async def test_one_workspace_whose_token_no_key_opens_keeps_no_other_from_being_served(tmp_path: Path) -> None:
    async with served(tmp_path) as made:
        await made.slack.installs("T2", made.address)
        await made.slack.installs("T3", made.address)
        found = await made.store.installation("T2")
        assert found
        await made.store.install(replace(found, sealed=Seal(OTHER_KEY).seal("T2", Secrets("xoxb-T2"))))
        for _ in range(2):
            async with served(tmp_path, slack=made.slack) as again:
                assert isinstance(await again.sends("T3"), Sent)
                refused = await again.sends("T2")
                assert isinstance(refused, Refused)
                assert (refused.reason, refused.closed) == (
                    "the workspace's token was sealed with another key",
                    "space",
                )
                assert "REGPULSE_ENCRYPTION_KEY, or have the app installed there again." in refused.remedy
        (told,) = await made.notices()
        assert "(T2): the workspace's token was sealed with another key" in told


async def test_a_workspace_that_is_not_installed_is_answered_with_a_sentence(tmp_path: Path) -> None:
    async with served(tmp_path) as made:
        answer = await made.slack.types("/regpulse help", team="T9")
        assert "not installed in this workspace" in str(answer)
        assert made.desk.heard == []


async def test_a_change_in_one_workspace_is_announced_there(tmp_path: Path) -> None:
    async with served(tmp_path) as made:
        await made.slack.installs("T2", made.address)
        form = await made.slack.types("/regpulse subscribe", team="T2", channel="C2")
        made.desk.replies["subscribe eu"] = Reply("U1 subscribed this channel.", private=False)
        assert isinstance(form, Modal)
        await made.slack.fills(form, {"words": "eu"})
        await made.slack.hears("C2", "U1 subscribed this channel.")


@pytest.mark.parametrize(
    ("without", "named"),
    [
        ("REGPULSE_ENCRYPTION_KEY", "Fernet.generate_key"),
        ("REGPULSE_SLACK_CLIENT_SECRET", "REGPULSE_SLACK_CLIENT_SECRET"),
        ("REGPULSE_SLACK_SIGNING_SECRET", "REGPULSE_SLACK_SIGNING_SECRET"),
        ("REGPULSE_SLACK_URL", 'set mode = "http", and url'),
        ("REGPULSE_SLACK_MODE", 'set mode = "http", and url'),
    ],
)
def test_what_many_workspaces_need_and_is_missing_is_named(tmp_path: Path, without: str, named: str) -> None:
    more = by_http(3000) | many(3000)
    del more[without]
    with pytest.raises(ConfigError, match=named):
        joining.slack(config.load(CONFIG, environment=more, db=tmp_path / "x.db"), lambda: NOW)


def test_a_key_that_is_none_is_refused_with_the_command_that_makes_one(tmp_path: Path) -> None:
    more = by_http(3000) | many(3000, "password")
    with pytest.raises(ConfigError, match="is no key") as refused:
        config.load(CONFIG, environment=more, db=tmp_path / "x.db")
    assert "password" not in str(refused.value)
