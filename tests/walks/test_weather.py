"""Hostile feeds and troubled platforms: one clear line each, no ping, no hang, no lost neighbour."""

from pathlib import Path

import pytest

from tests.walks.test_main_job import arrange, publish
from tests.walks.world import DISCORD, NEWS, OTHER, SLACK, World, world


async def neighbours_are_heard(made: World) -> str:
    """Beside the bad feed a good one tells its news; `status` is what the operator reads."""
    made.has_feed("good")
    made.paths.append("bad")
    await made.turns()
    made.publishes("good", NEWS[0])
    tally, sent = await made.turns()
    assert [headline for _, headline in sent] == [NEWS[0][0]]
    assert tally.failed == 1
    return next(line for line in (await made.says("status")).splitlines() if "bad" in line)


async def test_a_feed_that_answers_with_a_web_page(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        made.feeds.answers_html("/bad.xml")
        assert "answered with a web page (HTML) instead of a feed" in await neighbours_are_heard(made)


async def test_a_feed_of_thirty_megabytes(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        made.feeds.is_huge("/bad.xml", 30)
        assert "larger than 10 MB: stopped reading" in await neighbours_are_heard(made)


async def test_a_feed_that_unpacks_to_thirty_megabytes(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        made.feeds.is_huge("/bad.xml", 30, zipped=True)
        assert "larger than 10 MB: stopped reading" in await neighbours_are_heard(made)


@pytest.mark.parametrize("misbehaves", ["never_ends", "hangs"])
async def test_a_feed_that_never_ends_or_never_answers(tmp_path: Path, misbehaves: str) -> None:
    async with world(tmp_path, environment={"REGPULSE_HTTP_TIMEOUT_SECONDS": "1"}) as made:
        made.environment["REGPULSE_HTTP_TIMEOUT_SECONDS"] = "1"
        getattr(made.feeds, misbehaves)("/bad.xml")
        assert "timed out after 1 s" in await neighbours_are_heard(made)


async def test_a_feed_that_leads_to_the_cloud_s_metadata(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        made.feeds.redirects("/bad.xml", "http://169.254.169.254/latest/meta-data/")
        assert "169.254.169.254 is a private address: refused" in await neighbours_are_heard(made)


async def test_a_feed_that_asks_to_be_left_alone(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        made.feeds.is_broken("/bad.xml", 429, {"Retry-After": "7200"})
        line = await neighbours_are_heard(made)
        assert "answered 429 (we ask too often)" in line
        assert "next try in 2 h" in line or "next try in 119 min" in line


async def test_a_feed_with_a_broken_encoding_is_read_as_well_as_it_can_be(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        made.has_feed("one")
        await made.turns()
        item = "<channel><item><title>%s</title></item></channel>"
        document = f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0">{item}</rss>'
        made.feeds.publishes("/one.xml", (document % "Caf\xe9: EU AI Act fine for a chatbot maker").encode("latin-1"))
        tally, sent = await made.turns()
        assert tally.failed == 0
        assert "EU AI Act fine for a chatbot maker" in sent[0][1]


@pytest.mark.parametrize("platform", ["slack", "discord"])
async def test_a_title_full_of_markup_pings_nobody(tmp_path: Path, platform: str) -> None:
    async with world(tmp_path, slack=platform == "slack", discord=platform == "discord") as made:
        made.has_feed("one")
        channel = SLACK if platform == "slack" else DISCORD
        await made.subscribes(channel)
        await made.turns()
        title = "<!channel> @everyone <@U1> <b>x</b> *bold* [a](http://evil.invalid) EU AI Act regulation adopted by parliament"
        made.publishes("one", (title, NEWS[0][1]))
        await made.turns()
        server = made.slack or made.discord
        assert server
        assert server.faults == []
        (message,) = server.channel(channel.id).messages
        if made.slack:
            assert "<!channel>" not in made.slack.channel("C1").messages[0].text
            assert "&lt;!channel&gt;" in made.slack.channel("C1").messages[0].text
        else:
            assert "@everyone" not in str(message)
            assert "\\[a" in str(message)


async def test_a_flood_is_held_reported_and_released_by_a_person(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        made.has_feed("one")
        await made.turns()
        made.documents["one"] = []
        made.publishes("one", *((f"EU AI Act rule number {n} adopted by parliament", NEWS[0][1]) for n in range(20)))
        made.feeds.publishes("/one.xml", made.document("one").replace("/one/", "/moved/"))
        tally, sent = await made.turns()
        assert (tally.alerts, sent) == (0, [])
        status = await made.says("status")
        assert "20 of 20 items suddenly look new" in status
        assert "sources release one" in status
        assert "20 held entries of one are let through" in await made.says("sources release one")
        tally, sent = await made.turns()
        assert sent


async def test_an_old_item_is_never_told_as_new(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        made.has_feed("one")
        await made.turns()
        made.publishes("one", NEWS[0], days_ago=30)
        _, sent = await made.turns()
        assert sent == []
        assert "older than what is told as new" in await made.says("why " + made.documents["one"][0].link)
        assert NEWS[0][0] in await made.says("latest")


# Platforms


@pytest.mark.parametrize("platform", ["slack", "discord"])
async def test_a_channel_that_shut_us_out_is_told_with_its_remedy_and_not_tried_again(
    tmp_path: Path, platform: str
) -> None:
    async with world(tmp_path, slack=platform == "slack", discord=platform == "discord") as made:
        arrange(made)
        channel = SLACK if platform == "slack" else DISCORD
        await made.subscribes(channel)
        await made.turns()
        server = made.slack or made.discord
        assert server
        server.kicks_the_bot(channel.id)
        publish(made)
        _, sent = await made.turns()
        assert sent == []
        status = await made.says("status")
        assert "3 to be sent" in status
        assert ("/invite @RegPulse" if made.slack else "Give the bot View Channel") in status


async def test_a_wrong_token_is_told_with_its_remedy_and_the_other_platform_keeps_running(tmp_path: Path) -> None:
    async with world(tmp_path, slack=True, discord=True) as made:
        assert made.slack
        assert made.discord
        arrange(made)
        await made.subscribes(SLACK)
        await made.subscribes(DISCORD)
        await made.turns()
        made.slack.revokes_token()
        publish(made)
        _, sent = await made.turns()
        assert {channel for channel, _ in sent} == {DISCORD.id}
        status = await made.says("status")
        assert "✗ slack: Slack refuses the bot token (token_revoked)" in status
        assert "REGPULSE_SLACK_BOT_TOKEN" in status
        assert "✓ discord: connected" in status


async def test_a_wrong_discord_token_is_told_with_its_remedy(tmp_path: Path) -> None:
    async with world(tmp_path, slack=True, discord=True) as made:
        assert made.discord
        made.discord.revokes_token()
        made.has_feed("one")
        await made.turns()
        status = await made.says("status")
        assert "✗ discord: Discord refuses the token" in status
        assert "REGPULSE_DISCORD_TOKEN" in status
        assert "✓ slack: connected" in status


async def test_a_platform_s_rate_limit_delays_and_loses_nothing(tmp_path: Path) -> None:
    async with world(tmp_path, slack=True) as made:
        assert made.slack
        arrange(made)
        await made.subscribes(SLACK)
        await made.turns()
        made.slack.rate_limits(2, retry_after=1)
        publish(made)
        _, sent = await made.turns()
        assert len(sent) == 3
        assert len(made.slack.channel("C1").messages) == 3


@pytest.mark.parametrize("platform", ["slack", "discord"])
async def test_a_message_stored_though_its_answer_was_lost_is_found_and_not_sent_again(
    tmp_path: Path, platform: str
) -> None:
    async with world(tmp_path, slack=platform == "slack", discord=platform == "discord") as made:
        arrange(made)
        channel = SLACK if platform == "slack" else DISCORD
        await made.subscribes(channel)
        await made.turns()
        server = made.slack or made.discord
        assert server
        server.stores_then_drops()
        made.publishes("one", NEWS[0])
        _, sent = await made.turns()
        assert len(sent) == 1
        assert len(server.channel(channel.id).messages) == 1


async def test_a_doubt_that_nobody_can_resolve_is_held_and_told(tmp_path: Path) -> None:
    async with world(tmp_path, slack=True) as made:
        assert made.slack
        arrange(made)
        await made.subscribes(SLACK)
        await made.turns()
        made.slack.stores_then_drops()
        made.slack.forbids_history()
        made.publishes("one", NEWS[0])
        await made.turns()
        assert len(made.slack.channel("C1").messages) == 1
        status = await made.says("status")
        assert "a message is held, look there" in status


async def test_blocks_that_slack_refuses_are_sent_as_plain_text(tmp_path: Path) -> None:
    async with world(tmp_path, slack=True) as made:
        assert made.slack
        made.has_feed("one")
        await made.subscribes(SLACK)
        await made.turns()
        made.slack.rejects_blocks()
        made.publishes("one", NEWS[0], OTHER[0])
        _, sent = await made.turns()
        assert [headline for _, headline in sent] == [NEWS[0][0]]
        (message,) = made.slack.channel("C1").messages
        assert message.blocks == []
        assert NEWS[0][0] in message.text
