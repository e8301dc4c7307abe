"""What help says: the verbs by what people come for, each verb with its options, and the first steps."""

from collections.abc import Mapping

from bot.commands import verbs
from bot.model import Button, Option, Reply, Verb

GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "Look things up",
        ("latest", "search", "story", "brief", "catchup", "evidence", "why", "corrections"),
    ),
    (
        "Be told",
        ("presets", "subscribe", "save", "subscriptions", "edit", "unsubscribe", "mute", "unmute", "my"),
    ),
    ("Say what it was worth", ("feedback", "share", "review")),
    ("How it runs", ("settings", "sources", "status", "help")),
)

_QUERY = (
    "What the words can be:\n"
    "• words, all of which must be there, whole, in any case, singular or plural\n"
    '• "an exact phrase", -not, OR, parentheses; or: everything\n'
    "• importance:high (or medium, low): at least that\n"
    "• stage:signed,vetoed: one or the other; likewise type:bill, jurisdiction:us (with its states), topic:copyright, "
    'instrument:eu-ai-act, certainty:confirmed, tier:primary, source:"The Verge" and language:fr\n'
    "• since:2026-11 and until:2026-11-05: a year, month or day, by the date of the first report\n"
    "• include:adjacent: also stories only near AI regulation"
)
_EDITING = (
    "story split 12 2 takes report 2 out of story 12 into a story of its own; story split 12 2,4 takes both into one.\n"
    "story merge 12 15 files all reports of story 15 under story 12; story split 15 takes just those out again.\n"
    "story tell 16 sends a story that was kept quiet to the channels that ask for it.\n"
    "Stories are the same for every channel, so only editors may, whom the operator names under [people] editors, "
    "and the operator at the command line: regpulse ask story split 12 2"
)
_SUBSCRIBING = (
    f'Values with a space stand in quotes: every:"daily 09:00". name:none and mention:none take them away.\n\n{_QUERY}'
)
_MORE: Mapping[str, str] = {
    "search": _QUERY,
    "subscribe": _SUBSCRIBING,
    "save": _SUBSCRIBING,
    "edit": _SUBSCRIBING,
    "story": _EDITING,
    "share": "Look-ups only; nothing that changes something can be said through it.",
    "my": "my subscribe importance:high tells you alone of what matters most; my subscriptions lists what you asked for.",
}


def on(verb: Verb) -> str:
    """Usage, purpose, example, options."""
    managed = "\nFor people who may manage this channel." if verb.manages else ""
    options = [_option(option) for option in verb.options if option.named]
    more = ["", "What else you can add:", *options] if options else []
    more += ["", _MORE[verb.name]] if verb.name in _MORE else []
    return "\n".join([f"{_usage(verb)}\n{verb.summary}{managed}\nExample: {verb.example}", *more])


def on_all() -> str:
    """Short enough for one message anywhere."""
    known = dict(GROUPS)
    lines: list[str] = []
    for title, names in known.items():
        found = [verbs.BY_NAME[name] for name in names if name in verbs.BY_NAME]
        lines += [f"{title}:", *(f"• {verb.name}: {_short(verb)}" for verb in found), ""]
    return "\n".join([*lines, "How to say one, with an example: help subscribe"])


def first_steps() -> Reply:
    """For a channel that has asked for nothing yet."""
    return Reply(
        "RegPulse tells this channel what happens in AI regulation. Three things to do first:\n"
        "1. Take a ready-made subscription: presets\n"
        '2. Or try one of your own on the last 30 days: subscribe "EU AI Act"\n'
        "3. See what is new: latest\n"
        "All you can say: help",
        buttons=(Button("Presets", "presets"), Button("Subscribe", "form subscribe"), Button("Latest", "latest")),
    )


def _option(option: Option) -> str:
    values = f" ({', '.join(choice.value for choice in option.choices)})" if option.choices else ""
    return f"• {option.name}{values}: {option.summary}"


def _short(verb: Verb) -> str:
    return verb.summary.partition(".")[0].partition(";")[0]


def _usage(verb: Verb) -> str:
    return f"{verb.name} {verb.argument}".strip()
