"""The feeds at the desk: how they are, and those that people add and remove while RegPulse runs."""

import asyncio
import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import get_args
from urllib.parse import urlsplit

from bot.commands import typed
from bot.commands.asking import Asked, Handler, Means
from bot.core import catalogue, discovery, formats, report
from bot.core.discovery import Link, Sight
from bot.core.text import clean, counted, shorten
from bot.errors import UserError
from bot.model import Added, Button, Caller, Entry, Failed, Feed, Fresh, Memory, Released, Reply, Tier, Verdict

ACTIONS = ("add", "remove", "release")
OPTIONS = ("jurisdiction", "tier", "language", "name")
TIERS: tuple[str, ...] = get_args(Tier)

MOST_ADDED = 500
MOST_SECONDS = 60.0
"""For looking at a site and the places where its feed may lie; servers are asked a second apart."""

SHOWN = 3
_OPTION = re.compile(r'([\w-]+):("[^"]*"|“[^”]*”|\S+)')
LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class Found:
    """A feed that answered, at the address where it is to be asked from now on."""

    url: str
    sight: Sight


@dataclass(frozen=True, slots=True)
class Feeds:
    means: Means

    @property
    def handlers(self) -> Mapping[str, Handler]:
        return {"sources": self.sources}

    async def sources(self, asked: Asked) -> Reply:
        action, _, rest = asked.rest.partition(" ")
        change = {"add": self._add, "remove": self._remove, "release": self._release}.get(action.lower())
        if change is None:
            return await self._list(asked.rest)
        self._check_editor(asked.caller)
        return await change(rest.strip(), asked)

    def _check_editor(self, caller: Caller) -> None:
        if not (caller.operator or caller.person in self.means.editors):
            raise UserError(
                "Feeds are the same for every channel, so only the editors of this RegPulse add, remove or release them. "
                f"Whoever runs it names them, you as {caller.person}, under [people] editors."
            )

    async def _list(self, text: str) -> Reply:
        words, page = typed.paged(text)
        feeds, memories = await self.means.listened(), await self.means.store.memories()
        now = self.means.now()
        trusted = await self.means.store.trusted_hubs(now)
        said, more = report.sources(feeds, memories, now, page=page, words=words, trusted=trusted)
        return Reply(said, buttons=typed.turns(f"sources {words}".strip(), page, more=more))

    async def _release(self, name: str, asked: Asked) -> Reply:
        if name not in {feed.id for feed in await self.means.listened()}:
            raise UserError("Say: sources, or: sources release <feed>, with the feed's id as sources shows it.")
        done = await self.means.store.release(name, self.means.now(), self.means.max_age)
        return Reply(_released(name, done))

    # Adding

    async def _add(self, text: str, asked: Asked) -> Reply:
        url, given = self._typed(text)
        listened = await self.means.listened()
        _check_new(url, listened)
        if len(listened) - len(self.means.feeds) >= MOST_ADDED:
            raise UserError(f"{MOST_ADDED} feeds were added already. Remove one first: sources remove <feed>")
        try:
            async with asyncio.timeout(MOST_SECONDS):
                found = await self._discovered(url)
        except TimeoutError:
            late = f"{url}: finding its feed took more than {MOST_SECONDS:g} s. Give the feed's own address."
            raise UserError(late) from None
        if not isinstance(found, Found):
            return _choice(found, url, text, listened)
        _check_new(found.url, listened)
        feed = _feed(found, given, {feed.id for feed in listened})
        verdicts = await asyncio.to_thread(self.means.outside.judge, found.sight.entries[:SHOWN], feed)
        if not await self.means.store.add_feed(Added(feed, _person(asked.caller), self.means.now())):
            raise UserError("Someone else added a feed of that name just now. See: sources")
        undo = f"sources remove {feed.id}"
        said = _added(feed, found.sight, verdicts)
        return Reply(f"{asked.who} added {said}", buttons=(Button("Undo", undo),), private=False)

    def _typed(self, text: str) -> tuple[str, Mapping[str, str]]:
        """The address, and the options by name. Raises UserError."""
        address, _, rest = text.partition(" ")
        if not address:
            raise UserError("Say which: sources add https://example.org/news")
        url = typed.link(address if "://" in address else f"https://{address}")
        given = {name.lower(): value.strip('"“”') for name, value in _OPTION.findall(rest)}
        left = _OPTION.sub("", rest).strip()
        strange = next((name for name in given if name not in OPTIONS), left)
        if strange:
            raise UserError(
                f"“{shorten(strange, 40)}” is not understood here. After the address may stand: "
                'jurisdiction:us tier:press language:en name:"The Example"'
            )
        return url, self._checked(given)

    def _checked(self, given: Mapping[str, str]) -> Mapping[str, str]:
        """With the jurisdiction as it is written in topics.toml. Raises UserError."""
        place, tier, language = (given.get(name, "") for name in ("jurisdiction", "tier", "language"))
        codes = {code.lower(): code for code in self.means.vocabulary.places}
        if place and place.lower() not in codes:
            near = difflib.get_close_matches(place.lower(), codes, n=1, cutoff=0.4) or ["us"]
            raise UserError(f"There is no jurisdiction “{shorten(place, 40)}”. Try: jurisdiction:{near[0]}")
        if tier and tier not in TIERS:
            raise UserError(f"There is no tier “{shorten(tier, 40)}”. There are: {', '.join(TIERS)}")
        if language and not re.fullmatch("[a-z]{2}", language):
            raise UserError("A language is two small letters, as in language:fr")
        return {**given, "jurisdiction": codes.get(place.lower(), "")}

    async def _discovered(self, url: str) -> Found | tuple[Link, ...]:
        """The one feed there, or the several that a page names. Raises UserError that says precisely what is wrong."""
        answer = await self._asked(url)
        if isinstance(answer, Failed):
            raise UserError(f"{url}: {_remedied(answer)}")
        sight = await self._seen(answer)
        if isinstance(sight, Sight):
            return Found(answer.moved_to or url, sight)
        named = await asyncio.to_thread(discovery.links, answer)
        if named is None or sight.cause == "blocked":
            raise UserError(f"{url}: {sight}.")
        if len(named) > 1:
            return named
        feeds, sitemaps = discovery.guesses(answer.url)
        found = await self._first((*(link.url for link in named), *feeds, *sitemaps))
        if found is None:
            raise UserError(
                f"{url}: {sight}; it names no feed that works, and none lies where feeds usually do. "
                "Look on the site for a link called RSS, and give that."
            )
        return found

    async def _first(self, places: tuple[str, ...]) -> Found | None:
        """Asked one after another: they are one server's."""
        for place in places:
            answer = await self._asked(place)
            if isinstance(answer, Fresh) and isinstance(sight := await self._seen(answer), Sight):
                return Found(answer.moved_to or place, sight)
        return None

    async def _asked(self, url: str) -> Fresh | Failed:
        polled = await self.means.outside.web.poll(_unnamed(url), Memory("new"))
        return polled if isinstance(polled, Fresh | Failed) else Failed("answered with nothing new to a first question")

    async def _seen(self, answer: Fresh) -> Sight | formats.NotAFeed:
        try:
            return await asyncio.to_thread(discovery.seen, _unnamed(answer.url), answer, self.means.now())
        except formats.NotAFeed as error:
            return error

    # Removing

    async def _remove(self, name: str, asked: Asked) -> Reply:
        taken_over = name in {feed.id for feed in self.means.feeds}
        gone = None if taken_over else await self.means.store.remove_feed(name)
        if gone is None:
            raise UserError(self._not_removed(name, await self.means.listened()))
        feed = gone.feed
        undo = _line(feed)
        return Reply(
            f"{asked.who} removed {feed.id} ({feed.name}): it is asked no more. Stories it told stay.",
            buttons=(Button("Undo", undo),),
            private=False,
        )

    def _not_removed(self, name: str, listened: tuple[Feed, ...]) -> str:
        if name in {feed.id for feed in self.means.feeds}:
            return f"{name} stands in feeds.toml: whoever runs this RegPulse takes it out there, with enabled = false."
        near = difflib.get_close_matches(name, [feed.id for feed in listened], n=1)
        guess = f" Did you mean: {near[0]}?" if near else ""
        return f"There is no feed “{shorten(name, 60)}”.{guess} See: sources"


def _released(feed: str, done: Released) -> str:
    if not done.new + done.old:
        return f"Nothing of {feed} is held."
    held = counted(done.new, "held entry", "held entries")
    let = f"{held} of {feed} {'is' if done.new == 1 else 'are'} let through"
    if not done.old:
        return f"{let}; the next turn files them."
    return (
        f"{let}, {done.old} {'is' if done.old == 1 else 'are'} too old to be news and filed as known, told to nobody."
    )


def _line(feed: Feed) -> str:
    """The line that adds it again."""
    quoted = feed.name.replace('"', "'")
    place = f" jurisdiction:{feed.jurisdiction}" if feed.jurisdiction else ""
    return f'sources add {feed.url} name:"{quoted}" tier:{feed.tier} language:{feed.language}{place}'


def _person(caller: Caller) -> str:
    return "operator" if caller.operator else caller.person


def _unnamed(url: str) -> Feed:
    return Feed(id="new", url=url, name=urlsplit(url).hostname or url)


def _check_new(url: str, listened: tuple[Feed, ...]) -> None:
    """Raises UserError when that feed is listened to already."""
    place = catalogue.place(url)
    if known := next((feed for feed in listened if catalogue.place(feed.url) == place), None):
        raise UserError(f"RegPulse listens to that already: {known.id} ({known.name}). See: sources {known.id}")


def _remedied(failed: Failed) -> str:
    needs = "answered 401" in failed.reason or "answered 402" in failed.reason
    return f"{failed.reason}." + (" It needs a key or a password, which RegPulse has no place for." if needs else "")


def _choice(named: tuple[Link, ...], url: str, text: str, listened: tuple[Feed, ...]) -> Reply:
    """Several feeds of one page, each with the line that adds it."""
    places = {catalogue.place(feed.url) for feed in listened}
    options = text.partition(" ")[2].strip()
    lines = [f"{url} names {counted(len(named), 'feed')}. Which?"]
    buttons = []
    for number, link in enumerate(named, 1):
        known = catalogue.place(link.url) in places
        lines.append(f"{number}. {link.title or 'Untitled'}: {link.url}" + (" (listened to already)" if known else ""))
        if not known:
            line = " ".join(filter(None, ("sources add", link.url, options)))
            buttons.append(Button(f"Add {number}: {shorten(link.title or link.url, 30)}", line))
    return Reply("\n".join(lines), buttons=tuple(buttons))


def _feed(found: Found, given: Mapping[str, str], taken: set[str]) -> Feed:
    sight = found.sight
    spoken = next((entry.language for entry in sight.entries if re.fullmatch("[a-z]{2}", entry.language)), "en")
    return replace(
        _unnamed(found.url),
        id=catalogue.named_like(found.url, taken),
        name=shorten(clean(given.get("name", "")), LONGEST_NAME)
        or sight.title
        or urlsplit(found.url).hostname
        or found.url,
        kind=sight.kind,
        tier=given.get("tier", "press"),  # type: ignore[arg-type]  # checked when it was typed
        jurisdiction=given.get("jurisdiction", ""),
        language=given.get("language", spoken),
    )


def _added(feed: Feed, sight: Sight, verdicts: tuple[Verdict, ...]) -> str:
    """What was found there, as the person reads it who is to judge whether it is the right one."""
    newest = f", the newest of {sight.newest.day} {sight.newest:%b %Y}" if sight.newest else ""
    lines = [f"{feed.id}: “{feed.name}” ({sight.form}), {counted(len(sight.entries), 'item')}{newest}. {feed.url}"]
    if not sight.entries:
        lines.append("It is empty for now, which is nothing unusual.")
    if sight.undated:
        lines.append("Its items carry no dates: each counts as new when it is first seen.")
    lines.append("It is asked from the next turn on. What is in it by now is not told: the first look is silent.")
    if verdicts:
        lines.append("Its newest, and whether they would have been told:")
    lines += [_judged(entry, verdict) for entry, verdict in zip(sight.entries, verdicts, strict=False)]
    return "\n".join(lines)


def _judged(entry: Entry, verdict: Verdict) -> str:
    said = {
        "positive": "yes",
        "adjacent": "only to those who say include:adjacent",
        "negative": "no, not found to be about AI regulation",
    }
    return f"• “{shorten(entry.title, 120)}”: {said[verdict.label]}"
