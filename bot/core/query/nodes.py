"""A query as it was understood, and its one printed form."""

import dataclasses
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bot.core.query import fields

EVERYTHING = "everything"
INCLUDE_ADJACENT = "include:adjacent"

QUOTES = '"“”„«»'
DASHES = r"\-–—−"  # phones and word processors turn the typed hyphen into the others

_UNQUOTE = str.maketrans(dict.fromkeys(QUOTES, " "))
_BARE = re.compile(rf"[^\s{QUOTES}(){DASHES}][^\s{QUOTES}()]*")
_BARE_VALUE = re.compile(rf"[^\s{QUOTES}(),]+")
_LOOKALIKES = {
    "or": "“or” is looked for as a word; for one or the other write OR.",
    "and": "“and” is looked for as a word; leave it out to look for both.",
    "not": "“not” is looked for as a word; to leave a word out write -word.",
    "NOT": "“NOT” is looked for as a word; to leave a word out write -word.",
}


@dataclass(frozen=True, slots=True)
class Term:
    """A word or phrase, whole words in this order."""

    words: tuple[str, ...]
    text: str

    def __str__(self) -> str:
        bare = _BARE.fullmatch(self.text) and self.text not in ("OR", "AND") and self.text.lower() != EVERYTHING
        named = self.text.partition(":")[0].lower()
        bare = bare and not (":" in self.text and (named == "include" or fields.meant(named)))
        return self.text if bare else f'"{self.text}"'


@dataclass(frozen=True, slots=True)
class Tag:
    """`stage:signed`: what a story was tagged with; `since:2026-11`: when it began."""

    field: str
    value: str
    place: int = dataclasses.field(default=0, compare=False)
    """Of the value in what was typed, counted from 1."""

    @property
    def ways(self) -> tuple[tuple[str, ...], ...]:
        """The words of which one stands in the text of a story that has it."""
        return fields.ways(self.field, self.value)

    def __str__(self) -> str:
        return f"{self.field}:{self.value}" if _BARE_VALUE.fullmatch(self.value) else f'{self.field}:"{self.value}"'


@dataclass(frozen=True, slots=True)
class Everything:
    def __str__(self) -> str:
        return EVERYTHING


@dataclass(frozen=True, slots=True)
class IncludeAdjacent:
    """Beside the other words: stories only near AI regulation are meant too."""

    def __str__(self) -> str:
        return INCLUDE_ADJACENT


@dataclass(frozen=True, slots=True)
class Without:
    part: "Query"

    def __str__(self) -> str:
        return f"-({self.part})" if isinstance(self.part, All | Either) else f"-{self.part}"


@dataclass(frozen=True, slots=True)
class All:
    parts: tuple["Query", ...]

    def __str__(self) -> str:
        return " ".join(f"({part})" if isinstance(part, Either) else str(part) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Either:
    parts: tuple["Query", ...]

    def __str__(self) -> str:
        return " OR ".join(map(str, self.parts))


Query = Term | Tag | Everything | IncludeAdjacent | Without | All | Either


def hint(query: Query) -> str:
    """A word that reads like an operator of another language, and what to write instead; "" for none."""
    wanted = {str(part) for part in query.parts} if isinstance(query, All) else set()
    return next((advice for word, advice in _LOOKALIKES.items() if word in wanted), "")


def includes_adjacent(query: Query) -> bool:
    """Whether it asks for stories that are only near AI regulation."""
    return any(isinstance(part, IncludeAdjacent) for part in (query.parts if isinstance(query, All) else (query,)))


def tags_in(query: Query) -> Iterator[Tag]:
    """Every `field:value` of the query."""
    match query:
        case Tag():
            yield query
        case Without():
            yield from tags_in(query.part)
        case All() | Either():
            for part in query.parts:
                yield from tags_in(part)


def terms_in(query: Query) -> Iterator[Term]:
    """Every word and phrase of the query."""
    match query:
        case Term():
            yield query
        case Without():
            yield from terms_in(query.part)
        case All() | Either():
            for part in query.parts:
                yield from terms_in(part)


def exchanged(query: Query, tags: Callable[[Tag], Tag]) -> Query:
    """The query with each `field:value` exchanged for another."""
    match query:
        case Tag():
            return tags(query)
        case Without():
            return Without(exchanged(query.part, tags))
        case All():
            return All(tuple(exchanged(part, tags) for part in query.parts))
        case Either():
            return Either(tuple(exchanged(part, tags) for part in query.parts))
    return query


def quoted(text: str) -> str:
    """The text as a phrase of the language, whatever quotes it holds."""
    return '"' + " ".join(text.translate(_UNQUOTE).split()) + '"'
