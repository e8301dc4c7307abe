"""The desk: one table of verbs, one answer to each line a person types, wherever they type it."""

import difflib
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from bot.core import audience, cards, query, report
from bot.core.formats import canonical
from bot.core.text import clean, shorten
from bot.core.vocabulary import Vocabulary
from bot.errors import UserError
from bot.model import Alert, Brief, Button, Caller, Feed, Reply, Story, Subscription, Verb
from bot.ports import Store

log = structlog.get_logger()

LONGEST = 2_000
PAGE = 5
MOST_LATEST = 20
MOST_BACKFILL = 5
MOST_SUBSCRIPTIONS = 50
LOOKED_BACK = 300
"""Stories a subscription is tried on before it is saved."""

WENT_WRONG = "Something went wrong here; it has been logged. Please try again."
MANAGERS_ONLY = (
    "Only people who may manage this channel can change what it hears. Ask one of them, or try it in a direct message."
)

VERBS = (
    Verb("help", "[verb]", "What you can say, with an example of each.", "help subscribe"),
    Verb("latest", "[number]", "The newest stories.", "latest 5"),
    Verb("search", "<words>", "Stories that match the words.", 'search "AI Act" fine'),
    Verb("story", "<number>", "One story: the brief and every source.", "story 12"),
    Verb("evidence", "<number>", "The words each point of a brief stands on.", "evidence 12"),
    Verb("why", "<link or number>", "Why a story was sent here, or why it was not.", "why https://example.org/news/1"),
    Verb(
        "subscribe",
        "<words> [backfill:N]",
        "Send matching stories to this channel.",
        'subscribe "EU AI Act" -opinion backfill:3',
        manages=True,
    ),
    Verb("unsubscribe", "<number or words>", "Stop a subscription of this channel.", "unsubscribe 3", manages=True),
    Verb("subscriptions", "", "What this channel is subscribed to.", "subscriptions"),
    Verb("mute", "<word>", "Never send this channel a story with the word.", "mute opinion", manages=True),
    Verb("unmute", "<word>", "Let the word through again.", "unmute opinion", manages=True),
    Verb("sources", "[release <feed>]", "The feeds: what was heard, what fails and why.", "sources"),
    Verb("status", "", "What works, what does not, and what to do about it.", "status"),
)

_QUERY_HELP = (
    'A query is words (all must be there), "an exact phrase", -not, OR, parentheses, or: everything.\n'
    "Words match whole words in any case, singular or plural."
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What follows the verb, and who asks."""

    rest: str
    caller: Caller


class Desk:
    """Implements `ports.Desk`. `brief_now` gives a story's brief, written on the spot where there is none."""

    def __init__(
        self,
        *,
        store: Store,
        brief_now: Callable[[Story], Awaitable[Brief]],
        vocabulary: Vocabulary,
        feeds: tuple[Feed, ...],
        now: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._brief_now = brief_now
        self._vocabulary = vocabulary
        self._feeds = feeds
        self._now = now
        self._handlers: Mapping[str, Callable[[Asked], Awaitable[Reply]]] = {
            verb.name: getattr(self, f"_{verb.name}") for verb in VERBS
        }

    @property
    def verbs(self) -> tuple[Verb, ...]:
        return VERBS

    async def answer(self, line: str, caller: Caller) -> Reply:
        """Never raises for what a person typed."""
        try:
            return await self._answer(line, caller)
        except UserError as error:
            return Reply(str(error))
        except Exception:  # a bug: logged once here, for every platform
            log.exception("command failed", verb=line.split(" ")[0][:20], channel=str(caller.channel))
            return Reply(WENT_WRONG)

    async def _answer(self, line: str, caller: Caller) -> Reply:
        if len(line) > LONGEST:
            raise UserError(f"That is {len(line)} characters long; a line may have {LONGEST}.")
        word, _, rest = clean(line).partition(" ")
        if word.lower() in ("/regpulse", "@regpulse", "regpulse"):
            word, _, rest = rest.partition(" ")
        verb = next((verb for verb in VERBS if verb.name == word.lower()), None)
        if not word:
            return await self._help(Asked("", caller))
        if verb is None:
            raise UserError(_unknown(word))
        if verb.manages and not caller.may_manage:
            raise UserError(MANAGERS_ONLY)
        return await self._handlers[verb.name](Asked(rest.strip(), caller))

    # Looking up

    async def _help(self, asked: Asked) -> Reply:
        if asked.rest:
            verb = next((verb for verb in VERBS if verb.name == asked.rest.lower()), None)
            if verb is None:
                raise UserError(_unknown(asked.rest))
            more = f"\n\n{_QUERY_HELP}" if verb.name in ("search", "subscribe") else ""
            return Reply(f"{_usage(verb)}\n{verb.summary}\nExample: {verb.example}{more}")
        lines = [f"{_usage(verb)}: {verb.summary}" for verb in VERBS]
        return Reply("\n".join(["You can say:", *lines, "", _QUERY_HELP]))

    async def _latest(self, asked: Asked) -> Reply:
        wanted, offset = _numbers(asked.rest, PAGE)
        limit = min(wanted, MOST_LATEST)
        found = await self._store.latest(limit + 1, offset)
        if not found:
            return Reply("No story yet: RegPulse has just begun to listen. To see how it is doing: status")
        return self._listed("The newest stories:", found, limit, f"latest {limit}", offset)

    async def _search(self, asked: Asked) -> Reply:
        words, offset = _paged(asked.rest)
        parsed = query.parse(words)
        found = await self._store.search(query.to_fts(parsed), PAGE + 1, offset)
        if not found:
            return Reply(
                f"Nothing found for {parsed}. Fewer words find more; subscribe to be told when there is something."
            )
        return self._listed(f"Stories for {parsed}:", found, PAGE, f"search {parsed}", offset)

    def _listed(self, text: str, found: tuple[Story, ...], limit: int, line: str, offset: int) -> Reply:
        more = (Button("More", f"{line} page:{offset + limit}"),) if len(found) > limit else ()
        return Reply(text, tuple(cards.glance(story, self._vocabulary) for story in found[:limit]), more)

    async def _story(self, asked: Asked) -> Reply:
        story = await self._numbered(asked.rest)
        return Reply(cards=(cards.story(await self._brief_now(story), story, self._vocabulary),))

    async def _evidence(self, asked: Asked) -> Reply:
        story = await self._numbered(asked.rest)
        return Reply(cards=(cards.evidence(await self._brief_now(story), story.entries),))

    async def _numbered(self, text: str) -> Story:
        number = re.fullmatch(r"#?(\d{1,9})", text)
        story = await self._store.story(int(number[1])) if number else None
        if story is None:
            raise UserError(f"There is no story “{shorten(text, 40)}”. Story numbers stand in latest and search.")
        return story

    async def _why(self, asked: Asked) -> Reply:
        if not asked.rest:
            raise UserError("Say which: a link, or a story number, as in: why 12")
        if re.fullmatch(r"#?\d{1,9}", asked.rest):
            story = await self._numbered(asked.rest)
            return Reply(await self._why_entry(story.entries[0].id, story, asked))
        link = canonical(asked.rest.strip("<>").partition("|")[0])
        if not link:
            raise UserError(f"“{shorten(asked.rest, 60)}” is neither a link nor a story number.")
        found = await self._store.find(link)
        if not found:
            return Reply(
                f"No feed has shown this link: {shorten(link, 200)}\n"
                "Either none of our sources carries it, or it was there before RegPulse listened. See: sources"
            )
        parts = []
        for judged, number in found[:3]:
            story_told = await self._store.story(number) if number else None
            parts.append(await self._why_entry(judged.entry.id, story_told, asked))
        return Reply("\n\n".join(parts))

    async def _why_entry(self, entry: int, story: Story | None, asked: Asked) -> str:
        trail = await self._store.trail(entry)
        lines = list(report.trail(trail))
        if story is None:
            return "\n".join([*lines, "Not sent anywhere: it was not found to be about AI regulation."])
        text = audience.text_of(story, self._vocabulary)
        for subscription in await self._store.subscriptions(asked.caller.channel):
            lines.append(report.verdict_of(subscription, text))
        deliveries = await self._store.deliveries(story.id)
        here = [delivery for delivery in deliveries if delivery.channel == asked.caller.channel]
        lines += [report.delivery(delivery, self._now()) for delivery in here]
        if not here:
            lines.append(report.not_here(story, others=len(deliveries)))
        return "\n".join([f"Story {story.id}: {story.headline}", *lines])

    # Subscribing

    async def _subscribe(self, asked: Asked) -> Reply:
        words, backfill = _backfill(asked.rest)
        parsed = query.parse(words)
        channel = asked.caller.channel
        known = await self._store.subscriptions(channel)
        same = next((one for one in known if one.query == str(parsed)), None)
        if same is None and len(known) >= MOST_SUBSCRIPTIONS:
            raise UserError(f"This channel has {len(known)} subscriptions already. Unsubscribe from one first.")
        saved = same or await self._store.subscribe(Subscription(channel, str(parsed), asked.caller.user, self._now()))
        matching = await self._matching(saved)
        lines = [
            f"Already subscribed, as number {saved.id}: {parsed}"
            if same
            else f"Subscribed, as number {saved.id}: {parsed}",
            report.tried(matching),
        ]
        if backfill:
            sent = await self._send_earlier(saved, matching[:backfill])
            lines.append(f"On their way here: the latest {sent}." if sent else "Nothing earlier to send.")
        elif matching:
            lines.append(f"To get the latest ones now, add backfill:{min(3, len(matching))}.")
        return Reply("\n".join(lines))

    async def _matching(self, subscription: Subscription) -> tuple[Story, ...]:
        """The stories of the last 30 days that it would have sent, newest first."""
        since = self._now() - timedelta(days=30)
        recent = await self._store.latest(LOOKED_BACK)
        return tuple(
            story
            for story in recent
            if story.entries[0].when >= since
            and audience.heard(subscription, audience.text_of(story, self._vocabulary))
        )

    async def _send_earlier(self, subscription: Subscription, found: tuple[Story, ...]) -> int:
        sent = 0
        for story in reversed(found):
            words = audience.heard(subscription, audience.text_of(story, self._vocabulary))
            alert = Alert(subscription.channel, words)
            sent += await self._store.publish(await self._brief_now(story), (alert,), self._now(), asked=True)
        return sent

    async def _unsubscribe(self, asked: Asked) -> Reply:
        known = await self._store.subscriptions(asked.caller.channel)
        wanted = asked.rest.lstrip("#")
        chosen = next((one for one in known if str(one.id) == wanted), None)
        if chosen is None and wanted:
            printed = str(query.parse(asked.rest))
            chosen = next((one for one in known if one.query == printed), None)
        if chosen is None:
            raise UserError(f"This channel has no subscription “{shorten(asked.rest, 60)}”. See: subscriptions")
        await self._store.unsubscribe(asked.caller.channel, chosen.id)
        return Reply(f"Unsubscribed from number {chosen.id}: {chosen.query}\nTo undo: subscribe {chosen.query}")

    async def _subscriptions(self, asked: Asked) -> Reply:
        known = await self._store.subscriptions(asked.caller.channel)
        muted = await self._store.mutes(asked.caller.channel)
        lines = [f"{one.id}. {one.query} (since {one.created:%d %b %Y})" for one in known]
        if not lines:
            return Reply('This channel has no subscription. Try: subscribe "EU AI Act"')
        if muted:
            lines.append(f"Muted: {', '.join(muted)}")
        return Reply("\n".join(["This channel is subscribed to:", *lines, "To stop one: unsubscribe <number>"]))

    async def _mute(self, asked: Asked) -> Reply:
        word = _word(asked.rest)
        await self._store.mute(asked.caller.channel, word, self._now())
        return Reply(f"Muted here: stories with “{word}” are not sent to this channel.\nTo undo: unmute {asked.rest}")

    async def _unmute(self, asked: Asked) -> Reply:
        word = _word(asked.rest)
        if not await self._store.unmute(asked.caller.channel, word):
            raise UserError(f"“{word}” is not muted here. See: subscriptions")
        return Reply(f"No longer muted here: “{word}”.")

    # Health

    async def _sources(self, asked: Asked) -> Reply:
        if asked.rest:
            return await self._release(asked)
        return Reply(report.sources(self._feeds, await self._store.memories(), self._now()))

    async def _release(self, asked: Asked) -> Reply:
        verb, _, name = asked.rest.partition(" ")
        if verb.lower() != "release" or name not in {feed.id for feed in self._feeds}:
            raise UserError("Say: sources, or: sources release <feed>, with the feed's id as sources shows it.")
        if not asked.caller.may_manage:
            raise UserError(MANAGERS_ONLY)
        released = await self._store.release(name, self._now())
        return Reply(f"{released} held entries of {name} are let through; the next turn files them.")

    async def _status(self, asked: Asked) -> Reply:
        return Reply(
            report.status(
                await self._store.platforms(),
                await self._store.troubled_channels(),
                self._feeds,
                await self._store.memories(),
                await self._store.census(),
                self._now(),
            )
        )


def _usage(verb: Verb) -> str:
    return f"{verb.name} {verb.argument}".strip()


def _unknown(word: str) -> str:
    near = difflib.get_close_matches(word.lower(), [verb.name for verb in VERBS], n=1, cutoff=0.5)
    guess = f" Did you mean: {near[0]}?" if near else ""
    return f"“{shorten(word, 30)}” is no command.{guess} Say help to see them all."


def _paged(text: str) -> tuple[str, int]:
    """The text without its `page:N`, and N: how many to skip."""
    found = re.search(r"\s*\bpage:(\d{1,6})$", text)
    return (text[: found.start()], int(found[1])) if found else (text, 0)


def _numbers(text: str, default: int) -> tuple[int, int]:
    count, offset = _paged(text)
    if not count.strip():
        return default, offset
    if not count.strip().isdigit() or not 0 < int(count) < 1_000_000:
        raise UserError(f"“{shorten(count, 30)}” is no number. Say: latest 5")
    return int(count), offset


def _backfill(text: str) -> tuple[str, int]:
    found = re.search(r"\s*\bbackfill:(\S*)", text)
    if not found:
        return text, 0
    if not found[1].isdigit() or int(found[1]) > MOST_BACKFILL:
        raise UserError(f"backfill takes a number up to {MOST_BACKFILL}, as in backfill:3")
    return (text[: found.start()] + text[found.end() :]).strip(), int(found[1])


def _word(text: str) -> str:
    """The word to mute, as it is kept."""
    parsed = query.parse(text)
    if not isinstance(parsed, query.Term):
        raise UserError('Mute one word or one "phrase" at a time.')
    return parsed.text.lower()
