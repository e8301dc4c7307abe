"""How much a story matters: what was done, by whom, how surely, and how many tell it."""

from collections.abc import Iterator
from dataclasses import dataclass

from bot.core.text import fold
from bot.core.vocabulary import Vocabulary
from bot.model import Story

LEVELS = ("low", "medium", "high")
_FROM = {"high": 60, "medium": 40, "low": 0}
"""Points from which on a story is of the level."""

_STAGES = {
    "applied": 40, "in_force": 40, "partially_applicable": 40, "signed": 40, "struck_down": 40, "enjoined": 40,
    "repealed": 40, "vetoed": 36, "passed_legislature": 36, "published": 28, "enforced": 28, "decided": 28,
    "settled": 28, "upheld": 28, "delayed": 28, "withdrawn": 28, "passed_chamber": 26, "amended": 24, "failed": 20,
    "challenged": 18, "pending": 16, "committee": 16, "introduced": 16, "consultation": 16, "drafted": 14,
    "rumoured": 10,
}  # fmt: skip
"""What binds or stops binding counts most; a step on the way less; what is only told of, least."""

_LARGE = frozenset(("EU", "US", "US-FED", "CN", "UK"))
_MIDDLE = frozenset(
    ("INTL", "COE", "US-STATES", "US-CA", "US-NY", "US-TX", "EU-DE", "EU-FR", "JP", "KR", "IN", "CA", "AU", "BR")
)
"""Where rules reach far beyond the place, by its market or its makers of AI; an editorial judgement."""

_TIERS = {"primary": 10, "press": 6, "analysis": 3, "newsletter": 3}
_CERTAINTIES = {"confirmed": 5, "reported": 3, "rumoured": 0}
_OUTLETS = ((5, 20), (3, 12), (2, 6))


@dataclass(frozen=True, slots=True)
class Importance:
    points: int
    """0 to 100."""
    reasons: tuple[str, ...]
    """What the points were given for, the weightiest first."""

    @property
    def level(self) -> str:
        return level_of(self.points)

    @property
    def reached(self) -> tuple[str, ...]:
        """The level and all below: `importance:medium` means at least that."""
        return LEVELS[: LEVELS.index(self.level) + 1]


def level_of(points: int) -> str:
    return next(level for level, least in _FROM.items() if points >= least)


def of(story: Story, vocabulary: Vocabulary) -> Importance:
    """The importance of the story with the reports it has now."""
    given = sorted(_given(story, vocabulary), reverse=True)
    points = sum(points for points, _ in given)
    reasons = tuple(reason for _, reason in given)
    if story.verdict.label == "adjacent":
        return Importance(points // 2, (*reasons, "only near AI regulation, so half of it"))
    return Importance(points, reasons)


def _given(story: Story, vocabulary: Vocabulary) -> Iterator[tuple[int, str]]:
    verdict = story.verdict
    if verdict.stage in _STAGES:
        yield _STAGES[verdict.stage], vocabulary.stage_names.get(verdict.stage, verdict.stage).lower()
    if verdict.jurisdictions:
        acted = verdict.jurisdictions[0]
        yield _reach(acted), vocabulary.place(acted)
    if points := _TIERS.get(story.entries[0].tier, 0):
        yield points, f"{'an official' if story.entries[0].tier == 'primary' else 'a'} source"
    if points := _CERTAINTIES[verdict.certainty]:
        yield points, verdict.certainty
    outlets = len({fold(entry.outlet) for entry in story.entries if entry.tier != "aggregator"})
    if points := next((points for least, points in _OUTLETS if outlets >= least), 0):
        yield points, f"{outlets} outlets tell it"


def _reach(code: str) -> int:
    return 25 if code in _LARGE else 15 if code in _MIDDLE else 8
