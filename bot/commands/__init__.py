"""The desk: one table of verbs, one answer to each line a person types, wherever they type it."""

from bot.commands.desk import Desk
from bot.commands.outside import Outside
from bot.commands.verbs import VERBS

__all__ = ["VERBS", "Desk", "Outside"]
