"""The container gives the program no more than it needs; read from the files that make it."""

import asyncio
import json
import re
import sys
from pathlib import Path

from aiohttp import web

from tests.standins.local import LocalServer

ROOT = Path(__file__).parent.parent
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
COMPOSE = (ROOT / "compose.yaml").read_text(encoding="utf-8")
IGNORED = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()


def instructions(name: str) -> list[str]:
    """Of the stage that runs."""
    stage = DOCKERFILE.rsplit("\nFROM ", 1)[1]
    return re.findall(rf"^{name} (.+)$", stage, re.M)


def test_it_runs_as_nobody_in_particular_and_by_number() -> None:
    assert instructions("USER") == ["10001:10001"]
    after = DOCKERFILE.rsplit("USER 10001:10001", 1)[1]
    assert not re.search(r"^(RUN|COPY|ADD|USER)\b", after, re.M), "nothing is made as root afterwards"


def test_no_secret_is_baked_in_and_no_port_is_open() -> None:
    assert not re.search(r"TOKEN|KEY|SECRET", DOCKERFILE)
    assert not instructions("EXPOSE")
    assert {".git", "*.db*", ".env"} <= set(IGNORED)


def test_packages_are_those_that_were_locked() -> None:
    assert "--require-hashes -r requirements.lock" in DOCKERFILE
    assert all("--no-deps" in line for line in DOCKERFILE.splitlines() if re.search(r"pip install .* \.$", line))


def test_compose_takes_away_what_is_not_needed() -> None:
    service = dict(re.findall(r"^    (\w+): (.+)$", COMPOSE, re.M))
    assert service["read_only"] == "true"
    assert service["cap_drop"] == "[ALL]"
    assert service["security_opt"] == '["no-new-privileges:true"]'
    assert service["user"] == '"10001:10001"'
    assert {"noexec", "nosuid", "nodev"} <= set(re.split(r'[:,"]', service["tmpfs"]))
    assert service["pids_limit"]
    assert service["mem_limit"]
    assert not {"ports", "privileged", "cap_add", "network_mode", "pid", "devices"} & set(
        re.findall(r"^ +(\w+):", COMPOSE, re.M)
    )


def test_compose_holds_no_secret_hands_over_every_variable_and_mounts_the_configuration_read_only() -> None:
    assert "REGPULSE_" not in re.sub(r"#.*", "", COMPOSE), "a list here would keep from the program what is not in it"
    assert re.search(r"env_file:\n +- path: \.env\n +required: false\n", COMPOSE)
    assert "./config:/config:ro" in COMPOSE


def test_the_health_check_asks_what_is_alive_and_not_what_is_well() -> None:
    """A platform's outage must not restart the process."""
    (check,) = re.findall(r"HEALTHCHECK[^\n]*\\\n(.+)", DOCKERFILE)
    assert "/healthz" in check


async def test_the_health_check_asks_where_the_pages_are() -> None:
    """Whatever REGPULSE_WEB_LISTEN names: a container that is well would be restarted for ever."""

    async def well(request: web.Request) -> web.Response:
        return web.Response(text="ok")

    class Elsewhere(LocalServer):
        def routes(self) -> list[web.RouteDef]:
            return [web.get("/healthz", well)]

    (check,) = re.findall(r"HEALTHCHECK[^\n]*\\\n +CMD (.+)", DOCKERFILE)
    async with Elsewhere() as running:
        asked = await asyncio.create_subprocess_exec(
            sys.executable, *json.loads(check)[1:], env={"REGPULSE_WEB_LISTEN": running.address}
        )
        assert await asked.wait() == 0
