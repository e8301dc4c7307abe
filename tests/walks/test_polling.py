"""A poll costs next to nothing: what was read is not read again, and what publishers change is still noticed."""

from pathlib import Path

import pytest

from bot.core import usual
from tests.walks.world import NEWS, OTHER, world


async def test_the_same_bytes_are_not_parsed_and_only_a_new_item_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[int] = []
    found = usual.Reading.found

    def counted(reading: usual.Reading) -> tuple[usual.Row | None, ...]:
        rows = found(reading)
        read.append(len(rows))
        return rows

    monkeypatch.setattr(usual.Reading, "found", counted)
    async with world(tmp_path) as made:
        made.has_feed("gazette")
        await made.turns()
        assert read == [12]
        await made.turns()
        assert read == [12]
        made.publishes("gazette", OTHER[0], NEWS[0])
        tally, sent = await made.turns()
        assert (tally.entries, [headline for _, headline in sent]) == (2, [NEWS[0][0]])
        assert read == [12, 2]
