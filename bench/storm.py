"""Every feed document at hand and every fault of a publisher's at once, for some turns of the real program in one process.

    make bench-storm       (python -m bench.storm --documents ../shared/feeds --turns 5; two minutes)

Prints what was served and heard, each refusal by its cause with the line an operator reads, the time and memory of each turn,
and what was left open at the end. Exit code 1 when a turn crashed, a refusal has no line, something was left open, or the
program needed 600 MB.
"""

import asyncio
import json
import os
import re
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import AsyncExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench import asking
from bench.claims import Claim, told
from bench.measuring import peak
from tests.standins.certificates import BROKEN, Authority, authority
from tests.standins.faults import LIES, SERVED
from tests.standins.feeds import FeedServer
from tests.walks.world import CONFIG, World

ROOT = Path(__file__).parent.parent
BOUND = 600
"""Megabytes: what the program needs among calm publishers, and as much again for what a turn holds at once."""

CHANGED_EVERY = 5
"""Of the documents, those that are served otherwise at each turn."""


@dataclass(frozen=True, slots=True)
class Storm:
    """What came of it. `refused` has the cause and the line of each feed that was not heard, by its name."""

    served: int
    faults: int
    turns: tuple[Mapping[str, Any], ...]
    refused: Mapping[str, tuple[str, str]]
    left_open: int
    code: int

    def claims(self) -> Iterator[Claim]:
        crashes = max((len(turn["crashed"]) for turn in self.turns), default=0)
        yield Claim(
            "no turn crashes", not crashes and not self.code, f"{crashes}, and the program ended with {self.code}"
        )
        bare = [name for name, (_, line) in self.refused.items() if not _is_a_line(line)]
        yield Claim("each refusal has its line", not bare, ", ".join(bare) or f"{len(self.refused)} of them")
        yield Claim("nothing is left open", not self.left_open, f"{self.left_open}")
        peak = max((turn["peak"] for turn in self.turns), default=0.0)
        yield Claim(f"memory stays below {BOUND} MB", peak < BOUND, f"{peak:.0f} MB at most")


def _is_a_line(text: str) -> bool:
    return bool(text) and text.isprintable() and len(text) < 300 and "RegPulse itself failed" not in text


@dataclass
class Stormy(World):
    """A world with feeds on other servers, too."""

    elsewhere: dict[str, str] = field(default_factory=dict)

    @property
    def feeds_file(self) -> Path:
        path = self.folder / "feeds.toml"
        addresses = {name: self.feeds.url(f"/{name}.xml") for name in self.paths} | self.elsewhere
        rows = (f'[[feed]]\nid = "{name}"\nurl = "{url}"\npoll_minutes = 0\n' for name, url in addresses.items())
        path.write_text("\n".join(rows), encoding="utf-8")
        return path


async def storm(documents: Mapping[str, bytes], folder: Path, *, turns: int, seconds: float) -> Storm:
    """`seconds` is how long the program waits for a publisher."""
    async with AsyncExitStack() as stack:
        made = Stormy(folder, await stack.enter_async_context(FeedServer()))
        signed = authority(folder)
        for name, broken in {"in order": Authority.good, **BROKEN}.items():
            server = await stack.enter_async_context(FeedServer(broken(signed)))
            server.publishes("/x.xml", b'<rss version="2.0"><channel><title>x</title></channel></rss>')
            made.elsewhere[_named("a certificate " + name)] = server.url("/x.xml")
        for name, fault in {**SERVED, **LIES}.items():
            fault.arrange(made.feeds, f"/{_named(name)}.xml")
            made.paths.append(_named(name))
        faults = len(made.paths) + len(made.elsewhere) - 1
        made.paths += documents
        hosts = [made.feeds.address, *(url.split("/")[2] for url in made.elsewhere.values())]
        made.environment |= {
            "REGPULSE_HTTP_ALLOW_PRIVATE": ",".join(hosts),
            "REGPULSE_HTTP_TIMEOUT_SECONDS": str(seconds),
            "SSL_CERT_FILE": str(signed.file),
        }
        found, code = await _turned(made, documents, turns)
        return Storm(len(documents), faults, tuple(found[:-1]), _refused(made), found[-1]["open"] if found else 0, code)


def _named(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


async def _turned(made: World, documents: Mapping[str, bytes], turns: int) -> tuple[list[dict[str, Any]], int]:
    """What the program said of each turn, and of its end; the documents change in between."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("REGPULSE_")}
    _publish(made, documents, 0)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-W", "ignore", "-m", "bench.storm", "--inside", str(made.feeds_file), str(made.database), str(turns),
        cwd=ROOT, env=environment | made.variables(), stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    assert process.stdin  # noqa: S101
    assert process.stdout  # noqa: S101
    found = []
    while line := await process.stdout.readline():
        if line.startswith(b"{"):
            found.append(json.loads(line))
            _publish(made, documents, len(found))
            process.stdin.write(b"\n")
    return found, await process.wait()


def _publish(made: World, documents: Mapping[str, bytes], turn: int) -> None:
    for number, (name, body) in enumerate(documents.items()):
        if turn == 0 or number % CHANGED_EVERY == 0:
            kind = "application/json" if body[:1] == b"{" else "application/rss+xml"
            made.feeds.publishes(f"/{name}.xml", body + b"\n" * turn, kind)


def _refused(made: World) -> dict[str, tuple[str, str]]:
    with closing(sqlite3.connect(made.database)) as db:
        return {
            name: (cause, line)
            for name, cause, line in db.execute("SELECT feed, cause, reason FROM feeds WHERE failures > 0")
        }


# The program


async def _inside(feeds: Path, database: Path, turns: int) -> None:
    """So many turns of the program over every feed; a line of JSON after each, and one when all is closed."""
    from bot import app, config
    from bot.platforms.terminal.adapter import Terminal

    settings = config.load(CONFIG, feeds=feeds, db=database)
    crashes: list[str] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: crashes.append(str(context.get("message"))))
    async with app.assembled(settings, (Terminal(quiet=True),), alone=True) as running:
        for _ in range(turns):
            begun = time.perf_counter()
            tally, _ = await app.once(running, everything=True)
            seen = {name: getattr(tally, name) for name in ("polled", "unchanged", "failed", "entries", "alerts")}
            print(json.dumps(seen | {
                "seconds": time.perf_counter() - begun, "peak": peak(),
                "open": _sockets(), "crashed": crashes,
            }), flush=True)  # fmt: skip
            await asyncio.to_thread(sys.stdin.readline)
    await asyncio.sleep(0.2)  # transports are closed one look of the loop later
    tasks = len(asyncio.all_tasks()) - 1
    print(json.dumps({"open": _sockets() + tasks}), flush=True)


def _sockets() -> int:
    """Of this process to others over the network; pipes and the loop's own pair are none."""
    own = {
        entry.split()[9]
        for table in ("tcp", "tcp6")
        for entry in Path(f"/proc/self/net/{table}").read_text().splitlines()[1:]
    }
    links = []
    for number in os.listdir("/proc/self/fd"):
        try:
            links.append(os.readlink(f"/proc/self/fd/{number}"))
        except OSError:  # the listing's own
            continue
    return sum(bool((found := re.fullmatch(r"socket:\[(\d+)\]", link)) and found[1] in own) for link in links)


# The figures


def documents_of(folder: Path, most: int | None = None) -> dict[str, bytes]:
    """The documents listed there, by a name of their own; as many as asked for, from all over the list."""
    rows = [json.loads(line)["path"] for line in (folder / "manifest.jsonl").read_text(encoding="utf-8").splitlines()]
    chosen = rows[:: max(1, len(rows) // most)][:most] if most else rows
    return {f"d{number:03}": (folder / path).read_bytes() for number, path in enumerate(chosen)}


def shown(found: Storm) -> None:
    print(f"{found.served} documents served, and {found.faults} faults")
    for number, turn in enumerate(found.turns, 1):
        print(
            f"turn {number}: {turn['polled']} heard ({turn['unchanged']} unchanged), {turn['failed']} refused, "
            f"{turn['entries']} entries, {turn['alerts']} alerts, {turn['seconds']:.1f} s, peak {turn['peak']:.0f} MB, "
            f"{turn['open']} connections open"
        )
    causes = Counter(cause for cause, _ in found.refused.values())
    for cause, number in causes.most_common():
        print(f"\n{cause}: {number}")
        lines = Counter(line for other, line in found.refused.values() if other == cause)
        for line, times in lines.most_common():
            example = next(name for name, (_, other) in found.refused.items() if other == line)
            print(f"  {times:3} × {line}   ({example})")


def main() -> None:
    if sys.argv[1:2] == ["--inside"]:
        asyncio.run(_inside(Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4])))
        return
    parser = asking.parser("storm", __doc__)
    documents = ROOT.parent / "shared" / "feeds"
    parser.add_argument("--documents", type=Path, default=documents, help="a folder with a manifest.jsonl")
    parser.add_argument("--most", type=asking.whole(1), help="only so many documents")
    parser.add_argument("--turns", type=asking.whole(1, 100), default=5)
    parser.add_argument("--seconds", type=asking.number(1, 60), default=5, help="how long a publisher is waited for")
    chosen = parser.parse_args()
    if not (chosen.documents / "manifest.jsonl").is_file():
        parser.error(f"There is no {chosen.documents / 'manifest.jsonl'}: --documents names a folder that has one.")
    with tempfile.TemporaryDirectory(prefix="regpulse-storm-") as folder:
        found = asyncio.run(
            storm(documents_of(chosen.documents, chosen.most), Path(folder), turns=chosen.turns, seconds=chosen.seconds)
        )
    shown(found)
    sys.exit(told(found.claims()))


if __name__ == "__main__":
    main()
