"""How the local pages look: the templates, and the few things a template cannot say for itself."""

import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

import jinja2
from markupsafe import Markup, escape

from bot.core.text import site
from bot.model import Button

FOLDER = Path(__file__).parent / "templates"

_ADDRESS = re.compile(r"https?://[^\s<>\"“”]+[^\s<>\"“”.,;:!?)\]]")
_LINK = Markup('<a href="%s" rel="noopener noreferrer nofollow">%s</a>')
_SHOWN = {"story", "evidence"}
"""The verbs that have a page for each number."""


class Templates:
    """Renders a page of `templates/`. Everything that comes from a feed is escaped."""

    def __init__(self) -> None:
        self._environment = jinja2.Environment(
            loader=jinja2.FileSystemLoader(FOLDER),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.filters |= {"linked": linked, "day": day, "path": path, "site": site}
        self._environment.tests["web"] = is_web

    def page(self, template: str, values: Mapping[str, object]) -> str:
        return self._environment.get_template(template).render(values)


def linked(text: str) -> Markup:
    """The text with each web address in it as a link."""
    found = Markup()
    end = 0
    for address in _ADDRESS.finditer(text):
        found += escape(text[end : address.start()])
        found += _LINK % (address[0], address[0])
        end = address.end()
    return found + escape(text[end:])


def day(when: datetime) -> str:
    """The date, and the time where the publisher gave one: midnight is how a bare date is written."""
    return f"{when:%d %b %Y}" if (when.hour, when.minute) == (0, 0) else f"{when:%d %b %Y, %H:%M} UTC"


def path(button: Button) -> str:
    """Where a button's line leads on these pages; "" where it leads nowhere."""
    verb, _, rest = button.line.partition(" ")
    if verb in _SHOWN and rest.isdigit():
        return f"/{verb}/{rest}"
    return f"/search?q={quote(rest)}" if verb == "search" else ""


def is_web(link: str) -> bool:
    """Whether a person may click on it: another scheme could run something."""
    return link.startswith(("https://", "http://"))
