"""Who may change what a channel hears: a policy for each workspace or server, held against what a person is there."""

from collections.abc import Mapping
from typing import Literal, get_args

from bot.model import Rank

Policy = Literal["anyone", "members", "managers", "admins"]
POLICIES: tuple[Policy, ...] = get_args(Policy)

SETTING = "manage"
"""The setting, kept for the whole space, that overrides what the configuration says of its platform."""

_LEAST: Mapping[Policy, Rank] = {"anyone": "guest", "members": "member", "managers": "manager", "admins": "admin"}
_ORDER: tuple[Rank, ...] = get_args(Rank)
_WHO: Mapping[Policy, str] = {
    "anyone": "anyone",
    "members": "members, not guests,",
    "managers": "people who may manage it",
    "admins": "admins",
}


def may(policy: Policy, rank: Rank) -> bool:
    return _ORDER.index(rank) >= _ORDER.index(_LEAST[policy])


def known(text: str) -> Policy | None:
    """The policy of this name; None for none."""
    return next((policy for policy in POLICIES if policy == text), None)


def refusal(policy: Policy, line: str) -> str:
    """Who may, and how to get there; `line` is what they could say for themselves alone."""
    wider = POLICIES[max(0, POLICIES.index(policy) - 1)]
    return (
        f"Only {_WHO[policy]} can change what this channel hears. Ask one of them, or an admin to say: "
        f"settings manage {wider}. For yourself alone: {line}"
    )


def said(policy: Policy) -> str:
    """What is in force."""
    return f"What a channel hears may be changed by {_WHO[policy].rstrip(',')}."
