"""How the program tells its operator what happens: events with fields, on stderr, secrets blotted out."""

import json as jsons
import logging
import re
import sys
import threading
from collections.abc import Sequence
from types import TracebackType
from urllib.parse import quote

import structlog
from structlog.types import EventDict, Processor, WrappedLogger

BLOT = "[secret]"

_SHAPES = tuple(
    (marks, re.compile(shape))
    for marks, shape in (
        (("xox", "xapp-"), r"\bxox[a-z]{1,2}-[\w-]+(?:\.[\w-]+)*|\bxapp-[\w-]+"),  # Slack (docs.slack.dev/authentication/tokens)
        (("",), r"(?<![\w.-])[MNO][\w-]{22,28}\.[\w-]{6}\.[\w-]{25,}"),  # Discord: id, time and signature in base64
        (("webhooks/", "hooks.slack.com/", "interactions/"),
         r"(?<=/webhooks/)\d+/[\w-]{20,}|(?<=hooks\.slack\.com/)\w+/[\w/]+|(?<=/interactions/)\d+/[\w-]{20,}"),
        (("sk-",), r"\bsk-[\w-]{12,}"),  # language models
        (("bearer ", "basic ", "bot "),
         r"(?i)(?<=bearer )[^\s'\",;}]+|(?<=basic )[\w+/=-]{8,}|(?<=\bbot )[\w.+/=-]{20,}"),
        (("authorization",), r"(?i)(?<=authorization['\"]: ['\"])[^'\"]+|(?<=authorization: )\S+"),
        (("token=", "key=", "code=", "state="),
         r"(?i)(?<=[?&;]token=)[^&\s'\"#]+|(?<=[?&;]key=)[^&\s'\"#]+|(?<=[?&;]code=)[^&\s'\"#]+|(?<=[?&;]state=)[^&\s'\"#]+"),
        (("secret=", "token=", "key=", "password=", "signature="),
         r"(?i)(?<=[?&;]secret=)[^&\s'\"#]+|(?<=[?&;_]secret=)[^&\s'\"#]+|(?<=[?&;_-]token=)[^&\s'\"#]+"
         r"|(?<=[?&;_-]key=)[^&\s'\"#]+|(?<=apikey=)[^&\s'\"#]+|(?<=password=)[^&\s'\"#]+|(?<=signature=)[^&\s'\"#]+"),
        (("://",), r"(?<=://)[^/\s:@'\"]*:[^/\s@'\"]+(?=@)"),  # user and password of an address
    )
)  # fmt: skip
"""What looks like a secret, ours or not: a user may have typed theirs, a library may have met another.

Each behind the marks without which a line cannot hold it, as `casefold` writes them: most lines have none, and the search
for a substring costs a hundredth of that for a shape.
"""


def configure(*, level: str, json: bool, secrets: Sequence[str]) -> None:
    """One stream for our events and the libraries' log records; colour where stderr is a terminal."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso" if json else "%H:%M:%S", utc=json),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
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
            foreign_pre_chain=shared,
            # Last of all, on the whole line: whatever field, traceback or nested value a secret came in.
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, last, Blot(secrets)],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for chatty in ("aiohttp.access", "slack_bolt", "slack_sdk", "discord", "trafilatura", "htmldate", "asyncio"):
        logging.getLogger(chatty).setLevel(max(logging.WARNING, root.level))
    logging.captureWarnings(True)
    sys.excepthook = _crashed
    threading.excepthook = lambda met: _crashed(met.exc_type, met.exc_value, met.exc_traceback)


def _crashed(kind: type[BaseException], error: BaseException | None, at: TracebackType | None) -> None:
    """What nobody caught goes the same way as all else: Python's own traceback would print what it holds."""
    structlog.get_logger().critical("crashed", exc_info=(kind, error, at))


class Blot:
    """The last processor: takes the rendered line, and every secret in it away."""

    def __init__(self, secrets: Sequence[str]) -> None:
        written = {form for secret in secrets if secret for form in _forms(secret)}
        # The longest first, or what contains another would be left in part.
        self._known = [re.compile(re.escape(form)) for form in sorted(written, key=len, reverse=True)]

    def __call__(self, logger: WrappedLogger, name: str, line: EventDict | str) -> str:
        text = str(line)
        for pattern in self._known:
            text = pattern.sub(BLOT, text)
        folded = text.casefold()
        for marks, shape in _SHAPES:
            if any(mark in folded for mark in marks):
                text = shape.sub(BLOT, text)
        return text


def _forms(secret: str) -> tuple[str, ...]:
    """As it stands, and as JSON, Python and addresses write it."""
    return secret, jsons.dumps(secret)[1:-1], repr(secret)[1:-1], quote(secret, safe="")
