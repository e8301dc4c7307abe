"""What the walks need from a database: one method, one transaction."""

from typing import Protocol

from bot.ports.storing.health import Health
from bot.ports.storing.listening import Hubs, Listening
from bot.ports.storing.looking import Lookups
from bot.ports.storing.models import Ledger
from bot.ports.storing.outbox import Deliveries
from bot.ports.storing.spaces import Vault
from bot.ports.storing.stories import Stories
from bot.ports.storing.troubled import Troubled
from bot.ports.storing.wishes import Wishes

__all__ = ["Hubs", "Ledger", "Store", "Vault"]


class Store(Ledger, Vault, Hubs, Listening, Stories, Deliveries, Wishes, Lookups, Troubled, Health, Protocol):
    """One method, one transaction. Every method runs whole on the store's own thread."""

    async def close(self) -> None: ...
