"""Writes each case as a page: on Slack, on Discord and in the archive, wide and narrow.

python -m bench.pictures FOLDER
"""

import asyncio
import shutil
from collections.abc import Mapping
from pathlib import Path

from markupsafe import Markup

from bench import asking
from bench.pictures import cases, clients, talks
from bot.model import Card, Home, Reply
from bot.web.pages import FOLDER, Templates

WIDTHS = {"wide": 600, "narrow": 360}
SHEET = 6
"""Cases on one page."""

MODAL = ("back-test", "back-test refused", "save", "why, held by quiet hours")
"""What is drawn as the answer to a form, too."""

PAGE = Markup(
    '<!doctype html><meta charset="utf-8"><link rel="stylesheet" href="clients.css"><body class="{}"><main>{}</main>'
)
FIGURE = Markup('<figure style="width:{}px"><h6>{}</h6>{}</figure>')


def main() -> None:
    parser = asking.parser("pictures", __doc__)
    parser.add_argument("folder", type=Path, help="made where it is not there")
    folder = parser.parse_args().folder
    if folder.exists() and not folder.is_dir():
        parser.error(f"{folder} is a file: name a folder.")
    draw(folder)


def draw(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(Path(__file__).with_name("clients.css"), folder)
    alerts, answers = cases.alerts(), cases.answers()
    talked = asyncio.run(talks.talks())
    said: dict[str, talks.Said] = {**alerts, **answers, **talked}
    slack = {name: clients.slack(one) for name, one in said.items()}
    slack |= {
        f"{name}, in a modal": clients.slack_modal(one)
        for name, one in talked.items()
        if name in MODAL and isinstance(one, Reply)
    }
    discord = {name: clients.discord_(one) for name, one in said.items() if not isinstance(one, Home)}
    for name, width in WIDTHS.items():
        _sheets(folder, f"slack-{name}", slack, width, "")
        _sheets(folder, f"discord-{name}", discord, width, "dark")
    _archive(folder, alerts, answers)


def _sheets(folder: Path, stem: str, said: Mapping[str, Markup], width: int, theme: str) -> None:
    drawn = [FIGURE.format(width, name, one) for name, one in said.items()]
    for start in range(0, len(drawn), SHEET):
        page = PAGE.format(theme, Markup().join(drawn[start : start + SHEET]))
        (folder / f"{stem}-{start // SHEET + 1}.html").write_text(page, encoding="utf-8")


def _archive(folder: Path, alerts: Mapping[str, Card], answers: Mapping[str, Reply]) -> None:
    for name in ("style.css", "icon.svg"):
        shutil.copy(FOLDER / name, folder)
    templates = Templates()
    front = {"title": "", "words": "", "older": 20, "refresh": False, "trouble": "", "sources": 74}
    pages = {"archive-front": templates.page("front.html", {**front, "cards": tuple(alerts.values())})}
    for name, reply in answers.items():
        values = {"title": name, "words": "", "reply": reply}
        pages[f"archive-{name.split()[0]}{'-ai' if 'AI' in name else ''}"] = templates.page("reply.html", values)
    for name, html in pages.items():
        served = html.replace('href="/style.css"', 'href="style.css"').replace('"/icon.svg"', '"icon.svg"')
        (folder / f"{name}.html").write_text(served, encoding="utf-8")


if __name__ == "__main__":
    main()
