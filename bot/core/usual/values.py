"""What stands in the elements of a feed item, as feedparser would have it; whatever is surely read alike."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import urljoin

from bot.core import tidy
from bot.core.markup import to_text

_CONTENT_TYPES = frozenset(("", "text", "plain", "html", "text/html", "text/plain"))
_LINKED_TYPES = frozenset(("", "html", "xhtml", "text/html", "application/xhtml+xml"))

_SAFE = r"[A-Za-z0-9\-._~:/?#@!$&'()*+,=%]*"
_ABSOLUTE = re.compile(rf"https?://[A-Za-z0-9][A-Za-z0-9.\-]*(?:[/?#]{_SAFE})?")
_RELATIVE = re.compile(rf"/(?!/){_SAFE}|[A-Za-z0-9][A-Za-z0-9._\-]*")
_NAMED = re.compile(r"(?:tag|urn|yt|uuid):[A-Za-z0-9\-._~:/#@!$&'()*+,=%]*", re.I)
_C1 = re.compile("[\x80-\x9f]")

_MONTHS = {
    "jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "oct": 10, "nov": 11, "dec": 12,
}  # fmt: skip
_ZONES = {
    "gmt": "+0000", "utc": "+0000", "ut": "+0000", "z": "+0000", "edt": "-0400", "est": "-0500", "cdt": "-0500",
    "cst": "-0600", "mdt": "-0600", "mst": "-0700", "pdt": "-0700", "pst": "-0800",
}  # fmt: skip
_RFC822 = re.compile(
    r"(?:(?:mon|tue|wed|thu|fri|sat|sun),? +)?(\d{1,2}) +([a-z]{3}) +(\d{4}) +(\d\d):(\d\d)(?::(\d\d))?"
    r" +(gmt|utc|ut|z|[ecmp][ds]t|\+\d{4}|-\d\d00)",
    re.I | re.A,
)
_ISO = re.compile(r"\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?(?:Z|[+-]\d\d:\d\d))?")


class Odd(Exception):
    """This item is left to feedparser."""


def address(value: str, base: str) -> str:
    if not value or _ABSOLUTE.fullmatch(value) or _NAMED.fullmatch(value):
        return value
    if _RELATIVE.fullmatch(value) and _ABSOLUTE.fullmatch(base):
        return urljoin(base, value)
    raise Odd


def leads_to_the_article(link: Mapping[str, str]) -> bool:
    return link.get("rel", "alternate").lower() == "alternate" and link.get("type", "").lower() in _LINKED_TYPES


def check_attributes(role: str, attributes: dict[str, str]) -> None:
    given = {name.rpartition(" ")[2].lower(): value for name, value in attributes.items()}
    if role in ("title", "summary", "content"):
        if given.get("type", "").lower() not in _CONTENT_TYPES or "mode" in given or "src" in given:
            raise Odd
    elif "base" in given:
        raise Odd


def seen(value: str, *, sound: bool) -> str:
    """The markup as text; feedparser mends the irregular kind before it becomes text. `sound` as in `tidy.text`."""
    try:
        text = tidy.text(value, sound=sound)
    except tidy.Irregular as error:
        raise Odd from error
    return to_text(value) if text is None else text


def mended(value: str) -> str:
    """feedparser takes Latin letters that could be bytes of UTF-8 for such, and controls for Windows' quotation marks."""
    if value.isascii():
        return value
    if _C1.search(value):
        raise Odd
    try:
        value.encode("latin-1").decode()
    except UnicodeError:
        return value
    raise Odd


def signed(author: Mapping[str, str]) -> str:
    name, email = author.get("name", ""), author.get("email", "")
    return f"{name} ({email})" if name and email else name or email


def moment(value: str) -> datetime | None:
    if not value:
        return None
    try:
        if found := _RFC822.fullmatch(value):
            day, month, year, hour, minute, second, zone = found.groups(default="00")
            number, offset = _MONTHS.get(month.lower(), 0), _ZONES.get(zone.lower(), zone)
            if offset == "+0000":
                return datetime(int(year), number, int(day), int(hour), int(minute), int(second), tzinfo=UTC)
            stamp = f"{year}-{number:02}-{int(day):02}T{hour}:{minute}:{second}{offset}"
            return datetime.fromisoformat(stamp).astimezone(UTC)
        if _ISO.fullmatch(value):
            moment = datetime.fromisoformat(value).replace(microsecond=0)
            return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        raise Odd from error
    raise Odd
