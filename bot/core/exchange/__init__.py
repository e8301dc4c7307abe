"""All that people chose, as one document: what stands in it, how it is written and read, and how two of it differ."""

from bot.core.exchange.differing import Change, difference, said
from bot.core.exchange.items import Item, Mute, Setting, key
from bot.core.exchange.reading import Faulty, Node, Row, Scalar, Table, read
from bot.core.exchange.writing import plain

__all__ = [
    "Change",
    "Faulty",
    "Item",
    "Mute",
    "Node",
    "Row",
    "Scalar",
    "Setting",
    "Table",
    "difference",
    "key",
    "plain",
    "read",
    "said",
]
