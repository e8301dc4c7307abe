"""Buttons and choices under a message: each carries its command line, so that it works after any restart."""

from collections.abc import Iterable, Sequence

import discord

from bot.core.text import clean, shorten
from bot.model import Button, Card, Reply
from bot.ports import Desk

LABEL = 80
CUSTOM_ID = 100
URL = 512
IN_A_ROW = 5
PAIRS = 4
"""Of more than one row, while the rows take them: two for each of two things, which a row of five would part."""

ROWS = 4
"""The fifth is for what can be chosen."""

BUTTONS = ROWS * IN_A_ROW

CHOICES = 25
CHOICE = 100
"""Characters of a choice, shown or sent."""

PREFIX = "rp:"
"""Before a line in a custom id. Messages of every age are answered, so it never changes."""

CHOOSE = "rp?"


def line(custom_id: str) -> str | None:
    """What a press says; None for one that is not ours."""
    return custom_id.removeprefix(PREFIX) if custom_id.startswith(PREFIX) else None


async def custom_id(text: str, desk: Desk | None) -> str:
    """The line, or what a desk keeps it under where it is too long; "" without a desk."""
    if len(PREFIX + text) <= CUSTOM_ID:
        return PREFIX + text
    return PREFIX + await desk.keep(text) if desk else ""


async def view(buttons: Iterable[Button], desk: Desk | None, cards: Sequence[Card] = ()) -> discord.ui.View | None:
    """The buttons in rows, and below them one choice for each of several cards; None for neither."""
    made = discord.ui.View(timeout=None)
    found: dict[str, discord.ui.Button[discord.ui.View]] = {}
    for button in buttons:
        if item := await _button(button, desk):
            found.setdefault(item.custom_id or item.url or "", item)
    kept = list(found.values())[:BUTTONS]
    for number, item in enumerate(kept):
        item.row = number // (PAIRS if IN_A_ROW < len(kept) <= ROWS * PAIRS else IN_A_ROW)
        made.add_item(item)
    if options := await _options(cards, desk):
        made.add_item(discord.ui.Select(custom_id=CHOOSE, placeholder="Open one of these", options=options))
    made.stop()  # the library would keep every view it waits on for ever; we listen for the interaction itself
    return made if made.children else None


async def under(reply: Reply, desk: Desk, shown: int) -> discord.ui.View | None:
    """What stands under an answer of which `shown` cards fitted."""
    single = reply.cards[0].buttons if len(reply.cards) == 1 else ()
    return await view((*single, *reply.buttons), desk, reply.cards[:shown] if len(reply.cards) > 1 else ())


async def _button(button: Button, desk: Desk | None) -> discord.ui.Button[discord.ui.View] | None:
    label = shorten(clean(button.label), LABEL)
    if button.url:
        good = button.url.startswith(("https://", "http://")) and len(button.url) <= URL
        return discord.ui.Button(label=label, url=button.url) if label and good else None
    known = await custom_id(button.line, desk) if label and button.line else ""
    return discord.ui.Button(label=label, custom_id=known) if known else None


async def _options(cards: Sequence[Card], desk: Desk | None) -> list[discord.SelectOption]:
    """One for each card by its first button; two cards that say the same line are one."""
    found: dict[str, discord.SelectOption] = {}
    for card in cards[:CHOICES]:
        said = next((button.line for button in card.buttons if button.line), "")
        value = await custom_id(said, desk) if said else ""
        label = shorten(clean(card.title), CHOICE)
        if value and label:
            found.setdefault(value, discord.SelectOption(label=label, value=value))
    return list(found.values())
