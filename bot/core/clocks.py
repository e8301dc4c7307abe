"""Whether this machine's clock is right, by the dates that other machines put on their answers."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

from bot.core.text import counted

WRONG = timedelta(minutes=5)
"""Slack's signatures are refused from then on; what comes late through a slow network stays far below it."""

REMEDY = "Set it right, best by the network (NTP): by a wrong clock news looks old, or yet to come, and is not told"

RIGHT = ("This machine's clock is right again", "News that looked too old meanwhile is not told any more.", "")


def dated(date: str) -> datetime | None:
    """What an answer's `Date` says (RFC 9110 §6.6.1); None where it says nothing."""
    try:
        at = parsedate_to_datetime(date)
    except (ValueError, OverflowError):  # whoever answers may write any figures
        return None
    return at if at.tzinfo else None


def wrong(ahead: Mapping[str, timedelta]) -> str:
    """The worst of how far it is ahead of these, and what to do; "" where it is right, or nobody said."""
    if not (off := {whose: by for whose, by in ahead.items() if abs(by) >= WRONG}):
        return ""
    whose = max(off, key=lambda one: abs(off[one]))
    which = "ahead of" if off[whose] > timedelta(0) else "behind"
    return f"this machine's clock is {length(abs(off[whose]))} {which} {whose}. {REMEDY}"


def length(by: timedelta) -> str:
    for unit, most in ((timedelta(days=1), "day"), (timedelta(hours=1), "hour")):
        if by >= 2 * unit:
            return counted(round(by / unit), most)
    return counted(round(by / timedelta(minutes=1)), "minute")


def notice(wrong: str) -> tuple[str, str, str]:
    """What operators are told of it."""
    what, _, remedy = wrong.partition(". ")
    return (
        "This machine's clock is wrong",
        f"{what[:1].upper()}{what[1:]}.",
        f"{remedy}. You are told when it is right.",
    )
