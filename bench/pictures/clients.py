"""Draws our messages about as Slack and Discord lay them out, as HTML; measures of their clients, not their code."""

import asyncio
import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import discord
from markupsafe import Markup, escape

from bot.commands import VERBS
from bot.model import Card, Choice, Form, Home, Reply
from bot.platforms.discord import buttons, embeds
from bot.platforms.discord import modals as discord_modals
from bot.platforms.slack import blocks, home, modals
from tests.standins.desk import ScriptedDesk

SPACE = "100"
_MARKS = re.compile(
    r"\\(?P<plain>[^\w\s]|_)|\*\*(?P<bold>(?:\\.|[^\\])+?)\*\*|\[(?P<label>(?:\\.|[^\]\\])+)\]\(<[^>]+>\)"
)
_LISTS = {"ordered": Markup("<ol>{}</ol>"), "bullet": Markup("<ul>{}</ul>")}
_MENTIONED = Markup('<span class="mention">@policy-leads</span>')
_FIELD = Markup('<div class="field"><b>{}</b>{}<div class="box {}">{}</div><p class="small">{}</p></div>')
_BOLD = Markup("<b>{}</b>")
_LINK = Markup('<a href="#">{}</a>')
_MESSAGE = Markup('<div class="{}"><i class="face"></i><div><b>RegPulse</b> <span class="app">APP</span>{}</div></div>')


def slack(said: Card | Reply | Form | Home) -> Markup:
    """One message by blocks, or a view."""
    match said:
        case Form():
            return _slack_modal(modals.form(said, modals.Place("C1", title=said.title)))
        case Home():
            return Markup('<div class="slack home"><div>{}</div></div>').format(
                _blocks(home.view(said, said.channels[0][0].id, VERBS)["blocks"])
            )
        case _:
            _, found = blocks.message(said) if isinstance(said, Card) else blocks.answer(said)
            return _MESSAGE.format("slack", _blocks(found))


def slack_modal(reply: Reply) -> Markup:
    """An answer in the window of the form that asked for it."""
    return _slack_modal(modals.result(reply, modals.Place("C1", title="Subscribe"), "form subscribe"))


def _slack_modal(view: dict[str, Any]) -> Markup:
    shut = (view[name]["text"] for name in ("close", "submit") if name in view)
    return Markup('<div class="slack modal"><div><h3>{}</h3>{}<div class="end">{}</div></div></div>').format(
        view["title"]["text"], _blocks(view["blocks"]), _buttons(shut)
    )


def _blocks(found: Iterable[dict[str, Any]]) -> Markup:
    return Markup().join(_KINDS[block["type"]](block) for block in found)


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
        return _LINK.format("#policy")
    text = _LINK.format(run["text"]) if run["type"] == "link" else escape(run["text"])
    if run.get("style", {}).get("italic"):
        text = Markup("<i>{}</i>").format(text)
    return _BOLD.format(text) if run.get("style", {}).get("bold") else text


def _context(block: dict[str, Any]) -> Markup:
    return Markup('<p class="small" dir="auto">{}</p>').format(block["elements"][0]["text"])


def _section(block: dict[str, Any]) -> Markup:
    if block["text"]["type"] == "mrkdwn":
        return Markup("<p>{}</p>").format(_MENTIONED)
    return Markup('<p dir="auto">{}</p>').format(block["text"]["text"])


def _input(block: dict[str, Any]) -> Markup:
    element = block["element"]
    given = element.get("initial_option", {}).get("text", {}).get("text") or element.get("initial_value", "")
    shown = given or element.get("placeholder", {}).get("text", "")
    optional = " (optional)" if block["optional"] else ""
    return _FIELD.format(block["label"]["text"], optional, "" if given else "empty", shown, block["hint"]["text"])


def _actions(block: dict[str, Any]) -> Markup:
    return _buttons(button["text"]["text"] for button in block["elements"])


_KINDS: dict[str, Callable[[dict[str, Any]], Markup]] = {
    "rich_text": _rich, "context": _context, "section": _section, "actions": _actions,
    "input": _input,
    "header": lambda block: Markup("<h3>{}</h3>").format(block["text"]["text"]),
    "divider": lambda block: Markup("<hr>"),
}  # fmt: skip


def discord_(said: Card | Reply | Form) -> Markup:
    """One message by content and embeds, or a modal."""
    if isinstance(said, Form):
        return _discord_modal(asyncio.run(discord_modals.modal(said, _any, roles=True)))
    if isinstance(said, Card):
        said = replace(said, mention="1234567" if said.mention else "")
        content, found = embeds.content(said, SPACE), [embeds.embed(said)]
        below = asyncio.run(buttons.view(said.buttons, ScriptedDesk()))
    else:
        content, found = embeds.answer(said)
        below = asyncio.run(buttons.under(said, ScriptedDesk(), len(said.cards)))
    body = (_marked(content), *map(_embed, found), _below(below))
    return _MESSAGE.format("discord", Markup().join(body))


async def _any(verb: str, option: str) -> tuple[Choice, ...]:
    return (Choice("1", "EU watch"), Choice("2", "everything"))


def _below(view: discord.ui.View | None) -> Markup:
    items = view.children if view else []
    rows: dict[int | None, list[str]] = {}
    for item in items:
        if isinstance(item, discord.ui.Button):
            rows.setdefault(item.row, []).append(item.label or "")
    chosen = [item.placeholder or "" for item in items if isinstance(item, discord.ui.Select)]
    boxes = Markup().join(Markup('<div class="box empty">{} ⌄</div>').format(text) for text in chosen)
    return Markup().join(map(_buttons, rows.values())) + boxes


def _discord_modal(made: discord.ui.Modal) -> Markup:
    fields = Markup().join(map(_label, made.children))
    return Markup('<div class="discord modal"><div><h3>{}</h3>{}<div class="end">{}</div></div></div>').format(
        made.title, fields, _buttons(("Cancel", "Submit"))
    )


def _label(item: Any) -> Markup:
    inner = item.component
    given = getattr(inner, "default", None) or next(
        (one.label for one in getattr(inner, "options", ()) if one.default), ""
    )
    return _FIELD.format(
        item.text, " *" if inner.required else "", "" if given else "empty", given or "…", item.description or ""
    )


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
    if text.startswith("<@&"):
        return _MENTIONED
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
