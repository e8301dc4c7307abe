"""Invented news for the killed program: each of another event, some told again by a second outlet or corrected later."""

from collections.abc import Collection, Iterator
from dataclasses import replace
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


corrected = "April 2027"
"""What only a corrected report says."""


def _text(number: int, month: str = "March 2027") -> str:
    return f"{title(number)}. What {_firm(number)} must do applies from {number % 27 + 1} {month}, it was said."


def _corrected_text(number: int) -> str:
    return (
        f"{_text(number, corrected)} Correction: an earlier version of this report gave another month than {corrected}."
    )


class Press:
    """What the two feeds serve. `told` are the stories of the first, `again` those that the second has, too."""

    def __init__(self, made: World, door: str) -> None:
        self._made, self._door = made, door
        self.told: list[int] = []
        self.again: list[int] = []
        self.corrected: dict[int, Collection[str]] = {}
        """Stories that the first one corrected, with the channels in which they had been told."""

    def publishes(self) -> None:
        """One more story, with its article."""
        number = len(self.told)
        self.told.append(number)
        self._sets(number, _text(number))
        self._adds("one", number)

    def repeats(self, number: int) -> None:
        """By the other outlet."""
        self.again.append(number)
        self._adds("two", number)

    def corrects(self, number: int, told_in: Collection[str]) -> None:
        """By the first outlet, in its feed and in the article."""
        self.corrected[number] = told_in
        self._sets(number, _corrected_text(number))
        self._made.documents["one"] = [
            replace(item, summary=_corrected_text(number)) if item.title == title(number) else item
            for item in self._made.documents["one"]
        ]
        self._made.feeds.publishes("/one.xml", self._made.document("one"))

    def _sets(self, number: int, text: str) -> None:
        page = "".join(f"<p>{sentence}</p>" for sentence in _sentences(number, text))
        html = f"<!doctype html><html><head><title>{title(number)}</title></head><body><article>{page}</article></body></html>"
        self._made.feeds.publishes(f"/articles/{number}", html, "text/html")

    def _adds(self, feed: str, number: int) -> None:
        link = f"http://{self._door}/articles/{number}" if feed == "one" else f"https://news.invalid/again/{number}"
        known = self._made.documents[feed]
        self._made.documents[feed] = [Item(title(number), link, _text(number), datetime.now(UTC)), *known]
        self._made.feeds.publishes(f"/{feed}.xml", self._made.document(feed))


def _sentences(number: int, text: str) -> Iterator[str]:
    yield text
    for step in range(8):
        yield f"Duty {step + 1} is about how {_firm(number)} of {_PLACES[number % len(_PLACES)]} tells people."
