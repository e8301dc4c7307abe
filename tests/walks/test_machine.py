"""The machine misbehaving under the real program: one sentence, and the next run finishes what this one could not."""

import asyncio
import os
import sys
from pathlib import Path

import pytest

from tests.walks.test_cli import ROOT, runs
from tests.walks.world import CONFIG, NEWS, SLACK, World, world

LIMITED = (
    "import resource, runpy, sys; "
    "limit = int(sys.argv.pop(2)); resource.setrlimit(getattr(resource, sys.argv.pop(1)), (limit, limit)); "
    "runpy.run_module('bot', run_name='__main__', alter_sys=True)"
)


async def runs_within(made: World, limit: str, number: int, *arguments: str) -> tuple[int, str, str]:
    """One whole run of a process that the machine gives no more than this."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("REGPULSE_")}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-W", "ignore", "-c", LIMITED, limit, str(number), *arguments,
        "--config", str(CONFIG), "--feeds", str(made.feeds_file), "--db", str(made.database),
        cwd=ROOT, env=environment | made.variables(),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, err = await asyncio.wait_for(process.communicate(), 600)
    return process.returncode or 0, out.decode(), err.decode()


async def prepared(made: World) -> None:
    for name in ("one", "two"):
        made.has_feed(name)
    await made.subscribes(SLACK)
    await made.turns()
    made.publishes("one", *NEWS[:2])
    made.publishes("two", NEWS[2])


@pytest.mark.parametrize(
    ("limit", "number"),
    [
        ("RLIMIT_FSIZE", 20_000),
        ("RLIMIT_FSIZE", 60_000),
        ("RLIMIT_NOFILE", 8),
        ("RLIMIT_NOFILE", 14),
        ("RLIMIT_NOFILE", 20),
    ],
)
async def test_too_little_disk_or_too_few_files_lose_nothing(tmp_path: Path, limit: str, number: int) -> None:
    async with world(tmp_path, slack=True) as made:
        assert made.slack
        await prepared(made)
        code, _, err = await runs_within(made, limit, number, "once", "--all")
        assert code in (0, 2), err
        assert "Traceback" not in err
        assert code == 0 or err.strip(), "it says why"
        code, _, err = await runs(made, "once", "--all")
        assert code == 0, err
        texts = [str(message) for message in made.slack.channel("C1").messages]
        assert sorted(title for text in texts for title, _ in NEWS if title in text) == sorted(
            title for title, _ in NEWS
        )


async def test_a_disk_that_fills_up_during_a_backup_leaves_no_half_of_it(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        made.has_feed("one")
        await made.turns()
        folder = tmp_path / "backups"
        folder.mkdir()
        code, _, err = await runs_within(made, "RLIMIT_FSIZE", 100_000, "backup", str(folder / "copy.db"))
        assert code == 2
        assert "no backup was made" in err
        assert "Traceback" not in err
        assert os.listdir(folder) == []
        assert made.database.stat().st_size > 100_000
