"""States of installations under way: nothing is kept of them, each proves itself by its signature, its browser and its age."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.platforms.slack.sealing import Seal

LASTS = timedelta(minutes=10)
"""For which one may think it over at Slack."""


@dataclass(frozen=True, slots=True)
class States:
    """Each holds for the browser with one secret, which is in its cookie and not in the state, so in no address or log."""

    seal: Seal

    def begun(self, browser: str, now: datetime) -> str:
        at = str(int(now.timestamp()))
        return f"{at}.{self.seal.sign(_signed(at, browser))}"

    def until(self, state: str, browser: str, now: datetime) -> datetime | None:
        """Until when it is good; None for one that is not: forged, of another browser, too old."""
        at, _, signature = state.partition(".")
        if not browser or not self.seal.is_signed(_signed(at, browser), signature):
            return None
        begun = datetime.fromtimestamp(int(at), UTC)
        return begun + LASTS if timedelta(0) <= now - begun <= LASTS else None


def _signed(at: str, browser: str) -> bytes:
    return f"installation {at} {browser}".encode("utf-8", "surrogateescape")  # as aiohttp read the header's bytes
