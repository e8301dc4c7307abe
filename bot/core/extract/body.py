"""The long brief in the sources' own words: for each of the six moves the sentences that make it and are not said yet."""

from collections.abc import Sequence

from bot.core import moves
from bot.core.extract.candidates import Candidate
from bot.core.extract.choosing import SAME, alike
from bot.model import Paragraph

MOST_SENTENCES = 3
"""Of one paragraph."""

FURTHEST = 30
"""Sentences of a report among which the long brief's are."""


def paragraphs(found: Sequence[Candidate], used: Sequence[Candidate]) -> tuple[Paragraph, ...]:
    """Primary documents first, each move in the order of its report."""
    told = [one.words for one in used]
    chosen: dict[str, list[Candidate]] = {move: [] for move in moves.MOVES}
    for one in sorted(found, key=lambda one: (one.rank, one.position)):
        move = moves.of(one.text, one.position)
        room = (
            one.position < FURTHEST
            and not (one.personal or one.opening)
            and move
            and len(chosen[move]) < MOST_SENTENCES
        )
        if room and all(alike(one.words, other) < SAME for other in told):
            chosen[move].append(one)
            told.append(one.words)
    return tuple(Paragraph(move, tuple(one.claim for one in some)) for move, some in chosen.items() if some)
