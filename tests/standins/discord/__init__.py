"""A Discord: REST and gateway on 127.0.0.1, strict about its limits, and misbehaving when told to."""

from tests.standins.discord.payloads import ADMIN, BOT, CHANNEL, GUILD, MANAGER, MEMBER
from tests.standins.discord.seen import Message, Modal
from tests.standins.discord.server import DiscordServer

__all__ = ["ADMIN", "BOT", "CHANNEL", "GUILD", "MANAGER", "MEMBER", "DiscordServer", "Message", "Modal"]
