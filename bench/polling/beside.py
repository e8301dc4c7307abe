"""What a turn lets others do meanwhile: how late the event loop is, and how soon a person's command is answered."""

import asyncio
import time

from bot.commands.desk import Desk
from bot.commands.outside import Outside
from bot.model import Brief, Caller, Channel, Story
from bot.pipeline.newsroom import Newsroom

COMMAND = "search ai act"
EVERY = 0.1
"""Seconds."""


async def lateness() -> list[tuple[float, ...]]:
    """Until cancelled: how many seconds too late the loop came back to a task that slept for 5 ms, and what of that time the
    loop itself worked. On a machine that is busy with other things only the second says something of RegPulse."""
    late: list[tuple[float, ...]] = []
    clock, worked = time.perf_counter, time.thread_time
    try:
        while True:
            begun, before = clock(), worked()
            await asyncio.sleep(0.005)
            late.append((clock() - begun - 0.005, worked() - before))
    except asyncio.CancelledError:
        return late


async def commands(room: Newsroom) -> list[tuple[float, ...]]:
    """Until cancelled: how many seconds the desk took over each command, whole; Slack and Discord are told before that."""

    async def no_brief(_: Story) -> Brief:
        raise AssertionError

    desk = Desk(
        store=room.store,
        brief_now=no_brief,
        vocabulary=room.vocabulary,
        feeds=room.feeds,
        now=room.now,
        outside=Outside(room.web, room.writer, lambda *_: ()),
        max_age=room.max_age,
    )
    caller = Caller(Channel("slack", "T1", "C1"), "U1", rank="manager")
    took: list[tuple[float, ...]] = []
    try:
        while True:
            begun = time.perf_counter()
            await desk.answer(COMMAND, caller)
            took.append((time.perf_counter() - begun,))
            await asyncio.sleep(EVERY)
    except asyncio.CancelledError:
        return took
