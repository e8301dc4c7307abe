"""What somebody missed: a span of time as it is typed, and its stories grouped, the most important first."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.core import importance
from bot.core.text import counted, fold, has_other_digits, shorten
from bot.core.vocabulary import Vocabulary
from bot.errors import UserError
from bot.model import Card, Pointer, Story

USUAL = timedelta(days=7)
LONGEST = timedelta(days=90)

_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
_SPAN = re.compile(r"([0-9]{1,4})\s?(h|d|w)[a-z]*(?=\s|$)", re.I)
_LOOKS_LIKE = re.compile(r"\d+\s?[a-z]+(?=\s|$)|\d+$", re.I)


def span(text: str) -> tuple[timedelta, str]:
    """How far back, and the words that follow; a week where nothing is said. Raises UserError."""
    found = _SPAN.match(text)
    if not found:
        if strange := _LOOKS_LIKE.match(fold(text)):
            typed = text.partition(" ")[0] if has_other_digits(text) else strange[0]
            raise UserError(f"“{shorten(typed, 30)}” is no span of time. Say: catchup 12h, catchup 5d, catchup 2w")
        return USUAL, text
    back = int(found[1]) * _UNITS[found[2].lower()]
    if not timedelta(0) < back <= LONGEST:
        raise UserError(f"Catch up on 1 hour to {LONGEST.days} days, as in: catchup 5d")
    return back, text[found.end() :].strip()


def said(back: timedelta) -> str:
    """As it is typed: "5d"."""
    return f"{back.days}d" if back % timedelta(days=1) == timedelta(0) else f"{back // timedelta(hours=1)}h"


@dataclass(frozen=True, slots=True)
class Group:
    name: str
    stories: tuple[Story, ...]


def grouped(stories: tuple[Story, ...], vocabulary: Vocabulary) -> tuple[Group, ...]:
    """By the place that acted; by what was done where one place did it all. Groups stand by their weightiest story."""
    points = {story.id: importance.of(story, vocabulary).points for story in stories}
    places = {story.id: _place(story, vocabulary) for story in stories}
    kinds = {story.id: vocabulary.type_names.get(story.verdict.type, "Policy") for story in stories}
    names = places if len(set(places.values())) > 1 else kinds
    found: dict[str, list[Story]] = {}
    for story in sorted(stories, key=lambda one: (-points[one.id], -_newest(one).timestamp())):
        found.setdefault(names[story.id], []).append(story)
    return tuple(Group(name, tuple(each)) for name, each in found.items())


def _place(story: Story, vocabulary: Vocabulary) -> str:
    return vocabulary.place(story.verdict.jurisdictions[0]) if story.verdict.jurisdictions else "Elsewhere"


def _newest(story: Story) -> datetime:
    return max(entry.when for entry in story.entries)


def page(groups: tuple[Group, ...], skip: int, most: int) -> tuple[Group, ...]:
    """So many stories of the groups, after as many that were shown before; a group may go on from one page to the next."""
    shown = []
    for group in groups:
        stories = group.stories[max(0, skip) : max(0, skip + most)]
        skip -= len(group.stories)
        if stories:
            shown.append(Group(group.name, stories))
    return tuple(shown)


def card(group: Group, told: frozenset[int], vocabulary: Vocabulary) -> Card:
    """One group, a line and a link for each story."""
    return Card(
        title=group.name,
        stories=tuple(_line(story, story.id in told, vocabulary) for story in group.stories),
    )


def _line(story: Story, told: bool, vocabulary: Vocabulary) -> Pointer:
    first, level = story.entries[0], importance.of(story, vocabulary).level
    day = _newest(story)
    others = len({entry.outlet for entry in story.entries}) - 1
    more = f" +{counted(others, 'outlet')}" if others else ""
    taken_back = "" if story.standing else "retracted"
    parts = (taken_back, level if level != "low" else "", "told here" if told else "")
    marks = ", ".join(part for part in parts if part)
    note = f" ({marks})" if marks else ""
    return Pointer(
        f"Story {story.id}: {shorten(first.title, 140)} · {first.outlet}{more}, {day.day} {day:%b}{note}", first.link
    )
