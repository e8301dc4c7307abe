"""Between what each number of the configuration makes sense, in one table."""

import math
from collections.abc import Mapping

from bot.errors import ConfigError

BOUNDS: Mapping[str, Mapping[str, tuple[float, float]]] = {
    "database": {"keep": (1, 1_000), "keep_days": (1, 36_500)},
    "http": {
        "timeout_seconds": (0.1, 600),
        "max_megabytes": (0.01, 500),
        "max_redirects": (0, 20),
        "host_gap_seconds": (0, 600),
        "concurrency": (1, 1_000),
    },
    "alerts": {"max_age_hours": (1, 8_760)},
    "articles": {"keep_days": (1, 36_500)},
    "detection": {"alert": (0, 1), "adjacent": (0, 1), "unsure_from": (0, 1), "unsure_to": (0, 1)},
    "people": {"lines_a_minute": (0, 100_000), "space_lines_a_minute": (0, 1_000_000)},
    "llm": {
        "monthly_tokens": (0, 1e12),
        "monthly_usd": (0, 1e6),
        "usd_per_million_input": (0, 10_000),
        "usd_per_million_output": (0, 10_000),
        "deadline_seconds": (1, 600),
        "max_input_characters": (500, 2_000_000),
        "max_output_tokens": (50, 200_000),
        "concurrency": (1, 100),
    },
}
"""By section and key, each bound included. Zero where it says "none" or "no limit"."""

FEED: Mapping[str, tuple[float, float]] = {"poll_minutes": (0, 43_200)}
"""The same for what a feed's table may say."""


def check(value: object, bounds: tuple[float, float] | None, where: str) -> None:
    """Raises ConfigError for a number outside of its bounds; whatever is no number passes."""
    if bounds is None or not isinstance(value, int | float):
        return
    least, most = bounds
    if not (math.isfinite(value) and least <= value <= most):
        raise ConfigError(f"{where}: must be from {least:,.12g} to {most:,.12g}, not {value}.")
