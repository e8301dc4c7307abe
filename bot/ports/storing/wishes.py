"""What the desk needs of a database to keep what people choose."""

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from bot.core.exchange import Change, Item
from bot.model import (
    Asking,
    Channel,
    Feedback,
    Subscription,
)


class Wishes(Protocol):
    """Subscriptions, mutes, settings, feedback: what a channel asked for."""

    async def subscriptions(self, channel: Channel | None = None) -> tuple[Subscription, ...]: ...

    async def subscriptions_changed(self, since: int, limit: int) -> tuple[Asking, ...]:
        """The channels whose subscriptions or mutes changed after that change, with what they are now, oldest first."""
        ...

    async def subscribe(self, subscription: Subscription) -> Subscription:
        """Stored with its id; where the channel has the same query already, that one, with what else is asked of it now."""
        ...

    async def change(self, subscription: Subscription) -> bool:
        """What the channel asked for under this number, as it is now; False where there is none of that number."""
        ...

    async def unsubscribe(self, channel: Channel, subscription: int, now: datetime) -> bool:
        """What was gathered only for it is told no more. (Whatever changes subscriptions or settings has what is
        gathered in that channel planned anew by the next `claim`.)
        """
        ...

    async def resume(self, channel: Channel, subscription: int, now: datetime) -> tuple[Subscription, int, int] | None:
        """One that was stopped, as it was and under its number, and how many alerts come that waited for it.

        Last, how many do not, because it was stopped more than three days ago, or before a backup was put back.

        None where there is none, or where the channel asks for the same words anew by now.
        """
        ...

    async def subscribed_by(self, platform: str, space: str, person: str) -> tuple[Channel, ...]:
        """The channels of a space for which this person saved a subscription that is still there."""
        ...

    async def give_feedback(self, feedback: Feedback) -> None:
        """What a person says of a story in a channel, in place of what they said before."""
        ...

    async def feedback(
        self, channel: Channel, *, story: int | None = None, since: datetime | None = None
    ) -> tuple[Feedback, ...]:
        """What people of the channel said, of this story and of those merged into it or of all, oldest first."""
        ...

    async def setting(self, channel: Channel, name: str) -> str:
        """A channel's own choice; "" where it made none."""
        ...

    async def set(self, channel: Channel, name: str, value: str, *, by: str = "") -> None:
        """`by` whom is kept of direct messages alone: what stands there is found for its person when they ask."""
        ...

    async def mute(self, channel: Channel, word: str, now: datetime, *, by: str = "") -> None:
        """`by` as of `set`."""
        ...

    async def unmute(self, channel: Channel, word: str) -> bool: ...

    async def mutes(self, channel: Channel) -> tuple[str, ...]: ...

    async def chosen(self) -> tuple[Item, ...]:
        """All that people chose: subscriptions, mutes, settings and feeds, of every channel."""
        ...

    async def choose(
        self,
        wanted: tuple[Item, ...],
        *,
        prune: bool,
        now: datetime,
        configured: Collection[str] = (),
        dry: bool = False,
    ) -> tuple[Change, ...]:
        """Make it so, whole or not at all; answers what changed, or would where it is `dry`.

        `prune` takes away what is not wanted. What waits for a subscription that is edited or moved waits on. Feeds
        of these `configured` ids keep what is remembered of them, for they are listened to whatever is added.
        """
        ...
