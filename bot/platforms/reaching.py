"""What is said of a platform that cannot be reached, or that answers whatever it is asked with an error."""

import os
import ssl

import aiohttp

from bot.errors import Unreached


def unreached(error: Exception) -> Unreached:
    """Of an error of the network."""
    return Unreached(f"cannot be reached ({_said(error)})")


def in_trouble(status: int) -> Unreached:
    """Of an answer that is none of the platform's own: its servers' trouble, or something that stands between."""
    return Unreached(f"answers {status} whatever it is asked")


def _said(error: Exception) -> str:
    inner = error.os_error if isinstance(error, aiohttp.ClientConnectorError) else error
    match error:
        case aiohttp.ClientConnectorDNSError():
            return f"the name {error.host} does not resolve"
        case TimeoutError():
            return "no answer in time"
    match inner:
        case ssl.SSLCertVerificationError():
            return f"its certificate is not trusted: {inner.verify_message}"
        case ssl.SSLError():
            return "it does not speak TLS as it should"
        case OSError(errno=int(number)):
            return os.strerror(number).lower()
        case _:
            return type(error).__name__
