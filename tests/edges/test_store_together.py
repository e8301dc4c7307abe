"""Receipts that come together: in few transactions, each of them written, and one that cannot be fails alone."""

import asyncio
import sqlite3
from collections.abc import Callable

import pytest

from bot.errors import StoreDown
from bot.store.together import Together

Body = Callable[[sqlite3.Connection], None]


class Ledger:
    """Writes as the store does: a transaction whole, or not at all."""

    def __init__(self) -> None:
        self.db = sqlite3.connect(":memory:", isolation_level=None)
        self.db.execute("CREATE TABLE receipts (number INTEGER)")
        self.transactions = 0
        self.down = False

    async def write(self, body: Body) -> None:
        await asyncio.sleep(0)
        if self.down:
            raise StoreDown("the disk is full")
        self.db.execute("BEGIN")
        try:
            body(self.db)
        except BaseException:
            self.db.execute("ROLLBACK")
            raise
        self.db.execute("COMMIT")
        self.transactions += 1

    @property
    def written(self) -> list[int]:
        return [number for (number,) in self.db.execute("SELECT number FROM receipts ORDER BY number")]


def receipt(number: int) -> Body:
    def body(db: sqlite3.Connection) -> None:
        db.execute("INSERT INTO receipts VALUES (?)", (number,))
        if number < 0:
            raise ValueError(number)

    return body


async def test_what_comes_while_one_is_written_shares_the_next_transaction() -> None:
    ledger = Ledger()
    together = Together(ledger.write)
    first = asyncio.create_task(together.written(receipt(0)))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    await asyncio.gather(first, *(together.written(receipt(number)) for number in range(1, 100)))
    assert ledger.written == list(range(100))
    assert ledger.transactions == 2


async def test_each_is_written_once_whoever_waits_for_it_knows() -> None:
    ledger = Ledger()
    together = Together(ledger.write)
    for number in range(3):
        await together.written(receipt(number))
        assert number in ledger.written


async def test_one_that_cannot_be_written_fails_alone() -> None:
    ledger = Ledger()
    together = Together(ledger.write)
    found = await asyncio.gather(*(together.written(receipt(n)) for n in (1, -2, 3)), return_exceptions=True)
    assert [type(one) for one in found] == [type(None), ValueError, type(None)]
    assert ledger.written == [1, 3]


async def test_where_the_database_cannot_be_written_each_is_told_and_may_try_again() -> None:
    ledger = Ledger()
    together = Together(ledger.write)
    ledger.down = True
    found = await asyncio.gather(*(together.written(receipt(n)) for n in (1, 2)), return_exceptions=True)
    assert [type(one) for one in found] == [StoreDown, StoreDown]
    ledger.down = False
    await together.written(receipt(1))
    assert ledger.written == [1]


async def test_a_receipt_is_written_though_nobody_waits_for_it_any_more() -> None:
    ledger = Ledger()
    together = Together(ledger.write)
    waits = asyncio.create_task(together.written(receipt(1)))
    await asyncio.sleep(0)
    waits.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waits
    await together.ended()
    assert ledger.written == [1]
