"""What stands before a verb and takes its force: plans, doubts, demands and denials; and where they leave a bill."""

from enum import Enum, auto

from bot.core.lexicon import Words
from bot.core.tags.gazetteer import BILLS, COURTS, LAWS, LEADERS, POWERS, words
from bot.core.tags.parts import Part

_BEFORE = 5
"""Words before a verb in which another one speaks about it."""


class Hedge(Enum):
    NONE = auto()
    PLANNED = auto()
    """Will be, is set to be."""
    MAYBE = auto()
    """Could be, is considered."""
    URGED = auto()
    """Someone asks for it."""
    NOT = auto()
    """Is not, or was refused."""
    CONTENT = auto()
    """Is what a bill or rule says: "a bill to pause"."""


_NOT = words(
    "fail failed deny denie denied decline declined stop not no never reject rejected refuse refused without"
    " against unlikely won isn doesn hasn cannot yet short t"
)
_URGED = words(
    "urge urged urging call calling want demand push pushe pushing press presse ask need should must lobby beg"
    " plead petition pressure recommend advise let"
)
_MAYBE = words(
    "could may might would consider considering weigh weighing mull mulling eye eyeing threaten threatened"
    " seeking likely planning plotting rumored rumoured mulled drafting thinking ponder float poised"
)
_MAYBE_TO = words(
    "plan planned vow vowed pledge pledged expected expect prepare preparing aim explore hope intend look"
    " looking propose proposed seek threat promise promised offer try trying tried move moving"
)
"""These only with a "to" behind them: a plan is a thing, "plans to" is none yet."""

_PLANNED = words("will scheduled upcoming tomorrow")
_DONE = words(
    "agree agreed decide decided vote voted force forced order ordered step begin began continue manage how"
    " rush use used"
)
"""What was agreed, voted or ordered to be done is done as far as it goes."""

_FIRSTS = words("latest first join only last second")
"""The latest to sue has sued."""

_CONTENT = words(
    "bill law act legislation rule proposal measure amendment ruling right effort bid case lawsuit guidance"
    " framework order"
)
"""What these say or would do is what stands in them, not what happens next."""

_OWN = words(
    "in_force applied partially_applicable signed passed_chamber passed_legislature committee vetoed failed"
    " struck_down upheld enjoined"
)
"""What happens to a bill or law itself; the other acts may be what it says."""


def of(part: Part, at: int) -> Hedge:
    """How the verb at this place is meant."""
    before = part.before(at, _BEFORE)
    near, last = frozenset(before), before[-1:]
    if near & _NOT:
        return Hedge.NOT
    if last == ("to",) and (_DONE | _FIRSTS) & near:
        return Hedge.NONE
    if last in (("to",), ("would",), ("could",)) and _CONTENT & frozenset(before[-3:]):
        return Hedge.CONTENT
    if near & _URGED or (last == ("to",) and "for" in near):
        return Hedge.URGED
    if near & _MAYBE or ("to" in near and near & _MAYBE_TO):
        return Hedge.MAYBE
    return Hedge.PLANNED if near & _PLANNED or last == ("to",) else Hedge.NONE


def plain_form(text: Words, at: int) -> bool:
    """Whether a hedge asks for the verb's plain form here: "could sign", "to sign"."""
    before = text.folded[max(0, at - _BEFORE) : at]
    return bool(frozenset(before) & (_NOT | _URGED | _MAYBE | _MAYBE_TO | _PLANNED)) or before[-1:] == ("to",)


def left(stage: str, hedge: Hedge, part: Part, at: int) -> str:
    """The stage a thing is at while this one is only hoped for, planned or denied: what one "vows to sign" lies on the
    desk, what "will take effect" was signed."""
    if hedge == Hedge.CONTENT and stage in _OWN:
        hedge = Hedge.PLANNED if part.before(at, 1) == ("to",) else Hedge.MAYBE
    around = frozenset(part.folded[max(0, at - 6) : at + 9])
    match hedge:
        case Hedge.NONE:
            return stage
        case Hedge.CONTENT:
            before = frozenset(part.before(at, 12))
            known = before & {"bill", "legislation"} and not before & (_MAYBE | _MAYBE_TO)
            return "introduced" if known else ""
        case Hedge.NOT:
            return "failed" if stage in ("passed_chamber", "passed_legislature") else ""
    if stage == "signed" and part.folded[at] in ("sign", "signed") and around & BILLS and "order" not in around:
        return "passed_legislature"
    if hedge == Hedge.URGED or not _led(part, at):
        return ""
    in_time = hedge == Hedge.PLANNED and stage in ("in_force", "applied", "partially_applicable")
    return "signed" if in_time and around & LAWS else "rumoured"


def _led(part: Part, at: int) -> bool:
    """A public power or a law stands before the verb: what companies plan is no stage of anything."""
    before = frozenset(part.before(at, 12))
    return bool(before & (POWERS | COURTS | LAWS | LEADERS)) or any(hit.end <= at for hit in part.places)
