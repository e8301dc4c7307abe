"""Discord's answers as they go over the wire."""

import json
from collections.abc import Mapping
from typing import Any

from aiohttp import web

INVALID = {"message": "Invalid Form Body", "code": 50035, "errors": {}}


def json_answer(data: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    """The client parses a body only when its type is exactly this, without a charset."""
    return web.Response(
        body=json.dumps(data), status=status, headers={"Content-Type": "application/json", **(headers or {})}
    )
