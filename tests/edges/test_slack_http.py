"""Slack over HTTP: what it signed just now is answered, and nothing else."""

import asyncio
import json
from pathlib import Path

import pytest

from bot.app import joining
from bot.errors import PlatformDown
from tests.edges.slack_served import SECRET, served, settings
from tests.standins.desk import NOW
from tests.standins.slack import SlackServer
from tests.standins.slack_person import encoded
from tests.standins.slack_seen import Modal


def help_asked(slack: SlackServer) -> tuple[str, str]:
    return encoded(
        "slash_commands",
        {
            "command": "/regpulse", "text": "help", "team_id": "T1", "channel_id": "C1", "user_id": "U1",
            "trigger_id": "t", "response_url": f"http://{slack.address}/respond/once?channel=C1",
        },
    )  # fmt: skip


async def test_over_http_a_person_is_answered_as_through_the_socket(tmp_path: Path) -> None:
    async with served(tmp_path, one=True) as made:
        slack = made.slack
        assert "You said: latest" in str(await slack.types("/regpulse latest"))
        assert "You said: latest" in str(await slack.mentions("latest"))
        form = await slack.types("/regpulse subscribe")
        assert isinstance(form, Modal)
        shown = await slack.fills(form, {"words": "eu", "source": "ftc"})
        assert "You said: subscribe eu source:ftc" in str(shown)
        assert "Your direct messages" in str(await slack.opens_home())
        assert max(slack.acknowledged) < 3


async def test_a_slow_answer_over_http_is_acknowledged_first(tmp_path: Path) -> None:
    async with served(tmp_path, one=True) as made:
        made.desk.waits = asyncio.Event()
        asking = asyncio.create_task(made.slack.types("/regpulse latest"))
        await made.slack.is_acknowledged()
        assert not asking.done()
        made.desk.waits.set()
        assert "You said: latest" in str(await asking)


@pytest.mark.parametrize(
    ("ago", "secret", "headers"),
    [
        (0, "another secret", {}),
        (301, SECRET, {}),
        (-301, SECRET, {}),
        (0, SECRET, {"X_Slack_Signature": ""}),
        (0, SECRET, {"X_Slack_Signature": "v0=ä"}),
        (0, SECRET, {"X_Slack_Request_Timestamp": "soon"}),
        (0, SECRET, {"X_Slack_Request_Timestamp": "9" * 400}),
    ],
)
async def test_what_slack_did_not_sign_just_now_is_refused(
    tmp_path: Path, ago: float, secret: str, headers: dict[str, str]
) -> None:
    async with served(tmp_path, one=True) as made:
        url = f"http://{made.address}/slack/events"
        status, _ = await made.slack.posts(url, *help_asked(made.slack), secret=secret, ago=ago, **headers)
        assert status == 401
        assert made.desk.heard == []


async def test_the_same_signed_request_is_answered_once(tmp_path: Path) -> None:
    async with served(tmp_path, one=True) as made:
        url = f"http://{made.address}/slack/events"
        for _ in range(3):
            assert (await made.slack.posts(url, *help_asked(made.slack), secret=SECRET))[0] == 200
        await made.slack.types("/regpulse latest")
        assert [line for line, _ in made.desk.heard] == ["help", "latest"]


async def test_slack_s_own_question_whether_it_is_there_is_answered(tmp_path: Path) -> None:
    async with served(tmp_path, one=True) as made:
        url, asked = f"http://{made.address}/slack/events", json.dumps({"type": "url_verification", "challenge": "c4"})
        status, body = await made.slack.posts(url, asked, "application/json", secret=SECRET)
        assert (status, json.loads(body)) == (200, {"challenge": "c4"})


async def test_a_request_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    async with served(tmp_path, one=True) as made:
        url = f"http://{made.address}/slack/events"
        status, _ = await made.slack.posts(url, "x" * 1_100_000, "text/plain", secret=SECRET)
        assert status == 413


async def test_an_address_in_use_is_said_with_its_remedy(tmp_path: Path) -> None:
    async with served(tmp_path, one=True) as made:
        second = joining.slack(
            settings(made.slack, tmp_path, int(made.address.split(":")[1]), REGPULSE_SLACK_BOT_TOKEN="xoxb-test"),
            lambda: NOW,
        )
        with pytest.raises(PlatformDown, match="REGPULSE_SLACK_LISTEN"):
            await second.listen(made.desk)
        await second.close()
