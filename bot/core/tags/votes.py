"""One committee, one chamber or the whole legislature: who voted says which step it was."""

from bot.core.tags.gazetteer import LEGISLATORS, words
from bot.core.tags.parts import Part

_COMMITTEE = words("committee subcommittee panel")
_CHAMBERS = words(
    "senate house assembly parliament bundestag bundesrat chamber duma dail seanad diet sejm mep lord common"
    " camara senado sabha mazhili folketing riksdag"
)
_LEGISLATURES = words("legislature congress knesset npc")
_PASSES = words(
    "pass passe passed approve approved adopt adopted clear cleared advance advanced back backed vote voted"
    " endorse endorsed agree agreed greenlight ok"
)
_WEAK = words("back backed agree agreed advance advanced endorse endorsed")
"""Say which committee it was; of a chamber they do not say that it adopted anything."""
_OFFERS = words("unveil unveiled introduce introduced file filed sponsor author authored submit")
_OFFERED = words("bill legislation proposal")
_REACHES = words("reach reache reached strike struck clinch clinche")
_TOGETHER = words("both final")
_DEALS = words("deal agreement compromise accord")
_BILLS = words("bill law act legislation rule measure ban regulation")


def passed(part: Part, at: int, places: tuple[str, ...]) -> str:
    """The step a vote was, or what stands for one; "" where the word at this place is neither."""
    word = part.folded[at]
    if word in _PASSES:
        return _voted(part, at, places)
    if word in _OFFERS and frozenset(part.after(at, 7)) & _OFFERED:
        return "drafted" if "draft" in part.after(at, 5) else "introduced"
    if word in ("bill", "legislation") and part.after(at, 1) == ("would",):
        return "introduced"
    if word == "desk" and "to" in part.before(at, 5):
        return "passed_legislature"
    return "passed_legislature" if places[:1] == ("EU",) and _agreed(part, at) else ""


def _agreed(part: Part, at: int) -> bool:
    """Parliament and Council of the Union reached a deal: provisional, and still no law."""
    reached = part.folded[at] in _REACHES and _DEALS & frozenset(part.after(at, 4))
    return bool(reached) or (part.folded[at] == "deal" and bool(LEGISLATORS & frozenset(part.before(at, 2))))


def _voted(part: Part, at: int, places: tuple[str, ...]) -> str:
    word, near, after = part.folded[at], part.before(at, 5), part.after(at, 6)
    if places[:1] == ("EU",) and _DEALS & frozenset(after) and word not in ("vote", "voted", "pass"):
        return "passed_legislature"
    if places[:1] == ("INTL",):
        return ""
    if _COMMITTEE & frozenset((*near, *part.after(at, 8))):
        return "committee"
    if places[:1] == ("EU",) and "mandate" in after:
        return "passed_chamber"
    behind = frozenset(after[:3]) if word not in ("vote", "voted") else frozenset()
    voters = _CHAMBERS & (frozenset(near) | behind)
    if word in _WEAK and not _final(near, after):
        return "passed_chamber" if voters and word.startswith("advance") else ""
    if word in ("vote", "voted") and {"against", "down"} & frozenset(after[:2]):
        return "failed" if voters or frozenset(near) & _LEGISLATURES else ""
    if word in ("adopt", "adopted") and "position" in after:
        return "passed_chamber" if voters else ""
    by_place = word.startswith("pass") and part.placed_before(at) and frozenset(after) & _BILLS
    return _whole(near, after, voters, places) or ("passed_legislature" if by_place else "")


def in_committee(part: Part, end: int) -> bool:
    """What "clears Senate" ends with may be one of its committees."""
    return bool(_COMMITTEE & frozenset(part.folded[end : end + 4]))


def _whole(near: tuple[str, ...], after: tuple[str, ...], voters: frozenset[str], places: tuple[str, ...]) -> str:
    """One chamber, or all that there are: parliaments outside the Union and Westminster's family are taken as whole."""
    if (frozenset(near) & _LEGISLATURES) or len(voters) > 1 or "both" in near or "both" in after:
        return "passed_legislature"
    if _final(near, after) and (voters or frozenset(after) & _LEGISLATURES):
        return "passed_legislature"
    if voters == {"parliament"} and places and places[0] not in ("EU", "UK", "CA", "AU", "IN", "US-FED"):
        return "passed_legislature" if frozenset(after) & _BILLS else "passed_chamber"
    if voters:
        return "passed_chamber"
    if "council" in near and frozenset(after) & _BILLS and places[:1] != ("EU",):
        return "passed_legislature" if places and places[0].startswith("US-") else ""
    if "cabinet" in near and frozenset(after) & {"bill", "draft", "law"}:
        return "introduced"
    return ""


def _final(near: tuple[str, ...], after: tuple[str, ...]) -> bool:
    return bool(_TOGETHER & (frozenset(near) | frozenset(after)))
