"""How subscriptions read: one in a line, what changed of one, a page of them with their buttons, the ready-made ones."""

from bot.commands import typed
from bot.commands.asking import Asked
from bot.core import query
from bot.errors import UserError
from bot.model import Button, Preset, Reply, Subscription

_LEAST = {"medium": " from medium importance on", "high": " for high importance"}


def described(one: Subscription) -> str:
    """ "“EU watch”, "EU AI Act" (daily 09:00, mentions user group S123)"."""
    return _described(one)


def _described(one: Subscription, *more: str) -> str:
    name = f"“{one.name}”, " if one.name else ""
    how = ", ".join((*_how(one), *more))
    return f"{name}{one.query}{f' ({how})' if how else ''}"


def _how(one: Subscription) -> list[str]:
    said = [one.every] if one.every != "now" else []
    said += ["only changes of stage"] if one.stages_only else []
    if one.mention:
        said.append(f"mentions {_mentioned(one)}{_LEAST.get(one.mention_from, '')}")
    return said


def _mentioned(one: Subscription) -> str:
    """In the words by which a platform's adapter knows it, and shows its name."""
    whom = "user group" if one.channel.platform == "slack" else "role"
    return f"{whom} {one.mention}" if one.mention else "none"


def difference(before: Subscription, after: Subscription) -> str:
    """What changed, each with what it was."""
    pairs = (
        ("name", before.name or "none", after.name or "none"),
        ("words", before.query, after.query),
        ("every", before.every, after.every),
        ("mention", _mentioned(before), _mentioned(after)),
        ("mention-from", before.mention_from, after.mention_from),
        ("stages", "only" if before.stages_only else "all", "only" if after.stages_only else "all"),
    )
    return "; ".join(f"{what}: {was} → {now}" for what, was, now in pairs if was != now)


def subscriptions(asked: Asked, known: tuple[Subscription, ...], muted: tuple[str, ...], page: int, size: int) -> Reply:
    """A page of a channel's subscriptions, to edit and stop."""
    shown = known[(page - 1) * size : page * size]
    if page > 1 and not shown:
        return Reply("There are no more.")
    whose = "You are subscribed to:" if asked.own else f"{asked.whom.capitalize()} is subscribed to:"
    lines = [whose, *map(_line, shown)] if known else [_none_yet(asked)]
    left = len(known) - page * size
    if left > 0:
        lines.append(f"… and {left} more: {asked.line('subscriptions')} page:{page + 1}")
    if known:
        lines.append(
            f"To change one: {asked.line('edit')} <number> …; to stop one: {asked.line('unsubscribe')} <number>"
        )
    if muted:
        again = asked.line(f"unmute {query.quoted(muted[0])}")
        lines.append(f"Muted: {', '.join(muted)}. To hear one again: {again}")
    return Reply(
        "\n".join(lines),
        buttons=(*_edits(asked, shown), *typed.turns(asked.line("subscriptions"), page, more=left > 0), *_add(asked)),
    )


def _none_yet(asked: Asked) -> str:
    whose = "You have" if asked.own else f"{asked.whom.capitalize()} has"
    return f'{whose} no subscription. Try: {asked.line("subscribe")} "EU AI Act"'


def _line(one: Subscription) -> str:
    line = f"{one.id}. {_described(one, f'since {one.created.day} {one.created:%b %Y}')}"
    try:
        query.parse(one.query)
    except UserError as error:
        return f"✗ {line}: cannot be read any more, so it sends nothing. {error}"
    return line


def _edits(asked: Asked, shown: tuple[Subscription, ...]) -> tuple[Button, ...]:
    return tuple(
        button
        for one in shown
        for button in (
            Button(f"Edit {one.id}", asked.line(f"form edit {one.id}")),
            Button(f"Stop {one.id}", asked.line(f"unsubscribe {one.id}")),
        )
    )


def _add(asked: Asked) -> tuple[Button, ...]:
    return (Button("Add", asked.line("form subscribe")), Button("Presets", asked.line("presets")))


def presets(asked: Asked, known: tuple[Preset, ...]) -> Reply:
    """Each with a button that tries it."""
    lines = ["Ready-made subscriptions; each is tried on the last 30 days before anything is saved:"]
    lines += [f"• {one.name}: {one.summary} It asks for: {one.query}" for one in known]
    return Reply(
        "\n".join(lines),
        buttons=tuple(
            Button(f"Try {one.name}", asked.line(f'subscribe {one.query} name:"{one.name}"')) for one in known
        ),
    )
