"""What people type after a verb: numbers, pages, links, options, a word to mute."""

import difflib
import re
from collections.abc import Collection

from bot.core import query
from bot.core.addresses import canonical
from bot.core.text import clean, fold, shorten
from bot.errors import UserError
from bot.model import Button, Verb

_PREFIXES = ("/regpulse", "@regpulse", "regpulse")


def verb_and_rest(line: str) -> tuple[str, str]:
    """The first word and what follows it, without the name that some platforms leave before them."""
    word, _, rest = line.partition(" ")
    if word.lower() in _PREFIXES:
        word, _, rest = rest.partition(" ")
    return word, rest.strip()


def paged(text: str) -> tuple[str, int]:
    """The text without its `page:N`, and N, which counts from 1."""
    found = re.search(r"(?:^|\s+)page:([0-9]{1,4})$", text)
    return (text[: found.start()], max(1, int(found[1]))) if found else (text, 1)


def turns(line: str, page: int, *, more: bool) -> tuple[Button, ...]:
    """The buttons that turn a page."""
    back = (Button("Back", f"{line} page:{page - 1}"),) if page > 1 else ()
    return (*back, Button("More", f"{line} page:{page + 1}")) if more else back


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


def word_to_mute(text: str) -> str:
    """The word or phrase, as it is kept. Raises UserError."""
    term = query.parse(text) if text else None
    if not isinstance(term, query.Term):
        raise UserError('Mute one word or one "phrase" at a time, as in: mute "op-ed"')
    return term.text.lower()


# Options


_QUOTED = '"[^"]*"|“[^”]*”'
_TOKEN = re.compile(rf"(?:{_QUOTED}|[^\s\"“])+|[\"“]")
_NAMED = re.compile(rf"([a-z][a-z-]*):({_QUOTED}|[^\s\"“”]*)", re.IGNORECASE | re.DOTALL)
_TIME = re.compile(r"\d{1,2}[:.]\d{2}(?:am|pm)?|\d{1,2}(?:am|pm)|(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*", re.IGNORECASE)


def tokens(text: str) -> list[str]:
    """The parts between white space; what stands in quotes is no place to part."""
    return _TOKEN.findall(text)


def options(text: str, known: Collection[str], fields: Collection[str] = ()) -> tuple[str, dict[str, str]]:
    """What is no option of these, and the options by name. Raises UserError for one that is nearly one of them.

    `fields` are those of the query language, which stay where they are.
    """
    rest: list[str] = []
    found: dict[str, str] = {}
    latest = ""
    for token in tokens(text):
        named = _NAMED.fullmatch(token)
        if latest == "every" and "every" in found and _TIME.fullmatch(fold(token)):
            found["every"] += f" {token}"  # every:daily 09:00, without the quotes
            continue
        latest = named[1].lower() if named else ""
        if named is None or latest in fields:
            rest.append(token)
        elif latest in known:
            if latest in found:
                raise UserError(f"{latest}: stands there twice. Say it once.")
            found[latest] = clean(named[2].strip('"“”'))
        elif near := difflib.get_close_matches(latest, [*known, *fields], n=1, cutoff=0.75):
            raise UserError(f"There is no option “{shorten(latest, 30)}:”. Did you mean {near[0]}:?")
        else:
            rest.append(token)
    return " ".join(rest), found


def values(verb: Verb, text: str) -> dict[str, str]:
    """What stands after a verb, by the names of its options: named ones, and the others in their places."""
    rest, found = options(text, [option.name for option in verb.options if option.named])
    places = [option.name for option in verb.options if not option.named]
    parts = tokens(rest)
    for number, name in enumerate(places):
        taken = parts[number:] if number == len(places) - 1 else parts[number : number + 1]
        if taken:
            found[name] = " ".join(taken)
    return found
