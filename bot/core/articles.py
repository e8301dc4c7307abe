"""Reads linked documents: the article of a page or a PDF, or what the page shows in its place."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

from bot.core import markup, tidy
from bot.core.addresses import canonical
from bot.core.text import clean
from bot.model import Article, Imprint, Obstacle, Page, Unread

MOST = 50_000
"""Characters of one article that are kept."""

MOST_MARKUP = 3_000_000
"""Bytes of one page that are looked at."""

LITTLE = 200
"""Characters below which a page is taken to hold no article."""

TEASER = 2_500
"""Characters up to which the text of a page marked as paid for is taken for its beginning only."""

BEGINNING = "the publisher shows only the beginning, the rest is for subscribers"


def is_pdf(page: Page) -> bool:
    return page.body[:1024].lstrip().startswith(b"%PDF") or "application/pdf" in page.content_type.lower()


# Pages


@dataclass(frozen=True, slots=True)
class _Sight:
    """What a visitor sees at first glance, and what the page says to machines."""

    title: str
    text: str
    linked: float
    """Share of the text that stands in links."""
    markup: str
    data: tuple[Mapping[str, Any], ...]
    """schema.org objects of the page."""


def read(page: Page, now: datetime) -> Article | Unread:
    """The page's article, a line a paragraph; or what stands in its way."""
    if not ("html" in page.content_type.lower() or b"<html" in page.body[:4096].lower()):
        return _refused(page) or Unread("no page", f"the link leads to {_kind(page)} instead of a page")
    html = _decoded(page)
    root = markup.parsed(html)
    if root is None:
        return _refused(page) or Unread("empty page", "the page is empty")
    sight = _sight(root, html)
    if wall := _wall(page, sight):
        return wall
    imprint = _imprint(root, sight, page, now)
    markup.drop_hidden(root)
    text = _text(root)
    if len(text) < LITTLE or _lists(sight, text):
        return _instead(sight)
    return Article(text, imprint, BEGINNING if _paid(sight) and len(text) < TEASER else "")


def _kind(page: Page) -> str:
    return clean(page.content_type)[:60] or "something"


def _decoded(page: Page) -> str:
    """By the server's word, then the page's own, then by what its bytes look like."""
    body = page.body[:MOST_MARKUP]
    said = re.search(r"charset=[\"']?([\w-]+)", page.content_type, re.I)
    own = re.search(rb"<meta[^>]+charset=[\"']?([\w-]+)", body[:4096], re.I)
    for name in (said[1] if said else "", own[1].decode() if own else ""):
        try:
            return body.decode(name)
        except (LookupError, UnicodeDecodeError):
            continue
    from trafilatura.utils import decode_file

    return decode_file(body)


def _sight(root: Any, html: str) -> _Sight:
    body = root.find("body")
    seen = markup.parsed(html) if body is not None else None
    links = "" if body is None else " ".join(_words(link.text_content()) for link in body.iter("a"))
    if seen is not None:
        markup.drop_hidden(seen)
    text = markup.text_of(seen) if seen is not None else ""
    title = " · ".join(_words(found.text_content()) for tag in ("title", "h1") for found in list(root.iter(tag))[:1])
    return _Sight(title, text, len(links) / max(1, len(text)), html, tuple(_data(root)))


def _words(text: str) -> str:
    return " ".join(text.split())


def _text(root: Any) -> str:
    # Lists and tables belong to what authorities publish; figures for this choice: docs/architecture.md.
    import trafilatura  # with the first article, not with the start: it takes .2 s

    found = trafilatura.extract(root, favor_recall=True, include_comments=False, include_tables=True) or ""
    # The library writes a list as "- " and a table's row as "| cell | cell |", with bars of the text escaped.
    plain = re.sub(r"^[|\- ]+$|^(?:- |\| ?)|(?<!\\)\|\s*$", "", found, flags=re.M)
    return tidy.lines(plain.replace("\\|", "|"))[:MOST]


# What stands in the way

_WANTS: Mapping[int, tuple[Obstacle, str]] = {
    401: ("login page", "answered 401 (it wants a password)"),
    402: ("paywall", "answered 402 (it wants to be paid)"),
    403: ("bot wall", "answered 403 (it refuses us; is a contact set in [http]?)"),
    404: ("not there", "answered 404 (it is not there)"),
    406: ("bot wall", "answered 406 (it refuses us)"),
    410: ("not there", "answered 410 (it is gone for good)"),
    429: ("bot wall", "answered 429 (we ask too often)"),
    451: ("not there", "answered 451 (withheld for legal reasons)"),
}
_CHALLENGE = re.compile(
    r"just a moment|checking your browser|attention required|verify(?:ing)? (?:that )?you are (?:a )?human"
    r"|are you (?:a robot|human)"
    r"|pardon our interruption|unusual traffic|access (?:to this page has been )?denied|request unsuccessful|security check"
    r"|prove you(?:'|’)re not a robot|press (?:&|and) hold|complete the captcha",
    re.I,
)
_CHALLENGER = re.compile(
    r"cf-chl|challenge-platform|_incapsula_resource|px-captcha|captcha-delivery\.com|awswaf|ddos-guard|/_sec/cp_challenge",
    re.I,
)
_NOT_THERE = re.compile(
    r"\b(?:page|article|story|document|content|site) (?:\w+ )?(?:not found|does(?: not|n['’]t) exist"
    r"|(?:could not|cannot|can['’]t) be found"
    r"|(?:is )?no longer (?:available|exists|here))|\b404\b.{0,12}\b(?:not found|error)\b|\berror 404\b|^\W*404\W*$"
    r"|seite nicht gefunden|page (?:introuvable|non trouvée)|página no encontrada|pagina non trovata",
    re.I,
)
_CONSENT = re.compile(
    r"before you continue|accept (?:all|cookies|and continue)|we value your privacy|consent to (?:the use|cookies|our)"
    r"|manage (?:cookies|your (?:choices|preferences))|alle akzeptieren|tout accepter",
    re.I,
)
_PAY = re.compile(
    r"subscribe (?:now )?(?:to|and) (?:continue|read|keep|unlock)|already a (?:subscriber|member)"
    r"|(?:for|to) (?:our )?(?:paying )?subscribers"
    r"|(?:subscribers|members)[- ]only|reserved for (?:subscribers|members)|become a (?:subscriber|member)"
    r"|(?:start|begin) your (?:free )?trial"
    r"|to (?:read|continue reading) (?:the (?:full|rest)|this)|unlock this (?:article|story)"
    r"|mit (?:dem )?abo\b|réservé aux abonnés",
    re.I,
)
_LOGIN = re.compile(r"\b(?:sign|log) ?in\b|\blogin\b|\banmelden\b|se connecter", re.I)
_LOGIN_PATH = re.compile(r"/(?:log-?in|sign-?in|sso|auth|account/login)(?:[/?.]|$)", re.I)
_SCRIPT = re.compile(
    r"(?:enable|requires?|turn on|activate|without) javascript|javascript (?:is|to be) (?:disabled|required|enabled)",
    re.I,
)
_SHELL = re.compile(
    r"<div[^>]+id=[\"'](?:root|app|__next|__nuxt|gatsby-focus-wrapper|svelte)[\"'][^>]*>\s*</div>", re.I
)


def _refused(page: Page) -> Unread | None:
    if page.status < 400:
        return None
    return Unread(*_WANTS.get(page.status, ("unreachable", f"answered {page.status} (its server is in trouble)")))


def _wall(page: Page, sight: _Sight) -> Unread | None:
    """What surely is no article, whatever else the page says."""
    little = len(sight.text) < 1_500
    if little and (
        _CHALLENGE.search(sight.title) or _CHALLENGE.search(sight.text[:600]) or _CHALLENGER.search(sight.markup)
    ):
        return Unread("bot wall", "the page checks for robots and keeps us out (bot wall)")
    if refused := _refused(page):
        return refused
    if _NOT_THERE.search(sight.title):
        return Unread("not there", "the page says that it is not there, though its server answered 200")
    asked, got = urlsplit(page.asked), urlsplit(page.url)
    if _consents(got.hostname or "", got.path):
        return Unread("consent wall", "the link leads to a consent wall")
    if _LOGIN_PATH.search(got.path) and not _LOGIN_PATH.search(asked.path):
        return Unread("login page", "the link leads to a login page")
    if _is_front(got.path) and not got.query and page.asked and not (_is_front(asked.path)):
        return Unread("not there", "the link leads to a front page instead of the article")
    return None


def _consents(host: str, path: str) -> bool:
    return host.split(".")[0] in ("consent", "guce") or path.lower().startswith(("/consent", "/collectconsent"))


def _is_front(path: str) -> bool:
    return bool(re.fullmatch(r"/?(?:[a-z]{2}(?:-[a-z]{2})?/?)?(?:index\.\w+)?", path, re.I))


def _lists(sight: _Sight, text: str) -> bool:
    """Does the page list other pages, with no text of its own?"""
    return sight.linked > 0.5 and max(map(len, text.split("\n"))) < LITTLE


def _instead(sight: _Sight) -> Unread:
    """Why a page holds no article."""
    text, said = sight.text, f"{sight.title}\n{sight.text}"
    if _paid(sight) or _PAY.search(text):
        return Unread("paywall", "the article stands behind a paywall")
    if 'type="password"' in sight.markup.lower() or (len(text) < 400 and _LOGIN.search(sight.title)):
        return Unread("login page", "the page wants a login")
    if _CONSENT.search(said):
        return Unread("consent wall", "the page shows a consent wall")
    if _SHELL.search(sight.markup) or (len(text) < 2 * LITTLE and _SCRIPT.search(sight.markup)):
        return Unread("script shell", "the page shows nothing without JavaScript")
    if not text:
        return Unread("empty page", "the page is empty")
    if sight.linked > 0.5:
        return Unread("no article", "the page lists other pages and holds no article")
    return Unread("no article", "the page holds no article text")


def _paid(sight: _Sight) -> bool:
    """As publishers tell search engines (schema.org/isAccessibleForFree) and as their own software marks it."""
    free = (str(one.get("isAccessibleForFree", "")).lower() for one in sight.data)
    return "false" in free or bool(
        re.search(r"article:content_tier[\"'] content=[\"'](?:locked|metered)", sight.markup, re.I)
    )


# What the page says of itself


def _imprint(root: Any, sight: _Sight, page: Page, now: datetime) -> Imprint:
    about = next((one for one in sight.data if "datePublished" in one), {})
    author, publisher = about.get("author"), about.get("publisher")
    link = next((canonical(urljoin(page.url, found)) for found in root.xpath("//link[@rel='canonical']/@href")), "")
    published = about.get("datePublished") or _meta(root, "article:published_time", "dcterms.date", "dc.date", "date")
    heading = next((_words(found.text_content()) for tag in ("h1", "title") for found in root.iter(tag)), "")
    return Imprint(
        link=link or canonical(_meta(root, "og:url")),
        outlet=clean(_meta(root, "og:site_name") or _name(publisher))[:100],
        author=clean(_name(author) or _meta(root, "author", "article:author", "dc.creator"))[:200],
        published=_moment(str(published), now),
        title=clean(_meta(root, "og:title") or heading)[:500],
    )


def _meta(root: Any, *names: str) -> str:
    for name in names:
        for element in root.iter("meta"):
            said = (element.get("property") or element.get("name") or "").lower()
            if said == name and (value := element.get("content", "").strip()):
                return str(value)
    return ""


def _name(value: object) -> str:
    """Of a schema.org person, organisation or a list of them."""
    match value:
        case str():
            return "" if value.startswith("http") else value
        case dict():
            return str(value.get("name") or "")
        case list():
            return ", ".join(filter(None, (_name(one) for one in value[:5])))
        case _:
            return ""


def _moment(text: str, now: datetime) -> datetime | None:
    """An ISO date or time that is not ahead of us."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    return moment if datetime(1990, 1, 1, tzinfo=UTC) < moment <= now else None


def _data(root: Any) -> Iterator[Mapping[str, Any]]:
    for script in root.xpath("//script[@type='application/ld+json']")[:10]:
        try:
            yield from _objects(json.loads(script.text or "", strict=False))
        except (ValueError, RecursionError):
            continue


def _objects(value: object) -> Iterator[Mapping[str, Any]]:
    """An object, those of a list, those of a graph."""
    match value:
        case {"@graph": list() as parts}:
            yield from (part for part in parts if isinstance(part, dict))
        case dict():
            yield value
        case list():
            yield from (part for part in value if isinstance(part, dict))


# PDFs


def of_pdf(pages: tuple[str, ...], imprint: Imprint) -> Article | Unread:
    """The document's running text, a line a paragraph, from the lines of its pages."""
    edges = _repeated(pages)
    found = [line for page in pages for line in _lines(page) if _shape(line) not in edges]
    text = "\n".join(_paragraphs(found))[:MOST] if found else ""
    if len(text) < LITTLE:
        return Unread("unreadable PDF", "the PDF holds no text (a scan, perhaps)")
    return Article(text, imprint)


def _lines(page: str) -> list[str]:
    return tidy.lines(page.replace("\u00ad\n", "").replace("\ufffe\n", "")).split("\n") if page.strip() else []


def _shape(line: str) -> str:
    return re.sub(r"\d+", "0", line)


def _repeated(pages: tuple[str, ...]) -> frozenset[str]:
    """First and last lines that most pages share, numbers aside: running heads and page numbers."""
    counts: Counter[str] = Counter()
    for page in pages:
        shown = _lines(page)
        counts.update({_shape(line) for line in (*shown[:2], *shown[-2:])})
    often = max(2, len(pages) // 2)
    # A page number alone on its line is one on the only page, too.
    return frozenset(
        line for line, number in counts.items() if number >= often or re.fullmatch(r"\W*(?:page )?0\W*", line, re.I)
    )


_ITEM = re.compile(r"(?:[•▪‣–—-]|\(?(?:\d{1,3}|[a-z]|[ivx]{1,4})[.)])\s|(?:Article|Section|Chapter|Annex|§)\s", re.I)
_CLOSED = re.compile(r"[.!?:;][\"'”’)\]]*$")


def _paragraphs(found: list[str]) -> Iterable[str]:
    """Lines joined where one runs on into the next: it fills the column, or ends in no stop."""
    width = sorted(map(len, found))[int(len(found) * 0.9)]
    paragraph = ""
    for line, after in zip(found, [*found[1:], ""], strict=True):
        paragraph = _joined(paragraph, line)
        short = len(line) < 0.8 * width
        ends = (_CLOSED.search(line) and short) or (short and after[:1].isupper() and len(line) < 0.5 * width)
        if not after or ends or _ITEM.match(after):
            yield paragraph
            paragraph = ""


def _joined(start: str, line: str) -> str:
    if re.search(r"[^\W\d_]-$", start) and line[:1].islower():
        return start[:-1] + line
    return f"{start} {line}" if start else line
