"""Reads a model's answer as text by a stranger: claims whose quotes stand in the reports, and what is wrong with the rest."""

import json
import re
from dataclasses import dataclass, field, replace

from bot.core.addressed import addressed, for_readers, spans
from bot.core.brief import MOST_POINTS, check
from bot.core.moves import MOVES
from bot.core.prompt import MOST_REPORTS
from bot.core.text import clean, shorten, words
from bot.core.tokens import stems
from bot.model import Brief, Claim, Evidence, Paragraph, Story

LONGEST = 320
"""Characters of one sentence we publish."""

MOST_QUOTED = 600
"""Characters of a source that one claim may stand on: more is no longer a quotation."""

LEAST_QUOTED = 12
"""Characters below which a quote proves nothing."""

MOST_SENTENCES = 5
"""Of one paragraph of the long brief."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What of an answer may be published, and what failed, a line each, in words that a model can mend it by."""

    dek: tuple[Claim, ...] = ()
    takeaways: tuple[Claim, ...] = ()
    watch: tuple[Claim, ...] = ()
    long: tuple[Paragraph, ...] = ()
    problems: tuple[str, ...] = ()

    @property
    def claims(self) -> int:
        return len(self.dek) + len(self.takeaways) + len(self.watch)


def read(text: str, story: Story, frame: Brief) -> Draft:
    """The draft in an answer. `frame` is the story's brief without claims, to check each claim in."""
    answer = _object(text)
    if answer is None:
        return Draft(problems=("the answer is not one JSON object (cut off, perhaps: be shorter)",))
    reading = _Reading(story, frame)
    dek = reading.claims("dek", [answer.get("dek")], 1)
    takeaways = reading.claims("takeaway", answer.get("takeaways"), MOST_POINTS)
    watch = reading.claims("watch", answer.get("watch"), 1)
    long = reading.paragraphs(answer.get("long"))
    return Draft(dek, takeaways, watch, long, tuple(reading.problems))


def _object(text: str) -> dict[str, object] | None:
    """The JSON object in the text, whatever fence or chatter stands around it."""
    start, end = text.find("{"), text.rfind("}")
    try:
        found = json.loads(text[start : end + 1]) if 0 <= start < end else None
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


@dataclass(slots=True)
class _Reading:
    """One answer being read; `problems` fills up on the way."""

    story: Story
    frame: Brief
    problems: list[str] = field(default_factory=list)
    known: frozenset[str] = frozenset()
    """Of all that the reports say to readers."""

    def __post_init__(self) -> None:
        said = "\n".join(for_readers(f"{entry.title}.\n{entry.source}") for entry in self.story.entries[:MOST_REPORTS])
        self.known = stems(said)

    def claims(self, name: str, items: object, most: int) -> tuple[Claim, ...]:
        """The sound ones among them."""
        if not isinstance(items, list):
            self.problems.append(f"{name} is missing or no list")
            return ()
        found = (self._claim(f"{name} {number}", item) for number, item in enumerate(items[: 2 * most], 1) if item)
        return tuple(claim for claim in found if claim)[:most]

    def _claim(self, name: str, item: object) -> Claim | None:
        text, quotes = _parts(item)
        evidence = tuple(found for quote in quotes if (found := self._located(quote)))
        lost = [quote for quote in quotes if not self._located(quote)]
        claim = Claim(text, evidence)
        wrong = [
            *([trouble] if (trouble := unfit(text) or self._strange(text, _JOINING)) else []),
            *(f"this quote is not in the reports to the character: {shorten(quote, 120)}" for quote in lost),
            *(["it has no quotes"] if not quotes else []),
            *([f"its quotes are longer than {MOST_QUOTED} characters"] if sum(map(len, quotes)) > MOST_QUOTED else []),
        ]
        wrong = wrong or [
            f"{fault.rule}: {fault.detail}" for fault in check(replace(self.frame, dek=(claim,)), self.story)
        ]
        self.problems += [f"{name} ({shorten(text, 80)}): {reason}" for reason in wrong]
        return None if wrong else claim

    def _strange(self, text: str, own: frozenset[str]) -> str:
        """A model may shorten and join what reports say; of its own it may bring no word but these."""
        new = [word for word in words(text) if stems(word) - self.known - own]
        return f"the reports do not say {', '.join(new[:5])}" if new else ""

    def _located(self, quote: str) -> Evidence | None:
        """Where a report says this, to the character."""
        if len(quote) < LEAST_QUOTED:
            return None
        for entry in self.story.entries[:MOST_REPORTS]:
            start = entry.source.find(quote)
            if start >= 0:
                end = start + len(quote)
                aside = any(start < stop and begin < end for begin, stop in spans(entry.source))
                return None if aside else Evidence(entry.id, start, end, quote)
        return None

    def paragraphs(self, items: object) -> tuple[Paragraph, ...]:
        """Each move once, in their order; a paragraph stands when a sentence of it with evidence does."""
        found: dict[str, Paragraph] = {}
        for item in items if isinstance(items, list) else ():
            move = item.get("move") if isinstance(item, dict) else None
            if isinstance(move, str) and move in MOVES and move not in found:
                said = self._sentences(move, item.get("sentences"))
                if any(sentence.evidence for sentence in said):
                    found[move] = Paragraph(move, said)
        return tuple(found[move] for move in MOVES if move in found)

    def _sentences(self, move: str, items: object) -> tuple[Claim, ...]:
        found: list[Claim] = []
        for number, item in enumerate(items[:MOST_SENTENCES] if isinstance(items, list) else (), 1):
            if isinstance(item, dict) and item.get("commentary") is True:
                text, _ = _parts(item)
                if trouble := unfit(text) or self._overreaches(text):
                    self.problems.append(f"commentary ({shorten(text, 80)}): {trouble}")
                else:
                    found.append(Claim(text, ()))
            elif claim := self._claim(f"{move} {number}", item):
                found.append(claim)
        return tuple(found)

    def _overreaches(self, text: str) -> str:
        """Commentary stands on nothing, so it may count nothing, name nothing new, and must say that it only weighs."""
        if re.search(r"\d", text):
            return "commentary may hold no number or date"
        if not _HEDGED.search(text):
            return "commentary must be hedged (may, could, might, appears, likely, unclear …)"
        return self._strange(text, _JOINING | _WEIGHING)


# Words that join what the reports say, and say nothing themselves; what modals and negations may say, the check rules.
_JOINING = stems(
    "can could may might must shall should will would not no only again however instead whether despite like unlike including"
    " without once first next later earlier last many much few all every none nor neither other others rather far so"
)
# Words that weigh, for commentary: what it says of the reports' own nouns.
_WEIGHING = stems(
    "appear seem suggest remain perhaps possibly likely unlikely unclear uncertain open apply enforce enforcement follow face"
    " cost burden compliance comply risk effect affect change delay depend decide decision question firm company developer"
    " provider regulator authority lawmaker court user consumer right industry public practice guidance duty obligation scope"
    " threshold exemption penalty timing deadline signal shift broad broader narrow narrower wide wider further early late"
    " new similar different same small large strict stricter weak weaker strong stronger soon long short clear hard easy"
    " difficult matter mean"
)
_HEDGED = re.compile(
    r"\b(?:may|might|could|would|appears?|seems?|suggests?|likely|unlikely|perhaps|possibly|unclear|uncertain)\b",
    re.I,
)
_FOREIGN = re.compile(
    r"https?:|www\.|://|mailto:|\b[\w-]+\.(?:\w{2,12})/|[@#]\w|<[@!#a-z/]|[<>`{}|\\]|\]\s*\(|\*\*|__|:\w+:|&\w+;|\b[\w.+-]+@[\w-]+",
    re.I,
)


def _parts(item: object) -> tuple[str, tuple[str, ...]]:
    """The sentence and the quotes of an item of any form."""
    if not isinstance(item, dict):
        return "", ()
    text, quotes = item.get("text"), item.get("quotes")
    return (
        text.strip() if isinstance(text, str) else "",
        tuple(quote for quote in quotes[:6] if isinstance(quote, str)) if isinstance(quotes, list) else (),
    )


def unfit(text: str) -> str:
    """Why a model's sentence may not be published, whatever it says; "" when it may."""
    if not text:
        return "it is empty"
    if len(text) > LONGEST:
        return f"it is longer than {LONGEST} characters"
    if text != clean(text):
        return "it holds line breaks or invisible characters"
    if _FOREIGN.search(text):
        return "it holds a link, an address, a mention or markup"
    return "it speaks to the reader or to a machine" if addressed(text) else ""
