"""Numbers, amounts and dates in one form each, so that “€10m” equals “10 million euros” and “15 March” “March 15”."""

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

_SPELT = {
    "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8", "nine": "9", "ten": "10",
    "eleven": "11", "twelve": "12", "thirteen": "13", "fourteen": "14", "fifteen": "15", "sixteen": "16",
    "seventeen": "17", "eighteen": "18", "nineteen": "19", "twenty": "20", "thirty": "30", "forty": "40", "fifty": "50",
    "sixty": "60", "seventy": "70", "eighty": "80", "ninety": "90", "first": "1st", "second": "2nd", "third": "3rd",
    "fourth": "4th", "fifth": "5th", "sixth": "6th", "seventh": "7th", "eighth": "8th", "ninth": "9th", "tenth": "10th",
}  # fmt: skip
_SCALES = {
    "hundred": 100, "thousand": 10**3, "k": 10**3, "million": 10**6, "m": 10**6, "mn": 10**6, "billion": 10**9, "bn": 10**9,
    "b": 10**9, "trillion": 10**12, "tn": 10**12,
}  # fmt: skip
_UNITS = {
    "$": "USD", "us$": "USD", "dollar": "USD", "usd": "USD", "€": "EUR", "euro": "EUR", "eur": "EUR", "£": "GBP",
    "pound": "GBP", "gbp": "GBP", "¥": "JPY", "yen": "JPY", "yuan": "CNY", "renminbi": "CNY", "won": "KRW", "rupee": "INR",
    "%": "%", "percent": "%", "per cent": "%", "percentage point": "points", "point": "points", "basis point": "basis points",
    "second": "second", "minute": "minute", "hour": "hour", "day": "day", "week": "week", "fortnight": "fortnight",
    "month": "month", "year": "year", "decade": "decade", "century": "century", "kilometre": "km", "kilometer": "km",
    "km": "km", "metre": "metre", "meter": "metre", "mile": "mile", "foot": "foot", "feet": "foot", "inch": "inch", "inche": "inch",
    "yard": "yard", "acre": "acre", "hectare": "hectare", "kilogram": "kg", "kilo": "kg", "kg": "kg", "gram": "gram", "tonne": "tonne",
    "ton": "ton", "litre": "litre", "liter": "litre", "gallon": "gallon", "megawatt": "MW", "mw": "MW", "gigawatt": "GW", "gw": "GW",
    "kilowatt": "kW", "watt": "watt", "degree": "degree", "flop": "FLOP", "operation": "FLOP", "parameter": "parameter",
    "token": "token", "time": "time",
}  # fmt: skip
_UNIT = "|".join(sorted((re.escape(unit) for unit in _UNITS if unit[0].isalpha()), key=len, reverse=True))
_AMOUNT = re.compile(
    r"(?P<money>\bUS\$|[$€£¥])?\s?(?<![\w^])(?P<value>\d+(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?(?:\^\d+)?)"
    r"(?:(?P<ordinal>st|nd|rd|th)\b)?"
    r"(?:[\s-]?(?P<scale>hundred|thousand|million|billion|trillion|[kmb]|mn|bn|tn)\b)?"
    rf"(?:[\s-]?(?P<unit>%|(?:{_UNIT})s?\b))?",
    re.I,
)
_COMPOUND = re.compile(
    r"\b(twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)[- ](one|two|three|four|five|six|seven|eight|nine)\b",
    re.I,
)
_SPELT_WORD = re.compile(rf"\b(?:{'|'.join(_SPELT)})\b", re.I)
_ONE = re.compile(rf"\bone(?=[\s-](?:hundred|thousand|million|billion|trillion|(?:{_UNIT})\b))", re.I)
_BETWEEN = re.compile(r"\s*(?:-|–|to|or|and)\s*", re.I)
_ISO = re.compile(r"\b(?P<year>(?:19|20)\d\d)-(?P<month>\d\d)-(?P<day>\d\d)\b")
_MONTHS = "january february march april may june july august september october november december".split()
_MONTH = r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b\.?"
_YEAR = r"(?P<year>(?:19|20)\d\d)"
_DATES = (
    _ISO,
    re.compile(rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? {_MONTH}(?:,? {_YEAR}\b)?", re.I),
    re.compile(rf"\b{_MONTH} (?P<day>\d{{1,2}})(?:st|nd|rd|th)?\b(?:,? {_YEAR}\b)?", re.I),
    re.compile(rf"\b{_MONTH},? {_YEAR}\b", re.I),
)


@dataclass(frozen=True, slots=True)
class Amount:
    """`unit` is "" for a bare number."""

    value: str
    unit: str

    def __str__(self) -> str:
        return f"{self.value} {self.unit}".strip()


@dataclass(frozen=True, slots=True)
class Date:
    """0 for what is not said."""

    year: int
    month: int
    day: int

    def __str__(self) -> str:
        parts = (str(self.day or ""), _MONTHS[self.month - 1].title(), str(self.year or ""))
        return " ".join(part for part in parts if part)

    def within(self, other: "Date") -> bool:
        """Whether the other date says all that this one says."""
        return all(
            mine in (0, theirs)
            for mine, theirs in ((self.year, other.year), (self.month, other.month), (self.day, other.day))
        )


@dataclass(frozen=True, slots=True)
class Figures:
    amounts: frozenset[Amount]
    shared: frozenset[Amount]
    """Amounts whose unit stands after a later one: the 5 of “between 5 and 10%”."""
    dates: frozenset[Date]

    def numbers_beyond(self, other: "Figures") -> tuple[str, ...]:
        """The amounts that the other figures do not hold, as a person reads them."""
        years = {Amount(str(date.year), "") for date in other.dates if date.year}
        return tuple(sorted(str(one) for one in self.amounts - other.amounts - other.shared - years))

    def dates_beyond(self, other: "Figures") -> tuple[str, ...]:
        return tuple(sorted(str(one) for one in self.dates if not any(one.within(date) for date in other.dates)))


_LOOSE = (
    (re.compile(r"(?<=\d), (?=\d{3}\b)"), ","),
    (re.compile(r"(?<=\b\d)\. (?=\d)|(?<=\b\d\d)\. (?=\d)|(?<=\b\d\d\d)\. (?=\d)"), "."),
    (re.compile(r"(?<=\w) - (?=\w)"), "-"),
    (re.compile(r"(?<=\bo['’]) (?=\w)", re.I), ""),
    (re.compile(r"(?<=[$€£]) (?=\d)"), ""),
)


def tight(text: str) -> str:
    """The text without the blanks that text taken out of a PDF or a corpus has inside words and numbers: “1, 600”, “a 36 - year - old”."""
    for pattern, proper in _LOOSE:
        text = pattern.sub(proper, text)
    return text


def figures(text: str) -> Figures:
    """Every amount and date of the text; a number inside a date is no amount."""
    rest, dates = _without_dates(text)
    amounts, shared = _amounts(rest)
    return Figures(frozenset(amounts), frozenset(shared), frozenset(dates))


def _without_dates(text: str) -> tuple[str, list[Date]]:
    dates: list[Date] = []

    def take(found: re.Match[str]) -> str:
        parts = found.groupdict()
        month = parts["month"]
        number = int(month) if month.isdigit() else _month(month)
        day = int(parts.get("day") or 0)
        if not (1 <= number <= 12 and day <= 31):
            return found[0]
        dates.append(Date(int(parts.get("year") or 0), number, day))
        return " ; "

    for pattern in _DATES:
        text = pattern.sub(take, text)
    return text, dates


def _month(name: str) -> int:
    return next(number for number, month in enumerate(_MONTHS, 1) if month.startswith(name[:3].lower()))


def _amounts(text: str) -> tuple[set[Amount], set[Amount]]:
    """The amounts as they stand, and those that take their unit from the next: “between 5 and 10%”."""
    digits = _in_digits(text)
    found = list(_AMOUNT.finditer(digits))
    read = [_amount(match) for match in found]
    shared = {
        Amount(read[at].value, read[at + 1].unit)
        for at in range(len(found) - 1)
        if not read[at].unit and _BETWEEN.fullmatch(digits, found[at].end(), found[at + 1].start())
    }
    return set(read), shared


def _in_digits(text: str) -> str:
    text = _COMPOUND.sub(lambda found: _SPELT[found[1].lower()][0] + _SPELT.get(found[2].lower(), "1"), text)
    text = _SPELT_WORD.sub(lambda found: _SPELT[found[0].lower()], text)
    return _ONE.sub("1", text)


def _amount(match: re.Match[str]) -> Amount:
    unit = (match["unit"] or "").lower()
    name = _UNITS.get(unit) or _UNITS.get(unit.removesuffix("s"), "")
    money = _UNITS.get((match["money"] or "").lower(), "")
    value = match["value"].replace(",", "")
    try:
        number = Decimal(value) * _SCALES.get((match["scale"] or "").lower(), 1)
        value = format(number.normalize(), "f")
    except InvalidOperation:  # 10^26
        value += match["scale"] or ""
    return Amount(value + ("th" if match["ordinal"] else ""), money or name)
