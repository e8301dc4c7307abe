"""The real program as a process of its own: started, stopped, killed, and looked at from outside."""

import asyncio
import json
import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
from prometheus_client.parser import text_string_to_metric_families

from bench.measuring import resident

ROOT = Path(__file__).parent.parent.parent
LAG = "regpulse_loop_lag_seconds"
STOPS_WITHIN = 10.0
SAMPLE_EVERY = 1.0
SCRAPE_EVERY = 5


@dataclass(frozen=True, slots=True)
class Sample:
    """`life` counts the starts; `wall` is the time of day."""

    at: float
    wall: float
    life: int
    megabytes: float
    files: int
    database: float
    """Megabytes, its log with it."""


@dataclass
class Program:
    """One database and configuration; as many processes over it as it is started."""

    database: Path
    feeds: Path
    log: Path
    page: str
    environment: Mapping[str, str]
    module: str = "bot"
    life: int = 0
    samples: list[Sample] = field(default_factory=list)
    lags: dict[int, Counter[float]] = field(default_factory=dict)
    """By life, how many looks at the loop found it later than a bound at most: not summed up."""
    crashes: dict[int, int] = field(default_factory=dict)
    unready: Counter[str] = field(default_factory=Counter)
    waited: dict[int, float] = field(default_factory=dict)
    """By life, the seconds in which its main thread could have run and the machine ran another instead."""
    stops: list[float] = field(default_factory=list)
    """Seconds each SIGTERM took."""
    _process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("REGPULSE_")}
        self.life += 1
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-W", "ignore", "-m", self.module, "run",
                "--config", str(ROOT / "config"), "--feeds", str(self.feeds), "--db", str(self.database),
                cwd=ROOT, env={**inherited, **self.environment}, stdout=asyncio.subprocess.DEVNULL, stderr=log,
            )  # fmt: skip

    async def stop(self) -> None:
        """As a supervisor does; its exit code must say that all is well."""
        assert self._process  # noqa: S101  # it was started
        begun = time.monotonic()
        self._process.send_signal(signal.SIGTERM)
        code = await asyncio.wait_for(self._process.wait(), STOPS_WITHIN)
        self.stops.append(time.monotonic() - begun)
        if code:
            raise SystemExit(f"the program ended with {code}; its log: {self.log}")

    async def kill(self) -> None:
        if self._process and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()

    async def told_steps(self) -> tuple[int, tuple[float, ...]]:
        """Where it runs with the census: how many steps its loop made, and the processor seconds of the long ones."""
        assert self._process  # noqa: S101  # it was started
        before = self._census()
        self._process.send_signal(signal.SIGUSR1)
        async with asyncio.timeout(60):
            while len(lines := self._census()) == len(before):  # noqa: ASYNC110  # another process writes it
                await asyncio.sleep(0.1)
        said = json.loads(lines[-1])
        return said["steps"], tuple(took for took, _ in said["long_steps"])

    def _census(self) -> list[str]:
        """Whole lines."""
        there = Path(self.environment["CENSUS"])
        return there.read_text(encoding="utf-8").split("\n")[:-1] if there.exists() else []

    async def keep_sampling(self) -> None:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=3)) as session:
            for turn in range(10**9):
                if self._process and self._process.returncode is None:
                    self._sample(self._process.pid)
                    if turn % SCRAPE_EVERY == 0:
                        await self._scrape(session)
                await asyncio.sleep(SAMPLE_EVERY)

    def _sample(self, pid: int) -> None:
        try:
            files = len(os.listdir(f"/proc/{pid}/fd"))
            self.waited[self.life] = int(Path(f"/proc/{pid}/schedstat").read_text(encoding="ascii").split()[1]) / 1e9
        except OSError:  # it ended in between
            return
        if not files:  # it just ended
            return
        self.samples.append(
            Sample(time.monotonic(), time.time(), self.life, resident(pid), files, self.database_megabytes())
        )

    def database_megabytes(self) -> float:
        parts = (self.database, Path(f"{self.database}-wal"))
        return sum(part.stat().st_size for part in parts if part.exists()) / 1e6

    async def _scrape(self, session: aiohttp.ClientSession) -> None:
        life = self.life
        try:
            async with session.get(f"http://{self.page}/metrics") as answer:
                text = await answer.text()
            async with session.get(f"http://{self.page}/readyz") as answer:
                ready = await answer.text()
        except (aiohttp.ClientError, TimeoutError):  # not up yet, or killed meanwhile
            return
        if answer.status != 200:
            self.unready[ready.strip()[:100]] += 1
        found = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
        self.lags[life] = Counter(
            {float(one.labels["le"]): int(one.value) for one in found if one.name == f"{LAG}_bucket"}
        )
        self.crashes[life] = int(sum(one.value for one in found if one.name == "regpulse_crashes_total"))

    # What is made of it

    def lag(self, share: float) -> tuple[float, int]:
        """The bound that this share of all looks stayed below, and how many looks there were."""
        summed: Counter[float] = sum(self.lags.values(), Counter())
        total = summed[float("inf")]
        return next((bound for bound in sorted(summed) if summed[bound] >= share * total), 0.0), total

    def within(self, seconds: float) -> float:
        """The share of all looks that found the loop no later."""
        summed: Counter[float] = sum(self.lags.values(), Counter())
        return summed[seconds] / max(1, summed[float("inf")])

    def logged(self) -> Counter[tuple[str, str]]:
        """Warnings and worse, by level and event."""
        found: Counter[tuple[str, str]] = Counter()
        for line in self.log.read_text(encoding="utf-8", errors="replace").splitlines():
            try:
                said = json.loads(line)
            except ValueError:  # what is not of the log at all
                found["?", line[:60]] += bool(line)
                continue
            if said.get("level") not in ("info", "debug"):
                found[said.get("level", ""), _kind(said)] += 1
        return found


def _kind(said: Mapping[str, object]) -> str:
    """The event, with its reason where that is one of a few."""
    reason = str(said.get("reason") or "")
    return " ".join((str(said.get("event"))[:60] + (f": {reason[:60]}" if reason else "")).split())
