"""Invented news for the killed program: each of another event, some told again by a second outlet later."""

from collections.abc import Iterator
from datetime import UTC, datetime

from tests.standins.feeds import Item
from tests.walks.world import World

_PLACES = (
    "Norway", "Kenya", "Chile", "Ireland", "South Korea", "Canada", "Estonia", "India", "Poland", "Denmark", "Brazil",
    "Japan", "Spain", "Nigeria", "Australia", "Finland", "Mexico", "Greece", "Singapore", "Colombia", "Italy", "Latvia",
    "New Zealand", "Portugal", "Switzerland", "Peru", "Austria", "Ghana", "Iceland", "Uruguay", "Belgium",
)  # fmt: skip
_ACTS = (
    "Privacy authority of {place} fines {firm} over its AI chatbot",
    "Court in {place} orders {firm} to switch off its hiring AI under the AI Act",
    "{place} bans the facial recognition cameras of {firm}",
    "Parliament of {place} passes AI law after deepfakes made with {firm}",
    "{place} opens an investigation under the AI Act into the models of {firm}",
    "Ombudsman of {place} finds that {firm} scored tenants by AI unlawfully",
    "{place} lets {firm} test driverless AI under a new regulation",
)
_SYLLABLES = (
    "ba",
    "dor",
    "fen",
    "gul",
    "hax",
    "jim",
    "kel",
    "lun",
    "mop",
    "nar",
    "pid",
    "rus",
    "sol",
    "tev",
    "vik",
    "zet",
)


def title(number: int) -> str:
    return _ACTS[number % len(_ACTS)].format(place=_PLACES[number % len(_PLACES)], firm=_firm(number))


def _firm(number: int) -> str:
    """No two have a name alike."""
    parts = (number, number // 16 + number * 5 + 3, number * 11 + 7)
    return "".join(_SYLLABLES[part % len(_SYLLABLES)] for part in parts).title()


def _text(number: int) -> str:
    return f"{title(number)}. What {_firm(number)} must do applies from {number % 27 + 1} March 2027, it was said."


class Press:
    """What the two feeds serve. `told` are the stories of the first, `again` those that the second has, too."""

    def __init__(self, made: World, door: str) -> None:
        self._made, self._door = made, door
        self.told: list[int] = []
        self.again: list[int] = []

    def publishes(self) -> None:
        """One more story, with its article."""
        number = len(self.told)
        self.told.append(number)
        page = "".join(f"<p>{sentence}</p>" for sentence in _sentences(number))
        html = f"<!doctype html><html><head><title>{title(number)}</title></head><body><article>{page}</article></body></html>"
        self._made.feeds.publishes(f"/articles/{number}", html, "text/html")
        self._adds("one", number)

    def repeats(self, number: int) -> None:
        """By the other outlet."""
        self.again.append(number)
        self._adds("two", number)

    def _adds(self, feed: str, number: int) -> None:
        link = f"http://{self._door}/articles/{number}" if feed == "one" else f"https://news.invalid/again/{number}"
        known = self._made.documents[feed]
        self._made.documents[feed] = [Item(title(number), link, _text(number), datetime.now(UTC)), *known]
        self._made.feeds.publishes(f"/{feed}.xml", self._made.document(feed))


def _sentences(number: int) -> Iterator[str]:
    yield _text(number)
    for step in range(8):
        yield f"Duty {step + 1} is about how {_firm(number)} of {_PLACES[number % len(_PLACES)]} tells people."
