"""A subscription as it is typed, its query and its options, and the one line that says all of it again."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from bot.commands import typed
from bot.core import audience, lines, query, timing
from bot.core.importance import LEVELS
from bot.core.text import clean, fold, shorten
from bot.core.vocabulary import Vocabulary
from bot.errors import UserError
from bot.model import Subscription

OPTIONS = ("every", "name", "mention", "mention-from", "stages", "backfill", "stopped")
FIELDS = (*query.FIELDS, "include")
"""What stands before a colon in the query itself."""

MOST_BACKFILL = 5
LONGEST_NAME = 60
NONE = "none"
"""Takes a name or a mention away."""

_MENTIONED = re.compile(r"<!subteam\^([A-Z0-9]{2,20})(?:\|[^>]*)?>|<@&([0-9]{5,20})>|(S[A-Z0-9]{2,20}|[0-9]{5,20})")


@dataclass(frozen=True, slots=True)
class Wanted:
    """`query` is None where none was typed; `given` are the options typed, as `Subscription` names them."""

    query: query.Query | None
    given: Mapping[str, object]
    backfill: int = 0
    stopped: int = 0
    """The number it had before it was stopped; 0 for one that is new."""

    def of(self, subscription: Subscription) -> Subscription:
        """The subscription with what was typed."""
        changed = replace(subscription, **self.given)  # type: ignore[arg-type]  # checked below, option by option
        return changed if self.query is None else replace(changed, query=str(self.query))


def read(text: str, vocabulary: Vocabulary) -> Wanted:
    """Raises UserError for what cannot be read."""
    asked, found = typed.options(text, OPTIONS, FIELDS)
    given: dict[str, object] = {}
    for name, value in found.items():
        match name:
            case "every":
                given["every"] = str(timing.cadence(value))
            case "name":
                given["name"] = _name(value)
            case "mention":
                given["mention"] = _mention(value)
            case "mention-from":
                given["mention_from"] = _one_of(name, value, LEVELS)
            case "stages":
                given["stages_only"] = _one_of(name, value, ("only", "all")) == "only"
    return Wanted(
        audience.asked(asked, vocabulary) if asked else None,
        given,
        _backfill(found.get("backfill", "0")),
        typed.number(found.get("stopped", "")) or 0,
    )


def line(subscription: Subscription, *, whole: bool = False, backfill: int = 0, stopped: int = 0) -> str:
    """What is typed for it after `save`; `whole`: after `edit N`, with what is usual too."""
    said = {
        "name": subscription.name or (NONE if whole else ""),
        "every": subscription.every if whole or subscription.every != "now" else "",
        "mention": subscription.mention or (NONE if whole else ""),
        "mention-from": subscription.mention_from if whole or subscription.mention_from != "low" else "",
        "stages": "only" if subscription.stages_only else "all" if whole else "",
        "backfill": str(backfill or ""),
        "stopped": str(stopped or ""),
    }
    return " ".join([words(subscription.query), *(lines.named(name, value) for name, value in said.items() if value)])


def words(printed: str) -> str:
    """A query as it stands in a line: a word of it that reads like an option is put in quotes."""
    return " ".join(
        f'"{token}"' if token.partition(":")[0].lower() in OPTIONS and ":" in token else token
        for token in typed.tokens(printed)
    )


def chosen(text: str, known: tuple[Subscription, ...]) -> Subscription | None:
    """The subscription of this number, name or query, in any case and accents; None for none."""
    number = typed.number(text)
    if found := next((one for one in known if one.id == number), None):
        return found
    name = fold(clean(text.strip('"“”')))
    return next((one for one in known if one.name and fold(one.name) == name), None) or same(text, known)


def same(words: str, known: tuple[Subscription, ...]) -> Subscription | None:
    """The subscription to these words, in any case and accents."""
    try:
        printed = str(query.parse(words))
    except UserError:  # one that cannot be read any more is still found by what it says
        printed = words
    return next((one for one in known if fold(one.query) == fold(printed)), None)


def _name(value: str) -> str:
    if value.lower() == NONE:
        return ""
    if not value or len(value) > LONGEST_NAME or typed.number(value) is not None:
        raise UserError(f'A name has up to {LONGEST_NAME} characters and is no number, as in name:"EU watch".')
    return value.replace('"', "'")


def _mention(value: str) -> str:
    if value.lower() == NONE:
        return ""
    found = _MENTIONED.fullmatch(value)
    if not found:
        raise UserError(
            f"mention:{shorten(value, 30)} names no role or user group. One of those may be mentioned, "
            "and never everyone or a single person."
        )
    return str(next(filter(None, found.groups())))


def _one_of(name: str, value: str, values: tuple[str, ...]) -> str:
    if value.lower() not in values:
        raise UserError(f"{name}:{shorten(value, 30)} is not known. Say one of: {', '.join(values)}.")
    return value.lower()


def _backfill(value: str) -> int:
    if not re.fullmatch(r"[0-9]", value) or int(value) > MOST_BACKFILL:
        raise UserError(f"backfill takes a number up to {MOST_BACKFILL}, as in backfill:3")
    return int(value)
