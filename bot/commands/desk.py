"""Answers a line: looks it up in the table of verbs, does it, and says what was done."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from bot.commands import choosing, editing, typed, verbs
from bot.commands.editing import Editing
from bot.core import assisted, audience, cards, query, related, report
from bot.core.text import clean, fold, shorten
from bot.core.vocabulary import Vocabulary
from bot.errors import UserError
from bot.model import (
    Alert,
    Brief,
    Button,
    Caller,
    Choice,
    Earlier,
    Entry,
    Feed,
    Form,
    Home,
    Reply,
    Story,
    Subscription,
    Verb,
)
from bot.ports import Store

log = structlog.get_logger()

LONGEST = 2_000
PAGE = 5
MOST_LATEST = 20
MOST_SUBSCRIPTIONS = 50
MOST_MUTES = 50
TRIED_ON = timedelta(days=30)
"""How far back a subscription is tried before it is saved."""

MOST_TRIED = 1_000
"""Stories it is tried on at most."""

BATCH = 100

WENT_WRONG = "Something went wrong here; it has been logged. Please try again."
MANAGERS_ONLY = (
    "Only people who may manage this channel can change what it hears. Ask one of them, or try it in a direct message."
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What follows the verb, and who asks."""

    rest: str
    caller: Caller


class Desk:
    """Implements `ports.Desk`. `brief_now` gives a story's brief, written on the spot where there is none.

    `troubles` are sentences about what this process does without; `status` says them. `editors` may split and merge.
    """

    def __init__(
        self,
        *,
        store: Store,
        brief_now: Callable[[Story], Awaitable[Brief]],
        vocabulary: Vocabulary,
        feeds: tuple[Feed, ...],
        now: Callable[[], datetime],
        troubles: tuple[str, ...] = (),
        editors: tuple[str, ...] = (),
    ) -> None:
        self._store = store
        self._brief_now = brief_now
        self._vocabulary = vocabulary
        self._feeds = feeds
        self._now = now
        self._troubles = troubles
        self._editing = Editing(store, vocabulary, now, self._numbered, frozenset(editors))
        self._handlers: Mapping[str, Callable[[Asked], Awaitable[Reply]]] = {
            verb.name: getattr(self, f"_{verb.name}") for verb in verbs.VERBS
        }

    @property
    def verbs(self) -> tuple[Verb, ...]:
        return verbs.VERBS

    async def answer(self, line: str, caller: Caller) -> Reply:
        """Never raises for what a person typed."""
        try:
            return await self._answer(line, caller)
        except UserError as error:
            return Reply(str(error))
        except Exception:  # a bug: logged once here, for every platform
            log.exception("command failed", verb=line.split(" ")[0][:20], channel=str(caller.channel))
            return Reply(WENT_WRONG)

    async def form(self, line: str, caller: Caller) -> Form | None:
        return None

    async def suggest(self, verb: str, option: str, typed: str, caller: Caller) -> tuple[Choice, ...]:
        return ()

    async def home(self, caller: Caller) -> Home:
        own = await self._store.subscriptions(caller.channel)
        return Home(((caller.channel, own),), (caller.may_manage,))

    async def keep(self, line: str) -> str:
        return await self._store.keep_line(line, self._now())

    def personal(self, line: str) -> bool:
        return False

    async def _answer(self, line: str, caller: Caller) -> Reply:
        line = await self._store.kept_line(line)
        if len(line) > LONGEST:
            raise UserError(f"That is {len(line)} characters long; a line may have {LONGEST}.")
        word, rest = typed.verb_and_rest(clean(line))
        verb = verbs.named(word or "help")
        if verb.manages and not caller.may_manage:
            raise UserError(MANAGERS_ONLY)
        return await self._handlers[verb.name](Asked(rest, caller))

    # Looking up

    async def _help(self, asked: Asked) -> Reply:
        return Reply(verbs.help_on(verbs.named(asked.rest)) if asked.rest else verbs.help_on_all())

    async def _latest(self, asked: Asked) -> Reply:
        wanted, page = typed.paged(asked.rest)
        limit = min(typed.count(wanted, PAGE), MOST_LATEST)
        found = await self._store.latest(limit + 1, (page - 1) * limit)
        if not found and page == 1:
            return Reply("No story yet: RegPulse has just begun to listen. To see how it is doing: status")
        return self._listed("The newest stories:", found, limit, f"latest {limit}", page)

    async def _search(self, asked: Asked) -> Reply:
        words, page = typed.paged(asked.rest)
        parsed = audience.asked(words, self._vocabulary)
        found = await self._store.search(query.to_fts(parsed), PAGE + 1, (page - 1) * PAGE)
        hint = query.hint(parsed)
        if not found and page == 1:
            fewer = "Fewer words find more; subscribe to be told when there is something."
            return Reply("\n".join(filter(None, (f"Nothing found for {parsed}. {fewer}", hint))))
        text = "\n".join(filter(None, (f"Stories for {parsed}:", hint)))
        return self._listed(text, found, PAGE, f"search {parsed}", page)

    def _listed(self, text: str, found: tuple[Story, ...], limit: int, line: str, page: int) -> Reply:
        if not found:
            return Reply("There are no more.")
        more = (Button("More", f"{line} page:{page + 1}"),) if len(found) > limit else ()
        return Reply(text, tuple(cards.glance(story, self._vocabulary) for story in found[:limit]), more)

    async def _story(self, asked: Asked) -> Reply:
        if asked.rest.partition(" ")[0].lower() in editing.VERBS:
            return await self._editing.answer(asked.rest, asked.caller)
        story = await self._numbered(asked.rest)
        moved = "" if typed.number(asked.rest) == story.id else f"Story {asked.rest} is part of story {story.id} now:"
        earlier = await self._earlier(story)
        return Reply(
            moved,
            cards=(
                cards.story(
                    await self._as_wanted(await self._brief_now(story), asked), story, self._vocabulary, earlier
                ),
            ),
        )

    async def _earlier(self, story: Story) -> tuple[Earlier, ...]:
        names = related.instruments(story, self._vocabulary)
        found = await self._store.about(names, related.since(story), related.LOOKED_AT)
        return related.earlier(story, found, self._vocabulary)

    async def _evidence(self, asked: Asked) -> Reply:
        """Of what was said under this number, also where the story is part of another now."""
        story = await self._numbered(asked.rest)
        said = await self._store.brief(typed.number(asked.rest) or story.id) or await self._brief_now(story)
        return Reply(cards=(cards.evidence(await self._as_wanted(said, asked), story.entries, story.verdict.tagged),))

    async def _as_wanted(self, brief: Brief, asked: Asked) -> Brief:
        """As this channel wants it: what it is shown of an alert is what it was sent."""
        if brief.plain and await self._store.setting(asked.caller.channel, assisted.SETTING) == assisted.OFF:
            return assisted.without_model(brief)
        return brief

    async def _numbered(self, text: str) -> Story:
        number = typed.number(text)
        story = await self._store.story(number) if number is not None else None
        if story is None:
            said = f"There is no story “{shorten(text, 40)}”." if text else "Say which story, as in: story 12"
            raise UserError(f"{said} Story numbers stand in latest and search.")
        return story

    async def _why(self, asked: Asked) -> Reply:
        if not asked.rest:
            raise UserError("Say which: a link, or a story number, as in: why 12")
        if typed.number(asked.rest) is not None:
            story = await self._numbered(asked.rest)
            return Reply(await self._why_story(story.entries[0], story, asked))
        link = typed.link(asked.rest)
        found = await self._store.find(link)
        if not found:
            return Reply(
                f"No feed has shown this link: {shorten(link, 200)}\n"
                "Either none of our sources carries it, or it was there before RegPulse listened. See: sources"
            )
        answers = []
        for judged, number in found[:3]:
            filed = await self._store.story(number) if number else None
            if filed:
                answers.append(await self._why_story(judged.entry, filed, asked))
            else:
                trail = report.trail(judged.entry, await self._store.trail(judged.entry.id))
                answers.append("\n".join((*trail, report.in_no_story(judged))))
        return Reply("\n\n".join(answers))

    async def _why_story(self, entry: Entry, story: Story, asked: Asked) -> str:
        decisions = await self._store.trail(entry.id)
        subscriptions = await self._store.subscriptions(asked.caller.channel)
        deliveries = await self._store.deliveries(story.id)
        here = [delivery for delivery in deliveries if delivery.channel == asked.caller.channel]
        text = audience.text_of(story, self._vocabulary)
        lines = [f"Story {story.id}: {story.headline}", *report.trail(entry, decisions)]
        lines += [report.tagged(story), cards.standing(story, self._vocabulary)]
        lines += [report.verdict_of(subscription, text) for subscription in subscriptions]
        lines += [report.delivery(delivery, self._now()) for delivery in here]
        if not here:
            lines.append(report.not_here(story, subscriptions, text, decisions, others=len(deliveries)))
        return "\n".join(lines)

    # Subscribing

    async def _subscribe(self, asked: Asked) -> Reply:
        words, backfill = typed.backfill(asked.rest)
        parsed = audience.asked(words, self._vocabulary)
        channel = asked.caller.channel
        known = await self._store.subscriptions(channel)
        same = _same(known, str(parsed))
        if same is None and len(known) >= MOST_SUBSCRIPTIONS:
            raise UserError(f"This channel has {len(known)} subscriptions already. Unsubscribe from one first.")
        saved = same or await self._store.subscribe(Subscription(channel, str(parsed), asked.caller.user, self._now()))
        matching, tried = await self._matching(saved)
        lines = [
            f"{'Already subscribed' if same else 'Subscribed'}, as number {saved.id}: {saved.query}",
            query.hint(parsed),
            report.tried(matching, tried=tried, whole=tried < MOST_TRIED),
        ]
        if backfill:
            lines.append(report.sent_earlier(await self._send_earlier(saved, matching[:backfill]), len(matching)))
        elif matching:
            lines.append(f"To get the latest now, say it again with: backfill:{min(3, len(matching))}")
        return Reply("\n".join(filter(None, lines)))

    async def _matching(self, subscription: Subscription) -> tuple[tuple[Story, ...], int]:
        """The stories of the last 30 days that it would have sent, newest first, and on how many it was tried."""
        since, adjacent = self._now() - TRIED_ON, query.includes_adjacent(query.parse(subscription.query))
        matching: list[Story] = []
        for tried in range(0, MOST_TRIED, BATCH):
            batch = await self._store.latest(BATCH, tried, adjacent=adjacent)
            recent = [story for story in batch if max(entry.when for entry in story.entries) >= since]
            # On a thread: taking a hundred texts apart would hold up every other conversation.
            matching += await asyncio.to_thread(self._heard, subscription, recent)
            if len(recent) < BATCH:
                return tuple(matching), tried + len(recent)
        return tuple(matching), MOST_TRIED

    def _heard(self, subscription: Subscription, stories: list[Story]) -> list[Story]:
        return [story for story in stories if audience.heard(subscription, audience.text_of(story, self._vocabulary))]

    async def _send_earlier(self, subscription: Subscription, found: tuple[Story, ...]) -> int:
        sent = 0
        for story in reversed(found):
            words = audience.heard(subscription, audience.text_of(story, self._vocabulary))
            alert = Alert(subscription.channel, words)
            sent += await self._store.publish(await self._brief_now(story), (alert,), self._now(), asked=True)
        return sent

    async def _unsubscribe(self, asked: Asked) -> Reply:
        known = await self._store.subscriptions(asked.caller.channel)
        if not asked.rest:
            raise UserError("Say which, by its number, as in: unsubscribe 3. The numbers stand in: subscriptions")
        number = typed.number(asked.rest)
        chosen = next((one for one in known if one.id == number), None) or _same(known, asked.rest)
        if chosen is None:
            raise UserError(f"This channel has no subscription “{shorten(asked.rest, 60)}”. See: subscriptions")
        await self._store.unsubscribe(asked.caller.channel, chosen.id)
        return Reply(f"Unsubscribed from number {chosen.id}: {chosen.query}\nTo undo: subscribe {chosen.query}")

    async def _subscriptions(self, asked: Asked) -> Reply:
        known = await self._store.subscriptions(asked.caller.channel)
        return Reply(report.subscriptions(known, await self._store.mutes(asked.caller.channel)))

    async def _mute(self, asked: Asked) -> Reply:
        word = typed.word_to_mute(asked.rest)
        muted = await self._store.mutes(asked.caller.channel)
        if word not in muted and len(muted) >= MOST_MUTES:
            raise UserError(f"This channel has muted {len(muted)} words already. Unmute one first.")
        await self._store.mute(asked.caller.channel, word, self._now())
        undo = query.quoted(word)
        return Reply(f"Muted here: stories with “{word}” are not sent to this channel.\nTo undo: unmute {undo}")

    async def _unmute(self, asked: Asked) -> Reply:
        word = typed.word_to_mute(asked.rest)
        if not await self._store.unmute(asked.caller.channel, word):
            raise UserError(f"“{word}” is not muted here. See: subscriptions")
        return Reply(f"No longer muted here: “{word}”.")

    async def _corrections(self, asked: Asked) -> Reply:
        return Reply(report.corrections(await self._store.corrections(PAGE * 2)))

    async def _review(self, asked: Asked) -> Reply:
        return await self._editing.review(asked.rest, asked.caller)

    async def _settings(self, asked: Asked) -> Reply:
        channel = asked.caller.channel
        if asked.rest:
            if not asked.caller.may_manage:
                raise UserError(MANAGERS_ONLY)
            if choosing.takes(asked.rest):
                return await choosing.change(self._store, asked.rest, asked.caller, self._now())
            await self._store.set(channel, assisted.SETTING, typed.model_choice(asked.rest))
        chosen = await self._store.setting(channel, assisted.SETTING)
        times = await choosing.shown(self._store, channel, self._now())
        return Reply(f"{report.settings(model=chosen != assisted.OFF)}\n{times}")

    # Health

    async def _sources(self, asked: Asked) -> Reply:
        rest, page = typed.paged(asked.rest)
        if rest:
            return await self._release(rest, asked.caller)
        text, more = report.sources(self._feeds, await self._store.memories(), self._now(), page=page)
        return Reply(text, buttons=(Button("More", f"sources page:{page + 1}"),) if more else ())

    async def _release(self, text: str, caller: Caller) -> Reply:
        verb, _, name = text.partition(" ")
        if verb.lower() != "release" or name not in {feed.id for feed in self._feeds}:
            raise UserError("Say: sources, or: sources release <feed>, with the feed's id as sources shows it.")
        if not caller.may_manage:
            raise UserError(MANAGERS_ONLY)
        released = await self._store.release(name, self._now())
        return Reply(report.released(name, released))

    async def _status(self, asked: Asked) -> Reply:
        return Reply(
            report.status(
                await self._store.platforms(),
                await self._store.troubled_channels(),
                self._feeds,
                await self._store.memories(),
                await self._store.census(),
                self._now(),
                self._troubles,
            )
        )


def _same(known: tuple[Subscription, ...], words: str) -> Subscription | None:
    """The subscription to these words, in any case and accents."""
    try:
        printed = str(query.parse(words))
    except UserError:  # one that cannot be read any more is still found by what it says
        printed = words
    return next((one for one in known if fold(one.query) == fold(printed)), None)
