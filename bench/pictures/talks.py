"""What is said in a channel that uses everything: a real desk over a store of invented stories, asked line by line."""

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from bot.core import cards, digest
from bot.demo.news import NEW
from bot.model import Brief, Card, Delivery, Form, Home, Reply
from bot.store.sqlite import Sqlite
from tests.core.vocabulary import NOW, SHIPPED
from tests.walks.test_commands import HERE, Office
from tests.walks.world import NEWS

OWN, OTHERS = replace(HERE, id="D1"), replace(HERE, id="D2")
Said = Card | Reply | Form | Home
HEALTH = "72 of 74 sources healthy (30 of the 32 official ones)"
LINES = {
    "help": "help",
    "help subscribe": "help subscribe",
    "first steps": "",
    "presets": "presets",
    "back-test": 'subscribe "EU AI Act" OR chatbots OR copyright OR developers every:"daily 09:00" name:"EU watch"',
    "back-test refused": "subscribe stage:adoptd",
    "back-test of nothing": "subscribe zebra",
    "back-test of a noisy one": "subscribe everything",
}
"""Before anything is subscribed."""

LATER = {
    "subscriptions": "subscriptions",
    "edit": "edit 1 every:hourly",
    "why, held by quiet hours": "why 9",
    "why not": "why 3",
    "catchup 5d": "catchup 5d",
    "latest": "latest 3",
    "not for us": "feedback 9",
    "commentary": "feedback 9 commentary",
    "relevant": "feedback 9 relevant",
    "mute": "mute opinion",
    "settings": "settings",
    "settings quiet": "settings quiet 22:00-06:30",
    "sources": "sources",
    "status of a new one": "status",
    "a slip": "subcribe ai",
    "may not manage": "settings manage admins",
}


async def talks() -> dict[str, Said]:
    """By name, each as it was answered."""
    async with _office() as office:
        said: dict[str, Said] = {name: await office.asks(line) for name, line in LINES.items()}
        said["form of subscribe"] = await _form(office, 'form subscribe "EU AI Act" every:"daily 09:00"')
        said["save"] = await office.asks('save "EU AI Act" name:"EU watch" mention:S0POLICY mention-from:medium')
        said["save again"] = await office.asks('save "EU AI Act" name:"EU watch" backfill:2')
        await office.asks('save (copyright OR training) tier:primary every:"daily 09:00" stages:only')
        await office.asks("save everything every:hourly")
        await office.asks("my save importance:high", OWN)
        await office.sends()
        office.now += timedelta(hours=1)
        said["alert with a mention"] = await _alert(office)
        await office.asks("settings timezone Europe/Berlin")
        await office.asks("settings quiet 08:00-20:00")
        await office.asks("settings budget 0")
        await office.hears(
            (NEWS[0][0].replace("chatbot maker", "a maker of toys"), NEWS[0][1].replace("Tuesday", "Monday"))
        )
        await office.files_apart()
        await office.turns()
        said |= {name: await office.asks(line) for name, line in LATER.items()}
        said["may not"] = await office.asks("unsubscribe 1", may_manage=False)
        said["unsubscribe"] = await office.asks("unsubscribe 3")
        said["home"] = await office.desk.home(office.caller(OWN))
        said["home of a newcomer"] = await office.desk.home(replace(office.caller(OTHERS), user="U2"))
        said["form of edit"] = await _form(office, "form edit 1")
        said["digest"] = await _digest()
        return said


@asynccontextmanager
async def _office(subscribed: str = "") -> AsyncIterator[Office]:
    """With a month's news, most of it older than its subscription, if any."""
    with tempfile.TemporaryDirectory() as folder:
        store = await Sqlite.open(Path(folder) / "pictures.db")
        office = Office(store)
        if subscribed:
            await office.asks(subscribed)
        pieces = [piece.dated(NOW) for piece in NEW if not piece.slug.startswith("chatbot")]
        for day, (title, text) in enumerate((*NEWS, *((one.title, one.article or one.summary) for one in pieces))):
            await office.hears(
                (title, text), hours=day * (1 if subscribed else 20), feed=("gazette", "herald")[day % 2]
            )
        await office.turns()
        office.now += timedelta(minutes=5)
        yield office
        await store.close()


async def _form(office: Office, line: str) -> Form:
    form = await office.desk.form(line, office.caller())
    assert form  # noqa: S101 -- these lines open forms
    return form


async def _alert(office: Office) -> Card:
    """Of the story that comes in now."""
    title = "European Commission fines Examplar AI 12 million euros under the EU AI Act over a chatbot"
    await office.hears((title, NEWS[0][1].replace("opened a formal investigation into", "fined")))
    await office.turns()
    delivery, brief = await _claimed(office)
    made = cards.alert(brief, SHIPPED, because=delivery.because)
    await office.sends()
    return replace(made, mention=delivery.mention)


async def _digest() -> Card:
    """Of all that came in a night, as a channel gets it that asked for it in the morning."""
    async with _office(subscribed='save everything every:"daily 09:00"') as office:
        office.now += timedelta(days=1)
        delivery, _ = await _claimed(office)
        return digest.card(delivery.timing, delivery.carries, HEALTH, because=delivery.because)


async def _claimed(office: Office) -> tuple[Delivery, Brief]:
    (found,) = await office.store.claim(office.now, ("slack",), lease=timedelta(minutes=1), gaps={}, limit=1)
    return found
