"""Gets the article out of a fetched page, off the event loop: markup on a thread, PDFs in a process that may fail."""

import asyncio
import json
import os
import sys
from datetime import datetime
from pathlib import Path

from bot.core.text import clean
from bot.model import Article, Imprint, Page, Unread

MEGABYTES = 600
"""Memory that reading one PDF may take; a plain one of 40 pages takes 40."""

SECONDS = 10.0
"""Time that reading one PDF may take; one of 40 pages takes under one."""

_SCRIPT = str(Path(__file__).with_name("pdf.py"))


class Reader:
    """One for the process: it reads one PDF at a time."""

    def __init__(self, *, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._turn = asyncio.Semaphore(1)

    async def read(self, page: Page, now: datetime) -> Article | Unread:
        from bot.core import articles  # with the first page: a start reads none

        if page.status == 200 and articles.is_pdf(page):
            async with self._turn:
                return await self._pdf(page)
        return await asyncio.to_thread(articles.read, page, now)

    async def _pdf(self, page: Page) -> Article | Unread:
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-I", _SCRIPT, str(MEGABYTES), str(max(1, round(self._seconds))),
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
            # No tokens for strangers; Windows cannot start a program without its own folder.
            env={name: value for name, value in os.environ.items() if name == "SYSTEMROOT"},
        )  # fmt: skip
        try:
            async with asyncio.timeout(self._seconds):
                out, _ = await child.communicate(page.body)
        except TimeoutError:
            return Unread("unreadable PDF", f"the PDF takes more than {self._seconds:g} s to read")
        finally:
            if child.returncode is None:
                child.kill()
                await child.wait()
        try:
            found = json.loads(out)
        except ValueError:  # it was ended for what it took
            return Unread("unreadable PDF", "the PDF takes more time or memory than we give it")
        if trouble := found.get("trouble"):
            return Unread("unreadable PDF", trouble)
        from bot.core import articles

        imprint = Imprint(author=clean(found["author"])[:200])
        return await asyncio.to_thread(articles.of_pdf, tuple(found["pages"]), imprint)
