"""Time zones by the names people type: "Europe/Berlin", "berlin", "new york"."""

import difflib
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from bot.core.text import fold, shorten
from bot.errors import UserError

UTC = "UTC"

_AREAS = frozenset(
    ("Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")
)
# A zone named by an abbreviation would not follow summer time, or means another in another country.
_MEANT = {
    "gmt": UTC, "z": UTC, "utc": UTC, "bst": "Europe/London", "cet": "Europe/Berlin", "cest": "Europe/Berlin",
    "eet": "Europe/Athens", "eest": "Europe/Athens", "et": "America/New_York", "est": "America/New_York",
    "edt": "America/New_York", "ct": "America/Chicago", "cdt": "America/Chicago", "mt": "America/Denver",
    "mst": "America/Denver", "mdt": "America/Denver", "pt": "America/Los_Angeles", "pst": "America/Los_Angeles",
    "pdt": "America/Los_Angeles", "jst": "Asia/Tokyo", "kst": "Asia/Seoul", "sgt": "Asia/Singapore",
    "hkt": "Asia/Hong_Kong", "aest": "Australia/Sydney", "aedt": "Australia/Sydney",
    "brussels": "Europe/Brussels", "washington": "America/New_York", "san francisco": "America/Los_Angeles",
    "beijing": "Asia/Shanghai", "delhi": "Asia/Kolkata", "geneva": "Europe/Zurich", "ottawa": "America/Toronto",
}  # fmt: skip


def named(text: str) -> str:
    """The zone's name in the tz database, for a name or a city as people type it. Raises UserError with the nearest."""
    wanted = _plain(text)
    names, cities = _known()
    if found := names.get(wanted) or _MEANT.get(wanted):
        return found
    if len(places := cities.get(wanted, ())) == 1:
        return places[0]
    near = list(places) or _near(wanted, names, cities)
    guess = f" Did you mean {' or '.join(near)}?" if near else " Say one as in: settings timezone Europe/Berlin"
    raise UserError(f"There is no time zone “{shorten(text, 40)}”.{guess}")


def zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def _near(wanted: str, names: dict[str, str], cities: dict[str, tuple[str, ...]]) -> list[str]:
    close = difflib.get_close_matches(wanted, [*names, *cities], n=3, cutoff=0.72)
    found = [name for plain in close for name in ((names[plain],) if plain in names else cities[plain])]
    return list(dict.fromkeys(found))[:2]


@cache
def _known() -> tuple[dict[str, str], dict[str, tuple[str, ...]]]:
    """By the name as compared; and by the city alone."""
    names = {_plain(name): name for name in sorted(available_timezones()) if name.partition("/")[0] in _AREAS}
    names[_plain(UTC)] = UTC
    cities: dict[str, tuple[str, ...]] = {}
    for plain, name in names.items():
        city = plain.rpartition("/")[2]
        cities[city] = (*cities.get(city, ()), name)
    return names, cities


def _plain(text: str) -> str:
    return " ".join(fold(text).replace("_", " ").split())
