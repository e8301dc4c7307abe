"""How late a process that does nothing comes to what is due on this machine: what of the program's lateness is not its own."""

import asyncio
import json
import sys
import time
from dataclasses import dataclass

EVERY = 0.5
"""Seconds, as the program looks at its own loop."""


@dataclass
class Beside:
    """Beside the program, as long as it lasts."""

    process: asyncio.subprocess.Process

    @classmethod
    async def begins(cls) -> "Beside":
        piped = asyncio.subprocess.PIPE
        return cls(
            await asyncio.create_subprocess_exec(sys.executable, "-m", "bench.soak.beside", stdin=piped, stdout=piped)
        )

    async def ends(self) -> tuple[float, ...]:
        """The seconds by which it was late each time, in order of size."""
        said, _ = await self.process.communicate(b"\n")
        return tuple(sorted(json.loads(said)))


async def _looks() -> None:
    late: list[float] = []
    ended = asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)
    while not ended.done():
        begun = time.monotonic()
        await asyncio.sleep(EVERY)
        late.append(max(0.0, time.monotonic() - begun - EVERY))
    print(json.dumps(late))


if __name__ == "__main__":
    asyncio.run(_looks())
