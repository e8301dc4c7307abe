"""The command line as an operator meets it: the real program as a process of its own."""

import asyncio
import json
import os
import signal
import sys
from pathlib import Path

import aiohttp

from tests.standins.local import free_port
from tests.walks.test_main_job import arrange, publish
from tests.walks.world import CONFIG, DISCORD, NEWS, SLACK, World, world

ROOT = CONFIG.parent
AS_MAIN = "; import runpy; runpy.run_module('bot', run_name='__main__', alter_sys=True)"


async def starts(made: World, *arguments: str, first: str = "") -> asyncio.subprocess.Process:
    """`python -m bot`, in a process that executes these lines before it."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("REGPULSE_")}
    return await asyncio.create_subprocess_exec(
        sys.executable, "-W", "ignore", *(("-c", first + AS_MAIN) if first else ("-m", "bot")), *arguments,
        "--config", str(CONFIG), "--feeds", str(made.feeds_file), "--db", str(made.database),
        cwd=ROOT, env=environment | made.variables(),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip


async def runs(made: World, *arguments: str) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of one whole run."""
    process = await starts(made, *arguments)
    out, err = await asyncio.wait_for(process.communicate(), 600)
    return process.returncode or 0, out.decode(), err.decode()


async def test_once_prints_one_object_and_sends_each_alert_once(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        arrange(made)
        code, out, err = await runs(made, "once", "--json")
        first = json.loads(out)
        assert code == 0, err
        assert (first["polled"], first["failed"], first["alerts"], first["sent"]) == (5, 0, 0, [])
        publish(made)
        second = json.loads((await runs(made, "once", "--json", "--all"))[1])
        assert second["alerts"] == len(second["sent"]) == 3
        assert {sent["headline"] for sent in second["sent"]} == {title for title, _ in NEWS}
        assert {(sent["platform"], sent["channel"]) for sent in second["sent"]} == {("terminal", "terminal")}
        assert json.loads((await runs(made, "once", "--json", "--all"))[1])["sent"] == []


async def test_ask_subscribes_a_channel_and_once_posts_to_it(tmp_path: Path) -> None:
    async with world(tmp_path, slack=True, discord=True) as made:
        assert made.slack
        assert made.discord
        arrange(made)
        for channel in (SLACK, DISCORD):
            code, out, err = await runs(made, "ask", "--channel", str(channel), 'save "EU AI Act" -opinion')
            assert code == 0, err
            assert "EU AI Act" in out
            assert f"Announced in {channel}." in out
        for messages in (made.slack.channel("C1").messages, made.discord.channel("200").messages):
            (change,) = messages
            assert "The operator subscribed this channel, as number" in str(change)
            assert "Undo" in change.buttons
            messages.clear()
        made.slack.archives("C1")
        assert "Not announced in slack:T1:C1: " in (await runs(made, "ask", "--channel", str(SLACK), "mute wombat"))[1]
        made.slack.lets_in_again("C1")
        made.environment["REGPULSE_DISCORD_API_URL"] = "http://127.0.0.1:9"
        code, out, _ = await runs(made, "ask", "--channel", str(DISCORD), "mute wombat")
        assert (code, "Not announced in discord:100:200: discord cannot be spoken to" in out) == (0, True), out
        del made.environment["REGPULSE_DISCORD_API_URL"]
        await runs(made, "once", "--json")
        publish(made)
        sent = json.loads((await runs(made, "once", "--json", "--all"))[1])["sent"]
        assert sorted((one["platform"], one["channel"]) for one in sent) == [("discord", "200"), ("slack", "C1")]
        assert len(made.slack.channel("C1").messages) == len(made.discord.channel("200").messages) == 1


async def test_ask_refuses_a_channel_that_no_platform_has(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        made.has_feed("one")
        for channel, told in (
            ("salck:T1:C1", "RegPulse knows no platform “salck”; it knows slack, discord and terminal."),
            ("discord:100:general", "its channel must be a channel's id, which is a number"),
        ):
            code, out, err = await runs(made, "ask", "--channel", channel, "save everything")
            assert (code, out) == (2, "")
            assert f"--channel {channel}: " in err
            assert told in err


async def test_a_configuration_fault_is_one_line_exit_2_and_touches_nothing(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        made.environment["REGPULSE_HTTP_TIMEOUT_SECONDS"] = "soon"
        code, out, err = await runs(made, "once")
        assert code == 2
        assert out == ""
        assert err.strip().count("\n") == 0
        assert "REGPULSE_HTTP_TIMEOUT_SECONDS" in err
        assert not made.database.exists()


async def test_a_second_process_on_one_database_is_refused_in_a_sentence(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        made.has_feed("one")
        async with made.opens():
            code, _, err = await runs(made, "once")
        assert code == 2
        assert f"another RegPulse is running on this database: process {os.getpid()} on " in err


async def test_run_previews_the_baseline_serves_the_page_and_stops_when_asked(tmp_path: Path) -> None:
    async with world(tmp_path) as made, aiohttp.ClientSession() as browser:
        made.environment["REGPULSE_WEB_LISTEN"] = f"127.0.0.1:{free_port()}"
        made.has_feed("one", NEWS)
        process = await starts(made, "run")
        assert process.stdout
        shown = await asyncio.wait_for(
            reads_until(process.stdout, NEWS[2][0][:30], NEWS[0][0][:30], NEWS[1][0][:30]), 120
        )
        assert "PREVIEW" in shown
        async with browser.get(f"http://{made.environment['REGPULSE_WEB_LISTEN']}/") as page:
            assert page.status == 200
            assert NEWS[0][0] in await page.text()
        process.send_signal(signal.SIGINT)
        await asyncio.wait_for(process.communicate(), 300)
        assert process.returncode == 130


async def reads_until(stream: asyncio.StreamReader, *words: str) -> str:
    text = ""
    while not all(word in text for word in words):
        line = await stream.readline()
        assert line, text
        text += line.decode()
    return text


async def test_doctor_names_each_feed_with_its_trouble_and_a_remedy(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        made.has_feed("one")
        made.has_feed("two")
        made.has_feed("three", NEWS[:1])
        made.feeds.answers_html("/two.xml")
        code, out, _ = await runs(made, "doctor")
        assert code == 1
        assert "configuration: 3 feeds, " in out
        assert 'feed "one": 12 entries' in out
        assert 'feed "three": 1 entry' in out
        assert "HTML" in out.split('feed "two"')[1]


async def test_doctor_names_the_scopes_a_slack_app_lacks_and_what_is_missed_without_them(tmp_path: Path) -> None:
    async with world(tmp_path, slack=True) as made:
        assert made.slack
        made.has_feed("one")
        _, well, _ = await runs(made, "doctor")
        assert "✓ slack: ready in 1 workspace" in well
        assert "configuration: 1 feed, " in well
        made.slack.withholds("users:read")
        made.slack.withholds("commands")
        code, out, _ = await runs(made, "doctor")
        told = " ".join(out.split())
        assert code == 1
        assert "✓ slack: Team T1 does not let it tell guests from members and admins" in told
        assert "✗ slack: Team T1 does not let it be asked by the slash command" in told
        assert "Add the scope users:read under OAuth & Permissions" in told
        assert "Add the scope commands under OAuth & Permissions" in told


async def test_the_manifest_is_printed_as_the_configuration_wants_it(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        made.has_feed("one")
        code, out, _ = await runs(made, "manifest", "slack")
        assert (code, "socket_mode_enabled: true" in out) == (0, True)
        made.environment |= {"REGPULSE_SLACK_MODE": "http", "REGPULSE_SLACK_URL": "https://a.example"}
        code, out, _ = await runs(made, "manifest", "slack")
        assert (code, 'request_url: "https://a.example/slack/events"' in out) == (0, True)
