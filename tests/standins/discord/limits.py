"""What Discord refuses, as its API documentation says: each check answers the faults it found.

Sources: resources/message.mdx, components/reference.mdx, interactions/application-commands.mdx,
interactions/receiving-and-responding.mdx, resources/channel.mdx.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

NAME = re.compile(r"[-_'\w]{1,32}")
COMMAND_CHARACTERS = 8_000
MODAL_KINDS = {3, 4, 5, 6, 7, 8}

Body = Mapping[str, Any]


def sized(what: str, text: object, most: int, least: int = 1) -> Iterator[str]:
    if not isinstance(text, str) or not least <= len(text) <= most:
        yield f"{what} must be {least} to {most} characters: {str(text)[:60]!r}"


def message(body: Body) -> list[str]:
    """Of a message that is posted, edited or answered."""
    embeds, rows = body.get("embeds") or [], body.get("components") or []
    content = body.get("content") or ""
    mentions = body.get("allowed_mentions") or {}
    rules = {
        "content longer than 2000": len(content) > 2_000,
        "more than 10 embeds": len(embeds) > 10,
        "embeds longer than 6000 together": sum(map(_characters, embeds)) > 6_000,
        "an empty message": not (content or embeds),
        "mentions not shut off": mentions.get("parse") != [],
        # Shown by its name where an answer says whom a subscription mentions: with `parse` empty nobody is notified.
        "a role mentioned that may not be": set(re.findall(r"(?<!mentions )<@&(\d+)>", content))
        - set(map(str, mentions.get("roles") or ())),
        "a nonce longer than 25": len(str(body.get("nonce") or "")) > 25,
    }
    found = [rule for rule, broken in rules.items() if broken]
    for embed in embeds:
        found += _embed(embed)
    return found + _rows(rows)


def _characters(embed: Body) -> int:
    texts = [embed.get("title"), embed.get("description"), (embed.get("footer") or {}).get("text")]
    texts += [(embed.get("author") or {}).get("name")]
    texts += [text for one in embed.get("fields") or () for text in (one["name"], one["value"])]
    return sum(len(text or "") for text in texts)


def _embed(embed: Body) -> Iterator[str]:
    yield from sized("embed title", embed.get("title") or "", 256, 0)
    yield from sized("embed description", embed.get("description") or "", 4_096, 0)
    if footer := embed.get("footer"):
        yield from sized("embed footer", footer.get("text"), 2_048)
    if author := embed.get("author"):
        yield from sized("embed author", author.get("name"), 256)
    fields = embed.get("fields") or ()
    if len(fields) > 25:
        yield "more than 25 fields in an embed"
    for one in fields:
        yield from sized("field name", one.get("name"), 256)
        yield from sized("field value", one.get("value"), 1_024)
    if not _characters(embed):
        yield "an embed with nothing in it"
    if url := embed.get("url"):
        yield from _address(url, 2_048)


def _address(url: str, most: int) -> Iterator[str]:
    if not re.match(r"https?://[^\s/]+", url) or len(url) > most:
        yield f"no address: {url[:60]!r}"


def _rows(rows: Sequence[Body]) -> list[str]:
    found = ["more than 5 rows"] if len(rows) > 5 else []
    ids: list[str] = []
    for row in rows:
        items = row.get("components") or ()
        menus = [item for item in items if item["type"] != 2]
        if row.get("type") != 1 or not 1 <= len(items) <= 5 or (menus and len(items) > 1):
            found.append("a row holds 1 to 5 buttons, or one menu")
        for item in items:
            found += _button(item) if item["type"] == 2 else _select(item)
            ids += [item["custom_id"]] if "custom_id" in item else []
    return found + (["a custom_id twice"] if len(set(ids)) < len(ids) else [])


def _button(item: Body) -> Iterator[str]:
    if not item.get("emoji"):
        yield from sized("button label", item.get("label"), 80)
    if item.get("style") == 5:
        yield from _address(item.get("url") or "", 512)
        if item.get("custom_id"):
            yield "a link button has no custom_id"
    else:
        yield from sized("button custom_id", item.get("custom_id"), 100)
        if item.get("url"):
            yield "only a link button has a url"


def _select(item: Body, *, modal: bool = False) -> Iterator[str]:
    yield from sized("menu custom_id", item.get("custom_id"), 100)
    yield from sized("menu placeholder", item.get("placeholder") or "", 150, 0)
    options = item.get("options") or ()
    if item["type"] == 3 and not 1 <= len(options) <= 25:
        yield f"a menu of {len(options)} options"
    values = [option.get("value") for option in options]
    if len(set(values)) < len(values):
        yield "an option value twice"
    for option in options:
        yield from sized("option label", option.get("label"), 100)
        yield from sized("option value", option.get("value"), 100)
        yield from sized("option description", option.get("description") or "", 100, 0)
    least, most = item.get("min_values", 1), item.get("max_values", 1)
    chosen = sum(bool(option.get("default")) for option in options) + len(item.get("default_values") or ())
    if not 0 <= least <= most <= 25 or chosen > most:
        yield "a menu's least, most and chosen values do not fit"
    if modal and least == 0 and item.get("required", True):
        yield "a menu of a modal that needs no value must not be required"


def post(body: Body) -> list[str]:
    """Of a post opened in a forum."""
    found = list(sized("post name", body.get("name"), 100))
    if len(body.get("applied_tags") or ()) > 5:
        found.append("more than 5 tags on a post")
    if set(body["message"]) & {"nonce", "enforce_nonce", "message_reference"}:
        found.append("the first message of a post takes neither nonce nor reference")
    return found + message(body["message"])


def modal(body: Body) -> list[str]:
    found = [*sized("modal title", body.get("title"), 45), *sized("modal custom_id", body.get("custom_id"), 100)]
    labels = body.get("components") or ()
    if not 1 <= len(labels) <= 5:
        found.append(f"a modal of {len(labels)} fields")
    for label in labels:
        found += _label(label)
    ids = [label.get("component", {}).get("custom_id") for label in labels]
    return found + (["a custom_id twice in a modal"] if len(set(ids)) < len(ids) else [])


def _label(label: Body) -> Iterator[str]:
    field = label.get("component") or {}
    if label.get("type") != 18 or field.get("type") not in MODAL_KINDS:
        yield "a modal holds labels, each with one field"
        return
    yield from sized("field label", label.get("label"), 45)
    yield from sized("field description", label.get("description") or "", 100, 0)
    yield from _text_input(field) if field["type"] == 4 else _select(field, modal=True)


def _text_input(field: Body) -> Iterator[str]:
    yield from sized("text custom_id", field.get("custom_id"), 100)
    yield from sized("text placeholder", field.get("placeholder") or "", 100, 0)
    yield from sized("text value", field.get("value") or "", field.get("max_length", 4_000), 0)
    if field.get("style") not in (1, 2) or not 1 <= field.get("max_length", 4_000) <= 4_000:
        yield "a text input's style or max_length"
    if field.get("label"):
        yield "a text input in a label has no label of its own"


def suggestions(choices: Sequence[Body]) -> list[str]:
    found = ["more than 25 suggestions"] if len(choices) > 25 else []
    for choice in choices:
        found += [*sized("suggestion", choice.get("name"), 100), *_value(choice)]
    return found


def _value(choice: Body) -> Iterator[str]:
    if isinstance(choice.get("value"), str):
        yield from sized("choice value", choice["value"], 100)


def commands(found: Sequence[Body]) -> list[str]:
    faults = ["more than 100 commands"] if len(found) > 100 else []
    for command in found:
        faults += _command(command)
        if (characters := weight(command)) > COMMAND_CHARACTERS:
            faults.append(f"/{command['name']} has {characters} characters in all, and may have {COMMAND_CHARACTERS}")
    return faults


def weight(command: Body) -> int:
    """Characters of name, description and values, of the command and all that is in it."""
    choices = sum(len(one["name"]) + len(str(one["value"])) for one in command.get("choices") or ())
    own = len(command["name"]) + len(command["description"]) + choices
    return own + sum(weight(option) for option in command.get("options") or ())


def _command(command: Body) -> Iterator[str]:
    name = str(command.get("name"))
    if not NAME.fullmatch(name) or name != name.lower():
        yield f"a name of a command or option: {name!r}"
    yield from sized(f"description of {name}", command.get("description"), 100)
    options, choices = command.get("options") or (), command.get("choices") or ()
    if len(options) > 25 or len(choices) > 25:
        yield f"{name} has {len(options)} options and {len(choices)} choices"
    if len({option["name"] for option in options}) < len(options):
        yield f"{name} has an option twice"
    needed = [bool(option.get("required")) for option in options]
    if needed != sorted(needed, reverse=True):
        yield f"{name} has a required option after an optional one"
    if choices and command.get("autocomplete"):
        yield f"{name} has both choices and autocomplete"
    for choice in choices:
        yield from sized("choice name", choice.get("name"), 100)
        yield from _value(choice)
    for option in options:
        yield from _command(option)
