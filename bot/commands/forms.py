"""Filling in: which line opens a form and what stands in it already, and what an option's value could become."""

import difflib
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from bot.commands import typed, verbs, wanted
from bot.commands.asking import OWN, Asked, Means
from bot.core import query, timing
from bot.core.text import fold, shorten
from bot.errors import UserError
from bot.model import Channel, Choice, Form, Option, Subscription, Verb

OPENS = "form"
MOST = 25
LONGEST = 100
"""Characters of a choice, as Discord takes them."""

TITLES = {"subscribe": "Subscribe", "edit": "Change a subscription", "unsubscribe": "Stop a subscription"}
_CADENCES = (
    Choice("now", "As it happens (now)"),
    Choice("hourly", "Every hour (hourly)"),
    Choice("daily 09:00", "Every day at 09:00 (daily 09:00)"),
    Choice("daily 17:00", "Every day at 17:00 (daily 17:00)"),
    Choice("weekly mon 09:00", "Every Monday at 09:00 (weekly mon 09:00)"),
)


@dataclass(frozen=True, slots=True)
class Forms:
    means: Means

    async def form(self, asked: Asked, *, verb: Verb | None) -> Form | None:
        """The form of `verb`, where the line names one by itself; else that of what follows `form`."""
        rest = asked.rest
        if verb is None:
            word, _, rest = rest.partition(" ")
            verb = verbs.named(word)
        elif not lacks(verb, rest):
            return None
        if not verb.options or (verb.manages and not await self.means.gate.may(asked.caller)):
            return None
        values = typed.values(verb, rest.strip())
        if verb.name == "edit":
            values = await self._as_it_is(values, asked) | values
        title = TITLES.get(verb.name, verb.name.capitalize())
        shown = replace(verb, name=asked.line(verb.name))
        return Form(
            shown,
            title,
            tuple((option.name, values[option.name]) for option in verb.options if values.get(option.name)),
        )

    async def _as_it_is(self, values: dict[str, str], asked: Asked) -> dict[str, str]:
        """What the form of a change shows of the subscription."""
        known = await self.means.store.subscriptions(asked.caller.channel)
        one = wanted.chosen(values.get("subscription", ""), known)
        if one is None:
            return {}
        values["subscription"] = str(one.id)
        return {
            "words": one.query,
            "name": one.name,
            "every": one.every,
            "mention": one.mention,
            "mention-from": one.mention_from,
            "stages": "only" if one.stages_only else "all",
        }

    async def suggest(self, verb: str, option: str, text: str, channel: Channel) -> tuple[Choice, ...]:
        """What could be typed there, the likeliest first."""
        found = next((one for one in getattr(verbs.BY_NAME.get(verb), "options", ()) if one.name == option), None)
        if found is None:
            return ()
        match found.takes:
            case "query":
                choices = tuple(self._query(text))
            case "time":
                choices = _times(text)
            case _:
                choices = near(text, await self._all(found, channel))
        return tuple(_short(one) for one in choices if len(one.value) <= LONGEST)[:MOST]

    async def _all(self, option: Option, channel: Channel) -> tuple[Choice, ...]:
        vocabulary = self.means.vocabulary
        match option.takes:
            case "verb":
                return tuple(Choice(verb.name, f"{verb.name}: {verb.summary}") for verb in verbs.VERBS)
            case "source":
                return tuple(Choice(feed.id, feed.name) for feed in await self.means.listened())
            case "instrument":
                return tuple(Choice(one.id, one.name) for one in vocabulary.instruments.values())
            case "jurisdiction":
                return tuple(Choice(code.lower(), name) for code, name in vocabulary.places.items())
            case "subscription":
                return tuple(map(_subscription, await self.means.store.subscriptions(channel)))
            case _:
                return option.choices

    def _query(self, text: str) -> Iterable[Choice]:
        """The query with its last word completed to a field, or to a value of its field."""
        before, space, last = text.rpartition(" ")
        lead, last = (last[:1], last[1:]) if last[:1] in ("-", "(") else ("", last)
        field, colon, value = last.partition(":")
        if colon:
            found = near(value, self._values(field.lower()))
            for one in found:
                yield Choice(f"{before}{space}{lead}{field}:{one.value}", f"{before}{space}{lead}{field}:{one.value}")
            return
        for name in query.FIELDS:
            if last and name.startswith(last.lower()):
                yield Choice(f"{before}{space}{lead}{name}:")
        if not text:
            yield from (Choice(one.query, f"{one.name}: {one.summary}") for one in self.means.presets)

    def _values(self, field: str) -> tuple[Choice, ...]:
        vocabulary = self.means.vocabulary
        match field:
            case "instrument":
                return tuple(Choice(one.id, one.name) for one in vocabulary.instruments.values())
            case "jurisdiction":
                return tuple(Choice(code.lower(), name) for code, name in vocabulary.places.items())
            case "type" | "stage" | "topic":
                named = {
                    "type": vocabulary.type_names,
                    "stage": vocabulary.stage_names,
                    "topic": vocabulary.topic_names,
                }
                return tuple(Choice(value, name) for value, name in named[field].items())
            case _:
                return tuple(map(Choice, sorted(query.FIELDS.get(field) or ())))


def lacks(verb: Verb, rest: str) -> bool:
    """Whether it changes something, and what it needs is missing."""
    return verb.manages and not rest and any(option.required for option in verb.options)


def near(text: str, choices: Collection[Choice]) -> tuple[Choice, ...]:
    """Those that begin with the text, then those with a word that does, then those that hold it, then those like it."""
    sought = fold(text.strip())
    if not sought:
        return tuple(choices)
    names = [(one, fold(one.value), fold(one.label)) for one in choices]
    starts = [one for one, value, label in names if value.startswith(sought) or label.startswith(sought)]
    words = [one for one, value, label in names if any(word.startswith(sought) for word in f"{value} {label}".split())]
    holds = [one for one, value, label in names if sought in value or sought in label]
    spelled = {name: one for one, *both in names for name in both if name}
    alike = [spelled[name] for name in difflib.get_close_matches(sought, spelled, n=5, cutoff=0.6)]
    return tuple(dict.fromkeys((*starts, *words, *holds, *alike)))


def _times(text: str) -> tuple[Choice, ...]:
    """The usual ones; what was typed before them where it is another, for a select takes only what is offered."""
    usual = near(text, _CADENCES)
    try:
        typed_one = str(timing.cadence(text)) if text.strip() else ""
    except UserError:
        return usual
    known = next((one for one in _CADENCES if one.value == typed_one), None)
    first = (known or Choice(typed_one),) if typed_one else ()
    return tuple(dict.fromkeys((*first, *usual)))


def _subscription(one: Subscription) -> Choice:
    return Choice(str(one.id), one.name or one.query)


def _short(one: Choice) -> Choice:
    return replace(one, label=shorten(one.label, LONGEST))


def is_own(line: str) -> bool:
    """Whether a line opens with `my`."""
    return typed.verb_and_rest(line)[0].lower() == OWN
