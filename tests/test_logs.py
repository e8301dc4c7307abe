"""No secret in any line of the log, whoever logs it and however it got there."""

import io
import json
import logging
import sys
import threading
from typing import Any

import pytest
import structlog

from bot import logs
from bot.cli import progress
from bot.config import Tokens

SECRETS = {
    "slack_bot": "xoxb-17653672481-19874698323-pdFZKVeTuE8sk7oOcHrzqqgy",
    "slack_app": "xapp-1-A0B1C2D3E4F-1234567890123-a0b1c2d3e4f5",
    "discord": "MTk4NjIyNDgzNDcxOTI1MjQ4.Cl2FMQ.ZnCjm1XVW7vRze4b7Cq4se7kKWs",
    "llm": 'pass"word\\with ümlaut&more',
    "web": "correct-horse-battery",
}


@pytest.fixture(params=[False, True], ids=["lines", "json"])
def stream(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """What the operator reads."""
    read = io.StringIO()
    monkeypatch.setattr(sys, "stderr", read)
    logs.configure(level="debug", json=request.param, secrets=Tokens(**SECRETS).secrets)
    return read


def raises(text: str) -> None:
    held = {"headers": {"Authorization": f"Bearer {text}"}}
    raise ConnectionError(f"refused {held}")


def by_us(secret: str) -> None:
    log = structlog.get_logger()
    log.info(
        "sent",
        token=secret,
        nested={"deep": [secret, {"er": (secret,)}]},
        raw=secret.encode(),
        error=ValueError(secret),
    )
    log.info(f"event {secret}", key=f"x{secret}x")
    try:
        raises(secret)
    except ConnectionError:
        log.exception("failed", url=f"https://api.example/x?token={secret}")


def by_a_library(secret: str) -> None:
    log = logging.getLogger("discord.http")
    log.setLevel(logging.DEBUG)
    log.warning("POST %s with %s has returned %s", "https://x", {"Authorization": secret}, [secret])
    try:
        raises(secret)
    except ConnectionError as error:
        log.error("Ignoring exception in %s", error, exc_info=True)
        logging.getLogger("asyncio").error("Task exception was never retrieved", exc_info=error)


def by_nobody(secret: str) -> None:
    try:
        raises(secret)
    except ConnectionError as error:
        sys.excepthook(type(error), error, error.__traceback__)
    thread = threading.Thread(target=raises, args=(secret,))
    thread.start()
    thread.join()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.parametrize("said", [by_us, by_a_library, by_nobody])
@pytest.mark.parametrize("name", SECRETS)
def test_a_configured_secret_never_shows(stream: io.StringIO, name: str, said: Any) -> None:
    secret = SECRETS[name]
    said(secret)
    text = stream.getvalue()
    assert "[secret]" in text
    assert "refused" in text, "the rest can be read"
    for form in (secret, json.dumps(secret)[1:-1], repr(secret)[1:-1], secret.encode().decode("latin-1")):
        assert form not in text


@pytest.mark.parametrize(
    ("line", "left"),
    [
        ("invalid token xoxp-11-22-abc in xoxe.xoxp-1-AbC-dEf", "invalid token [secret] in"),
        ("connecting with xapp-1-A0-12-ff now", "connecting with [secret] now"),
        ("token MTIzNDU2Nzg5MDEyMzQ1Njc4.GabCde.abcdefghijklmnopqrstuvwxyz0123456789AB bad", "token [secret] bad"),
        ("{'Authorization': 'Bot abc.def'}", "{'Authorization': '[secret]'}"),
        ("Authorization: Bearer abc123", "[secret]"),
        ("GET https://feeds.example/x.xml?lang=en&api_key=hunter2&page=3", "lang=en&api_key=[secret]&page=3"),
        ("GET https://me:hunter2@feeds.example/x.xml", "https://[secret]@feeds.example/x.xml"),
        ("PATCH /webhooks/123/aW50ZXJhY3Rpb246MTIzNDU2Nzg5/messages/@original", "/webhooks/[secret]/messages"),
        ("POST https://hooks.slack.com/services/T0/B0/hunter2", "hooks.slack.com/[secret]"),
        ("key sk-proj-abcdefghijklmnop refused", "key [secret] refused"),
        ("/slack/oauth?code=99.88.hunter2&state=hunter2", "code=[secret]&state=[secret]"),
    ],
)
def test_what_has_the_shape_of_a_secret_never_shows(stream: io.StringIO, line: str, left: str) -> None:
    structlog.get_logger().warning("met", line=line)
    text = stream.getvalue()
    assert left in text.replace('\\"', '"')
    assert "hunter2" not in text


@pytest.mark.parametrize(
    "line",
    [
        "feed ncsl answered 404, next try 12:00",
        "delivery 0123456789abcdef01234567 to slack:T024BE7LH:C024BE91L",
        "story 12 filed: names the EU AI Act (in force); key dates are open",
        "https://www.europarl.europa.eu/rss/doc/top-stories/en.xml?page=2&lang=en",
        "NIST.AI.100-1 and COM(2021)206.final are cited",
        "/work/regpulse/bot/store/outbox.py:120 in _settle",
    ],
)
def test_what_is_none_can_be_read(stream: io.StringIO, line: str) -> None:
    structlog.get_logger().warning("met", line=line)
    assert line in stream.getvalue()


@pytest.mark.parametrize(("lines", "said"), [(True, "Polling feeds: 1 of 2\n"), (False, "")])
def test_how_far_a_step_is_stands_in_no_log_for_machines(
    lines: bool, said: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "LINE_EVERY", 0)
    with progress.Steps(lines=lines) as steps:
        steps("Polling feeds", 0, 2)
        steps("Polling feeds", 1, 2)
    assert capsys.readouterr().err == said
