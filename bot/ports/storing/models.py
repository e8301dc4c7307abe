"""What a writer with a language model needs of a database."""

from datetime import datetime
from typing import Protocol


class Ledger(Protocol):
    """What the writer with a language model remembers: what it cost, what it was told, how it is."""

    async def reserve(
        self,
        month: str,
        tokens: int,
        micro_usd: int,
        *,
        most_tokens: int,
        most_micro_usd: int,
        story: int,
        now: datetime,
    ) -> int | None:
        """Charge the month with the most a call can cost, millionths of a dollar; answers the charge's number.

        None, and nothing charged, when the month would hold more than `most_tokens` or `most_micro_usd`.
        """
        ...

    async def settle_spend(self, number: int, tokens: int, micro_usd: int) -> None:
        """Put a charge right. One that never is stays as reserved."""
        ...

    async def spent(self, month: str) -> tuple[int, int]:
        """Tokens and millionths of a dollar charged to the month ("2026-11")."""
        ...

    async def model_answer(self, key: str) -> str:
        """The answer kept under this key; "" for none."""
        ...

    async def keep_model_answer(self, key: str, text: str, now: datetime) -> None: ...

    async def note_platform(self, platform: str, *, ok: bool, reason: str, now: datetime) -> None: ...
