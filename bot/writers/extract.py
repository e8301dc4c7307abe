"""The writer that needs no model and no key: it publishes the sources' own sentences."""

import asyncio
from datetime import datetime

from bot.core.vocabulary import Vocabulary
from bot.model import Brief, Story

NAME = "extract"
DISCLOSURE = "Extracts from the source, no AI."


class Extract:
    """Implements `ports.Writer`."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary

    async def brief(self, story: Story, now: datetime) -> Brief:
        from bot.core import (  # their patterns take .04 s to compile: with the first brief, not with the start
            brief,
            extract,
        )

        framed = brief.frame(story, self._vocabulary, now, writer=NAME, disclosure=DISCLOSURE)
        return await asyncio.to_thread(extract.fill, framed, story)
