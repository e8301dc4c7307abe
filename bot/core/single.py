"""One page or text read for itself, outside of any feed: an entry that no feed brought and no store keeps."""

import re
from datetime import datetime
from urllib.parse import urlsplit

from bot.core import sentences
from bot.core.addresses import canonical
from bot.core.text import shorten
from bot.model import Article, Entry, Feed

LONGEST_TITLE = 300
NOWHERE = Feed(id="brief", url="", name="")


def entry(article: Article, link: str, name: str, now: datetime) -> Entry:
    """`name` is what a person called it, a link or a file."""
    imprint = article.imprint
    outlet = imprint.outlet or urlsplit(link).hostname or re.split(r"[\\/]", name)[-1]
    return Entry(
        feed=NOWHERE.id,
        key=link or name,
        title=shorten(imprint.title or _title(article.text) or name, LONGEST_TITLE),
        link=imprint.link or canonical(link),
        text=article.text,
        outlet=outlet,
        tier="press",
        jurisdiction="",
        language="en",
        published=imprint.published,
        seen=now,
        author=imprint.author,
        id=1,
    )


def _title(text: str) -> str:
    """The first line where it is a heading, else the first sentence."""
    first = next((line.strip() for line in text.splitlines() if line.strip()), "")
    return next((sentence.text for sentence in sentences.split(first)), "")
