"""A digest as a card: what waited for its hour, the most important first, a line each; and what RegPulse could not hear."""

from collections import Counter
from collections.abc import Iterable

from bot.core import corrections
from bot.core.cards import sent_because
from bot.core.text import counted, fold, shorten
from bot.model import Brief, Button, Card, Pointer

MOST = 12
"""Stories with a line of their own: a phone's screen, and as much as the tightest message takes."""

OF_ONE_OUTLET = 3
NEWEST = "latest 20"
"""The line of a button that digests alone have."""

HEADLINE = 120
NUMBERS = 25
"""Of stories in one line: more would be cut."""


def card(
    title: str,
    told: tuple[Brief, ...],
    coverage: str,
    *,
    because: tuple[str, ...] = (),
    left_out: tuple[int, ...] = (),
) -> Card:
    """`title` is "Daily digest, 26 November", `told` the most important first; `left_out` are stories RegPulse fails on."""
    shown, kept = _chosen(told)
    return Card(
        title=f"{title}: {counted(len(told), 'story', 'stories')}",
        stories=tuple(Pointer(_line(brief), brief.link) for brief in shown),
        because=sent_because(because),
        notes=(*_left(kept), coverage, *_missing(left_out)),
        buttons=(
            *(Button(f"Story {brief.story}", f"story {brief.story}") for brief in shown[:3]),
            Button("The newest stories", NEWEST),
            Button("Settings", "settings"),
        ),
    )


def _chosen(told: tuple[Brief, ...]) -> tuple[list[Brief], list[Brief]]:
    """Those with a line of their own, no more than a few of one outlet; and the others."""
    shown: list[Brief] = []
    kept: list[Brief] = []
    of = Counter[str]()
    for brief in told:
        outlet = fold(_outlet(brief))
        of[outlet] += 1
        room = of[outlet] <= OF_ONE_OUTLET and len(shown) < MOST
        (shown if room else kept).append(brief)
    return shown, kept


def _outlet(brief: Brief) -> str:
    return brief.sources[0].outlet if brief.sources else ""


def _line(brief: Brief) -> str:
    """ "Retracted: Parliament passes act · Law · story 12"."""
    mark = corrections.mark(brief)
    return f"{mark}{': ' if mark else ''}{shorten(brief.headline, HEADLINE)} · {brief.category} · story {brief.story}"


def _left(kept: list[Brief]) -> Iterable[str]:
    """ "+4 more from Reuters: stories 12, 15, 16, 18", so that each can be asked for."""
    outlets: dict[str, list[Brief]] = {}
    for brief in kept:
        outlets.setdefault(fold(_outlet(brief)), []).append(brief)
    alone = []
    for same in outlets.values():
        if len(same) > 1:
            yield from _numbers(same, f" from {shorten(_outlet(same[0]), 60)}")
        else:
            alone += same
    yield from _numbers(alone, f" from {shorten(_outlet(alone[0]), 60)}" if len(alone) == 1 else "")


def _missing(left_out: tuple[int, ...]) -> Iterable[str]:
    if left_out:
        numbers = ", ".join(map(str, left_out[:NUMBERS]))
        yield f"Left out, for RegPulse itself fails on it: {'story' if len(left_out) == 1 else 'stories'} {numbers}"


def _numbers(briefs: list[Brief], source: str) -> Iterable[str]:
    for start in range(0, len(briefs), NUMBERS):
        part = briefs[start : start + NUMBERS]
        numbers = ", ".join(str(brief.story) for brief in part)
        yield f"+{len(part)} more{source}: {'story' if len(part) == 1 else 'stories'} {numbers}"
