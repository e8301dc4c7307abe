"""The walks start RegPulse hundreds of times: the trained parts, which no walk changes, are opened once for all of them."""

from collections.abc import Iterator
from functools import cache

import pytest

from bot.detector import coefficients

opened_once = cache(coefficients.load)


@pytest.fixture(autouse=True, scope="package")
def _trained_parts_opened_once() -> Iterator[None]:
    """Before any world that a whole module shares."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(coefficients, "load", opened_once)
        yield
