"""Makes false sentences out of true ones, one change each: the number, date, name, unit, place, negation, modal, stage, or
the article under them."""

import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

KINDS = ("number", "date", "name", "unit", "jurisdiction", "negation", "modal", "stage", "article")

_MONTHS = "January February March April June July August September October November December".split()
_DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
_SPELT = "two three four five six seven eight nine ten eleven twelve twenty thirty forty fifty".split()
_UNITS = (
    ("days", "weeks", "months", "years", "hours", "minutes"),
    ("day", "week", "month", "year", "hour", "minute"),
    ("euros", "dollars", "pounds", "yen"),
    ("million", "billion", "thousand", "trillion"),
    ("miles", "kilometres", "metres", "feet"),
    ("$", "€", "£"),
    ("%", " percentage points"),
    ("percent", "percentage points"),
    ("kg", "tonnes"),
)
_PLACES = (
    ("California", "Texas", "New York", "Colorado", "Illinois", "Utah", "Florida", "Washington", "Virginia", "Ohio"),
    ("France", "Germany", "Italy", "Spain", "Ireland", "Britain", "China", "Japan", "India", "Canada", "Brazil", "Australia",
     "Russia", "Mexico", "England", "Scotland", "Israel", "Iran", "Ukraine", "Greenland", "Denmark", "Switzerland"),
    ("French", "German", "Italian", "Spanish", "Irish", "British", "Chinese", "Japanese", "Indian", "Canadian", "American",
     "Russian", "European", "English", "Scottish", "Israeli", "Iranian", "Danish", "Swiss"),
    ("Paris", "Berlin", "Rome", "Madrid", "London", "Beijing", "Tokyo", "Brussels", "Moscow", "Sydney", "Manchester"),
    ("EU", "UK", "U.S.", "UN"),
    ("European Union", "United States", "United Kingdom", "United Nations"),
)  # fmt: skip
_MODALS = ("may", "might", "could", "will", "would", "must", "should", "can")
_STAGES = (
    (
        "proposed",
        "adopted",
        "passed",
        "signed",
        "rejected",
        "vetoed",
        "repealed",
        "enacted",
        "approved",
        "withdrew",
        "delayed",
    ),
    ("proposes", "adopts", "passes", "signs", "rejects", "vetoes", "approves"),
    ("proposal", "law"),
    ("investigated", "fined", "charged", "convicted", "cleared", "sued", "arrested", "accused", "suspected"),
    ("planned", "launched", "completed", "cancelled"),
    ("announced", "began", "completed", "suspended"),
    ("planning", "refusing"),
    ("expected", "confirmed"),
    ("bill", "law", "regulation"),
    ("opened", "closed"),
)
_AUXILIARY = re.compile(
    r"\b(is|are|was|were|has|have|had|will|would|can|could|may|might|should|must|does|did|do)\b(?! not|n['’]t)", re.I
)
_NOT = re.compile(r" (?:not|never)\b|(?<=\w)n['’]t\b", re.I)


@dataclass(frozen=True, slots=True)
class Borne:
    """A sentence the article bears out."""

    sentence: str
    article: str
    number: int
    """Of the article."""


@dataclass(frozen=True, slots=True)
class Corrupted:
    kind: str
    sentence: str
    original: str
    article: str


def corrupted(true: Sequence[Borne], *, seed: int = 4, each: int = 1) -> Iterator[Corrupted]:
    """Up to `each` corruptions of every kind for every sentence that has something to change."""
    chance = random.Random(seed)  # noqa: S311 the same suite every time
    names = _names(true)
    makers: dict[str, Callable[[Borne], str]] = {
        "number": lambda one: _number(one.sentence, chance),
        "date": lambda one: _date(one.sentence, chance),
        "name": lambda one: _name(one, names, chance),
        "unit": lambda one: _swapped(one.sentence, _UNITS, chance),
        "jurisdiction": lambda one: _swapped(one.sentence, _PLACES, chance),
        "negation": lambda one: _negated(one.sentence, chance),
        "modal": lambda one: _swapped(one.sentence, (_MODALS,), chance),
        "stage": lambda one: _swapped(one.sentence, _STAGES, chance),
    }
    others = {one.number: one for one in true}
    for one in true:
        for kind, make in makers.items():
            for said in {make(one) for _ in range(each)}:
                if said and said != one.sentence and said.lower() not in one.article.lower():
                    yield Corrupted(kind, said, one.sentence, one.article)
        for number in chance.sample(sorted(set(others) - {one.number}), min(each, len(others) - 1)):
            yield Corrupted("article", one.sentence, one.sentence, others[number].article)


def _number(text: str, chance: random.Random) -> str:
    found = [
        match
        for match in re.finditer(rf"\b(?:{'|'.join(_SPELT)})\b|(?<![\w.,])\d+(?:[.,]\d+)*(?!\w)", text)
        if not re.fullmatch(r"(?:19|20)\d\d", match[0])
    ]
    if not found:
        return ""
    match = chance.choice(found)
    if match[0] in _SPELT:
        new = chance.choice([word for word in _SPELT if word != match[0]])
    else:
        digits = [at for at, letter in enumerate(match[0]) if letter.isdigit()]
        at = chance.choice(digits)
        new = match[0][:at] + chance.choice([d for d in "123456789" if d != match[0][at]]) + match[0][at + 1 :]
    return text[: match.start()] + new + text[match.end() :]


def _date(text: str, chance: random.Random) -> str:
    years = list(re.finditer(r"\b(?:19|20)\d\d\b", text))
    if years and chance.random() < 0.5:
        match = chance.choice(years)
        return text[: match.start()] + str(int(match[0]) + chance.choice((-2, -1, 1, 2))) + text[match.end() :]
    return _swapped(text, (_MONTHS, _DAYS), chance)


def _name(one: Borne, names: Sequence[tuple[int, str]], chance: random.Random) -> str:
    """Another name in place of one: half of them from the same article."""
    own = [name for number, name in names if number == one.number and _whole(name).search(one.sentence)]
    if not own:
        return ""
    old = chance.choice(own)
    near = [name for number, name in names if number == one.number and name not in one.sentence and old not in name]
    far = [name for number, name in names if number != one.number and name not in one.article]
    pool = near if near and chance.random() < 0.5 else far
    return _whole(old).sub(lambda _: chance.choice(pool), one.sentence, count=1) if pool else ""


def _names(true: Sequence[Borne]) -> list[tuple[int, str]]:
    """Names by article: capitalised runs; where the text has no capitals, words that follow a title or stand in few articles."""
    spread: dict[str, set[int]] = {}
    for one in true:
        for word in re.findall(r"[a-z]{4,}", one.article.lower()):
            spread.setdefault(word, set()).add(one.number)
    found: set[tuple[int, str]] = set()
    for one in true:
        if re.search(r"[a-z,] [A-Z]", one.article):
            found |= {
                (one.number, match[0])
                for match in re.finditer(r"(?<=[a-z,] )[A-Z][a-z]+(?: [A-Z][a-z]+)*", one.article)
                if match[0] not in (*_MONTHS, *_DAYS, "May")
            }
        else:
            found |= {
                (one.number, word)
                for word in re.findall(
                    r"(?<=\bmr |\bms )[a-z]{4,}|(?<=\bmrs )[a-z]{4,}|(?<=\bdr )[a-z]{4,}", one.article.lower()
                )
                if len(spread[word]) <= 3
            }
    return sorted(found)


def _swapped(text: str, classes: Sequence[Sequence[str]], chance: random.Random) -> str:
    """One word of a class in place of another of it, with the case of the first."""
    found = [(match, members) for members in classes for word in members for match in _whole(word).finditer(text)]
    if not found:
        return ""
    match, members = chance.choice(found)
    new = chance.choice([word for word in members if word.lower() != match[0].lower()])
    new = new.lower() if match[0].islower() else new
    return text[: match.start()] + new + text[match.end() :]


def _whole(word: str) -> re.Pattern[str]:
    before = r"(?<!\w)" if word[0].isalnum() else ""
    after = r"(?!\w)" if word[-1].isalnum() else ""
    return re.compile(before + re.escape(word) + after, re.I if word.islower() or len(word) > 3 else 0)


def _negated(text: str, chance: random.Random) -> str:
    if denials := list(_NOT.finditer(text)):
        match = chance.choice(denials)
        return text[: match.start()] + text[match.end() :]
    if verbs := list(_AUXILIARY.finditer(text)):
        match = chance.choice(verbs)
        return text[: match.end()] + " not" + text[match.end() :]
    return ""
