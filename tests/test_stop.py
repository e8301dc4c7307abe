"""A process that is asked to stop ends with the signal's code, by itself or hard, whatever its work is stuck in."""

import asyncio
import re
import signal
import sys
from pathlib import Path

import pytest

from bot.app import steady
from bot.cli import running
from bot.platforms.discord import posting
from bot.web import server

ROOT = Path(__file__).parent.parent

WORK = {
    "waits": "await asyncio.Event().wait()",
    "fails when it is cancelled": """
        try:
            await asyncio.Event().wait()
        finally:
            raise OSError("a socket that does not close")
    """,
    "does not hear of it": """
        while True:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                pass
    """,
    "a thread that does not end": "await asyncio.to_thread(time.sleep, 3600)",
    "a loop that is stuck": """
        while True:
            pass
    """,
}
PROGRAM = """
import asyncio, sys, time
from bot import logs
from bot.cli.running import until_stopped

async def work():
        print("begun", flush=True)
        {work}

logs.configure(level="info", json=True, secrets=())
until_stopped(work(), grace=float(sys.argv[1]))
"""
NEVER = 3600.0


async def asked(what: str, grace: float, *numbers: signal.Signals) -> tuple[int, str]:
    """The exit code of a process at this work that is sent these signals, each once it said that it heard the one before,
    and what it said."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PROGRAM.format(work=WORK[what]), str(grace),
        cwd=ROOT, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout
    assert process.stderr
    said = b""
    await process.stdout.readline()
    for n, number in enumerate(numbers, 1):
        process.send_signal(number)
        if n < len(numbers):
            said += await process.stderr.readuntil(b"stopping")
    _, err = await asyncio.wait_for(process.communicate(), 120)
    assert process.returncode is not None
    return process.returncode, (said + err).decode()


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
async def test_work_that_can_be_stopped_ends_by_itself(number: signal.Signals, code: int) -> None:
    ended, said = await asked("waits", NEVER, number)
    assert (ended, "stopped hard" in said) == (code, False)
    assert said.index("stopping") < said.index("stopped")


async def test_what_fails_on_the_way_out_is_logged_and_the_code_is_the_signal_s() -> None:
    ended, said = await asked("fails when it is cancelled", NEVER, signal.SIGTERM)
    assert ended == 0
    assert "something failed while stopping" in said


@pytest.mark.parametrize("what", ["does not hear of it", "a thread that does not end", "a loop that is stuck"])
async def test_work_that_does_not_end_is_ended_hard_after_the_grace(what: str) -> None:
    ended, said = await asked(what, 0.05, signal.SIGTERM)
    assert ended == 0
    assert "not ended within 0.05 seconds" in said


async def test_who_is_asked_twice_ends_at_once() -> None:
    ended, said = await asked("does not hear of it", NEVER, signal.SIGTERM, signal.SIGTERM)
    assert ended == 0
    assert "asked twice" in said


def test_documents_say_how_long_a_stop_takes_and_what_it_waits_for_fits_in() -> None:
    text = " ".join((ROOT / "docs" / "operating.md").read_text(encoding="utf-8").split())
    numbers = {3.0: "three", 4.0: "four", 5.0: "five"}
    assert re.search(rf"within {numbers[running.GRACE]} seconds, {numbers[steady.FINISH]} of which are for", text)
    assert steady.FINISH + server.PARTING + posting.PARTING < running.GRACE
