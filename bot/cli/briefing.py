"""A brief of one link or one file, outside of any feed."""

import asyncio
import json
import mimetypes
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from bot import app
from bot.config import Config
from bot.core import assisted, relevance, single
from bot.errors import UserError
from bot.model import Article, Brief, Page, Story, Unread
from bot.sources.reading import Reader
from bot.store import rows
from bot.writers.extract import Extract

WRITERS = ("extract", "llm")

MOST_BYTES = 10_000_000


async def of(target: str, config: Config, writer: str, now: datetime) -> tuple[Brief, Story]:
    """The checked brief, and the story of one report it was made of. Raises UserError when there is nothing to read."""
    is_link = target.startswith(("https://", "http://"))
    article = await (_linked(target, config) if is_link else _filed(target, now))
    entry = single.entry(article, target if is_link else "", target, now)
    verdict = await asyncio.to_thread(relevance.judge, entry, single.NOWHERE, config.vocabulary)
    story = Story((entry,), verdict, now, id=1)
    return assisted.checked(await _written(story, config, writer, now), story), story


async def _written(story: Story, config: Config, writer: str, now: datetime) -> Brief:
    if writer == "extract":
        return await Extract(config.vocabulary).brief(story, now)
    async with app.assembled(config, (), alone=False) as running:  # for the database that keeps the month's budget
        if not running.room.assistant:
            raise UserError(
                "--writer llm: no language model is configured. Set [llm] base_url in config/regpulse.toml."
            )
        return await running.room.assistant.brief(story, now)


async def _linked(link: str, config: Config) -> Article:
    web = app.web_of(config)
    try:
        return _readable(await web.article(link), link)
    finally:
        await web.close()


async def _filed(name: str, now: datetime) -> Article:
    body = await asyncio.to_thread(_body, Path(name))
    kind = mimetypes.guess_type(name)[0] or ""
    if "html" in kind or b"<html" in body[:4096].lower() or body.lstrip().startswith(b"%PDF"):
        return _readable(await Reader().read(Page(body, kind or "text/html", ""), now), name)
    if b"\0" in body:
        raise UserError(f"{name}: is no text in UTF-8, no web page and no PDF.")
    if not body.strip():
        raise UserError(f"{name}: holds no text.")
    return Article(body.decode("utf-8-sig", "replace"))


def _body(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            body = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise UserError(
            f"{path}: cannot be read ({error.strerror}). Name a text, a web page, a PDF or a link."
        ) from error
    if len(body) > MOST_BYTES:
        raise UserError(f"{path}: is larger than {MOST_BYTES // 1_000_000} MB.")
    return body


def _readable(found: Article | Unread, target: str) -> Article:
    if isinstance(found, Unread):
        raise UserError(f"{target}: {found.reason}.")
    return found


def as_json(brief: Brief, story: Story) -> Mapping[str, object]:
    """The brief with its evidence, and the text that the evidence counts the characters of."""
    values: dict[str, object] = json.loads(rows.brief_text(brief))
    return values | {"source": story.entries[0].source}
