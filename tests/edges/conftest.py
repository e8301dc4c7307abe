"""What the tests of the edges share: a store of each kind there is, over a folder of its own."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.ports import Store
from tests.edges.stored import STORES


@pytest.fixture(params=STORES)
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    made = await STORES[request.param](tmp_path)
    yield made
    await made.close()
