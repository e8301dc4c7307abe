"""Where: the body that acted comes first, the seat of a company last."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import pairwise

from bot.core.lexicon import Hit, Words
from bot.core.tags.gazetteer import words
from bot.core.tags.parts import Part
from bot.core.vocabulary import Vocabulary

MOST = 3

# Named without their country they are those of the press that writes about them most.
_BODIES = dict.fromkeys(words("congress scotus senate senator congressman congresswoman washington pentagon"), "US-FED")
_BODIES |= dict.fromkeys(words("mp lord peer"), "UK") | dict.fromkeys(words("mep europe european"), "EU")
_BODIES |= {"bipartisan": "US-FED"}
_PAIRS = {("supreme", "court"): "US-FED", ("national", "assembly"): "KR"}
_SCRIPTS = (("JP", re.compile(r"[\u3040-\u30ff]")), ("KR", re.compile(r"[\uac00-\ud7af]")))
"""Kana is written in one country, hangul about one."""

_EUROPEAN = words("parliament commission council trilogue coreper")
"""The Union's only where one of its instruments is named, or the Union itself."""

_COMPANY = words(
    "firm company startup maker giant developer chatbot app model lab unit platform tech chipmaker"
    " carmaker subsidiary rival entity group buyer customer billionaire investor owned made based national"
    " hacker actor bot"
)
_BETWEEN = words("ai tech chip internet linked artificial intelligence social media self")
_OFFICIAL = words(
    "government official regulator lawmaker senator senate congress court judge agency administration commerce"
    " justice treasury state department army military house supreme copyright president attorney district appeal"
    " federal representative patent trade prosecutor commission ai safety"
)
_COURT_STAGES = words("pending decided challenged enjoined upheld struck_down")


def read(head: Part, lead: tuple[Part, ...], text: Words, home: str, vocabulary: Vocabulary) -> tuple[str, ...]:
    """The places named, the one that acted first. `home`: that of a source which itself is the body that acts."""
    found = list(_ordered(head, vocabulary))
    if not found:
        found = [code for part in lead for code in _ordered(part, vocabulary)]
    if not found:
        found = [code for code, script in _SCRIPTS if script.search(head.words.text)]
    if not found:
        counted = Counter(hit.meaning for hit in vocabulary.jurisdictions.find(text))
        found = [code for code, _ in counted.most_common(MOST)]
    return tuple(dict.fromkeys(code for code in (home, *found) if code))


def settled(
    found: tuple[str, ...], head: Part, lead: tuple[Part, ...], stage: str, kind: str, home: str, vocabulary: Vocabulary
) -> tuple[tuple[str, ...], str]:
    """The places to tag, and what names the first: a state's law before a federal court stands under both."""
    codes = list(found)
    states = [code for code in codes if code.startswith("US-") and code not in ("US-FED", "US-STATES")]
    first_of_an_act = codes[:1] == ["US"] and not states and (stage or kind not in ("", "position"))
    if first_of_an_act or _acts(head):
        codes = ["US-FED" if code == "US" else code for code in codes]
    if states and stage in _COURT_STAGES and _federal_court(head, lead):
        codes = [*states, "US-FED", *codes]
    kept = _outermost_dropped(tuple(dict.fromkeys(codes)), vocabulary)[:MOST]
    if not kept:
        return ((home,), "the source") if home else ((), "")
    return kept, _why(kept[0], head, lead, vocabulary)


def _ordered(part: Part, vocabulary: Vocabulary) -> Iterator[str]:
    """Who acts, then the others as they stand, then the countries of instruments, last the seats of companies."""
    hits = sorted(
        (*_governments(part), *_unnamed(part, vocabulary)), key=lambda hit: (part.clauses[hit.start], hit.start)
    )
    seats = [hit for hit in hits if _seat(part, hit)]
    agents = [hit for hit in hits if hit not in seats and _agent(part, hit)]
    yield from (hit.meaning for hit in (*agents, *(hit for hit in hits if hit not in seats)))
    countries = (vocabulary.instruments[hit.meaning].jurisdiction for hit in part.named)
    yield from (code for code in countries if code != "INTL" or not hits)
    yield from (hit.meaning for hit in seats)


def _agent(part: Part, hit: Hit) -> bool:
    """ "Fined by Italy": who a passive verb names."""
    return any(
        part.folded[at] == "by" and part.words.raw[at - 1].endswith("ed")
        for at in range(max(1, hit.start - 3), hit.start)
    )


def _governments(part: Part) -> tuple[Hit, ...]:
    """Governors sign executive orders too: where a state is named, the order does not make it federal."""
    states = any(hit.meaning.startswith("US-") and hit.meaning not in ("US-FED", "US-STATES") for hit in part.places)
    return tuple(hit for hit in part.places if not (states and hit.words.lower().startswith("executive order")))


def _unnamed(part: Part, vocabulary: Vocabulary) -> Iterator[Hit]:
    """Bodies that do not say of which country they are, where no place stands right before them."""
    european = any(hit.meaning == "EU" for hit in part.places) or any(
        vocabulary.instruments[hit.meaning].jurisdiction == "EU" for hit in part.named
    )
    ai_act = any(part.folded[at : at + 2] == ("ai", "act") for at in range(len(part.folded)))
    for at, word in enumerate(part.folded):
        code = _BODIES.get(word) or ("EU" if word in _EUROPEAN and (european or (ai_act and not part.places)) else "")
        raw, behind = part.words.raw[at], part.folded[at + 1] if at + 1 < len(part.folded) else ""
        code = _PAIRS.get((word, behind), code)
        if word == "house" and raw == "House" and behind in _OF_THE_HOUSE:
            code = "US-FED"
        if word == "state" and raw.lower() == "states" and part.folded[at - 1 : at] not in _OTHER_STATES:
            code = "US-STATES"
        sure = raw[0].isupper() or word in ("senator", "bipartisan", "state")
        if code and sure and not _placed(part, at) and (word, behind) not in _NO_BODIES:
            yield Hit(code, at, at + 1, raw)


_OF_THE_HOUSE = words(
    "committee democrat republican panel passe passed vote bill lawmaker homeland energy speaker approve"
    " subcommittee gop hearing and judiciary science foreign select oversight china member leader advance clear"
)
_OTHER_STATES = (("united",), ("member",), ("other",), ("gulf",), ("nation",), ("baltic",), ("these",))
_NO_BODIES = frozenset((("washington", "state"), ("washington", "university"), ("european", "court")))


def _placed(part: Part, at: int) -> bool:
    """A place stands beside the body: "Texas Senate", "California State Senate", "Senate of Canada", "White House"."""
    return any(
        hit.start <= at <= hit.end
        or (hit.end + 1 == at and part.folded[hit.end] not in ("and", "to", "in", "for", "or", "from", "as"))
        or (at + 2 == hit.start and part.folded[at + 1] in ("of", "in"))
        for hit in part.places
    )


def _seat(part: Part, hit: Hit) -> bool:
    """ "Chinese AI firm", "U.S.-based": where a company sits says nothing about who acts."""
    for word in part.folded[hit.end : hit.end + 4]:
        if word in _COMPANY:
            return True
        if word not in _BETWEEN:
            return False
    return False


def _acts(head: Part) -> bool:
    """The United States act: a federal body is named right behind them, or a verb is where they open the sentence."""
    for hit in head.places:
        behind = head.words.raw[hit.end] if hit.end < len(head.words.raw) else ""
        verb = hit.start == 0 and behind.endswith("s") and not _seat(head, hit)
        if hit.meaning == "US" and behind and (head.folded[hit.end] in _OFFICIAL or verb):
            return True
    return False


def _federal_court(head: Part, lead: tuple[Part, ...]) -> bool:
    return any(part.holds(("circuit",)) or not _FEDERAL.isdisjoint(pairwise(part.folded)) for part in (head, *lead))


_FEDERAL = frozenset(
    (("federal", "judge"), ("federal", "court"), ("federal", "appeal"), ("district", "judge"), ("district", "court"))
)


def _outermost_dropped(codes: tuple[str, ...], vocabulary: Vocabulary) -> tuple[str, ...]:
    """A place that contains another one named is left out, unless it acted itself."""
    inner = {ancestor for code in codes for ancestor in vocabulary.ancestors(code)}
    return tuple(code for at, code in enumerate(codes) if code not in inner or (at == 0 and code == "EU"))


def _why(code: str, head: Part, lead: Iterable[Part], vocabulary: Vocabulary) -> str:
    for part in (head, *lead):
        for hit in (*part.places, *_unnamed(part, vocabulary)):
            if hit.meaning == code or (code == "US-FED" and hit.meaning == "US"):
                return f"“{hit.words}”"
        for hit in part.named:
            if vocabulary.instruments[hit.meaning].jurisdiction == code:
                return vocabulary.instruments[hit.meaning].name
    return "the source"
