"""The two pages by which people install the app, as browsers, forgers and floods meet them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest

from bot.platforms.slack import installing
from bot.store.sqlite import Sqlite
from tests.edges.slack_served import KEY, OTHER_KEY, Served, everything_in, served
from tests.standins.desk import NOW

STALE = "This link was used before"
DONE = "RegPulse is installed in Team T2"


@dataclass
class Browser:
    """Anybody's, without a memory: what it holds is given to it."""

    made: Served
    session: aiohttp.ClientSession

    async def begins(self) -> tuple[str, str]:
        """Where it is sent, and the cookie it is given."""
        async with self.session.get(f"http://{self.made.address}/slack/install", allow_redirects=False) as begun:
            return begun.headers["Location"], begun.cookies[installing.COOKIE].value

    async def consents(self, there: str) -> str:
        """With what it is sent back from Slack, wherever RegPulse is served by then."""
        async with self.session.get(f"{there}&team=T2", allow_redirects=False) as consented:
            return consented.headers["Location"].partition("?")[2]

    async def returns(self, said: str, cookie: str) -> tuple[int, str, bool]:
        """The status and the page it ends on, and whether its cookie is taken away."""
        back = f"http://{self.made.address}/slack/oauth_redirect?{said}"
        async with self.session.get(back, cookies={installing.COOKIE: cookie}) as done:
            return done.status, await done.text(), installing.COOKIE in done.cookies

    async def comes_with_nothing_of_slack_s(self) -> tuple[int, str, bool]:
        there, cookie = await self.begins()
        return await self.returns(f"state={_state(there)}&code=none", cookie)


@asynccontextmanager
async def browsing(made: Served) -> AsyncIterator[Browser]:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
        yield Browser(made, session)


def _state(there: str) -> str:
    return there.partition("state=")[2].partition("&")[0]


async def test_beginning_writes_nothing_however_often_and_undoes_no_installation_under_way(tmp_path: Path) -> None:
    async with served(tmp_path) as made, browsing(made) as anybody:
        before = everything_in(tmp_path)
        there, cookie = await anybody.begins()
        for _ in range(200):
            await anybody.begins()
        assert everything_in(tmp_path) == before
        assert DONE in (await anybody.returns(await anybody.consents(there), cookie))[1]


async def test_a_state_that_is_forged_dated_anew_or_another_browser_s_is_refused_and_nothing_written(
    tmp_path: Path,
) -> None:
    async with served(tmp_path) as made, browsing(made) as anybody:
        there, cookie = await anybody.begins()
        said = await anybody.consents(there)
        (state,) = [part.removeprefix("state=") for part in said.split("&") if part.startswith("state=")]
        begun, _, signature = state.partition(".")
        _, another = await anybody.begins()
        before = everything_in(tmp_path)
        later = f"{int(begun) + 60}.{signature}"
        for forged in (later, begun, signature, f"{begun}.", f".{signature}", cookie, "", "é.é", f"-1.{signature}"):
            assert STALE in (await anybody.returns(said.replace(state, forged), cookie))[1], forged
        for held in (another, "", state, "é"):
            assert STALE in (await anybody.returns(said, held))[1], held
        assert "oauth.v2.access" not in made.slack.calls
        assert everything_in(tmp_path) == before
        assert DONE in (await anybody.returns(said, cookie))[1]


async def test_a_state_outlives_a_restart_and_a_new_key_and_works_once_all_the_same(tmp_path: Path) -> None:
    async with served(tmp_path) as made:
        async with browsing(made) as anybody:
            there, cookie = await anybody.begins()
            said = await anybody.consents(there)
        async with served(tmp_path, key=OTHER_KEY, slack=made.slack) as again, browsing(again) as anybody:
            assert STALE in (await anybody.returns(said, cookie))[1]
        async with served(tmp_path, key=f"{OTHER_KEY},{KEY}", slack=made.slack) as again, browsing(again) as anybody:
            assert DONE in (await anybody.returns(said, cookie))[1]
        async with served(tmp_path, key=f"{OTHER_KEY},{KEY}", slack=made.slack) as again, browsing(again) as anybody:
            assert STALE in (await anybody.returns(said, cookie))[1]


async def test_more_ways_back_than_a_minute_has_place_for_are_asked_to_come_again_and_may(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(installing, "A_MINUTE", 5)
    async with served(tmp_path) as made, browsing(made) as anybody:
        there, cookie = await anybody.begins()
        said = await anybody.consents(there)
        for _ in range(5):
            assert (
                "Slack did not complete the installation (invalid_code)"
                in (await anybody.comes_with_nothing_of_slack_s())[1]
            )
        before = everything_in(tmp_path)
        for _ in range(20):
            assert (await anybody.comes_with_nothing_of_slack_s())[0] == 429
        assert await anybody.returns(said, cookie) == (
            429, "Too many are installing RegPulse at this moment. Reload this page in 12 seconds.", False,
        )  # fmt: skip
        assert made.slack.calls.count("oauth.v2.access") == 5
        assert everything_in(tmp_path) == before
        made.passes(timedelta(seconds=12))
        status, page, cookie_taken = await anybody.returns(said, cookie)
        assert (status, cookie_taken) == (200, True)
        assert DONE in page


async def test_a_used_state_is_known_as_long_as_it_would_be_good_and_no_longer(tmp_path: Path) -> None:
    store = await Sqlite.open(tmp_path / "x.db")
    try:
        until = NOW + timedelta(minutes=10)
        assert await store.redeem("one", until=until, now=NOW)
        assert not await store.redeem("one", until=until, now=NOW)
        assert await store.redeem("two", until=until + timedelta(minutes=20), now=NOW + timedelta(minutes=11))
        assert await store.redeem("one", until=until + timedelta(minutes=30), now=NOW + timedelta(minutes=11))
    finally:
        await store.close()
