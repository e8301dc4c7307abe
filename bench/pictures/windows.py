"""`python -m bench.pictures.windows FOLDER` draws Slack's modals and App Home about as Slack lays them out, on one page."""

import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from markupsafe import Markup

from bench.pictures.clients import drawn
from bot.commands import VERBS
from bot.model import Button, Channel, Form, Home, Reply, Subscription
from bot.platforms.slack import home, modals

OWN, HERE = Channel("slack", "T1", "D1"), Channel("slack", "T1", "C1")
SINCE = datetime(2026, 11, 24, 9, tzinfo=UTC)
TRIED = (
    'Not saved yet: "EU AI Act" -opinion (daily 09:00)\n'
    "In the last 30 days it would have sent 12 stories, about 3 a week:\n"
    "• Commission fines Examplar AI 12 million euros under the EU AI Act over a chatbot\n"
    "• Parliament of Demoland adopts its law on high-risk systems\n"
    "The noisiest word is “chatbot”: 8 of the 12."
)
PAGE = Markup('<!doctype html><meta charset="utf-8"><link rel="stylesheet" href="clients.css"><main>{}</main>')
WINDOW = Markup(
    '<figure style="width:{}px"><h6>{}</h6><div class="slack window"><div><h3>{}</h3>{}<p class="buttons end">{}</p></div></div>'
    "</figure>"
)
FIELD = Markup('<p class="field"><b>{}</b>{}<br><span class="input">{}</span><br><span class="small">{}</span></p>')


def views() -> dict[str, dict[str, Any]]:
    subscribe = next(verb for verb in VERBS if verb.name == "subscribe")
    place = modals.Place("C1", "subscribe", "Subscribe")
    asked = Form(subscribe, "Subscribe", (("words", '"EU AI Act" -opinion'), ("every", "daily 09:00")))
    buttons = (Button("Save", "save"), Button("Narrow", "form subscribe"), Button("Cancel", "cancel"))
    known = (
        Subscription(HERE, '"EU AI Act" -opinion', "U1", SINCE, 3, every="daily 09:00"),
        Subscription(HERE, "topic:frontier_safety OR topic:incident_reporting", "U1", SINCE, 7, name="Frontier safety"),
    )
    mine = (Subscription(OWN, "importance:high", "U1", SINCE, 9, stages_only=True),)
    kept = Home(((OWN, mine), (HERE, known)), (True, True), ("71 of 74 sources healthy; blind: Herald (silent).",))
    return {
        "form": modals.form(asked, place),
        "back-test": modals.result(Reply(TRIED, buttons=buttons), place, "form subscribe"),
        "refused": modals.result(Reply("unknown stage “adoptd” at character 7: did you mean adopted?"), place, "form"),
        "home": home.view(kept, "D1", VERBS),
    }


def _window(name: str, view: dict[str, Any], width: int) -> Markup:
    title = view["title"]["text"] if "title" in view else "Home"
    buttons = [view[key]["text"] for key in ("close", "submit") if key in view]
    shown = Markup().join(_field(block) if block["type"] == "input" else drawn(block) for block in view["blocks"])
    return WINDOW.format(
        width, name, title, shown, Markup().join(Markup("<button>{}</button>").format(one) for one in buttons)
    )


def _field(block: dict[str, Any]) -> Markup:
    element = block["element"]
    start = element.get("initial_value") or element.get("initial_option", {}).get("text", {}).get("text", "")
    shown = start or element.get("placeholder", {}).get("text", "")
    return FIELD.format(
        block["label"]["text"], " (optional)" if block["optional"] else "", shown, block["hint"]["text"]
    )


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(Path(__file__).with_name("clients.css"), folder)
    for size, width in (("wide", 520), ("narrow", 340)):
        page = PAGE.format(Markup().join(_window(name, view, width) for name, view in views().items()))
        (folder / f"slack-windows-{size}.html").write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
