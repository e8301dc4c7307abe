"""The desk: each line a person types is let in, handed to the one who answers its verb, and answered in a sentence."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from bot.commands import forms, guide, typed, verbs
from bot.commands.asking import OWN, Asked, Handler, Means, nothing
from bot.commands.briefing import OnTheSpot
from bot.commands.catching import Catching
from bot.commands.editing import Editing
from bot.commands.explaining import Explaining
from bot.commands.feeds import ACTIONS, Feeds
from bot.commands.forms import Forms
from bot.commands.health import Health
from bot.commands.judging import Judging
from bot.commands.looking import Looking
from bot.commands.muting import Muting
from bot.commands.outside import Outside
from bot.commands.permitting import Gate, Pacing
from bot.commands.settings import Settings
from bot.commands.subscribing import Subscribing
from bot.core import blindness
from bot.core.permissions import Policy
from bot.core.text import clean, shorten
from bot.core.vocabulary import Vocabulary
from bot.errors import StoreDown, UserError
from bot.model import Brief, Button, Caller, Channel, Choice, Feed, Form, Home, Preset, Reply, Story, Verb
from bot.ports import Store

log = structlog.get_logger()

LONGEST = 2_000

FIRST_WITHIN = 1.0
"""Seconds that asking whether a line came before may take: a form that was sent off is to be acknowledged within three."""

LOOKUPS = frozenset(("latest", "search", "story", "evidence", "catchup", "corrections", "sources", "status", "brief"))
"""What may be shared with a channel: answers that change nothing and are about no one."""

WENT_WRONG = "Something went wrong here; it has been logged. Please try again."


class Desk:
    """Implements `ports.Desk`. `brief_now` gives a story's brief, written on the spot where there is none.

    `manage` says for each platform who may change what a channel hears; a workspace or server may choose otherwise.
    `ops` is where operators read, and so may ask. A person has `a_person` lines a minute, all people of a space `a_space`;
    0 is no limit.
    """

    def __init__(
        self,
        *,
        store: Store,
        brief_now: Callable[[Story], Awaitable[Brief]],
        vocabulary: Vocabulary,
        feeds: tuple[Feed, ...],
        now: Callable[[], datetime],
        outside: Outside,
        max_age: timedelta,
        troubles: Callable[[], tuple[str, ...]] = lambda: (),
        editors: tuple[str, ...] = (),
        presets: tuple[Preset, ...] = (),
        working: Callable[[datetime | None], Awaitable[tuple[str, ...]]] = nothing,
        ops: Channel | None = None,
        manage: Mapping[str, Policy] | None = None,
        a_person: int = 0,
        a_space: int = 0,
    ) -> None:
        gate = Gate(store, manage or {})
        means = Means(
            store=store,
            brief_now=brief_now,
            vocabulary=vocabulary,
            feeds=feeds,
            now=now,
            gate=gate,
            outside=outside,
            max_age=max_age,
            troubles=troubles,
            editors=frozenset(editors),
            presets=presets,
            working=working,
            ops=ops,
        )
        self._means = means
        self._forms = Forms(means)
        self._pacing = Pacing(a_person, a_space, now)
        looking = Looking(means, Editing(means))
        self._handlers: Mapping[str, Handler] = {
            **looking.handlers,
            **OnTheSpot(means, looking.story).handlers,
            **Catching(means).handlers,
            **Explaining(means).handlers,
            **Subscribing(means).handlers,
            **Muting(means).handlers,
            **Settings(means).handlers,
            **Judging(means).handlers,
            **Feeds(means).handlers,
            **Health(means).handlers,
            OWN: self._own,
            "share": self._share,
        }

    @property
    def verbs(self) -> tuple[Verb, ...]:
        return verbs.VERBS

    async def answer(self, line: str, caller: Caller) -> Reply:
        """Never raises for what a person typed."""
        try:
            self._pacing.check(caller)
            return await self._answer(await self._unfolded(line), caller)
        except UserError as error:
            return Reply(str(error))
        except Exception:  # a bug: logged once here, for every platform
            log.exception("command failed", verb=line.split(" ")[0][:20], channel=str(caller.channel))
            return Reply(WENT_WRONG)

    async def form(self, line: str, caller: Caller) -> Form | None:
        try:
            word, rest, own = _parted(_short_enough(await self._unfolded(line)))
            verb = None if word == forms.OPENS else verbs.named(word or "help")
            return await self._forms.form(Asked(rest, caller, own), verb=verb)
        except UserError:  # the answer to the line says it
            return None
        except Exception:  # a bug, as above; the line is answered instead
            log.exception("form failed", verb=line.split(" ")[0][:20], channel=str(caller.channel))
            return None

    async def suggest(self, verb: str, option: str, typed: str, caller: Caller) -> tuple[Choice, ...]:
        return await self._forms.suggest(verb, option, clean(typed)[:LONGEST], caller.channel)

    async def home(self, caller: Caller) -> Home:
        """First what they hear themselves, then what they subscribed channels of their space to.

        Not what others did there: they may have left a private channel, and only its members read what it hears.
        """
        store, own = self._means.store, caller.channel
        others = [one for one in await store.subscribed_by(own.platform, own.space, caller.user) if one != own]
        channels = [(own, await store.subscriptions(own))]
        for channel in others:
            theirs = [one for one in await store.subscriptions(channel) if one.created_by == caller.user]
            channels.append((channel, tuple(theirs)))
        may = [True, *[await self._means.gate.may(caller, channel) for channel in others]]
        health = blindness.coverage(await self._means.listened(), await store.memories())
        return Home(tuple(channels), tuple(may), (health,))

    async def keep(self, line: str) -> str:
        """What is about the caller's own messages stays so."""
        word, rest = typed.verb_and_rest(line)
        kept = await self._means.store.keep_line(rest if word.lower() == OWN else line, self._means.now())
        return f"{OWN} {kept}" if word.lower() == OWN else kept

    async def first(self, key: str) -> bool:
        """True as well while the database does not answer: a line that comes twice is a smaller harm than one unheard."""
        try:
            async with asyncio.timeout(FIRST_WITHIN):
                return await self._means.store.first(key, self._means.now())
        except (StoreDown, TimeoutError):
            return True

    async def answers(self, channel: Channel) -> None:
        with suppress(StoreDown):
            if await self._means.store.is_parked(channel):  # nearly none is, and a look-up need not wait for a write
                await self._means.store.revive(channel, self._means.now())

    def personal(self, line: str) -> bool:
        return forms.is_own(clean(line))

    async def _unfolded(self, line: str) -> str:
        """The line itself, where what was typed or pressed stands for a kept one."""
        line = clean(line)
        word, rest = typed.verb_and_rest(line)
        if word.lower() == OWN:
            return f"{OWN} {await self._means.store.kept_line(rest)}"
        return await self._means.store.kept_line(line)

    async def _answer(self, line: str, caller: Caller) -> Reply:
        word, rest, own = _parted(_short_enough(line))
        asked = Asked(rest, caller, own)
        match word:
            case "":
                return await self._nothing(asked)
            case "cancel":
                return Reply("Nothing was changed.")
            case forms.OPENS:
                return Reply(guide.on(verbs.named(rest.partition(" ")[0] or "subscribe")))
            case _:
                return await self._handled(verbs.named(word), asked)

    async def _handled(self, verb: Verb, asked: Asked) -> Reply:
        if verb.manages:
            await self._means.gate.check(asked.caller, f"{OWN} {'subscribe' if verb.name == 'save' else verb.name}")
        reply = await self._handlers[verb.name](asked)
        return _sharable(reply, verb, asked)

    async def _nothing(self, asked: Asked) -> Reply:
        if await self._means.store.subscriptions(asked.caller.channel):
            return Reply(guide.on_all())
        return guide.first_steps()

    async def _own(self, asked: Asked) -> Reply:
        """`my` with nothing behind it, or twice; `_parted` took it away from every other line."""
        raise UserError(f"Say what, as in: {OWN} subscribe importance:high, or: {OWN} subscriptions")

    async def _share(self, asked: Asked) -> Reply:
        word, rest, own = _parted(await self._unfolded(asked.rest))
        if own or word not in LOOKUPS or (word in verbs.BY_NAME and _changes(word, rest)):
            there_are = ", ".join(verb.name for verb in verbs.VERBS if verb.name in LOOKUPS)
            raise UserError(f"Only look-ups can be shared, as in: share latest 5. There are: {there_are}.")
        reply = await self._handlers[verbs.named(word).name](Asked(rest, asked.caller))
        head = f"{asked.who} shared: {shorten(f'{word} {rest}'.strip(), 200)}"
        return replace(reply, text="\n".join(filter(None, (head, reply.text))), private=False)


def _short_enough(line: str) -> str:
    """Raises UserError for more than anybody types."""
    if len(line) > LONGEST:
        raise UserError(f"That is {len(line)} characters long; a line may have {LONGEST}.")
    return line


def _parted(line: str) -> tuple[str, str, bool]:
    """The verb in small letters, what follows it, and whether it is about one's own direct messages."""
    word, rest = typed.verb_and_rest(line)
    if word.lower() != OWN:
        return word.lower(), rest, False
    word, rest = typed.verb_and_rest(rest)
    return (word.lower(), rest, True) if word else (OWN, "", False)


def _changes(word: str, rest: str) -> bool:
    """Whether a look-up's line would change something: an editor's, or one about a feed."""
    first = rest.partition(" ")[0].lower()
    return (word == "story" and typed.number(first) is None) or (word == "sources" and first in ACTIONS)


def _sharable(reply: Reply, verb: Verb, asked: Asked) -> Reply:
    """With a button that shows the answer to the channel, where there are others to see it."""
    if (
        verb.name not in LOOKUPS
        or _changes(verb.name, asked.rest)
        or asked.own
        or asked.caller.operator
        or not reply.private
        or asked.caller.channel.alone
    ):
        return reply
    share = Button("Share here", f"share {verb.name} {asked.rest}".strip())
    if len(reply.cards) == 1 and not reply.buttons:
        (card,) = reply.cards
        return replace(reply, cards=(replace(card, buttons=(*card.buttons, share)),))
    return replace(reply, buttons=(*reply.buttons, share))
