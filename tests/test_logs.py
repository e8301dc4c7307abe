"""What is secret does not get into the log, also what was not known to be when the program started."""

import logging
from collections.abc import Iterator

import pytest
import structlog

from bot import logs


@pytest.fixture(autouse=True)
def _put_back() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


@pytest.mark.parametrize(
    "secret", ["known", "xoxb-1234-abc", "xoxe.xoxb-1-MiSwX", "xoxe-1-MiSwX", "xapp-1-A1-abc", "xoxp-99-x_y"]
)
def test_secrets_are_blotted_out_of_events_of_our_own_and_of_libraries(
    secret: str, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.configure(level="info", json=True, secrets=("known",))
    structlog.get_logger().warning("refused", reason=f"token {secret}, wrong")
    logging.getLogger("slack_sdk").error("failed with %s", secret)
    told = capsys.readouterr().err
    assert secret not in told
    assert told.count("[secret]") == 2
    assert ", wrong" in told
