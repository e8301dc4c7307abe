"""The main job, end to end: a silent baseline, alerts for what is new and relevant, and then nothing."""

from pathlib import Path

import pytest

from tests.walks.world import DISCORD, NEWS, OTHER, SLACK, World, world

FEEDS = ("one", "two", "three", "four", "five")


def arrange(made: World) -> None:
    for name in FEEDS:
        made.has_feed(name)


def publish(made: World) -> None:
    for name, item in zip(FEEDS, (*NEWS, *OTHER), strict=True):
        made.publishes(name, item)


async def test_the_first_look_tells_nobody_and_the_next_tells_what_is_new_once(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        arrange(made)
        tally, sent = await made.turns()
        assert (tally.polled, tally.failed, tally.alerts, sent) == (5, 0, 0, [])
        publish(made)
        tally, sent = await made.turns()
        assert tally.polled == 5
        assert tally.alerts == 3
        assert sorted(headline for _, headline in sent) == sorted(title for title, _ in NEWS)
        tally, sent = await made.turns()
        assert (tally.unchanged, tally.alerts, sent) == (5, 0, [])


@pytest.mark.parametrize("platform", ["slack", "discord"])
async def test_a_subscribed_channel_reads_each_alert_once(tmp_path: Path, platform: str) -> None:
    async with world(tmp_path, slack=platform == "slack", discord=platform == "discord") as made:
        arrange(made)
        channel = {"slack": SLACK, "discord": DISCORD}[platform]
        await made.subscribes(channel)
        await made.turns()
        publish(made)
        await made.turns()
        await made.turns()
        server = made.slack or made.discord
        assert server is not None
        texts = [str(message) for message in server.channel(channel.id).messages]
        assert len(texts) == 3
        for title, _ in NEWS:
            assert sum(title in text for text in texts) == 1


async def test_a_subscription_hears_what_it_asked_for_and_says_because_of_which_words(tmp_path: Path) -> None:
    async with world(tmp_path, slack=True) as made:
        arrange(made)
        await made.subscribes(SLACK, '"EU AI Act" -opinion')
        await made.turns()
        publish(made)
        _, sent = await made.turns()
        assert sent == [("C1", NEWS[0][0])]
        assert made.slack is not None
        (message,) = made.slack.channel("C1").messages
        assert "EU AI Act" in str(message)


async def test_a_word_that_only_the_linked_article_says_is_routed_by_and_found(tmp_path: Path) -> None:
    async with world(tmp_path, slack=True) as made:
        arrange(made)
        await made.subscribes(SLACK, "wombat")
        await made.turns()
        lines = "".join(f"<p>Paragraph {n} tells more about what the new law asks of developers.</p>" for n in range(9))
        page = f"<html><body><article><h1>Act</h1>{lines}<p>It protects the wombat from chatbots.</p></article></body></html>"
        made.feeds.publishes("/article", page, "text/html")
        made.publishes("one", (NEWS[1][0], ""))
        document = made.document("one").replace(made.documents["one"][0].link, made.feeds.url("/article"))
        made.feeds.publishes("/one.xml", document)
        _, sent = await made.turns()
        assert sent == [("C1", NEWS[1][0])]
        assert NEWS[1][0] in await made.says("search wombat")


async def test_why_tells_of_a_story_that_was_sent_and_of_one_that_was_filtered(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        arrange(made)
        await made.turns()
        publish(made)
        await made.turns()
        sent = await made.says("why " + made.documents["one"][0].link)
        filtered = await made.says("why " + made.documents["four"][0].link)
        assert "Sent here" in sent
        assert "everything: matches" in sent
        assert "Not sent anywhere: it was not found to be about AI regulation." in filtered
        assert "No feed" in await made.says("why https://example.org/never-seen")
