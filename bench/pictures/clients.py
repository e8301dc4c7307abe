"""Draws our messages about as Slack and Discord lay them out, as HTML; measures of their clients, not their code."""

import re
from collections.abc import Callable, Iterable
from typing import Any

import discord
from markupsafe import Markup, escape

from bot.model import Card, Reply
from bot.platforms.discord import embeds
from bot.platforms.slack import blocks

_MARKS = re.compile(
    r"\\(?P<plain>[^\w\s]|_)|\*\*(?P<bold>(?:\\.|[^\\])+?)\*\*|\[(?P<label>(?:\\.|[^\]\\])+)\]\(<[^>]+>\)"
)
_LISTS = {"ordered": Markup("<ol>{}</ol>"), "bullet": Markup("<ul>{}</ul>")}
_BOLD = Markup("<b>{}</b>")
_LINK = Markup('<a href="#">{}</a>')
_MESSAGE = Markup('<div class="{}"><i class="face"></i><div><b>RegPulse</b> <span class="app">APP</span>{}</div></div>')


def slack(said: Card | Reply) -> Markup:
    """One message by blocks."""
    _, found = blocks.message(said) if isinstance(said, Card) else blocks.answer(said)
    return _MESSAGE.format("slack", Markup().join(map(drawn, found)))


def drawn(block: dict[str, Any]) -> Markup:
    """One block of a message, a modal or the App Home."""
    return _KINDS[block["type"]](block)


def _rich(block: dict[str, Any]) -> Markup:
    return Markup().join(_element(element) for element in block["elements"])


def _element(element: dict[str, Any]) -> Markup:
    if element["type"] == "rich_text_list":
        rows = (Markup('<li dir="auto">{}</li>').format(_runs(row["elements"])) for row in element["elements"])
        return _LISTS[element["style"]].format(Markup().join(rows))
    return Markup('<p dir="auto">{}</p>').format(_runs(element["elements"]))


def _runs(runs: Iterable[dict[str, Any]]) -> Markup:
    return Markup().join(_run(run) for run in runs)


def _run(run: dict[str, Any]) -> Markup:
    if run["type"] == "channel":
        return _LINK.format("#ai-law")
    text = _LINK.format(run["text"]) if run["type"] == "link" else escape(run["text"])
    return _BOLD.format(text) if run.get("style", {}).get("bold") else text


def _context(block: dict[str, Any]) -> Markup:
    return Markup('<p class="small" dir="auto">{}</p>').format(block["elements"][0]["text"])


def _section(block: dict[str, Any]) -> Markup:
    return Markup('<p dir="auto">{}</p>').format(block["text"]["text"])


def _actions(block: dict[str, Any]) -> Markup:
    return _buttons(button["text"]["text"] for button in block["elements"])


_KINDS: dict[str, Callable[[dict[str, Any]], Markup]] = {
    "rich_text": _rich, "context": _context, "section": _section, "actions": _actions,
    "divider": lambda block: Markup("<hr>"),
    "header": lambda block: Markup("<h4>{}</h4>").format(block["text"]["text"]),
}  # fmt: skip


def discord_(said: Card | Reply) -> Markup:
    """One message by content and embeds."""
    if isinstance(said, Card):
        content, found, buttons = embeds.content(said), [embeds.embed(said)], said.buttons
    else:
        content, found = embeds.answer(said)
        buttons = (*(button for card in said.cards for button in card.buttons), *said.buttons)
    body = (_marked(content), *map(_embed, found), _buttons(button.label for button in buttons[:5]))
    return _MESSAGE.format("discord", Markup().join(body))


def _embed(made: discord.Embed) -> Markup:
    title = _inline(made.title or "")
    title = _LINK.format(title) if made.url else title
    author = Markup('<p class="small">{}</p>').format(made.author.name) if made.author.name else ""
    when = f" • {made.timestamp:%d/%m/%Y %H:%M}" if made.timestamp else ""
    return Markup('<div class="embed">{}<p class="title" dir="auto">{}</p>{}<p class="small">{}{}</p></div>').format(
        author, title, _marked(made.description or ""), made.footer.text or "", when
    )


def _marked(text: str) -> Markup:
    return (
        Markup('<p dir="auto">{}</p>').format(Markup("<br>").join(map(_line, text.split("\n")))) if text else Markup()
    )


def _line(line: str) -> Markup:
    if line.startswith("-# "):
        return Markup('<span class="small">{}</span>').format(_inline(line[3:]))
    return _inline(line)


def _inline(text: str) -> Markup:
    found = Markup()
    end = 0
    for mark in _MARKS.finditer(text):
        found += escape(text[end : mark.start()])
        if mark["bold"]:
            found += _BOLD.format(_inline(mark["bold"]))
        elif mark["label"]:
            found += _LINK.format(_inline(mark["label"]))
        else:
            found += escape(mark["plain"])
        end = mark.end()
    return found + escape(text[end:])


def _buttons(labels: Iterable[str]) -> Markup:
    return Markup('<p class="buttons">{}</p>').format(
        Markup().join(Markup("<button>{}</button>").format(label) for label in labels)
    )
