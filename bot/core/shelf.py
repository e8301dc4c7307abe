"""The open stories, found by the rare words they share with an entry: as quick among thousands as among fifty."""

import math
from dataclasses import replace
from datetime import datetime
from itertools import islice

from bot.core import traits
from bot.core.text import names_a_page
from bot.model import Entry, Story

MOST_WORDS = 14
"""Of an entry's words the rarest are looked up, ..."""

MOST_STORIES = 48
"""... of the stories that have one the newest, ..."""

NEAREST = 16
"""... and of those the ones that share most are compared."""


class Shelf:
    """Not a queue: all of it can be made again from the store."""

    def __init__(self, stories: tuple[Story, ...] = ()) -> None:
        self._stories: dict[int, Story] = {}
        self._telling: dict[str, list[int]] = {}
        """For each word, the stories that have it in a headline or lead, the newest last."""
        self._links: dict[str, list[int]] = {}
        """For each address, the stories with a report of it."""
        self._worth: dict[int, float] = {}
        """What a word is worth that this many stories have, with as many stories as there are now."""
        for story in stories:
            self.put(story)

    def __len__(self) -> int:
        return len(self._stories)

    def put(self, story: Story) -> None:
        """Add the story, or what it has become; all of it, or nothing where a report cannot be read.

        Held is as much of it as is compared, not the articles it was told by.
        """
        telling = [word for report in story.entries for word in traits.of(report).whole]
        self._worth.clear()
        self._stories[story.id] = replace(story, entries=tuple(map(_start, story.entries)))
        for report in story.entries:
            _note(self._links, report.link, story.id)
        for word in telling:
            _note(self._telling, word, story.id)

    def take(self, story: int) -> None:
        """Remove it, when it is too old to be joined."""
        self._worth.clear()
        gone = self._stories.pop(story)
        for report in gone.entries:
            _forget(self._links, report.link, story)
            for word in traits.of(report).whole:
                _forget(self._telling, word, story)

    def take_before(self, when: datetime) -> None:
        """Remove the stories whose last report is older."""
        for story in [each for each in self._stories.values() if max(one.when for one in each.entries) < when]:
            self.take(story.id)

    def get(self, story: int) -> Story | None:
        return self._stories.get(story)

    def same_page(self, link: str) -> Story | None:
        """The story that has a report of this page, where it is one; a site's front page is none."""
        telling = self._links.get(link, ()) if names_a_page(link) else ()
        return self._stories[telling[0]] if len(telling) == 1 else None

    def near(self, entry: Entry) -> tuple[Story, ...]:
        """The stories that share most with the entry, the nearest first."""
        mine = traits.of(entry)
        rarest = sorted(mine.whole, key=lambda word: (len(self._telling.get(word, ())), word))
        found: dict[int, float] = {}
        for word in [word for word in rarest if word in self._telling][:MOST_WORDS]:
            weight = self.worth(word) * mine.whole[word]
            for story in islice(reversed(self._telling[word]), MOST_STORIES):
                found[story] = found.get(story, 0.0) + weight
        nearest = sorted(found, key=lambda story: (-found[story], story))[:NEAREST]
        return tuple(self._stories[story] for story in nearest)

    def worth(self, word: str) -> float:
        """What sharing this word says among the open stories, from 0 to 1."""
        many = len(self._telling.get(word, ()))
        if many not in self._worth:  # asked some two thousand times an entry
            total = len(self._stories) + 10
            self._worth[many] = math.sqrt(max(0.0, math.log(total / (1 + many))) / math.log(total))
        return self._worth[many]


def _start(report: Entry) -> Entry:
    return replace(report, text=report.text[: traits.LEAD], page="")


def _note(stories: dict[str, list[int]], name: str, story: int) -> None:
    """Lists: most words are told by one story, and a set for each would be half of what the shelf weighs."""
    known = stories.setdefault(name, [])
    if story not in known:
        known.append(story)


def _forget(stories: dict[str, list[int]], name: str, story: int) -> None:
    if story in stories.get(name, ()):
        stories[name].remove(story)
        if not stories[name]:
            del stories[name]
