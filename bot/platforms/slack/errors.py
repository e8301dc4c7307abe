"""What Slack's answers mean: which refusals are for ever, which of the token, which pass by themselves."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError

from bot.model import Doubt, Later, Outcome, Refused
from bot.platforms import reaching

WEATHER = (aiohttp.ClientError, TimeoutError, ConnectionError)
"""What the network does."""

UNNAMED = timedelta(seconds=30)
"""How long a workspace is left alone that asks us to slow down and does not say how long."""

LONGEST_WAIT = timedelta(days=1)

LATE = timedelta(minutes=1)
"""After which a message that Slack took too long over is looked for: by then it is there, or never will be."""

_SECONDS = re.compile(r"[0-9]{1,9}(\.[0-9]+)?")

# docs.slack.dev/reference/methods/chat.postMessage, "Errors". What none of these names is tried again.
REFUSALS = {
    "not_in_channel": "Invite the bot there: /invite @RegPulse",
    "no_permission": "Invite the bot there: /invite @RegPulse",
    "channel_not_found": "The channel is gone, or private: invite the bot there, or unsubscribe.",
    "is_archived": "Unarchive the channel, or unsubscribe.",
    "restricted_action": "A workspace setting forbids posting there; ask a workspace admin.",
    "restricted_action_read_only_channel": "The channel is read-only; ask a workspace admin.",
    "restricted_action_thread_only_channel": "The channel takes threads only; subscribe another one.",
    "access_denied": "The app may not post there; ask a workspace admin.",
    "ekm_access_denied": "An admin has suspended posting there; ask a workspace admin.",
    "team_access_not_granted": "Install the app in that workspace.",
    "missing_scope": "Give the app the scope chat:write and install it again; see docs/slack.md.",
    "cannot_reply_to_message": "Subscribe another channel.",
    "user_is_bot": "Subscribe another channel.",
    "messages_tab_disabled": "Switch on the app's Messages tab; see docs/slack.md.",
}
SHUT_OUT = {"not_in_channel", "channel_not_found", "no_permission"}
"""Of these, what reading a channel's history says as well where the app is not in it."""

TOKEN_TROUBLE = {
    "invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired", "org_login_required",
}  # fmt: skip
UNFIT = TOKEN_TROUBLE | {"no_permission"}
"""Of a call that names no channel; of one that does, `no_permission` says that the app is no member of it."""

PASSING = {"service_unavailable", "request_timeout", "team_added_to_org", "message_limit_exceeded"}
"""What was not taken at all, and will be: a workspace that moves to another organisation, or that is sent too much."""

SLOW_DOWN = {"ratelimited", "rate_limited"}

BAD_BLOCKS = {
    "invalid_blocks",
    "invalid_blocks_format",
    "msg_blocks_too_long",
    "block_mismatch",
    "invalid_attachments",
}


def outcome(error: SlackApiError) -> Outcome:
    """Of a post or an edit that met no trouble with its token."""
    reason = code(error)
    status, after = _status(error)
    if reason in REFUSALS:
        return Refused(f"Slack says {reason}", REFUSALS[reason], "channel")
    if status == 429 or reason in SLOW_DOWN:
        return Later("Slack asks us to slow down", UNNAMED if after is None else after)
    if reason in PASSING:
        return Later(f"Slack is in trouble ({reason})", after)
    # "some aspect of the operation" may have succeeded, say the pages of these errors; so it may behind a broken gateway,
    # which answers 503, too, when what it handed on gives no answer.
    if status >= 500 or reason in ("internal_error", "fatal_error"):
        return Doubt(f"Slack is in trouble ({reason or status})", after=after)
    return Refused(f"Slack says {reason or status}", "See docs/slack.md, and RegPulse's log.")


def broken(error: Exception) -> Outcome:
    """Of a post that the network kept the answer to. One that is late may be taken later still: it is not looked for at once."""
    if isinstance(error, aiohttp.ClientConnectorError):
        return Later(f"Slack cannot be reached ({type(error).__name__})")
    reason = f"the connection to Slack broke while posting ({type(error).__name__})"
    return Doubt(reason, after=LATE if isinstance(error, TimeoutError) else None)


@contextmanager
def reached() -> Iterator[None]:
    """Raises Unreached where no Slack answers, or nothing that is Slack's own. What it refuses goes on as it is."""
    try:
        yield
    except WEATHER as error:
        raise reaching.unreached(error) from error
    except SlackApiError as error:
        status, _ = _status(error)
        if status >= 500 or (status != 429 and not code(error)):
            raise reaching.in_trouble(status) from error
        raise


def asked_to_wait(error: SlackApiError) -> timedelta | None:
    return _status(error)[1]


def code(error: SlackApiError) -> str:
    data = getattr(error.response, "data", None)
    return str(data.get("error", "")) if isinstance(data, dict) else ""


def _status(error: SlackApiError) -> tuple[int, timedelta | None]:
    """The HTTP status, and how long Slack asks to wait."""
    response: Any = error.response
    status = getattr(response, "status_code", None) or getattr(response, "status", 0)
    wait = str((getattr(response, "headers", None) or {}).get("Retry-After", ""))
    asked = float(wait) if _SECONDS.fullmatch(wait) else None
    return int(status or 0), None if asked is None else min(timedelta(seconds=asked), LONGEST_WAIT)
