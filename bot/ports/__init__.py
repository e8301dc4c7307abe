"""What the walks need from the edges: the seams where another database, web or platform would plug in."""

from bot.ports.speaking import Answers, Desk, Platform, Receiver, Sealing, Web, Writer
from bot.ports.storing import Hubs, Ledger, Store, Vault

__all__ = ["Answers", "Desk", "Hubs", "Ledger", "Platform", "Receiver", "Sealing", "Store", "Vault", "Web", "Writer"]
