"""How much room is left on the disk of the database."""

import shutil
from contextlib import suppress
from pathlib import Path

LITTLE = 100_000_000
"""Bytes: the write-ahead log of a busy hour, and a backup of a small database."""


def scarce(path: Path) -> str:
    """What is wrong, and what to do; "" while there is enough."""
    with suppress(OSError):
        free = shutil.disk_usage(path.absolute().parent).free
        if free < LITTLE:
            return (
                f"only {free / 1e6:.0f} MB are left on the disk of {path}. Make room: without it nothing can be written"
            )
    return ""
