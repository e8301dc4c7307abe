"""How the program tells its operator what happens: events with fields, on stderr, secrets blotted out."""

import logging
import re
import sys
from collections.abc import Sequence

import structlog
from structlog.types import EventDict, Processor, WrappedLogger


def configure(*, level: str, json: bool, secrets: Sequence[str]) -> None:
    """One stream for our events and the libraries' log records; colour where stderr is a terminal."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso" if json else "%H:%M:%S", utc=json),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        _Blot(secrets),
    ]
    last: Processor = (
        structlog.processors.JSONRenderer() if json else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared, processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, last]
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for chatty in ("aiohttp.access", "slack_bolt", "slack_sdk", "discord", "trafilatura", "htmldate", "asyncio"):
        logging.getLogger(chatty).setLevel(max(logging.WARNING, root.level))


# docs.slack.dev/authentication/tokens, and with rotation: xoxe.xoxb-…, xoxe-…
_TOKEN = re.compile(r"\bx(?:ox[a-z]|app)(?:\.xox[a-z])?-[\w-]{3,}")


class _Blot:
    """Replaces every known secret, and whatever looks like a token of Slack's, wherever a library put it.

    Tokens of workspaces that install the app are not known when the program starts.
    """

    def __init__(self, secrets: Sequence[str]) -> None:
        self._secrets = tuple(secret for secret in secrets if secret)

    def __call__(self, logger: WrappedLogger, name: str, event: EventDict) -> EventDict:
        return {key: self._clean(value) for key, value in event.items()}

    def _clean(self, value: object) -> object:
        if isinstance(value, str | bytes | Exception):
            text = str(value)
            for secret in self._secrets:
                text = text.replace(secret, "[secret]")
            text = _TOKEN.sub("[secret]", text)
            return text if text != str(value) else value
        return value
