"""Setting right which reports tell one event: the lines of an editor, each answered with what was done and how to undo it."""

from dataclasses import dataclass

from bot.commands import typed
from bot.commands.asking import LONGEST_NAME, Means
from bot.core import assisted, audience, regrouping
from bot.core.text import clean, counted, shorten
from bot.errors import UserError
from bot.model import Button, Caller, Entry, Reply, Story

VERBS = ("split", "merge", "tell")

CHANGED = "Someone else changed these stories just now. Look at them again, as in: story 12"


@dataclass(frozen=True, slots=True)
class Editing:
    means: Means

    async def answer(self, line: str, caller: Caller) -> Reply:
        """One of the `VERBS` and what follows it. Raises UserError."""
        self._check_editor(caller, "change which reports tell one")
        verb, _, rest = line.partition(" ")
        first, _, second = rest.strip().partition(" ")
        match verb.lower():
            case "split":
                return await self._split(first, second)
            case "merge":
                return await self._merge(first, second.strip())
            case _:
                return await self._tell(rest.strip())

    async def review(self, text: str, caller: Caller) -> Reply:
        """A person stands for an AI-assisted brief: every copy of it says so. Raises UserError."""
        self._check_editor(caller, "mark a brief as reviewed")
        story = await self.means.numbered(text)
        brief = await self.means.store.brief(story.id)
        if brief is None or brief.origin is None:
            raise UserError(
                f"No language model had a part in the brief of story {story.id}: there is nothing to review."
            )
        if brief.review:
            raise UserError(f"Story {story.id}: {brief.disclosure}")
        name = shorten(clean(caller.name) or caller.person, LONGEST_NAME)
        told = assisted.reviewed(brief, name, self.means.now())
        await self.means.store.revise(told, self.means.now(), repost=True, why=f"reviewed by {name} ({caller.person})")
        return Reply(f"Story {story.id}: {told.disclosure} Messages posted of it will say so.")

    def _check_editor(self, caller: Caller, what: str) -> None:
        if not (caller.operator or caller.person in self.means.editors):
            raise UserError(
                f"Stories are the same for every channel, so only the editors of this RegPulse {what}. "
                f"Whoever runs it names them, you as {caller.person}, under [people] editors."
            )

    async def _split(self, number: str, text: str) -> Reply:
        story = await self.means.numbered(number)
        wanted = typed.reports(text)
        taken = _picked(story, wanted) if wanted else await self._merged_in(number, story)
        await self._check_told_by(story, taken)
        made = await self.means.store.split(
            story.id,
            tuple(entry.id for entry in taken),
            index=audience.Index(self.means.vocabulary),
            now=self.means.now(),
        )
        if made is None:
            raise UserError(CHANGED)
        undo = f"story merge {story.id} {made.id}"
        said = f"Taken out of story {story.id}, and story {made.id} now: {_named(taken)}"
        if made.told:
            return Reply("\n".join((said, *await self._to_be_told(made))), buttons=(Button("Undo", undo),))
        tell = f"story tell {made.id}"
        return Reply(
            f"{said}\nNo channel is alerted to it, unless you say: {tell}",
            buttons=(Button("Undo", undo), Button("Tell the channels", tell)),
        )

    async def _merged_in(self, number: str, story: Story) -> tuple[Entry, ...]:
        """The reports that came with the story that was named. Raises UserError."""
        part = typed.number(number)
        if part == story.id:
            if len(story.entries) == 1:
                raise UserError(f"Story {part} is a story of its own, and has one report only.")
            raise UserError(
                f"Story {part} is a story of its own. Say which of its reports to take out, by their numbers in: "
                f"story {part}. As in: story split {part} 2"
            )
        came = await self.means.store.came_with(part) if part else ()
        taken = tuple(entry for entry in story.entries if entry.id in came)
        if not taken or len(taken) == len(story.entries):
            left = "Nothing else is left" if taken else f"No report of story {part} is left"
            raise UserError(f"{left} in story {story.id}, so there is nothing to take apart. See: story {story.id}")
        return taken

    async def _to_be_told(self, story: Story) -> tuple[str, ...]:
        found = await self.means.store.deliveries(story.id)
        waits = len({one.channel for one in found if one.state in ("pending", "gathered")})
        return (f"It is still to be told in {counted(waits, 'channel')}.",) if waits else ()

    async def _check_told_by(self, story: Story, taken: tuple[Entry, ...]) -> None:
        brief = await self.means.store.brief(story.id)
        if brief is None or not any(regrouping.tells(entry, brief) for entry in taken):
            return
        others = [entry for entry in story.entries if entry not in taken and not regrouping.tells(entry, brief)]
        remedy = f"Take the others out instead: story split {story.id} {_numbers(story, others)}" if others else ""
        raise UserError(
            f"Story {story.id} was told with the headline of that report, which has to stay. {remedy}".strip()
        )

    async def _merge(self, number: str, other: str) -> Reply:
        if not other:
            raise UserError("Say both stories, as in: story merge 12 15")
        into, gone = await self.means.numbered(number), await self.means.numbered(other)
        if into.id == gone.id:
            raise UserError(f"That is one story already, with the number {into.id}.")
        merged = await self.means.store.merge(
            into.id, gone.id, why="an editor said so", index=audience.Index(self.means.vocabulary), now=self.means.now()
        )
        if merged is None:
            raise UserError(CHANGED)
        undo = await self._undo_merge(merged, into, gone)
        return Reply(
            f"Story {gone.id} is part of story {merged.id} now, which has {counted(len(merged.entries), 'report')}. "
            f"Messages posted of it will say so.",
            buttons=(Button("Undo", undo),),
        )

    async def _undo_merge(self, merged: Story, into: Story, gone: Story) -> str:
        """The line that takes them apart, whatever joins meanwhile; what the story was told by stays."""
        brief = await self.means.store.brief(merged.id)
        if brief and any(regrouping.tells(entry, brief) for entry in gone.entries):
            numbers = {entry.id: str(number) for number, entry in enumerate(merged.entries, 1)}
            return " ".join((f"story split {merged.id}", *(one.link or numbers[one.id] for one in into.entries)))
        return f"story split {gone.id}"

    async def _tell(self, number: str) -> Reply:
        story = await self.means.numbered(number)
        if await self.means.store.tell(story.id, self.means.now()):
            return Reply(
                f"Story {story.id} is sent with the next turn to the channels that ask for it: {story.headline}"
            )
        return Reply(f"Story {story.id} is told already, or about to be. Where it went: why {story.id}")


def _picked(story: Story, wanted: tuple[int | str, ...]) -> tuple[Entry, ...]:
    """The reports named, by number or link, but never all of them. Raises UserError."""
    by_name: dict[int | str, list[Entry]] = {number: [entry] for number, entry in enumerate(story.entries, 1)}
    for entry in story.entries:
        if entry.link:
            by_name.setdefault(entry.link, []).append(entry)
    if len(story.entries) == 1:
        raise UserError(f"Story {story.id} has one report only.")
    if strange := [name for name in wanted if name not in by_name]:
        raise UserError(f"Story {story.id} has no report {shorten(str(strange[0]), 60)}. See: story {story.id}")
    taken = tuple(dict.fromkeys(entry for name in wanted for entry in by_name[name]))
    if len(taken) == len(story.entries):
        raise UserError(f"Those are all reports of story {story.id}; leave it one at least.")
    return taken


def _numbers(story: Story, entries: list[Entry]) -> str:
    return ",".join(str(number) for number, entry in enumerate(story.entries, 1) if entry in entries)


def _named(entries: tuple[Entry, ...]) -> str:
    said = f"“{shorten(entries[0].title, 120)}” ({entries[0].outlet})"
    return f"{said} and {counted(len(entries) - 1, 'other report')}" if len(entries) > 1 else said
