"""What of a report is compared: its words, the act it tells, who does it to whom, and the figures that identify it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from bot.core.text import fold, words
from bot.model import Entry

KEPT = 4_000
"""Reports whose traits are held, of 5 kB each: more than are open at once, so that those that were let go do not stay."""

TITLE = 300
LEAD = 300
"""Characters compared; a report says what happened at its start."""

_FURTHER = 0.3
_IN_LEAD = 0.7
"""What a word counts behind “after” or “amid”, and in the lead, against 1 in the headline's main clause."""

_STOP = frozenset(
    fold(
        "a an the and or but of in on at to for from by with without about into over after before under as is are was "
        "were be been being has have had do does did will would can could may might should must not no its it it's "
        "his her he she they their our your this that these those than then now new says said say saying how why what "
        "when where who which while because if so there we i you all any some more most first one two up out off amid "
        "against via per vs just also still get gets make makes us u.s ai artificial intelligence a.i source sources "
        "report reports reportedly according here watch exclusive update updates live analysis opinion told tell tells"
    ).split()
)

# Other names of the same thing, so that “DoD” and “Pentagon”, “$100 mln” and “$100M” are shared words.
_NAMES = tuple(
    (re.compile(pattern), name)
    for pattern, name in (
        (r"\b(?:department of (?:defense|war)|defen[cs]e (?:department|secretary)|dod)\b", "pentagon"),
        (r"\b(?:wh|white house|trump administration)\b", "whitehouse"),
        (r"\b(?:european union|european commission|brussels|e\.?u\b\.?)", "eu"),
        (r"\b(?:united kingdom|britain|british|u\.?k\b\.?)", "uk"),
        (r"\b(?:united nations|u\.?n\b\.?)", "un"),
        (r"\b(?:u\.s\.|us|united states) government\b", "usgovernment"),
        (r"\bbeijing\b", "china"),
        (r"\b(?:south korea|seoul)\b", "korea"),
        (r"\btokyo\b", "japan"),
        (r"\bnew delhi\b", "india"),
        (r"\bscotus\b", "supreme court"),
        (r"\bsupply.chain\b", "supplychain"),
        (r"\b(\d+(?:\.\d+)?) ?(?:million|mln|mn|m)\b", r"\1m"),
        (r"\b(\d+(?:\.\d+)?) ?(?:billion|bln|bn|b)\b", r"\1b"),
        (r"\bchief executive(?: officer)?\b", "ceo"),
        (r"\bno\. ?(\d)", r"\1"),
    )
)
_SUFFIXES = ("ations", "ation", "ings", "ing", "ies", "ied", "ers", "er", "ed", "es", "s", "ly", "e")
_UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u9fff]")

# What a headline's first finite verb says was done. Bare forms are left out: they are nouns as often (“label”, “order”).
_ACTS = {
    "sue": "sues sued suing lawsuit lawsuits",
    "plan": "vows vowed threatens threatened considering considers weighs weighing will would could may might expected"
    " mulls seeks plans poised eyes cannot",
    "block": "blocks blocked stays stayed enjoins enjoined injunction halts halted suspends suspended freezes",
    "deny": "denies denied dismisses dismissed loses lost declines declined rejects rejected refuses refused rebuffs",
    "uphold": "upholds upheld",
    "designate": "designates designated labels labeled labelled deems deemed notifies notified blacklists blacklisted",
    "ban": "orders ordered bans banned bars barred prohibits prohibited directs directed removes removed ousts",
    "sign": "signs signed enacts enacted",
    "veto": "vetoes vetoed",
    "pass": "passes passed approves approved clears cleared adopts adopted",
    "propose": "proposes proposed introduces introduced unveils unveiled outlines outlined releases released launches"
    " launched publishes published debuts announces announced opens opened",
    "delay": "delays delayed postpones postponed pauses paused cancels canceled cancelled scraps scrapped shelves",
    "fine": "fines fined",
    "probe": "probe probes probing investigate investigates investigating investigation subpoenas subpoenaed inquiry",
    "settle": "settles settled settlement",
    "appeal": "appeals appealed",
    "resign": "resigns resigned quits quit departs",
    "back": "backs backed endorses endorsed supports supported amicus",
    "oppose": "opposes opposed",
    "agree": "agrees agreed",
    "amend": "amends amended alters altered rewrites rewriting revises revised",
    "meet": "meets met talks meeting negotiating",
    "rule": "ruled ruling",
    "fail": "fails failed impasse",
    "raise": "raises raised raising",
    "buy": "buys acquires acquired acquiring acquisition",
    "repeal": "repeals repealed revokes revoked rescinds rescinded withdraws withdrew",
    "accuse": "accuses accused",
}
_ACT_OF = {word: act for act, forms in _ACTS.items() for word in forms.split()}

# Two desks may tell one event by either verb of these pairs; any other two acts are two events.
_ONE_EVENT: Mapping[str, tuple[str, ...]] = {
    "block": ("delay", "rule", "deny"),
    "deny": ("rule", "fail"),
    "uphold": ("deny", "rule"),
    "plan": ("propose", "delay", "probe", "agree", "raise"),
    "propose": ("delay", "agree", "pass", "raise", "buy"),
    "agree": ("sign", "meet", "amend", "buy"),
    "ban": ("probe",),
    "sue": ("accuse", "back"),
}
_FURTHER_CLAUSE = re.compile(
    r"(?:\b(?:after|following|amid|despite|as|when|while|before|ahead of|because|in response to|(?:hours|days|weeks)"
    r" after)\b|,)",
    re.IGNORECASE,
)
_SOON = 3
_OBJECT = 4
_DEEDS = frozenset(("probe", "investigation", "inquiry", "lawsuit", "injunction"))


# Who acts without a name: two desks may call one court “judge” and “court”.
_ANYBODY = frozenset(
    (
        "judge", "judges", "court", "courts", "federal", "appeals", "supreme", "district", "temporarily", "lawmakers",
        "senator", "senators", "sen", "rep", "president", "government", "officials", "official", "minister", "ministry",
        "regulator", "regulators", "watchdog", "authors", "artists", "families", "users", "employees", "workers",
        "staff", "researchers", "group", "formally", "officially", "reportedly", "ceo", "chief", "boss", "company",
        "companies", "state", "states", "committee", "house", "senate", "congress", "parliament", "legislature",
        "governor", "gov", "prosecutors", "police", "secretary", "agency", "investors", "shareholders", "startup",
    )
)  # fmt: skip

# No event has two of these: figures that identify rather than measure.
_BILL = re.compile(
    r"\b(?:[SAH]\.?B\.?|H\.?R\.?|[HS]F|LD|PL|E\.?O\.?|S\.|Bill|Executive Order|Regulation)[ .\-]*"
    r"([A-Z]?-?\d{1,5}(?:[-/]\d{1,4})?)(?!\d)"
)
_MONEY = re.compile(r"[$€£]\s?(\d+(?:[.,]\d+)*)\s?(million|mln|billion|bn|m|b)?\b", re.IGNORECASE)
_CHAMBER = re.compile(r"\b(senate|(?<!white )house|assembly|parliament|council|committee)\b", re.IGNORECASE)
_CAPITALISED = re.compile(r"\b[A-Z][A-Za-z0-9\-]+")
_NO_FIGURES: frozenset[str] = frozenset()
"""One for all: an empty set of its own for each kind would be a sixth of what is kept of a report."""

_RANK = re.compile(r"(?:\bno\. ?|#)(\d+)|\b(first|second|third|fourth|fifth)(?= round\b)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Traits:
    """What of a report is compared."""

    title: Mapping[str, float]
    """Its words, folded and cut to their stems, and what each counts."""
    whole: Mapping[str, float]
    act: str
    """What the headline says was done; "" when no listed verb says it."""
    actors: frozenset[str]
    """The names before that verb."""
    target: str
    """The name right behind that verb; "" when a common word stands there or every word is capitalised."""
    figures: tuple[frozenset[str], ...]
    """Bills, sums, ranks, chambers: no event has two of a kind."""
    names: frozenset[str]
    """The capitalised words of headline and lead."""
    has_lead: bool

    def acts_agree(self, other: "Traits") -> int:
        """1: the same act; -1: two acts that are two events; 0: they do not say."""
        if not self.act or not other.act:
            return 0
        if self.act == other.act:
            return 1
        either = other.act in _ONE_EVENT.get(self.act, ()) or self.act in _ONE_EVENT.get(other.act, ())
        return 0 if either else -1

    def actors_differ(self, other: "Traits") -> bool:
        """Each names who acts, and not the same: two who did alike did two things, the more when they did otherwise."""
        if not self.actors or not other.actors or self.actors & other.actors:
            return False
        named = (bool(self.actors & other.title.keys()), bool(other.actors & self.title.keys()))
        return not any(named) if self.act == other.act else not all(named)

    def targets_differ(self, other: "Traits") -> bool:
        """The same act upon two names, neither of which the other headline knows."""
        return bool(
            self.act == other.act
            and self.target
            and other.target
            and self.target not in other.title
            and other.target not in self.title
        )

    def figures_differ(self, other: "Traits") -> bool:
        """Other bills, other sums, other ranks: two events, however alike their words."""
        return any(
            mine and theirs and not mine & theirs for mine, theirs in zip(self.figures, other.figures, strict=True)
        )


def of(report: Entry) -> Traits:
    """The same value for the same words, so that what is known of a report need not be found out twice."""
    return _traits(report.title[:TITLE], report.text[:LEAD])


@lru_cache(maxsize=KEPT)
def _traits(title: str, lead: str) -> Traits:
    main, further = _clauses(title)
    headline = dict.fromkeys(stems(main), 1.0)
    for word in stems(further):
        headline.setdefault(word, _FURTHER)
    whole = dict(headline)
    for word in stems(lead):
        whole.setdefault(word, _IN_LEAD)
    act, at = _act(main)
    figures = (
        _figures(_BILL, f"{title} {lead}"),
        _figures(_MONEY, title),
        _figures(_RANK, title),
        _figures(_CHAMBER, main) if act == "pass" else _NO_FIGURES,
    )
    return Traits(
        title=headline,
        whole=whole,
        act=act,
        actors=_names(words(main)[:at]) if act else frozenset(),
        target=_target(main, at) if act else "",
        figures=figures,
        names=frozenset(word for name in _CAPITALISED.findall(f"{title} {lead}") for word in stems(name)),
        has_lead=bool(lead),
    )


def _clauses(title: str) -> tuple[str, str]:
    """The headline's main clause, and what stands behind “after”, “amid”, a comma."""
    for found in _FURTHER_CLAUSE.finditer(title):
        if len(words(title[: found.start()])) >= 3:
            return title[: found.start()], title[found.start() :]
    return title, ""


def _names(before: tuple[str, ...]) -> frozenset[str]:
    return frozenset(stems(" ".join(word for word in before if not is_anybody(word))))


def stems(text: str) -> list[str]:
    """What of its words is compared: folded, other names of a thing made one, common words left out."""
    folded = fold(text)
    for pattern, name in _NAMES:
        folded = pattern.sub(name, folded)
    found: list[str] = []
    for word in words(folded):
        if word in _STOP:
            continue
        for part in word.split("-"):
            if _UNSPACED.search(part):
                found += [part[at : at + 2] for at in range(max(1, len(part) - 1))]
            elif part not in _STOP and (len(part) > 1 or part.isdigit()):
                found.append(_stem(part))
    return found


@lru_cache(maxsize=8_000)
def _stem(word: str) -> str:
    """Kept for its memory more than for its time: thousands of reports share most of their words."""
    word = word.removesuffix("'s")
    return next((word.removesuffix(end) for end in _SUFFIXES if word.endswith(end) and len(word) - len(end) >= 4), word)


def _act(clause: str) -> tuple[str, int]:
    """The act, and how many words stand before its verb."""
    spoken = words(fold(clause))
    for at, word in enumerate(spoken):
        # "Exampler to sue": a headline's way to say "will".
        if word == "to" and 0 < at <= _SOON and spoken[at - 1] not in ("move", "moves", "moved"):
            return "plan", at
        if verb := _verb(word, spoken[at - 1] if at else ""):
            return _deeper(spoken[at + 1 : at + 1 + _OBJECT]) or _ACT_OF[verb], at
    return "", 0


def _verb(word: str, before: str) -> str:
    """As it is listed: behind several who act, "lawmakers pass", its bare form is no noun."""
    several = before.endswith("s") and before in _ANYBODY
    forms = (word, f"{word}s", f"{word}es") if several else (word,)
    return next((form for form in forms if form in _ACT_OF), "")


def _deeper(after: tuple[str, ...]) -> str:
    """ "Launches investigation" tells of an investigation, "files appeal" of an appeal."""
    return next((_ACT_OF[word] for word in after if word in _DEEDS), "")


_INTO = frozenset(("into", "against"))
_UPON = 6
"""Words after the verb of an act in which the one it is done to is named."""


def is_anybody(word: str) -> bool:
    """Whether it says who acts, or how many, without a name."""
    return fold(word) in _ANYBODY or word.isdecimal()


def is_act(word: str) -> bool:
    return fold(word) in _ACT_OF


def capitalised(spoken: Sequence[str]) -> bool:
    """Whether every word of a headline has a capital, so that none shows a name."""
    long = [word for word in spoken if len(word) > 3]
    return sum(word[0].isupper() for word in long) > 0.7 * len(long)


def _target(clause: str, at: int) -> str:
    spoken = words(clause)
    if capitalised(spoken):
        return ""
    after = spoken[at + 1 : at + 1 + _UPON]
    # "Opens an investigation into Exampler": the act is upon whom it is opened into.
    upon = next((place + 1 for place, word in enumerate(after) if word in _INTO), 0)
    name = after[upon] if upon < len(after) else ""
    return next(iter(stems(name)), "") if name[:1].isupper() else ""


def _figures(pattern: re.Pattern[str], text: str) -> frozenset[str]:
    found = frozenset(
        re.sub(r"[ .\-,]|illion|ln|(?<=b)n", "", "".join(found.groups("")).lower()) for found in pattern.finditer(text)
    )
    return found or _NO_FIGURES
