"""One item while it is read: what its elements come to, in the order in which they stand."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.core.usual.names import ABOUT, BASES, CHANNEL_ACTS
from bot.core.usual.values import Odd, address, check_attributes, leads_to_the_article, mended, moment, seen, signed

Row = dict[str, Any]

_NOBODY: Mapping[str, str] = {}


class Item:
    """The names are feedparser's."""

    __slots__ = (
        "_authors", "_base", "_contents", "_has_content", "_id", "_language", "_link", "_odd_title", "_outlet", "_published",
        "_sound", "_summary", "_summary_depth", "_title", "_titled", "_updated",
    )  # fmt: skip

    def __init__(self, base: str, attributes: dict[str, str], *, sound: bool) -> None:
        """`base` is the document's address, `sound` as in `tidy.text`.

        Raises Odd, as `take` and `row` do, where the item is left to feedparser.
        """
        if attributes and not (BASES | CHANNEL_ACTS).isdisjoint(attributes):
            raise Odd
        self._base, self._sound = base, sound
        self._id = attributes.get(ABOUT, "")
        self._title = self._outlet = self._language = ""
        self._link: str | None = None
        self._summary: str | None = None
        self._summary_depth = 99
        self._contents: list[str] = []
        self._has_content = self._titled = self._odd_title = False
        self._published: datetime | None = None
        self._updated: datetime | None = None
        self._authors: list[str] = []

    def row(self) -> Row:
        if self._odd_title and not self._titled:
            raise Odd
        return {
            "id": self._id,
            "link": self._link or "",
            "title": self._title,
            "texts": (*self._contents, self._summary or ""),
            "author": self._authors[-1] if self._authors else "",
            "outlet": self._outlet,
            "language": self._language,
            "published": self._published or self._updated,
        }

    def take(
        self, role: str, value: str, attributes: dict[str, str], author: Mapping[str, str] = _NOBODY, depth: int = 1
    ) -> None:
        """An element of this role. `depth`: within so many elements of the item, itself among them."""
        if role == "skipped":
            return
        if attributes and role not in ("link", "id", "source", "other title"):
            check_attributes(role, attributes)
        if not value.isascii():
            value = mended(value)
        match role:
            case "title":
                if not self._titled:
                    self._title, self._titled = seen(value, sound=self._sound), bool(value)
            case "link":
                self._linked(value, attributes)
            case "id":
                self._identified(value, attributes)
            case "summary" | "content":
                self._told(role, seen(value, sound=self._sound), depth)
            case "published":
                self._published = moment(value)
            case "updated":
                self._updated = moment(value)
            case "author":
                self._authors.append(signed(author) or value)
            case "source":
                self._outlet, self._titled = value, False  # a title behind it replaces the one before it
            case "language":
                self._language = value
            case "other title":
                self._odd_title = True
            case _:
                raise Odd

    def _linked(self, value: str, attributes: dict[str, str]) -> None:
        if not attributes:
            self._link = address(value, self._base)
            return
        given = {key.lower(): text for key, text in attributes.items()}
        if not BASES.isdisjoint(attributes) or "url" in given or "uri" in given or given.get("href") == "":
            raise Odd
        if "href" not in given:
            self._link = address(value, self._base)
        elif leads_to_the_article(given):
            self._link = address(given["href"], self._base)

    def _identified(self, value: str, attributes: dict[str, str]) -> None:
        given = {key.lower(): text for key, text in attributes.items()} if attributes else attributes
        if not BASES.isdisjoint(given):
            raise Odd
        if given.get("ispermalink", "true") == "true":
            self._id = address(value, self._base)
            self._link = self._id if self._link is None else self._link
        else:
            self._id = value

    def _told(self, role: str, value: str, depth: int) -> None:
        """A second summary counts as content, and the first content as summary where there is none."""
        if role == "content" or (self._summary is not None and not self._has_content):
            self._has_content = True
            self._contents.append(value)
            self._summary = value if self._summary is None else self._summary
        elif depth <= self._summary_depth:
            self._summary, self._summary_depth = value, depth
