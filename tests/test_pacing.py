"""The pace: evenly, from the first second on, and no slower for a loop that is busy."""

import asyncio

from bot.pacing import Pacer
from tests.standins.clock import still


async def turns(rate: float, many: int, *, busy: float = 0.0, before: float = 0.0) -> list[float]:
    """When each had its turn."""
    loop, pacer, had = still(), Pacer(rate), []

    async def turn() -> None:
        await pacer.turn()
        had.append(loop.time())

    if before:
        await pacer.turn()
        await asyncio.sleep(before)
    for number in range(many if busy else 0):  # one after another: what was asked for beforehand has its time
        await turn()
        loop.works(busy if number % 3 == 0 else 0)
    await asyncio.gather(*(turn() for _ in range(0 if busy else many)))
    return had


def most_in_a_second(had: list[float]) -> int:
    """But for a thousandth, that passes until a turn is noted."""
    return max(sum(at <= other < at + 0.999 for other in had) for at in had)


async def test_no_second_has_more_turns_than_the_pace_not_even_the_first() -> None:
    assert most_in_a_second(await turns(47, 470)) <= 47
    assert most_in_a_second(await turns(47, 470, before=60)) <= 47
    assert most_in_a_second(await turns(5, 50)) <= 5


async def test_a_loop_that_was_busy_lets_no_heap_go() -> None:
    loop, pacer, had = still(), Pacer(47), list[float]()

    async def turn() -> None:
        await pacer.turn()
        had.append(loop.time())

    async def interrupts() -> None:
        for _ in range(3):
            await asyncio.sleep(1.3)
            loop.works(0.15)

    await asyncio.gather(interrupts(), *(turn() for _ in range(200)))
    assert most_in_a_second(had) <= 47
    assert had[-1] - had[0] < 200 / 47 + 0.5


async def test_all_have_their_turn_in_the_time_that_the_pace_allows() -> None:
    had = await turns(47, 470)
    assert 9.9 < had[-1] - had[0] < 10.5


async def test_a_busy_loop_does_not_slow_the_pace() -> None:
    had = await turns(50, 100, busy=0.03)
    assert had[-1] - had[0] < 2.1


async def test_turns_come_in_the_order_they_were_asked_for() -> None:
    assert (had := await turns(20, 40)) == sorted(had)
