"""What a subscription would have sent: how much, what of it one word alone brings, and a query that brings less."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.core import query
from bot.core.query import Query
from bot.core.text import counted, shorten
from bot.errors import UserError
from bot.model import Story

SPAN = timedelta(days=30)
"""How far back a subscription is tried before it is saved."""

_DAY = timedelta(days=1)
_WEEK = timedelta(days=7)

MANY = 10
"""Stories a week from which on a channel is warned."""

SAMPLES = 3

_NARROWER = ("importance:medium", "importance:high", "tier:primary")
"""What is tried, in this order, to bring a noisy query below `MANY`."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of trying a query, and others beside it, on the latest stories."""

    number: int
    """Stories it would have sent."""
    newest: tuple[Story, ...]
    """The first of them."""
    remaining: Mapping[str, int]
    """How many of them another query, by its printed form, would have sent too."""
    tried: int
    """Stories it was tried on."""
    span: timedelta = SPAN
    """From the oldest of these until now, or since RegPulse has listened; `SPAN` where they were all there are of it."""
    since: datetime | None = None
    """When RegPulse began to listen, where that is less than `SPAN` ago."""
    before: int = 0
    """Of `number`, those that were told to nobody: what its feeds held when it began, and not all there was."""

    @property
    def window(self) -> timedelta:
        """From the oldest story until now, whenever RegPulse began."""
        return SPAN if self.since else self.span

    @property
    def a_week(self) -> float | None:
        """Since RegPulse has listened; None where that is too short a time to say."""
        if self.since and self.span < _DAY:
            return None
        return (self.number - self.before) * _WEEK / max(self.span, _DAY)

    @property
    def at_least_a_week(self) -> float:
        """Counting what feeds held from before, too."""
        return max(self.a_week or 0, self.number * _WEEK / max(self.window, _DAY))


def others(wanted: Query) -> tuple[Query, ...]:
    """What to try beside a query: it without each of its alternatives, and narrower ones."""
    found = (*(rest for _, rest in _alternatives(wanted)), *(also(wanted, words) for words in _NARROWER))
    return tuple({str(one): one for one in found if one is not None}.values())


def noisiest(wanted: Query, trial: Trial) -> tuple[Query, int] | None:
    """The alternative without which most stories would not have been sent, and how many; None where all are needed."""
    alone = [(part, trial.number - trial.remaining[str(rest)]) for part, rest in _alternatives(wanted)]
    best = max(alone, key=lambda one: one[1], default=None)
    return best if best and best[1] else None


def narrower(wanted: Query, trial: Trial) -> tuple[Query, int] | None:
    """The first query that still sends something but no more than `MANY` a week; else the one that sends least."""
    most = MANY * trial.window / _WEEK
    numbers = [(one, trial.remaining[str(one)]) for one in (also(wanted, words) for words in _NARROWER) if one]
    if noisy := noisiest(wanted, trial):
        fewer = next(rest for part, rest in _alternatives(wanted) if part is noisy[0])
        numbers.insert(1, (fewer, trial.remaining[str(fewer)]))
    some = [(one, number) for one, number in numbers if 0 < number < trial.number]
    return next((pair for pair in some if pair[1] <= most), min(some, key=lambda pair: pair[1], default=None))


def also(wanted: Query, words: str) -> Query | None:
    """The query that asks for these words besides; None where it would grow too long."""
    text = f"({wanted}) {words}" if isinstance(wanted, query.Either) else f"{wanted} {words}"
    try:
        return query.parse(text)
    except UserError:
        return None


def said(wanted: Query, trial: Trial) -> str:
    """What a person reads before they save it."""
    if not trial.number:
        return f"{_span(trial)} it would have sent nothing."
    among = ". Among them:" if trial.number > SAMPLES else ":"
    heads = [f"• {shorten(story.headline, 100)}" for story in trial.newest[:SAMPLES]]
    lines = [f"{_span(trial)} it would have sent {_number(trial)}{among}", *heads]
    if noisy := noisiest(wanted, trial):
        lines.append(f"The noisiest word is {noisy[0]}: {noisy[1]} of {trial.number} from it alone.")
    return "\n".join(lines)


def within(trial: Trial) -> str:
    """ "in the last 30 days", before what it would have sent then."""
    if trial.since:
        return f"of what the feeds held and what came since {trial.since.day} {trial.since:%b %Y}"
    return f"in the last {SPAN.days} days" if trial.span == SPAN else f"of the latest {trial.tried:,} stories"


def _span(trial: Trial) -> str:
    if trial.since is None:
        return within(trial).capitalize()
    return f"RegPulse has listened since {trial.since.day} {trial.since:%b %Y, %H:%M} UTC. Since then"


def _number(trial: Trial) -> str:
    heard = trial.number - trial.before
    week = f", {_weekly(trial.a_week)} a week" if trial.a_week is not None and heard else ""
    number = f"{counted(heard, 'story', 'stories') if heard else 'nothing'}{week}"
    if not trial.before:
        return number
    held = f"{trial.before} more" if heard else counted(trial.before, "story", "stories")
    return f"{number}; of what its feeds held before, {held}"


def warning(trial: Trial, less: tuple[Query, int] | None) -> str:
    """That it is much for a channel, and what would be less; "" where it is not."""
    if trial.at_least_a_week <= MANY:
        return ""
    advice = (
        f"Narrower, with {less[1]} of {trial.number}: {less[0]}" if less else "A phrase brings fewer than its words."
    )
    return f"That is more than {MANY} a week. {advice}"


def _weekly(number: float) -> str:
    return f"about {number:.0f}" if number >= 1 else "less than 1"


def _alternatives(wanted: Query) -> Iterator[tuple[Query, Query]]:
    """Each word, phrase and tag the query could do without, and it without that."""
    for part in _parts(wanted):
        rest = _without(wanted, part)
        if rest is not None:
            yield part, rest


def _parts(wanted: Query) -> Iterator[Query]:
    match wanted:
        case query.All() | query.Either():
            for part in wanted.parts:
                yield from _parts(part)
        case query.Without():
            return
        case _:
            yield wanted


def _without(wanted: Query, part: Query) -> Query | None:
    """The query as if nothing ever held this part; None for one that then could never match."""
    if wanted is part:
        return None
    match wanted:
        case query.All():
            kept = [_without(one, part) for one in wanted.parts]
            return None if None in kept else query.All(tuple(one for one in kept if one is not None))
        case query.Either():
            left = tuple(one for one in (_without(one, part) for one in wanted.parts) if one is not None)
            return query.Either(left) if len(left) > 1 else left[0] if left else None
        case _:
            return wanted
