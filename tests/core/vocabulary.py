"""The shipped vocabulary, loaded once for the tests that judge with it."""

import tomllib
from datetime import UTC, datetime
from pathlib import Path

from bot.core import vocabulary
from bot.detector import coefficients
from bot.model import Entry, Feed, Tier

CONFIG = Path(__file__).parents[2] / "config"
SHARED = Path(__file__).parents[3] / "shared"
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
FEED = Feed(id="f", url="https://a.example/feed", name="F")
SHIPPED = vocabulary.load(
    tomllib.loads((CONFIG / "topics.toml").read_text(encoding="utf-8")),
    tomllib.loads((CONFIG / "instruments.toml").read_text(encoding="utf-8")),
)


def report(
    title: str,
    text: str = "",
    *,
    number: int = 1,
    outlet: str = "The Example",
    tier: Tier = "press",
    link: str = "",
    hours: float = 0,
) -> Entry:
    """One report, `hours` before NOW."""
    when = datetime.fromtimestamp(NOW.timestamp() - hours * 3600, UTC)
    address = link or f"https://a.example/{number}"
    return Entry("f", f"k{number}", title, address, text, outlet, tier, "", "en", when, NOW, id=number)


LIKENESS = coefficients.load().likeness
"""As shipped."""
