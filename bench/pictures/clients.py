"""Draws our messages about as Slack and Discord lay them out, as HTML; measures of their clients, not their code."""

import re
from collections.abc import Callable, Iterable
from typing import Any

import discord
from markupsafe import Markup, escape

from bot.model import Card, Reply
from bot.platforms.discord import embeds
from bot.platforms.slack import blocks

_BOLD = re.compile(r"(?<!\\)\*\*(.+?)(?<!\\)\*\*", re.S)
_LINKED = re.compile(r"(?<!\\)\[((?:[^\]\\]|\\.)+)\]\((\S+?)\)")
_ESCAPE = re.compile(r"\\([^\w\s])")


def slack(said: Card | Reply) -> Markup:
    """One message by blocks."""
    _, found = blocks.message(said) if isinstance(said, Card) else blocks.answer(said)
    body = Markup().join(_KINDS[block["type"]](block) for block in found)
    return Markup(
        '<div class="slack"><i class="face"></i><div><b>RegPulse</b> <span class="app">APP</span>{}</div></div>'
    ).format(body)


def _rich(block: dict[str, Any]) -> Markup:
    return Markup().join(_element(element) for element in block["elements"])


def _element(element: dict[str, Any]) -> Markup:
    if element["type"] == "rich_text_list":
        tag = Markup("ol" if element["style"] == "ordered" else "ul")
        rows = (Markup('<li dir="auto">{}</li>').format(_runs(row["elements"])) for row in element["elements"])
        return Markup("<{0}>{1}</{0}>").format(tag, Markup().join(rows))
    return Markup('<p dir="auto">{}</p>').format(_runs(element["elements"]))


def _runs(runs: Iterable[dict[str, Any]]) -> Markup:
    return Markup().join(_run(run) for run in runs)


def _run(run: dict[str, Any]) -> Markup:
    text = Markup('<a href="#">{}</a>').format(run["text"]) if run["type"] == "link" else escape(run["text"])
    return Markup("<b>{}</b>").format(text) if run.get("style", {}).get("bold") else text


def _context(block: dict[str, Any]) -> Markup:
    return Markup('<p class="small" dir="auto">{}</p>').format(block["elements"][0]["text"])


def _section(block: dict[str, Any]) -> Markup:
    return Markup('<p dir="auto">{}</p>').format(block["text"]["text"])


def _actions(block: dict[str, Any]) -> Markup:
    return _buttons(button["text"]["text"] for button in block["elements"])


_KINDS: dict[str, Callable[[dict[str, Any]], Markup]] = {
    "rich_text": _rich, "context": _context, "section": _section, "actions": _actions,
    "divider": lambda block: Markup("<hr>"),
}  # fmt: skip


def discord_(said: Card | Reply) -> Markup:
    """One message by content and embeds."""
    if isinstance(said, Card):
        content, found, buttons = embeds.content(said), [embeds.embed(said)], said.buttons
    else:
        content, found = embeds.answer(said)
        buttons = (*(button for card in said.cards for button in card.buttons), *said.buttons)
    body = (_marked(content), *map(_embed, found), _buttons(button.label for button in buttons[:5]))
    return Markup(
        '<div class="discord"><i class="face"></i><div><b>RegPulse</b> <span class="app">APP</span>{}</div></div>'
    ).format(Markup().join(body))


def _embed(made: discord.Embed) -> Markup:
    title = Markup('<a href="#">{}</a>' if made.url else "{}").format(_inline(made.title or ""))
    when = f" • {made.timestamp:%d/%m/%Y %H:%M}" if made.timestamp else ""
    return Markup('<div class="embed"><p class="title" dir="auto">{}</p>{}<p class="small">{}{}</p></div>').format(
        title, _marked(made.description or ""), made.footer.text or "", when
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
    html = _LINKED.sub(r'<a href="#">\1</a>', _BOLD.sub(r"<b>\1</b>", str(escape(text))))
    return Markup(_ESCAPE.sub(r"\1", html))


def _buttons(labels: Iterable[str]) -> Markup:
    return Markup('<p class="buttons">{}</p>').format(
        Markup().join(Markup("<button>{}</button>").format(label) for label in labels)
    )
