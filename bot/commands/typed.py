"""What people type after a verb: numbers, pages, links, a word to mute."""

import re

from bot.core import query
from bot.core.formats import canonical
from bot.core.text import shorten
from bot.errors import UserError

MOST_BACKFILL = 5

_PREFIXES = ("/regpulse", "@regpulse", "regpulse")


def verb_and_rest(line: str) -> tuple[str, str]:
    """The first word and what follows it, without the name that some platforms leave before them."""
    word, _, rest = line.partition(" ")
    if word.lower() in _PREFIXES:
        word, _, rest = rest.partition(" ")
    return word, rest.strip()


def paged(text: str) -> tuple[str, int]:
    """The text without its `page:N`, and N, which counts from 1."""
    found = re.search(r"(?:^|\s+)page:(\d{1,4})$", text)
    return (text[: found.start()], max(1, int(found[1]))) if found else (text, 1)


def count(text: str, default: int) -> int:
    """How many. Raises UserError."""
    if not text:
        return default
    if not re.fullmatch(r"[0-9]{1,6}", text) or not int(text):
        raise UserError(f"“{shorten(text, 30)}” is no number. Say: latest 5")
    return int(text)


def number(text: str) -> int | None:
    """A story's or subscription's number, "12" or "#12"."""
    found = re.fullmatch(r"#?([0-9]{1,9})", text)
    return int(found[1]) if found else None


def link(text: str) -> str:
    """The address in its canonical form; Slack sends "<address|label>". Raises UserError."""
    address = canonical(text.strip("<>").partition("|")[0])
    if not address:
        raise UserError(f"“{shorten(text, 60)}” is neither a link nor a story number.")
    return address


def reports(text: str) -> tuple[int | str, ...]:
    """Reports of a story as its card numbers them, "2,3" or "2 3", or by their links. Raises UserError."""
    parts = [part for word in text.split() for part in (word.split(",") if re.fullmatch(r"[#0-9,]+", word) else [word])]
    return tuple(link(part) if (found := number(part)) is None else found for part in parts if part)


def backfill(text: str) -> tuple[str, int]:
    """The text without its `backfill:N`, and N. Raises UserError."""
    found = re.search(r"(?:^|\s+)backfill:(\S*)", text)
    if not found:
        return text, 0
    if not re.fullmatch(r"[0-9]", found[1]) or int(found[1]) > MOST_BACKFILL:
        raise UserError(f"backfill takes a number up to {MOST_BACKFILL}, as in backfill:3")
    return (text[: found.start()] + text[found.end() :]).strip(), int(found[1])


def model_choice(text: str) -> str:
    """ "on" or "off" of "model off". Raises UserError."""
    found = re.fullmatch(r"model (on|off)", text.lower())
    if not found:
        raise UserError(
            "Say: settings, which shows them all; or one, as in: settings quiet 20:00-07:00, settings model off"
        )
    return found[1]


def word_to_mute(text: str) -> str:
    """The word or phrase, as it is kept. Raises UserError."""
    term = query.parse(text)
    if not isinstance(term, query.Term):
        raise UserError('Mute one word or one "phrase" at a time, as in: mute "op-ed"')
    return term.text.lower()
