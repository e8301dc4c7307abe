"""The walks start RegPulse hundreds of times: the trained parts, which no walk changes, are opened once for all of them."""

from functools import cache

import pytest

from bot.detector import coefficients

opened_once = cache(coefficients.load)


@pytest.fixture(autouse=True)
def _trained_parts_opened_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(coefficients, "load", opened_once)
