"""The language of subscriptions and search: words, "phrases", -not, OR, parentheses, tags as field:value, everything."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import assert_never, get_args

import lark

from bot.core.importance import LEVELS
from bot.core.lexicon import Words
from bot.core.text import clean, fold, shorten
from bot.errors import UserError
from bot.model import Certainty, Tier

MOST_CHARACTERS = 500
MOST_DEPTH = 20
EVERYTHING = "everything"
INCLUDE_ADJACENT = "include:adjacent"

ANYTHING = "regpulseanything"
"""Stands in every indexed text, so that SQLite's search, which knows no "not" of its own, can leave words out of all."""

ADJACENT = "regpulseadjacent"
"""Stands among the tags of a story that is only near AI regulation: queries leave it out unless they include it."""

FIELDS: Mapping[str, frozenset[str] | None] = {
    "importance": frozenset(LEVELS),
    "certainty": frozenset(get_args(Certainty)),
    "tier": frozenset(get_args(Tier)),
    "jurisdiction": None,
    "instrument": None,
    "type": None,
    "stage": None,
    "topic": None,
}
"""What a story is tagged with, and the values there are; None for those the vocabulary lists."""

LONGEST_MATCH = 80
"""Characters of the text shown as one match: only punctuation can make a match longer than what was asked for."""

_QUOTES = '"“”„«»'
_DASHES = r"\-–—−"  # phones and word processors turn the typed hyphen into the others
# OR and AND only as whole words: a keyword of lark's would also match at the start of ORDER.
_GRAMMAR = rf"""
start: either
either: all (_OR all)*
all: one (_AND? one)*
?one: atom | _NOT atom -> without
?atom: PHRASE | WORD | "(" either ")"
_OR.2: /OR(?![^\s{_QUOTES}()])/
_AND.2: /AND(?![^\s{_QUOTES}()])/
_NOT.2: /[{_DASHES}](?=\S)/
PHRASE: /[{_QUOTES}][^{_QUOTES}]*[{_QUOTES}]/
WORD: /(?!(?:OR|AND)(?![^\s{_QUOTES}()]))[^\s{_QUOTES}(){_DASHES}][^\s{_QUOTES}()]*/
%ignore /\s+/
"""
_parser = lark.Lark(_GRAMMAR, parser="lalr")
_UNQUOTE = str.maketrans(dict.fromkeys(_QUOTES, " "))
_PHRASE = re.compile(rf"[{_QUOTES}][^{_QUOTES}]*[{_QUOTES}]")
_BARE = re.compile(rf"[^\s{_QUOTES}(){_DASHES}][^\s{_QUOTES}()]*")
_LOOKALIKES = {
    "or": "“or” is looked for as a word; for one or the other write OR.",
    "and": "“and” is looked for as a word; leave it out to look for both.",
    "not": "“not” is looked for as a word; to leave a word out write -word.",
    "NOT": "“NOT” is looked for as a word; to leave a word out write -word.",
}
_PART = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Term:
    """A word or phrase, whole words in this order."""

    words: tuple[str, ...]
    text: str

    def __str__(self) -> str:
        bare = _BARE.fullmatch(self.text) and self.text not in ("OR", "AND") and self.text.lower() != EVERYTHING
        bare = bare and self.text.partition(":")[0].lower() not in (*FIELDS, "include")
        return self.text if bare else f'"{self.text}"'


@dataclass(frozen=True, slots=True)
class Tag:
    """`stage:signed`: what a story was tagged with."""

    field: str
    value: str

    def __str__(self) -> str:
        return f"{self.field}:{self.value}"


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


class Text:
    """A text made ready to be asked many queries, in time linear in the text."""

    def __init__(self, text: str) -> None:
        self._written = Words.of(unicodedata.normalize("NFC", text))
        parts = tuple(_parts(self._written))
        self.words = tuple(word for word, _ in parts)
        self._origins = tuple(origin for _, origin in parts)
        self._places: dict[str, list[int]] = {}
        for place, word in enumerate(self.words):
            self._places.setdefault(word, []).append(place)

    def find(self, wanted: tuple[str, ...]) -> str | None:
        """The first place of these words in this order, as the text writes them."""
        for start in self._places.get(wanted[0], ()):
            end = start + len(wanted)
            if self.words[start:end] == wanted:
                return shorten(
                    clean(self._written.written(self._origins[start], self._origins[end - 1] + 1)), LONGEST_MATCH
                )
        return None


def parse(text: str) -> Query:
    """The query typed. Raises UserError, which points at the character."""
    _check_length(text)
    if not text.strip():
        raise UserError('Say which words, as in: "EU AI Act" -opinion. Or: everything')
    _check_pairs(text)
    try:
        query = _built(_parser.parse(text))
    except lark.UnexpectedInput as error:
        raise UserError(_complaint(text, error)) from error
    _check_include(query)
    if _fts(query) == ("", False):
        raise UserError(f"“{shorten(str(query), 60)}” leaves out everything, so nothing could ever match.")
    if not _asks(query):
        raise UserError(
            f"A query needs something to look for besides what to leave out. Try: {All((Everything(), query))}"
        )
    _check_length(str(query))  # it is stored as printed, and must be read again
    return query


def words(text: str) -> tuple[str, ...]:
    """The words of a text as queries compare them: case, accents and regular plurals folded."""
    return tuple(word for word, _ in _parts(Words.of(unicodedata.normalize("NFC", text))))


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


def tag(field: str, value: str) -> str:
    """The one word that stands for a tag in the text a story is found by."""
    return f"regpulse{field}" + "".join(character for character in fold(value) if character.isalnum())


def quoted(text: str) -> str:
    """The text as a phrase of the language, whatever quotes it holds."""
    return '"' + " ".join(text.translate(_UNQUOTE).split()) + '"'


def matched(query: Query, text: Text) -> tuple[str, ...] | None:
    """The words that matched, as the text writes them; None when the query does not match."""
    if text.find((ADJACENT,)) and not includes_adjacent(query):
        return None
    return _matched(query, text)


def _matched(query: Query, text: Text) -> tuple[str, ...] | None:
    match query:
        case Term():
            found = text.find(query.words)
            return None if found is None else (found,)
        case Tag():
            return (str(query),) if text.find(_tag_words(query)) else None
        case Everything() | IncludeAdjacent():
            return (EVERYTHING,)
        case Without():
            return None if _matched(query.part, text) is not None else ()
        case All():
            answers = [_matched(part, text) for part in query.parts]
            return None if None in answers else _joined(answer for answer in answers if answer)
        case Either():
            answers = [_matched(part, text) for part in query.parts]
            return None if all(answer is None for answer in answers) else _joined(a for a in answers if a)
    assert_never(query)


def _tag_words(wanted: Tag) -> tuple[str, ...]:
    return words(tag(wanted.field, wanted.value))


def to_fts(query: Query) -> str:
    """The same query for SQLite's FTS5, over text that was indexed as folded words (`core.audience.indexed`)."""
    expression, inverted = _fts(query)
    if inverted:
        expression = f'"{ANYTHING}" NOT {expression}' if expression else f'"{ANYTHING}"'
    return expression if includes_adjacent(query) else f'({expression}) NOT "{ADJACENT}"'


def _parts(text: Words) -> Iterator[tuple[str, int]]:
    """Each word as it is compared, and which word of the text it is; "½" is compared as "1" and "2"."""
    for place, word in enumerate(text.raw):
        for part in (word.lower(),) if word.isascii() else _PART.findall(fold(word)):
            yield _singular(part), place


# English has more plurals than `_singular` folds; these are the words of the field that its rules get wrong.
_NO_PLURAL = frozenset({"news", "bias", "alias", "lens", "series", "species", "perhaps", "always", "whereas", "canvas"})
_PLURAL_IN_IE = frozenset({"cookies", "movies", "calories"})
_PLURAL_IN_E = frozenset(
    {"abuses", "axes", "caches", "causes", "clauses", "excuses", "houses", "misuses", "niches", "reuses", "warehouses"}
)


def _singular(word: str) -> str:
    """Stricter than judging's: "news" is not "new", and "breaches", "biases" and "cookies" find their singulars."""
    if len(word) <= 3 or not word.endswith("s") or word.endswith(("ss", "us", "is")) or word in _NO_PLURAL:
        return word
    if len(word) > 4 and word.endswith("ies") and word not in _PLURAL_IN_IE:
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith(("sses", "uses", "xes", "ches", "shes", "iases")) and word not in _PLURAL_IN_E:
        return word[:-2]
    return word[:-1]


def _check_length(text: str) -> None:
    if len(text) > MOST_CHARACTERS:
        raise UserError(f"That is {len(text)} characters long; a query may have {MOST_CHARACTERS}.")


def _check_pairs(text: str) -> None:
    """Raises UserError for a quote or parenthesis without its partner, and for too many within each other."""
    bare = _PHRASE.sub(lambda phrase: " " * len(phrase.group()), text)
    alone = next((place for place, character in enumerate(bare) if character in _QUOTES), None)
    if alone is not None:
        raise UserError(f"A quote opened at character {alone + 1} is never closed.")
    opened: list[int] = []
    for place, character in enumerate(bare, 1):
        if character == "(":
            opened.append(place)
        elif character == ")":
            if not opened:
                raise UserError(f"A parenthesis closed at character {place} was never opened.")
            opened.pop()
        if len(opened) > MOST_DEPTH:
            raise UserError(
                f"More than {MOST_DEPTH} parentheses within each other, at character {place}, are too many."
            )
    if opened:
        raise UserError(f"A parenthesis opened at character {opened[-1]} is never closed.")


def _built(node: "lark.Tree[lark.Token] | lark.Token") -> Query:
    if isinstance(node, lark.Token):
        return _term(node)
    parts = [_built(child) for child in node.children]
    match node.data:
        case "without":
            return parts[0].part if isinstance(parts[0], Without) else Without(parts[0])
        case "all":
            return _only(All, parts)
        case _:
            return _only(Either, parts)


def _only(kind: type[All] | type[Either], parts: list[Query]) -> Query:
    if len(parts) == 1:
        return parts[0]
    return kind(tuple(inner for part in parts for inner in (part.parts if isinstance(part, kind) else (part,))))


def _term(token: lark.Token) -> Query:
    if token.type == "WORD" and token.lower() == EVERYTHING:
        return Everything()
    if token.type == "WORD" and (named := _named(token)):
        return named
    text = " ".join((token[1:-1] if token.type == "PHRASE" else str(token)).split())
    found = words(text)
    if not found:
        raise UserError(f"“{shorten(text, 40)}” at character {(token.start_pos or 0) + 1} holds no word to look for.")
    return Term(found, text)


def _named(token: str) -> Tag | IncludeAdjacent | None:
    """What stands before a colon is a field of ours, or the word is one like any other."""
    field, _, value = token.lower().partition(":")
    if field == "include" and value:
        if value != "adjacent":
            raise UserError(f"“{shorten(token, 40)}” is not known. What can be included besides: {INCLUDE_ADJACENT}")
        return IncludeAdjacent()
    if not value or field not in FIELDS:
        return None
    known = FIELDS[field]
    if known is not None and value not in known:
        raise UserError(f"“{shorten(value, 40)}” is no {field}. There are: {', '.join(sorted(known))}.")
    return Tag(field, value)


def _check_include(query: Query) -> None:
    """Raises UserError where include:adjacent is not simply one of the words: it is a wish, not a condition."""
    for part in query.parts if isinstance(query, All) else (query,):
        if not isinstance(part, IncludeAdjacent) and _within(part):
            raise UserError(f"{INCLUDE_ADJACENT} stands beside the other words: not behind -, and not within OR.")


def _within(query: Query) -> bool:
    match query:
        case IncludeAdjacent():
            return True
        case Without():
            return _within(query.part)
        case All() | Either():
            return any(map(_within, query.parts))
        case _:
            return False


def _complaint(text: str, error: lark.UnexpectedInput) -> str:
    place = -1 if isinstance(error, lark.UnexpectedToken) and error.token.type == "$END" else error.pos_in_stream
    if not isinstance(place, int) or not 0 <= place < len(text):
        return f"The query ends too early: a word is missing after “{shorten(text.split()[-1], 40)}”."
    found = re.match(r"(?:OR|AND)\b|.", text[place:], re.DOTALL)
    return (
        f"“{found.group() if found else ''}” at character {place + 1} does not belong there."
        ' Use words, "a phrase", -word, OR, ( ).'
    )


def _asks(query: Query) -> bool:
    match query:
        case Term() | Tag() | Everything() | IncludeAdjacent():
            return True
        case Without():
            return False
        case All():
            return any(map(_asks, query.parts))
        case Either():
            return all(map(_asks, query.parts))
    assert_never(query)


def _fts(query: Query) -> tuple[str, bool]:
    """An expression, and whether the query is everything but that; "" is the expression nothing matches."""
    match query:
        case Term():
            return '"' + " ".join(query.words) + '"', False
        case Tag():
            return '"' + " ".join(_tag_words(query)) + '"', False
        case Everything() | IncludeAdjacent():
            return "", True
        case Without():
            expression, inverted = _fts(query.part)
            return expression, not inverted
        case All():
            return _fts_all([_fts(part) for part in query.parts])
        case Either():  # what is in any of them is what is not outside all of them
            expression, inverted = _fts_all([(part, not outside) for part, outside in map(_fts, query.parts)])
            return expression, not inverted
    assert_never(query)


def _fts_all(parts: list[tuple[str, bool]]) -> tuple[str, bool]:
    wanted = [expression for expression, inverted in parts if not inverted]
    unwanted = [expression for expression, inverted in parts if inverted and expression]
    if "" in wanted:
        return "", False
    left_out = _grouped(" OR ", unwanted)
    if not wanted:
        return left_out, True
    found = _grouped(" AND ", wanted)
    return (f"({found} NOT {left_out})" if unwanted else found), False


def _grouped(word: str, expressions: list[str]) -> str:
    return expressions[0] if len(expressions) == 1 else f"({word.join(expressions)})" if expressions else ""


def _joined(answers: Iterator[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word for answer in answers for word in answer))
