"""How sure it is: the source's own act, someone's report of it, or no more than a plan or a leak."""

from bot.core.tags.gazetteer import words
from bot.core.tags.parts import Part
from bot.model import Certainty, Tier

_LEAKS = words("leaked leak rumor rumour rumored rumoured")
_HEARSAY = tuple(
    tuple(phrase.split())
    for phrase in (
        "reportedly", "source say", "source said", "source familiar", "people familiar", "person familiar", "official say",
        "according to source", "according to people", "according to document", "seen by", "report say", "is said to",
        "anonymous",
    )
)  # fmt: skip
_BEGINNINGS = frozenset(phrase[0] for phrase in _HEARSAY)


def read(head: Part, lead: tuple[Part, ...], stage: str, tier: Tier) -> tuple[Certainty, str]:
    """The certainty and what says so."""
    parts = (head, *lead)
    if leaked := next((word for part in parts for word in part.folded if word in _LEAKS), ""):
        return "rumoured", f"“{leaked}”"
    if stage == "rumoured":
        return "rumoured", "a plan, not an act"
    if tier == "primary":
        return "confirmed", "the source itself acted"
    heard = next((said for part in parts if (said := _hearsay(part))), "")
    return "reported", f"“{heard}”" if heard else "told by another than who acted"


def _hearsay(part: Part) -> str:
    """The words that say who told it."""
    if part.folded[:1] in (("source",), ("exclusive",)):
        return part.words.written(0, 1)
    begun = [at for at, word in enumerate(part.folded) if word in _BEGINNINGS]
    for phrase in _HEARSAY:
        for at in begun:
            if part.folded[at : at + len(phrase)] == phrase:
                return part.words.written(at, at + len(phrase))
    return ""
