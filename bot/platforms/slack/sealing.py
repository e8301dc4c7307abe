"""Keeps tokens unreadable at rest: sealed with the operator's key, opened again with it or one of its forerunners."""

import base64
import hmac
import json
from dataclasses import dataclass, field

from bot.errors import ConfigError

MAKE_ONE = 'python -c "from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())"'


SIGNS = b"regpulse: signs"
"""Makes keys that sign of those that seal, so that neither says anything of the other."""


@dataclass(frozen=True, slots=True)
class Secrets:
    """What Slack gave us for one workspace."""

    token: str = field(repr=False)
    refresh: str = field(default="", repr=False)
    """By which the token is renewed; "" for one that does not expire."""


class Unopened(Exception):
    """Sealed with another key, or meddled with."""


class Seal:
    """Made of one key, or of several apart by commas: the first seals, all open, so that a key can be replaced."""

    def __init__(self, keys: str) -> None:
        """Raises ConfigError with the command that makes a key."""
        found = [one.strip() for one in keys.split(",") if one.strip()]
        if not found:
            raise ConfigError(
                "environment: REGPULSE_ENCRYPTION_KEY: missing. Tokens of many workspaces are only stored sealed. "
                f"Make a key and keep it safe: {MAKE_ONE}"
            )
        from cryptography.fernet import Fernet  # .1 s and 16 MB, for those who gave a key

        try:
            self._fernets = [Fernet(one) for one in found]
            self._signing = [hmac.digest(base64.urlsafe_b64decode(one), SIGNS, "sha256") for one in found]
        except ValueError:
            raise ConfigError(
                "environment: REGPULSE_ENCRYPTION_KEY: is no key (32 bytes in URL-safe base64; several apart by commas). "
                f"Make one: {MAKE_ONE}"
            ) from None

    def seal(self, team: str, secrets: Secrets) -> bytes:
        """The team is sealed with them: moved to another workspace's row they do not open."""
        inside = {"team": team, "token": secrets.token, "refresh": secrets.refresh}
        return self._fernets[0].encrypt(json.dumps(inside).encode())

    def open(self, team: str, sealed: bytes) -> Secrets:
        """Raises `Unopened`."""
        from cryptography.fernet import InvalidToken, MultiFernet

        try:
            inside = json.loads(MultiFernet(self._fernets).decrypt(sealed))
            kept, secrets = inside["team"], Secrets(inside["token"], inside["refresh"])
        except (InvalidToken, ValueError, TypeError, KeyError):
            raise Unopened from None
        if kept != team:
            raise Unopened
        return secrets

    def sign(self, said: bytes) -> str:
        """What proves that we said it, with the first key."""
        return _signature(self._signing[0], said)

    def is_signed(self, said: bytes, signature: str) -> bool:
        """Whether we said it, with any key."""
        given = signature.encode()
        return any(hmac.compare_digest(_signature(key, said).encode(), given) for key in self._signing)

    def is_stale(self, sealed: bytes) -> bool:
        """Whether it is to be sealed anew, with the first key."""
        from cryptography.fernet import InvalidToken

        try:
            self._fernets[0].decrypt(sealed)
        except InvalidToken:
            return True
        return False


def _signature(key: bytes, said: bytes) -> str:
    return base64.urlsafe_b64encode(hmac.digest(key, said, "sha256")).rstrip(b"=").decode()
