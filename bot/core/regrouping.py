"""What becomes of stories that people split or merge: the verdict of what is left, and which report tells a story."""

from dataclasses import replace

from bot.core import stories
from bot.model import Brief, Entry, Judged, Story, Verdict


def verdict_of(reports: tuple[Judged, ...]) -> Verdict:
    """The verdict of a story told by these, in whatever order they came."""
    verdicts = {one.entry: one.verdict for one in reports}
    first, *others = stories.ranked(tuple(verdicts))
    story = Story((first,), verdicts[first], first.seen)
    for entry in others:
        story = replace(story, verdict=stories.merge(story, entry, verdicts[entry]))
    return story.verdict


def tells(entry: Entry, brief: Brief) -> bool:
    """Whether the brief's headline is this report's: where the report goes, what was posted of the story must go."""
    return entry.title == brief.headline or (bool(entry.link) and entry.link == brief.link)
