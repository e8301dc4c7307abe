"""What a verb and the words around it say together: a ruling, an enforcement, a document that is out, a ban lifted."""

from itertools import pairwise

from bot.core.tags.gazetteer import BILLS, CHIPS, COURTS, DOCUMENTS, DRAFTS, LAWS, LEADERS, POWERS, words
from bot.core.tags.parts import Part

_RULES = words(
    "rule ruled find found say side sided dismiss dismissed dismisse toss tosse tossed throw threw grant"
    " granted deny denied allow allowed order ordered let clear cleared hold held reject rejected revive revived"
    " rebuke decline declined refuse refused award awarded convict fine fined sanction sanctioned"
)
_BLOCKS = words("block blocked halt halted enjoin pause paused stay stop injunction suspend freeze bar")
_REFUSES = words("refuse refused decline declined deny denie denied reject rejected")
_SUES = words("sue sued suing suit lawsuit")
_CHALLENGES = words("block challenge challenging overturn unconstitutional constitutional strike invalidate stop")
_ENDS_A_CASE = words("win won lose lost")
_WINS = words("win won grant granted issue issued")
_IN_COURT = _RULES | _BLOCKS | _REFUSES | _SUES | _ENDS_A_CASE | _WINS | words("strike struck approve approved")
_CASES = words("case bid appeal court lawsuit ruling battle suit")


def court(part: Part, at: int, places: tuple[str, ...]) -> str:
    """A suit against a law challenges it; a court that will not block it lets it stand; what a court says is a ruling."""
    word = part.folded[at]
    if word not in _IN_COURT:
        return ""
    after = frozenset(part.after(at, 8))
    by_court = bool(COURTS & frozenset(part.before(at, 4)))
    if after & LAWS:
        if by_court and word in _REFUSES and after & _BLOCKS:
            return "upheld"
        if word in _SUES and (after & _CHALLENGES or any(hit.start - at in (1, 2) for hit in part.places)):
            return "challenged"
        if by_court and word in _BLOCKS:
            return "enjoined"
        if word in ("strike", "struck") and "down" in after:
            return "struck_down"
    if word in _WINS and after & {"injunction", "restraining"}:
        return "enjoined"
    if word in _BLOCKS and part.after(at, 1) == ("by",) and COURTS & frozenset(part.after(at, 4)):
        return "enjoined"
    if by_court and word in ("approve", "approved", "grant", "granted") and "settlement" in after:
        return "settled"
    if word in _ENDS_A_CASE and after & _CASES:
        return "decided"
    if word == "say" and not {"court", "tribunal"} & frozenset(part.before(at, 4)):
        return ""  # what a judge says at a hearing is no ruling
    return "decided" if by_court and word in _RULES else ""


_ENFORCES = words(
    "thwart thwarted send sent issue issued serve served designate designated fine fined probe investigate"
    " investigating order ordered ban banned block blocked warn warned summon summoned raid raided charge"
    " charged subpoena penalize penalise sanction accuse accused crack demand demanded question label labeled"
    " labelled deem deemed grill tell told bar barred scrutinise scrutinize give gave"
)
_SENDS = words("send sent issue issued serve served")
_NOTICES = words("notice warning subpoena summons")
_TOPICS = (("of",), ("about",), ("that",), ("against",))
_PUBLIC = words("voter parent consumer public user citizen people family teacher")
_BANS = words("ban banned block blocked bar barred")
_TELLS = words("tell told")
_LABELS = words("label labeled labelled deem deemed")
_SAYS = words("warn warned demand demanded question accuse accused")
_ALSO_THINGS = words("order ban fine probe charge question block crack")
_SPANS = words("day week month")


_FACES = words("face faced receive received hit get")
_MEASURES = words("subpoena fine probe investigation inquiry penalty")
_OPENS = words("launch launche launched open opened begin began start started")
_PROBES = words("probe investigation inquiry proceeding raid")
_ACTS = _ENFORCES | _OPENS


def enforcement(part: Part, at: int, places: tuple[str, ...]) -> str:
    """A public power acts on someone: it fines, probes, orders or warns; what a law bans is no enforcement."""
    word = part.folded[at]
    if word in _FACES and frozenset(part.after(at, 5)) & _MEASURES:
        return "enforced"
    if word not in _ACTS:
        return ""
    after, by_power = part.after(at, 6), bool(POWERS & frozenset(part.before(at, 5)))
    if not (by_power or part.placed_before(at)) or part.possessed(at):
        return ""
    if word in _OPENS:
        return "enforced" if _PROBES & frozenset(after) else ""
    if word in ("give", "gave"):
        return "enforced" if (_SPANS | {"until"}) & frozenset(after) else ""
    if word in _LABELS:
        return "enforced" if {"risk", "threat"} & frozenset(part.after(at, 9)) else ""
    if word in _SENDS:
        asked = "information" in part.after(at, 8) and word in ("send", "sent")
        return "enforced" if asked or _NOTICES & frozenset(part.after(at, 8)) else ""
    if word in _TELLS:
        return "enforced" if "to" in part.after(at, 8) or "stop" in after else ""
    if word in _SAYS and (not by_power or after[:1] in _TOPICS or _PUBLIC & frozenset(after)):
        return ""
    if (word in _BANS and frozenset(after[:5]) & LAWS) or (word in _ALSO_THINGS and not _is_verb(part, at)):
        return ""
    return "enforced"


def _is_verb(part: Part, at: int) -> bool:
    """ "orders" and "fined" are verbs, "order" and "a fine" are things, but for a plural before it: "regulators probe"."""
    raw, last = part.words.raw[at].lower(), part.words.raw[at - 1] if at else ""
    return raw.endswith(("s", "ed")) or (last.endswith("s") and not last.isupper())


_ISSUES = words(
    "roll rolled publish published publishe issue issued release released unveil unveiled launch launched"
    " launche outline outlined finalise finalised finalize finalized announce announced approve approved adopt"
    " adopted"
)
_ADOPTS = words("approve approved adopt adopted")
_FOUNDS = words(
    "establish established establishe launch launched launche create created form formed open opened announce announced"
)
_BRINGS = _ISSUES | _FOUNDS
_OFFICES = words("institute office board commission council committee centre center taskforce force hub body group")


def published(part: Part, at: int, places: tuple[str, ...]) -> str:
    """A document is issued, an office founded; a draft of it is a draft, an executive order is signed."""
    word = part.folded[at]
    if word not in _BRINGS:
        return ""
    after = part.after(at, 9)
    if word in ("issue", "issued", "unveil") and ("executive", "order") in set(pairwise(after)):
        return "signed"
    if not (part.places or frozenset(part.folded) & POWERS):
        return ""
    if word in _ISSUES and frozenset(after) & DOCUMENTS and not (word in _ADOPTS and frozenset(after) & BILLS):
        return "drafted" if frozenset(after[:6]) & DRAFTS else "published"
    return "published" if word in _FOUNDS and frozenset(after[:6]) & _OFFICES else ""


def tabled(part: Part, at: int, places: tuple[str, ...]) -> str:
    """To table is to put forward, in the United States to shelve."""
    if part.folded[at] not in ("table", "tabled"):
        return ""
    if not frozenset(part.after(at, 6)) & (LAWS | {"amendment", "proposal"}):
        return ""
    if part.before(at, 1) in (("the",), ("a",), ("on",)):
        return ""
    return "delayed" if places and places[0].startswith("US") else "introduced"


_UPDATES = words("update updated revise revised")


def updated(part: Part, at: int, places: tuple[str, ...]) -> str:
    """A document is changed by who made it."""
    known = part.folded[at] in _UPDATES and frozenset(part.after(at, 6)) & DOCUMENTS
    return "amended" if known and (part.placed_before(at) or POWERS & frozenset(part.before(at, 5))) else ""


_LIFTS = words("drop dropped lift lifted scrap scrapped revoke revoked end ended")
_PROPOSED = words("proposal proposed plan planned draft")
_RESTRICTIONS = words("restriction ban rule control curb moratorium limit requirement order")


def lifted(part: Part, at: int, places: tuple[str, ...]) -> str:
    """A power that drops a restriction has repealed it; one that drops a proposal has withdrawn it."""
    if part.folded[at] not in _LIFTS:
        return ""
    by_power = part.placed_before(at) or bool((POWERS | LEADERS) & frozenset(part.before(at, 5)))
    if not by_power or not frozenset(part.after(at, 5)) & _RESTRICTIONS:
        return ""
    if {"from", "bill"} <= frozenset(part.after(at, 9)):
        return "failed"
    return "withdrawn" if frozenset(part.after(at, 8)) & _PROPOSED else "repealed"


_TRADES = words(
    "halt halted curb curbed ban banned block blocked restrict restricted tighten tightened expand expanded"
    " blacklist blacklisted add added ease eased lift lifted allow allowed approve approved clear cleared permit"
    " permitted impose imposed limit"
)
_SOLD = words("sale export shipment access to from")
_LISTED = words("company firm entity")


def traded(part: Part, at: int, places: tuple[str, ...]) -> str:
    """What a government allows or forbids to be exported holds from then on."""
    word = part.folded[at]
    if word not in _TRADES or not (part.placed_before(at) or (POWERS | {"step"}) & frozenset(part.before(at, 5))):
        return ""
    after = frozenset(part.after(at, 9))
    listed = (word.startswith("blacklist") and after & _LISTED) or {"entity", "list"} <= after
    return "in_force" if listed or (CHIPS & after and after & _SOLD) else ""


_MISSES = words("miss missed misse extend extended blow blew")


def missed(part: Part, at: int, places: tuple[str, ...]) -> str:
    """A deadline that passed, or was moved."""
    return "delayed" if part.folded[at] in _MISSES and "deadline" in part.after(at, 4) else ""


ALL = (court, enforcement, published, updated, tabled, lifted, traded, missed)
