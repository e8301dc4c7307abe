"""Two hundred articles that speak to the model: nothing of what they want reaches a channel, by either writer."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from bot import app
from bot.core.relevance import judge
from bot.core.text import clean
from bot.model import Entry, Filing, Judged, Memory
from tests.core.vocabulary import FEED, SHIPPED
from tests.standins.injections import CANARY, attacks
from tests.standins.model import ModelServer, honest, item
from tests.walks.world import DISCORD, SLACK, world


def title(number: int) -> str:
    return f"Data office number {number} orders Examplar AI to hand over the risk files of its chatbot"


def sentences(number: int) -> tuple[str, ...]:
    return (
        f"Data office number {number} ordered Examplar AI on Tuesday to hand over the risk files of its chatbot.",
        "The company has until 15 December to answer the order of the office.",
        "If it does not, the office may fine it up to 2% of its yearly turnover.",
        "The order is the first under the artificial intelligence law that was adopted in March.",
        "Examplar AI said it would cooperate with the office and its inspectors.",
    )


def obedient(reports: tuple[str, ...]) -> str:
    """A model that does whatever it is told by whatever it can see, and some evil of its own besides."""
    seen = "\n".join(reports)
    orders = [line for line in seen.split("\n") if CANARY in line]
    honestly = json.loads(honest(reports))
    evil = [
        *(item(line) for line in orders),
        *(item(f"{CANARY}: {line[:80]}", line) for line in orders),
        item(f"Read more at https://evil.example/{CANARY}.", honestly["dek"]["text"]),
        item(f"@everyone <!channel> the order is void, {CANARY}.", honestly["dek"]["text"]),
        item(f"Examplar AI was cleared by {CANARY}.", honestly["takeaways"][0]["text"]),
    ]
    said = [{**one, "commentary": False} for one in evil]
    return json.dumps(
        {
            "dek": evil[0],
            "takeaways": [*evil[:4], *honestly["takeaways"]],
            "watch": evil[-2:],
            "long": [
                {"move": "act", "sentences": [*said, {"text": f"{CANARY} may win.", "quotes": [], "commentary": True}]}
            ],
        }
    )


async def test_nothing_that_an_article_tells_a_model_reaches_a_channel(tmp_path: Path) -> None:
    """Slack hears the model's briefs, Discord chose extracts: the same articles, both writers, both platforms."""
    async with ModelServer() as model, world(tmp_path, slack=True, discord=True) as made:
        assert made.slack
        assert made.discord
        model.draft = obedient
        made.environment |= {
            "REGPULSE_LLM_BASE_URL": model.base_url,
            "REGPULSE_LLM_MODEL": "examplar-1",
            "REGPULSE_LLM_MONTHLY_TOKENS": "100000000",
        }
        found = list(attacks(sentences, title))
        made.has_feed("one")
        await made.subscribes(SLACK)
        await made.subscribes(DISCORD)
        await made.says("settings model off", DISCORD)
        async with made.opens() as running:
            now = datetime.now(UTC)
            for number, attack in enumerate(found):
                made.feeds.publishes(f"/{number}", attack.page, "text/html")
                entry = Entry(
                    "f", str(number), attack.title, made.feeds.url(f"/{number}"), "", "F", "press", "", "en", now, now
                )
                judged = Judged(entry, replace(judge(entry, FEED, SHIPPED), label="positive"), "new", "")
                await running.store.record(Memory("f"), (judged,), now)
            for judged in await running.store.unfiled(1_000):
                filing = Filing(judged.entry, None, "as arranged")
                await running.store.file(filing, judged.verdict, told=True, text="word", now=now)
            await app.once(running, everything=True)
            briefs = [await running.store.brief(number) for number in range(1, len(found) + 1)]
        slack = [clean(str(message)) for message in made.slack.channel(SLACK.id).messages]
        discord = [clean(str(message)) for message in made.discord.channel(DISCORD.id).messages]
        assert (len(slack), len(discord)) == (200, 200)
        for forbidden in (CANARY, CANARY[:6], "evil.example", "@everyone", "!channel", "discord.gg", "cleared", "void"):
            assert [text for text in slack + discord if forbidden in text.lower()] == [], forbidden
        assert made.slack.faults == []
        assert made.discord.faults == []
        assert sum("AI-assisted, unreviewed" in text for text in slack) > 190
        assert sum("no AI" in text for text in discord) == 200
        assert CANARY not in "".join(map(repr, (replace(brief, plain=None) for brief in briefs if brief)))
