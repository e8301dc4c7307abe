"""How far it got: the rung of the ladder that was reached, never the one that is planned."""

from collections.abc import Iterator
from dataclasses import dataclass

from bot.core.lexicon import Hit, Words
from bot.core.tags import acts, hedges, votes
from bot.core.tags.gazetteer import BILLS, COURTS, DOCUMENTS, DRAFTS, LAWS, LEADERS, POWERS, words
from bot.core.tags.hedges import Hedge
from bot.core.tags.parts import Part
from bot.core.vocabulary import Vocabulary
from bot.model import Tier

# A verb that tells what happened outranks one that tells what the thing is.
_RANK = (
    "struck_down", "enjoined", "upheld", "vetoed", "repealed", "withdrawn", "failed", "settled", "challenged", "delayed",
    "passed_legislature", "passed_chamber", "committee", "partially_applicable", "applied", "in_force", "signed",
    "decided", "enforced", "pending", "drafted", "consultation", "amended", "introduced", "published", "rumoured",
)  # fmt: skip

_LADDER = ("drafted", "introduced", "committee", "passed_chamber", "passed_legislature", "signed")
"""On which the body of a report corrects its headline, and the registry an older report."""

_LOOSE = words(
    "pass passes passed approves approved adopts adopted introduces introduced enacts enacted advances clears proposes"
)
"""Verbs of headlines that may mean one step or another."""

_THINGS = frozenset(("rumoured", "consultation", "drafted"))
"""Stages whose cues are things, not verbs: what stands before them does not make them a plan."""

_PUBLISHED = frozenset(("guidance", "standard", "voluntary_code", "strategy", "regulation", "executive_memorandum"))
"""Types that are out once they are published."""

_OF_LAWS = frozenset(("introduced", "upheld", "struck_down", "enjoined"))
"""Companies introduce and uphold things too: these count beside a law or who makes it, in headlines as well."""

_REJECTS = words("reject rejected")
_COMPANIES_TOO = frozenset(("delayed", "withdrawn", "signed", "published", "amended", "repealed", "in_force"))
"""Companies pause, scrap and sign things too, which is no stage of a law."""

_DISPUTES = words(
    "lawsuit suit case claim class author plaintiff settle settled settlement charge allegation copyright"
)
"""Without them an "agreement in principle" is one between states."""

_DEALS = words("deal contract partnership lease")
"""What companies sign."""

_CHANGES = words("amend amendment change omnibus revise revision delay update reopen")


@dataclass(frozen=True, slots=True)
class _Reading:
    stage: str = ""
    said: str = ""
    clause: int = 0


def read(
    head: Part, lead: tuple[Part, ...], places: tuple[str, ...], tier: Tier, vocabulary: Vocabulary
) -> tuple[str, str]:
    """The stage and what says so."""
    title = _of(head, places, vocabulary, grounded=False)
    body = (_of(part, places, vocabulary, grounded=True) for part in lead)
    told = _corrected(title, next((one for one in body if one.stage), _Reading()))
    if known := _known(told, head, vocabulary):
        return known
    if not told.stage and tier == "primary" and head.holds(DOCUMENTS) and not head.holds(DRAFTS):
        return "published", "a document at its publisher"
    return told.stage, f"“{told.said}”" if told.said else ""


def _of(part: Part, places: tuple[str, ...], vocabulary: Vocabulary, *, grounded: bool) -> _Reading:
    """The main clause's stage before any other clause's, in a clause the one of the highest rank."""
    readings = [*_patterns(part, places), *_cues(part, places, vocabulary, grounded=grounded)]
    return min(readings, key=lambda one: (one.clause, _RANK.index(one.stage)), default=_Reading())


def _corrected(title: _Reading, body: _Reading) -> _Reading:
    """Headlines run ahead: where the body tells an earlier rung of the same ladder, it is trusted."""
    if not title.stage or (title.stage == "rumoured" and body.stage in (*_LADDER, "consultation")):
        return body
    loose = title.said.lower() in _LOOSE and title.stage in _LADDER
    earlier = loose and body.stage in _LADDER and _LADDER.index(body.stage) < _LADDER.index(title.stage)
    return body if earlier and body.stage != "introduced" else title


def _known(told: _Reading, head: Part, vocabulary: Vocabulary) -> tuple[str, str] | None:
    """What the registry knows of the instrument in the title: a rung once reached is not left again by an old report, a
    draft is not yet introduced, guidance that is out is published."""
    by = next((vocabulary.instruments[hit.meaning] for hit in head.named), None)
    if by is None or head.holds(_CHANGES):
        return None
    if told.stage in _LADDER[:-1] and by.stage in ("signed", "in_force", "partially_applicable"):
        return "signed", f"the registry: {by.name} is past “{told.said}”"
    if told.stage == "introduced" and by.stage == "drafted" and not any(word.isdigit() for word in head.folded):
        return "drafted", f"the registry: {by.name} has no number yet"
    if not told.stage and by.type in _PUBLISHED and by.stage == "published":
        return "published", f"the registry: {by.name}"
    return None


def _patterns(part: Part, places: tuple[str, ...]) -> Iterator[_Reading]:
    for at in range(len(part.folded)):
        for act in (votes.passed, *acts.ALL):
            if (reached := act(part, at, places)) and (stage := _left(reached, part, at)):
                yield _Reading(stage, part.words.written(at, at + 1), part.clauses[at])


def _left(reached: str, part: Part, at: int) -> str:
    """Refusing and missing are no plans, whatever stands before them."""
    return reached if reached in ("upheld", "delayed") else hedges.left(reached, hedges.of(part, at), part, at)


def _cues(part: Part, places: tuple[str, ...], vocabulary: Vocabulary, *, grounded: bool) -> Iterator[_Reading]:
    """`grounded`: in running text, where a verb counts only beside those who act or what they act on."""
    around = (*part.places, *part.named, *vocabulary.bodies.find(part.words))
    for hit in _verbs(part.words, vocabulary):
        if hit.meaning == "rumoured" and not _led_by_power(part, hit, around, 4 if grounded else 99):
            continue
        if hit.meaning in _COMPANIES_TOO and _by_company(part, hit, around, vocabulary):
            continue
        if hit.meaning == "settled" and (part.holds(_REJECTS) or not part.holds(COURTS | POWERS | _DISPUTES)):
            continue
        if hit.meaning == "signed" and _signed_otherwise(part, hit, places):
            continue
        if (grounded or hit.meaning in _OF_LAWS) and not _near_power(part, hit, around):
            continue
        hedge = hedges.of(part, hit.start)
        if _thing(hit) and hedge != Hedge.NOT:
            hedge = Hedge.NONE
        told = "committee" if hit.meaning == "passed_chamber" and votes.in_committee(part, hit.end) else hit.meaning
        if stage := hedges.left(told, hedge, part, hit.start):
            yield _Reading(stage, hit.words, part.clauses[hit.start])


def _signed_otherwise(part: Part, hit: Hit, places: tuple[str, ...]) -> bool:
    """Companies sign deals, a vote says by itself which step it was, and who adopts a plan or a guide has published it."""
    if _DEALS & frozenset(part.after(hit.end - 1, 6)) or votes.passed(part, hit.start, places):
        return True
    return places[:1] != ("EU",) and acts.published(part, hit.start, places) == "published"


def _verbs(text: Words, vocabulary: Vocabulary) -> tuple[Hit, ...]:
    """The stage cues: “orders” is a verb, “order” and “executive order” are things."""
    things = [hit for hit in vocabulary.types.find(text) if hit.end - hit.start > 1]
    return tuple(
        hit for hit in vocabulary.stages.find(text) if _as_written(hit, text, vocabulary) and not _part_of(hit, things)
    )


def _as_written(hit: Hit, text: Words, vocabulary: Vocabulary) -> bool:
    """A single word counts in its own form, or in the plain one behind a hedge ("could sign"); never an appeals court."""
    if hit.meaning == "pending" and text.folded[hit.end : hit.end + 1] == ("court",):
        return False
    whole = hit.end - hit.start > 1 and hit.meaning != "rumoured"
    return whole or hit.words.casefold() in vocabulary.stage_words or hedges.plain_form(text, hit.start)


def _part_of(hit: Hit, things: list[Hit]) -> bool:
    return any(
        each.start <= hit.start and hit.end <= each.end and hit.end - hit.start < each.end - each.start
        for each in things
    )


def _thing(hit: Hit) -> bool:
    """ "Governor's desk" and "provisional agreement" are no verbs either."""
    return hit.meaning in _THINGS or (
        hit.meaning == "passed_legislature" and hit.words.lower().endswith(("desk", "agreement"))
    )


def _near_power(part: Part, hit: Hit, around: tuple[Hit, ...]) -> bool:
    near = frozenset(part.folded[max(0, hit.start - 6) : hit.end + 6])
    if near & (LAWS | POWERS | COURTS | BILLS | LEADERS):
        return True
    return any(each.end >= hit.start - 6 and each.start <= hit.end + 6 for each in around)


def _by_company(part: Part, hit: Hit, around: tuple[Hit, ...], vocabulary: Vocabulary) -> bool:
    """An AI maker is the subject of the verb, and no public power stands before it in its clause."""
    clause = part.clauses[hit.start]
    before = [at for at in range(hit.start) if part.clauses[at] == clause]
    if not before or frozenset(part.folded[at] for at in before) & (POWERS | COURTS | LEADERS | LAWS):
        return False
    makers = any(maker.start == before[0] and maker.end <= hit.start for maker in vocabulary.ai_names.find(part.words))
    return makers and not any(each.start in before for each in around)


def _led_by_power(part: Part, hit: Hit, around: tuple[Hit, ...], reach: int) -> bool:
    """Only what a public power plans is of the ladder: it stands before the verb, so many words at most."""
    if "order" in part.folded[hit.start : hit.end]:
        return True
    before = frozenset(part.folded[max(0, hit.start - reach) : hit.start])
    return bool(before & (POWERS | COURTS | LEADERS)) or any(0 <= hit.start - each.end <= reach for each in around)
