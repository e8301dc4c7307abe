"""What Slack's answers mean: which refusals are for ever, which of the token, which pass by themselves."""

from datetime import timedelta
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError

from bot.model import Doubt, Later, Outcome, Refused

WEATHER = (aiohttp.ClientError, TimeoutError, ConnectionError)
"""What the network does."""

# docs.slack.dev/reference/methods/chat.postMessage, "Errors". What none of these names is tried again.
REFUSALS = {
    "not_in_channel": "Invite the bot there: /invite @RegPulse",
    "channel_not_found": "The channel is gone, or private: invite the bot there, or unsubscribe.",
    "is_archived": "Unarchive the channel, or unsubscribe.",
    "restricted_action": "A workspace setting forbids posting there; ask a workspace admin.",
    "restricted_action_read_only_channel": "The channel is read-only; ask a workspace admin.",
    "restricted_action_thread_only_channel": "The channel takes threads only; subscribe another one.",
    "team_access_not_granted": "Install the app in that workspace.",
    "missing_scope": "Give the app the scope chat:write and install it again; see docs/slack.md.",
    "cannot_reply_to_message": "Subscribe another channel.",
    "user_is_bot": "Subscribe another channel.",
    "messages_tab_disabled": "Switch on the app's Messages tab; see docs/slack.md.",
}
TOKEN_TROUBLE = {
    "invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired", "no_permission", "org_login_required",
}  # fmt: skip
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
        return Refused(f"Slack says {reason}", REFUSALS[reason])
    if status == 429 or reason in ("ratelimited", "rate_limited"):
        return Later("Slack asks us to slow down", after)
    if reason in ("internal_error", "fatal_error"):  # "some aspect of the operation" may have succeeded, says its page
        return Doubt(f"Slack is in trouble ({reason})")
    if status >= 500 or reason in ("service_unavailable", "request_timeout"):
        return Later(f"Slack is in trouble ({reason or status})", after)
    return Refused(f"Slack says {reason or status}", "See docs/slack.md, and RegPulse's log.")


def code(error: SlackApiError) -> str:
    data = getattr(error.response, "data", None)
    return str(data.get("error", "")) if isinstance(data, dict) else ""


def _status(error: SlackApiError) -> tuple[int, timedelta | None]:
    """The HTTP status, and how long Slack asks to wait."""
    response: Any = error.response
    status = getattr(response, "status_code", None) or getattr(response, "status", 0)
    wait = (getattr(response, "headers", None) or {}).get("Retry-After", "")
    return int(status or 0), timedelta(seconds=int(wait)) if str(wait).isdigit() else None
