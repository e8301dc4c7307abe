"""Earlier events about the instrument of a story: linked to it, never merged with it."""

from datetime import datetime

from bot.core.vocabulary import Instrument, Vocabulary
from bot.model import Earlier, Story

MOST = 3
"""Earlier events a reader is shown."""

LOOKED_AT = 12
"""Stories about an instrument that are worth fetching to choose them from."""

_NOT_ONE_THING = {"institution"}
"""Types of the registry that many unrelated events share: two acts of one body are no timeline."""


def instruments(story: Story, vocabulary: Vocabulary) -> tuple[str, ...]:
    """The ids by which its earlier events are found."""
    known = (vocabulary.instrument(name) for name in story.verdict.instruments)
    return tuple(one.id for one in known if one and one.type not in _NOT_ONE_THING)


def since(story: Story) -> datetime:
    """When its first report was published."""
    return min(entry.when for entry in story.entries)


def earlier(story: Story, found: tuple[Story, ...], vocabulary: Vocabulary) -> tuple[Earlier, ...]:
    """Of the stories found that stand, those that came before it and are about the same instrument, the newest first.

    About one instrument: the one the newest of them shares with the story, so that they read as a timeline.
    """
    mine, began = instruments(story, vocabulary), since(story)
    before = (one for one in found if one.id != story.id and one.standing and since(one) < began)
    past = sorted(before, key=since, reverse=True)
    about = next((name for one in past for name in mine if name in one.verdict.instruments), "")
    shared = [one for one in past if about in one.verdict.instruments]
    return tuple(_earlier(one, story, vocabulary.instruments[about]) for one in shared[:MOST])


def _earlier(past: Story, story: Story, instrument: Instrument) -> Earlier:
    then, now = past.verdict.stage, story.verdict.stage
    return Earlier(
        story=past.id,
        headline=past.headline,
        when=since(past),
        about=instrument.aliases[0] if instrument.aliases else instrument.name,
        change=f"{_read(then)} → {_read(now)}" if then and now and then != now else "",
    )


def _read(stage: str) -> str:
    return stage.replace("_", " ")
