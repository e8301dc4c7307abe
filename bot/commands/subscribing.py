"""Subscribing: tried first, saved by a button, changed, stopped and listed; every change is said aloud and can be undone."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from bot.commands import listing, trying, typed, wanted
from bot.commands.asking import Asked, Handler, Means, aloud, place
from bot.commands.wanted import Wanted
from bot.core import audience, backtest, doubts, lines, places, query
from bot.core.query import Query
from bot.core.text import counted, fold, shorten
from bot.errors import UserError
from bot.model import Alert, Button, Reply, Story, Subscription

MOST_SUBSCRIPTIONS = 50
PAGE = 5
ALREADY_SO = "Nothing to change: it is so already."


@dataclass(frozen=True, slots=True)
class Subscribing:
    means: Means

    @property
    def handlers(self) -> Mapping[str, Handler]:
        return {
            "presets": self.presets,
            "subscribe": self.subscribe,
            "save": self.save,
            "edit": self.edit,
            "unsubscribe": self.unsubscribe,
            "subscriptions": self.subscriptions,
        }

    async def presets(self, asked: Asked) -> Reply:
        """Ready-made subscriptions, each to be tried."""
        if not self.means.presets:
            return Reply(f'There is none here. Make one of your own: {asked.line("subscribe")} "EU AI Act"')
        return listing.presets(asked, self.means.presets)

    async def subscribe(self, asked: Asked) -> Reply:
        """Tries it, and saves nothing."""
        self.means.turns.check(asked.caller.channel)
        want, asked_for = self._read(asked)
        known = await self._known(asked)
        muted = await self.means.store.mutes(asked.caller.channel)
        tried = replace(self._new(asked, want, known), mutes=muted)
        trial = await trying.on(self.means, tried, backtest.others(asked_for))
        less = backtest.narrower(asked_for, trial)
        line = wanted.line(tried, backfill=want.backfill)
        there = wanted.same(tried.query, known)
        lines = [
            f"Not saved yet: {listing.described(tried)}",
            f"{asked.whom.capitalize()} asked for this already, as number {there.id}; saving changes it."
            if there
            else "",
            query.hint(asked_for),
            *await self._doubts(asked_for),
            backtest.said(asked_for, trial),
            backtest.warning(trial, less),
            f"To get the latest when you save it, add: backfill:{min(3, trial.number)}"
            if trial.number and not want.backfill
            else "",
        ]
        narrow = wanted.line(replace(tried, query=str(less[0])), backfill=want.backfill) if less else line
        return Reply(
            "\n".join(filter(None, lines)),
            buttons=(
                Button("Save", asked.line(f"save {line}")),
                Button("Narrow", asked.line(f"form subscribe {narrow}")),
                Button("Cancel", "cancel"),
            ),
        )

    async def save(self, asked: Asked) -> Reply:
        """Stores it, or changes the one that asks for the same words."""
        want, asked_for = self._read(asked)
        known = await self._known(asked)
        new = self._new(asked, want, known)
        there = wanted.same(new.query, known)
        if there:
            if (changed := replace(want.of(there), query=there.query)) != there:
                return await self._changed(asked, there, changed)
            backfilled = await self._backfilled(there, want)
            return Reply(
                "\n".join(filter(None, (f"Already subscribed, as number {there.id}: {there.query}", backfilled)))
            )
        if want.stopped and (back := await self.means.store.resume(new.channel, want.stopped, self.means.now())):
            return self._resumed(asked, *back)
        saved = await self.means.store.subscribe(new)
        undo = asked.line(f"unsubscribe {saved.id}")
        lines = [
            f"{asked.who} subscribed {asked.whom}, as number {saved.id}: {listing.described(saved)}",
            *await self._doubts(asked_for),
            await self._backfilled(saved, want),
        ]
        return aloud(asked, "\n".join(filter(None, lines)), undo)

    def _resumed(self, asked: Asked, back: Subscription, waited: int, late: int) -> Reply:
        said = f"{asked.who} subscribed {asked.whom} again, as number {back.id}: {listing.described(back)}"
        waits = f"\nWhat waited for it comes after all: {counted(waited, 'story', 'stories')}." if waited else ""
        stories = counted(late, "story", "stories")
        gone = (
            f"\nWhat waited for it when it was stopped, {stories}, does not come: it is no news any more, or may "
            "have been told before a backup was put back."
            if late
            else ""
        )
        return aloud(asked, said + waits + gone, asked.line(f"unsubscribe {back.id}"))

    async def edit(self, asked: Asked) -> Reply:
        """Changes what was typed of it."""
        known = await self._known(asked)
        one, rest = self._named(asked, known)
        want = wanted.read(rest, self.means.vocabulary)
        changed = want.of(one)
        if changed == one:
            if not rest:
                raise UserError(
                    f"Say what to change, as in: {asked.line('edit')} {one.id} every:hourly. Now: {wanted.line(one)}"
                )
            return Reply(ALREADY_SO)
        other = wanted.same(changed.query, known)
        if other and other.id != one.id:
            raise UserError(f"Number {other.id} asks for that already: {other.query}")
        reply = await self._changed(asked, one, changed)
        said = await self._doubts(want.query) if want.query else ()
        return replace(reply, text="\n".join((reply.text, *said)))

    async def _changed(self, asked: Asked, before: Subscription, after: Subscription) -> Reply:
        self._check(after, await self._known(asked))
        if not await self.means.store.change(after):
            raise UserError(f"Number {before.id} was stopped just now. See: {asked.line('subscriptions')}")
        undo = asked.line(f"edit {before.id} {wanted.line(before, whole=True)}")
        text = f"{asked.who} changed subscription {before.id}: {listing.difference(before, after)}"
        return aloud(asked, text, undo)

    async def unsubscribe(self, asked: Asked) -> Reply:
        """Stops one, which its Undo brings back whole."""
        known = await self._known(asked)
        if not asked.rest:
            raise UserError(
                f"Say which, by its number, as in: {asked.line('unsubscribe')} 3. The numbers stand in: "
                f"{asked.line('subscriptions')}"
            )
        one = wanted.chosen(asked.rest, known)
        if one is None or not await self.means.store.unsubscribe(asked.caller.channel, one.id, self.means.now()):
            raise UserError(self._none_such(asked, asked.rest))
        undo = asked.line(f"save {wanted.line(one, stopped=one.id)}")
        text = f"{asked.who} unsubscribed {asked.whom} from number {one.id}: {listing.described(one)}"
        return aloud(asked, text, undo)

    async def subscriptions(self, asked: Asked) -> Reply:
        _, page = typed.paged(asked.rest)
        known = await self._known(asked)
        muted = await self.means.store.mutes(asked.caller.channel)
        return listing.subscriptions(asked, known, muted, page, PAGE)

    # What is typed

    def _read(self, asked: Asked) -> tuple[Wanted, Query]:
        """Raises UserError where there is nothing to ask for."""
        want = wanted.read(asked.rest, self.means.vocabulary)
        if want.query is None:
            raise UserError('Say which words, as in: "EU AI Act" -opinion. Or: everything. Ready-made: presets')
        return want, want.query

    async def _doubts(self, wanted: Query) -> tuple[str, ...]:
        """Said and not refused: what never matches today may have been meant so, or come to match."""
        over = doubts.over(wanted, self.means.now().date())
        return (*await trying.doubted(self.means, wanted), *((over,) if over else ()))

    def _new(self, asked: Asked, want: Wanted, known: tuple[Subscription, ...]) -> Subscription:
        """Raises UserError for one that the channel cannot have."""
        if wrong := places.fault(asked.caller.channel):
            raise UserError(f"Nothing could be told here: {wrong}.")
        blank = Subscription(asked.caller.channel, str(want.query), asked.caller.user, self.means.now())
        there = wanted.same(blank.query, known)
        if there is None and len(known) >= MOST_SUBSCRIPTIONS:
            raise UserError(
                f"{asked.whom.capitalize()} {'have' if asked.own else 'has'} {len(known)} subscriptions already. "
                "Unsubscribe from one first."
            )
        new = want.of(replace(blank, id=there.id if there else 0))
        self._check(new, known)
        return new

    def _check(self, new: Subscription, known: tuple[Subscription, ...]) -> None:
        if new.mention and new.mention == new.channel.space:
            raise UserError("That role is everyone, who is never mentioned. Choose another.")
        taken = next((one for one in known if one.name and fold(one.name) == fold(new.name) and one.id != new.id), None)
        if taken:
            raise UserError(f"Number {taken.id} is called “{taken.name}” already. Choose another name.")

    def _named(self, asked: Asked, known: tuple[Subscription, ...]) -> tuple[Subscription, str]:
        """Which subscription, and what follows: all of the words are its query, or the first is its number or name."""
        words, found = typed.options(asked.rest, wanted.OPTIONS, wanted.FIELDS)
        first, *others = typed.tokens(words) or [""]
        if not first:
            raise UserError(f"Say which, by its number, as in: {asked.line('edit')} 3 every:hourly")
        if one := wanted.chosen(words, known):
            others = []
        else:
            one = wanted.chosen(first, known)
        if one is None:
            raise UserError(self._none_such(asked, first))
        return one, " ".join((*others, *(lines.named(name, value) for name, value in found.items())))

    def _none_such(self, asked: Asked, text: str) -> str:
        who = "You have" if asked.own else f"{asked.whom.capitalize()} has"
        see = asked.line("subscriptions")
        return f"{who} no subscription “{shorten(text, 60)}”; it may be undone or stopped already. See: {see}"

    async def _known(self, asked: Asked) -> tuple[Subscription, ...]:
        return await self.means.store.subscriptions(asked.caller.channel)

    # What was there before

    async def _backfilled(self, saved: Subscription, want: Wanted) -> str:
        """Sends the latest that were asked for; what came of it."""
        if not want.backfill:
            return ""
        trial = await trying.on(self.means, saved)
        sent = await self._send_earlier(saved, trial.newest[: want.backfill])
        if sent:
            return "On its way here: the latest." if sent == 1 else f"On their way here: the latest {sent}."
        if trial.number:
            return f"Nothing more to send: {place(saved.channel)} was given those before. See: why <number>"
        return "Nothing earlier to send."

    async def _send_earlier(self, saved: Subscription, found: tuple[Story, ...]) -> int:
        sent = 0
        for story in reversed(found):
            words = audience.heard(saved, audience.text_of(story, self.means.vocabulary))
            alert = Alert(saved.channel, words, subscriptions=(saved.id,))
            brief = await self.means.brief_now(story)
            sent += await self.means.store.publish(brief, (alert,), self.means.now(), asked=True)
        return sent
