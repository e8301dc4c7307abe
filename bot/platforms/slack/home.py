"""The App Home: a person's own subscriptions and their channels', each with its buttons; what else there is to say."""

from collections.abc import Sequence

from bot.core.text import clean, shorten
from bot.model import Channel, Home, Subscription, Verb
from bot.platforms.slack import blocks
from bot.platforms.slack.blocks import Block

MOST_BLOCKS = 100
"""Of a view; what is left over says how much there is."""

ABOUT_ONE = 2
"""Blocks of a subscription: what it is, and its buttons."""

ABOUT_A_CHANNEL = 4
"""Its line, its name, what is left out of it, and the button to add."""

KEPT_FOR_THE_END = 6
_FIRST = ("presets", "subscribe", "latest", "catchup", "settings")
"""Verbs to begin with; its button tells of all."""


def view(home: Home, own: str, verbs: Sequence[Verb]) -> Block:
    """`own` is the channel of the person's direct messages."""
    shown = [_heading("Your subscriptions")]
    places = list(zip(home.channels, home.may_manage, strict=True))
    for (channel, subscriptions), manages in sorted(places, key=lambda place: place[0][0].id != own):
        shown += _of_channel(channel, subscriptions, own, manages=manages, room=MOST_BLOCKS - len(shown))
    shown += [{"type": "divider"}, *_notes(home), *_help(verbs, own)]
    return {"type": "home", "blocks": shown}


def channel_of(block: str) -> str:
    """The channel a button of the home speaks for, by the id of its block."""
    return block.split(":")[0]


def _of_channel(
    channel: Channel, subscriptions: Sequence[Subscription], own: str, *, manages: bool, room: int
) -> list[Block]:
    room -= KEPT_FOR_THE_END + ABOUT_A_CHANNEL
    if room < ABOUT_ONE:
        return []
    shown: list[Block] = [{"type": "divider"}, _name(channel, own)]
    fitting = subscriptions[: room // ABOUT_ONE]
    for one in fitting:
        shown += _of_subscription(one, manages=manages)
    if left := len(subscriptions) - len(fitting):
        shown.append(_small(f"And {left} more: say subscriptions there."))
    if not subscriptions:
        shown.append(_small("Nothing yet."))
    if manages:
        add = _button("Add a subscription", "form subscribe", f"Add a subscription for {_spoken(channel, own)}")
        shown.append({"type": "actions", "block_id": f"{channel.id}:add", "elements": [add]})
    return shown


def _of_subscription(one: Subscription, *, manages: bool) -> list[Block]:
    called = f"{one.id}. {one.name or one.query}"
    parts = (one.query if one.name else "", "" if one.every == "now" else one.every)
    details = " · ".join(filter(None, (*parts, "changes of stage only" if one.stages_only else "")))
    shown: list[Block] = [_rich(called, details)]
    if manages:
        shown.append({"type": "actions", "block_id": f"{one.channel.id}:{one.id}", "elements": _buttons(one, called)})
    return shown


def _buttons(one: Subscription, called: str) -> list[Block]:
    sure = {
        "title": blocks.label("Delete this subscription?", 100),
        "text": blocks.label(f"{called} will send nothing more.", 300),
        "confirm": blocks.label("Delete", 30),
        "deny": blocks.label("Keep it", 30),
    }
    delete = _button("Delete", f"unsubscribe {one.id}", f"Delete subscription {called}", number=1)
    return [
        _button("Edit", f"form edit {one.id}", f"Edit subscription {called}"),
        delete | {"style": "danger", "confirm": sure},
    ]


def _button(text: str, line: str, spoken: str, number: int = 0) -> Block:
    """`spoken` is what a screen reader says: without it there would be many buttons called Edit."""
    return {
        "type": "button",
        "text": blocks.label(text),
        "action_id": f"{blocks.ACTION}{number}",
        "value": line,
        "accessibility_label": shorten(clean(spoken), blocks.BUTTON),
    }


def _name(channel: Channel, own: str) -> Block:
    shown: Block = {"type": "channel", "channel_id": channel.id}
    if channel.id == own:
        shown = {"type": "text", "text": "Your direct messages"}
    shown |= {"style": {"bold": True}}
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [shown]}]}


def _spoken(channel: Channel, own: str) -> str:
    return "your direct messages" if channel.id == own else "this channel"


def _rich(text: str, details: str) -> Block:
    runs: list[Block] = [{"type": "text", "text": shorten(clean(text), 500) or blocks.UNTITLED}]
    if details:
        runs.append({"type": "text", "text": f"\n{shorten(clean(details), 500)}", "style": {"italic": True}})
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": runs}]}


def _notes(home: Home) -> list[Block]:
    return [_small(note) for note in home.notes[:3] if clean(note)]


def _help(verbs: Sequence[Verb], own: str) -> list[Block]:
    said = "In any channel type /regpulse, in a thread mention RegPulse, under Messages write to it. Begin with: "
    ask = {"type": "actions", "block_id": f"{own}:help", "elements": [_button("Help", "help", "Help with everything")]}
    return [_small(said + ", ".join(verb.name for verb in verbs if verb.name in _FIRST)), ask]


def _heading(text: str) -> Block:
    return {"type": "header", "text": blocks.label(text, 150)}


def _small(text: str) -> Block:
    return {"type": "context", "elements": [blocks.label(text, blocks.CONTEXT)]}
