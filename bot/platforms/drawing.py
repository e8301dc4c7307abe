"""Where a message is laid out, before anything of it is sent: a bug met there is told from one met while sending."""

from collections.abc import Iterator
from contextlib import contextmanager

from bot.errors import StoreDown, Unshown


@contextmanager
def drawing() -> Iterator[None]:
    """Raises Unshown."""
    try:
        yield
    except StoreDown:
        raise
    except Exception as error:
        raise Unshown(type(error).__name__) from error
