"""Text as people read it and as machines compare it: cleaning, folding, cutting at word ends."""

import re
import unicodedata
from collections.abc import Sequence
from urllib.parse import urlsplit

# Controls (but tab and newline), bidi overrides and isolates, zero-width characters, soft hyphen, byte-order mark, tags and
# variation selectors beyond those of emoji: invisible to a reader, so they can only mislead one (Unicode TR36 §2.5), or speak
# past one to a machine.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u115f\u1160\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e01ef]"
)
_WORD = re.compile(r"[^\W_]+(?:['’.\-][^\W_]+)*")
_WEB = re.compile(r"https?://[^\s/?#]")


def clean(text: str) -> str:
    """One line: invisible characters dropped, every run of white space one space."""
    return " ".join(visible(text).split()) if text else ""


def visible(text: str) -> str:
    """Without the characters that nobody sees."""
    if text.isascii() and text.isprintable():
        return text
    return _INVISIBLE.sub("", text)


def fold(text: str) -> str:
    """For comparison only: compatibility forms unified, case and accents gone, curly quotes straight."""
    if text.isascii():
        return text.casefold()
    plain = unicodedata.normalize("NFKD", text.replace("’", "'").replace("‘", "'"))
    return "".join(c for c in plain if not unicodedata.combining(c)).casefold()


def has_other_digits(text: str) -> bool:
    """Digits beside the ten: “²” folds into one and is no number to `int`, “٣” is one to `int` and to nobody who sees 3."""
    return not text.isascii() and any(one.isdigit() and not one.isascii() for one in text)


def words(text: str) -> tuple[str, ...]:
    """The words as written; "SB-53", "A.I" and "don't" are one word each."""
    return tuple(_WORD.findall(text))


def site(link: str) -> str:
    """ "eur-lex.europa.eu", by which a reader knows where a link leads; "" where it leads nowhere."""
    try:
        return (urlsplit(link).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def is_web(link: str) -> bool:
    """Whether a platform takes it for an address: one with a host is asked for."""
    return bool(_WEB.match(link) and site(link))


def shorten(text: str, limit: int) -> str:
    """At most `limit` characters, cut at a word end and marked with an ellipsis where anything was cut."""
    if len(text) <= limit:
        return text
    if limit < 1:
        return ""
    head = text[: limit - 1]
    if not text[limit - 1].isspace():
        head = head.rsplit(None, 1)[0] if " " in head.strip() else head
    return head.rstrip(" ,;:–—-") + "…"


def shorten_above(lines: Sequence[str], limit: int) -> str:
    """The lines in at most `limit` characters, cut before the last one, which says what must not be lost."""
    *above, last = lines
    last = shorten(last, limit)
    head = shorten("\n".join(above), limit - len(last) - 1) if above else ""
    return f"{head}\n{last}" if head else last


def counted(number: int, one: str, many: str = "") -> str:
    """ "1 story", "2 stories", "5,120 stories"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


# Why


def names_a_page(link: str) -> bool:
    """A link to a site's front page names no report."""
    return bool(link.partition("://")[2].partition("/")[2].strip("/"))
