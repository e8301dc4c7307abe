"""The store on one SQLite file: every method is one transaction, run whole on the store's own thread.

Only receipts that come while others are being written share one (`together`).
"""

from bot.store.sqlite.care import Care
from bot.store.sqlite.choices import Choices
from bot.store.sqlite.feeds import Feeds
from bot.store.sqlite.sendings import Sendings
from bot.store.sqlite.tellings import Tellings


class Sqlite(Feeds, Tellings, Sendings, Choices, Care):
    """Implements `ports.Store`. Make it with `await Sqlite.open(path)`."""
