"""Where the app was installed by the people of a workspace, rather than by the operator."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Installation:
    """One workspace of many. What it takes to speak there is sealed: the store keeps it and cannot read it."""

    team: str
    name: str
    url: str
    """ "https://example.slack.com/"."""
    bot: str
    bot_user: str
    scopes: tuple[str, ...]
    sealed: bytes = field(repr=False)
    installed: datetime
    expires: datetime | None = None
    """When the token inside must have been renewed; None for one that lasts."""
