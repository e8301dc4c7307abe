"""What people say of a story that was sent: counted, and answered with a query that would have left it out."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from bot.core import backtest, query
from bot.core.query import Query
from bot.core.text import counted
from bot.model import Feedback, Opinion, Story

MEANS: Mapping[Opinion, str] = {
    "relevant": "relevant",
    "unwanted": "not for this channel",
    "jurisdiction": "wrong jurisdiction",
    "commentary": "only commentary",
    "topic": "wrong topic",
}

_BROADER = ("importance:medium", "importance:high", "tier:primary")
"""What is asked for besides where no tag of the story can be left out."""

_COMMENTARY_TIERS = ("analysis", "newsletter", "industry", "aggregator")


def said(found: Iterable[Feedback]) -> list[str]:
    """What people of this channel said, in one line; none where nobody did."""
    counts = Counter(one.opinion for one in found)
    parts = [f"{counts[opinion]} × {name}" for opinion, name in MEANS.items() if counts[opinion]]
    return [f"People here said: {', '.join(parts)}"] if parts else []


def summary(found: tuple[Feedback, ...], days: int) -> str:
    """All that was said in a channel lately."""
    lines = said(found)
    if not lines:
        return f"Nobody here has said anything of a story in the last {days} days. As in: feedback 12 relevant"
    return f"{lines[0]}, of {counted(len({one.story for one in found}), 'story', 'stories')} in the last {days} days."


def narrower(wanted: Query, story: Story, text: query.Text, opinion: Opinion) -> Query | None:
    """The first query that leaves this story out, for this reason; None where none does."""
    candidates = (backtest.also(wanted, words) for words in (*_left_out(story, opinion), *_BROADER))
    return next((one for one in candidates if one is not None and query.matched(one, text) is None), None)


def _left_out(story: Story, opinion: Opinion) -> Iterator[str]:
    verdict = story.verdict
    match opinion:
        case "jurisdiction":
            yield from (f"-jurisdiction:{code.lower()}" for code in verdict.jurisdictions)
        case "topic":
            yield from (f"-topic:{topic}" for topic in verdict.topics)
        case "commentary":
            if verdict.type == "position":
                yield "-type:position"
            if story.entries[0].tier in _COMMENTARY_TIERS:
                yield f"-tier:{story.entries[0].tier}"
        case _:
            return
