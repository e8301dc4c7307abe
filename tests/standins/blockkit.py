"""Block Kit's rules, as strict as Slack is known to be: slack_sdk's own, and by hand what it does not check."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

IN_MESSAGE = {"section", "context", "actions", "divider", "header", "rich_text", "image"}
IN_VIEW = IN_MESSAGE | {"input"}
KEYS = {
    "section": {"text", "fields", "accessory", "expand"},
    "context": {"elements"},
    "actions": {"elements"},
    "divider": set(),
    "header": {"text"},
    "rich_text": {"elements"},
    "image": {"image_url", "alt_text", "title"},
    "input": {"label", "hint", "element", "optional", "dispatch_action"},
}
MODAL = {
    "type",
    "title",
    "blocks",
    "close",
    "submit",
    "private_metadata",
    "callback_id",
    "clear_on_close",
    "notify_on_close",
}
HOME = {"type", "blocks", "private_metadata", "callback_id"}
ELEMENTS = {
    "button": {"text", "action_id", "value", "url", "style", "confirm", "accessibility_label"},
    "static_select": {"action_id", "options", "initial_option", "placeholder", "confirm"},
    "external_select": {"action_id", "initial_option", "min_query_length", "placeholder", "confirm"},
    "plain_text_input": {"action_id", "initial_value", "multiline", "min_length", "max_length", "placeholder"},
    "number_input": {"action_id", "initial_value", "is_decimal_allowed", "min_value", "max_value", "placeholder"},
}
RICH = {"rich_text_section", "rich_text_list", "text", "link", "channel"}
MENTION = re.compile(r"<[!@][^>]*>")
GROUP = re.compile(r"<!subteam\^S[A-Z0-9]+>")
MOST = 12_000
"""Characters of a message's blocks together: nothing documents it, and some 13,200 were refused."""


def message(body: Mapping[str, Any]) -> list[str]:
    """What is wrong with a message's text and blocks."""
    text, rich = str(body.get("text") or ""), blocks_of(body)
    found = [] if text.strip() else ["no text for notifications and screen readers"]
    if len(text) > 4_000:
        found.append(f"a text of {len(text)} characters")
    if len(rich) > 50:
        found.append(f"{len(rich)} blocks in a message")
    if sum(map(len, texts(rich))) > MOST:
        found.append("msg_blocks_too_long")
    return [*found, *_pings(text), *_of_blocks(rich, IN_MESSAGE)]


def view(given: Mapping[str, Any]) -> list[str]:
    """What is wrong with a modal or an App Home."""
    rich, kind = given.get("blocks") or [], given.get("type")
    found = [] if kind in ("modal", "home") else [f"a view of type {kind}"]
    found += [f"{kind} must not have {key}" for key in set(given) - (MODAL if kind == "modal" else HOME)]
    if not 0 < len(rich) <= 100:
        found.append(f"{len(rich)} blocks in a view")
    if kind == "modal":
        found += _limit(given.get("title"), "a modal's title", 24)
        found += [fault for key in ("submit", "close") if key in given for fault in _limit(given[key], key, 24)]
        if any(block.get("type") == "input" for block in rich) and "submit" not in given:
            found.append("a modal with inputs and no submit")
    if len(given.get("private_metadata", "")) > 3_000:
        found.append("private_metadata above 3,000 characters")
    try:
        View(**given).validate_json()
    except Exception as error:
        found.append(str(error))
    return [*found, *_of_blocks(rich, IN_VIEW)]


def unspoken(rich: Sequence[Mapping[str, Any]]) -> list[str]:
    """Buttons whose label is no word: a screen reader has nothing to say there."""
    labels = [element["text"]["text"] for block in rich for element in block.get("elements", ()) if _is_button(element)]
    return [f"a button called {label!r}" for label in labels if not any(one.isalnum() for one in label)]


def texts(value: Any) -> Iterator[str]:
    """Every text a person reads in these blocks, and every address."""
    if isinstance(value, list):
        for inner in value:
            yield from texts(inner)
    elif isinstance(value, dict):
        for key, inner in value.items():
            if (key == "text" and isinstance(inner, str)) or key in ("url", "initial_value"):
                yield str(inner)
            elif isinstance(inner, dict | list):
                yield from texts(inner)


def blocks_of(body: Mapping[str, Any]) -> list[dict[str, Any]]:
    rich: Any = body.get("blocks") or []
    return list(json.loads(rich) if isinstance(rich, str) else rich)


def _is_button(element: Mapping[str, Any]) -> bool:
    return element.get("type") == "button"


def _of_blocks(rich: Sequence[Mapping[str, Any]], allowed: set[str]) -> Iterator[str]:
    ids = [block["block_id"] for block in rich if "block_id" in block]
    if len(ids) != len(set(ids)):
        yield "a block_id twice"
    for block in rich:
        kind = str(block.get("type"))
        if kind not in allowed:
            yield f"a block of type {kind} here"
            continue
        yield from (f"{kind} must not have {key}" for key in set(block) - KEYS[kind] - {"type", "block_id"})
        if len(block.get("block_id", "")) > 255:
            yield "a block_id above 255 characters"
        yield from (f"an empty text in {kind}" for text in texts([block]) if not text)
        yield from _of_block(kind, block)
    for parsed in Block.parse_all([dict(block) for block in rich]):
        try:
            parsed.validate_json()
        except Exception as error:
            yield str(error)


def _of_block(kind: str, block: Mapping[str, Any]) -> Iterator[str]:
    elements = block.get("elements") or []
    match kind:
        case "section":
            yield from _limit(block.get("text"), "a section", 3_000)
        case "header":
            yield from _limit(block.get("text"), "a header", 150)
        case "context":
            if not 0 < len(elements) <= 10:
                yield f"{len(elements)} elements in a context"
            for element in elements:
                yield from _limit(element, "a context", 2_000)
        case "actions":
            yield from _of_actions(elements)
        case "rich_text":
            yield from _of_rich(elements)
        case "input":
            yield from _limit(block.get("label"), "a label", 2_000)
            yield from _limit(block["hint"], "a hint", 2_000) if "hint" in block else ()
            yield from _of_element(block["element"])


def _of_actions(elements: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    if not 0 < len(elements) <= 25:
        yield f"{len(elements)} elements in actions"
    ids = [element.get("action_id") for element in elements]
    if len(ids) != len(set(ids)):
        yield "an action_id twice in one block"
    for element in elements:
        yield from _of_element(element)


def _of_element(element: Mapping[str, Any]) -> Iterator[str]:
    kind = str(element.get("type"))
    if kind not in ELEMENTS:
        yield f"an element of type {kind}"
        return
    yield from (f"{kind} must not have {key}" for key in set(element) - ELEMENTS[kind] - {"type"})
    if not 0 < len(element.get("action_id", "")) <= 255:
        yield f"{kind} without an action_id"
    if "placeholder" in element:
        yield from _limit(element["placeholder"], "a placeholder", 150)
    if "confirm" in element:
        for key, most in (("title", 100), ("text", 300), ("confirm", 30), ("deny", 30)):
            yield from _limit(element["confirm"].get(key), f"confirm's {key}", most)
    if kind == "button":
        yield from _of_button(element)
    if kind.endswith("_select"):
        yield from _of_select(kind, element)
    if kind == "number_input" and "is_decimal_allowed" not in element:
        yield "number_input without is_decimal_allowed"
    if len(element.get("initial_value", "")) > element.get("max_length", 3_000):
        yield "an initial value longer than the field"


def _of_button(element: Mapping[str, Any]) -> Iterator[str]:
    yield from _limit(element.get("text"), "a button's text", 75)
    for key, most in (("value", 2_000), ("url", 3_000), ("accessibility_label", 75)):
        if key in element and not 0 < len(element[key]) <= most:
            yield f"a button's {key} of {len(element[key])} characters"
    if element.get("style", "primary") not in ("primary", "danger"):
        yield "a button's style"


def _of_select(kind: str, element: Mapping[str, Any]) -> Iterator[str]:
    offered = element.get("options", [])
    yield from options(offered) if kind == "static_select" else ()
    start = element.get("initial_option")
    if start:
        yield from _of_option(start)
    if start and kind == "static_select" and start not in offered:
        yield "an initial option that is not offered"


def options(offered: Sequence[Mapping[str, Any]], *, least: int = 1) -> Iterator[str]:
    if not least <= len(offered) <= 100:
        yield f"{len(offered)} options"
    for option in offered:
        yield from _of_option(option)


def _of_option(option: Mapping[str, Any]) -> Iterator[str]:
    yield from _limit(option.get("text"), "an option", 75)
    if not 0 < len(option.get("value", "")) <= 150:
        yield f"an option's value of {len(option.get('value', ''))} characters"


def _of_rich(elements: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    if not elements:
        yield "an empty rich_text"
    for element in elements:
        kind = element.get("type")
        if kind in ("user", "usergroup", "broadcast"):
            yield f"a {kind} is pinged"
        elif kind not in RICH:
            yield f"rich text of type {kind}"
        if kind == "link" and not str(element.get("url", "")).startswith(("http://", "https://")):
            yield "a link that leads nowhere"
        if kind in ("rich_text_section", "rich_text_list"):
            yield from _of_rich(element.get("elements") or [])


def _limit(text: Any, what: str, most: int) -> Iterator[str]:
    if not isinstance(text, dict) or text.get("type") not in ("plain_text", "mrkdwn"):
        yield f"{what} has no text object"
    elif not 0 < len(text["text"]) <= most:
        yield f"{what} of {len(text['text'])} characters"
    elif text["type"] == "mrkdwn":
        yield from _pings(text["text"])


def _pings(text: str) -> list[str]:
    return [f"{found} is pinged" for found in MENTION.findall(GROUP.sub("", text))]
