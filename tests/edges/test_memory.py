"""The allocator: what threads free goes back to the machine."""

import ctypes
import os
import subprocess
import sys
from pathlib import Path

import pytest

HEAPS = """
import ctypes, sys, threading
from bot.app import memory

memory.give_back()
together = threading.Barrier(4)

def takes():
    taken = [bytes(50_000) for _ in range(20)]
    together.wait()

threads = [threading.Thread(target=takes) for _ in range(4)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
libc = ctypes.CDLL(None)
libc.fopen.restype = ctypes.c_void_p
there = ctypes.c_void_p(libc.fopen(sys.argv[1].encode(), b"w"))
libc.malloc_info(0, there)
libc.fclose(there)
"""


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "mallopt"), reason="another allocator than glibc's")
@pytest.mark.parametrize(("told", "one"), [({}, True), ({"MALLOC_ARENA_MAX": "8"}, False)])
def test_threads_share_one_heap_unless_the_environment_says_otherwise(
    tmp_path: Path, told: dict[str, str], one: bool
) -> None:
    said = tmp_path / "heaps.xml"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MALLOC_")} | told
    subprocess.run([sys.executable, "-c", HEAPS, str(said)], check=True, env=environment)  # noqa: S603  # ours
    assert (said.read_text(encoding="ascii").count("<heap nr=") == 1) is one
