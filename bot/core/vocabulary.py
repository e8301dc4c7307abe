"""The field's words: topics.toml and instruments.toml, checked and made ready to be searched for."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bot.core.lexicon import Lexicon, same
from bot.errors import ConfigError
from bot.model import Verdict

TOPICS = "config/topics.toml"
INSTRUMENTS = "config/instruments.toml"


@dataclass(frozen=True, slots=True)
class Instrument:
    """One law, order, case or body of the registry."""

    id: str
    name: str
    jurisdiction: str
    type: str
    stage: str
    """As the registry knows it; news may be ahead of it."""
    aliases: tuple[str, ...]
    context: tuple[str, ...]
    adjacent: bool
    topics: tuple[str, ...]
    status: str
    """Where it stood at `Vocabulary.as_of`; "" where the registry does not say."""
    url: str
    dates: tuple[tuple[str, str], ...]
    """YYYY, YYYY-MM or YYYY-MM-DD, and what happened or will happen then."""


@dataclass(frozen=True, slots=True)
class Ambiguity:
    """Words that mean something else where a word of `beside` stands and none of `unless`."""

    here: str
    words: Lexicon
    beside: Lexicon
    unless: Lexicon


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Everything that judging and tagging look words up in."""

    ai: Lexicon
    ai_weak: Lexicon
    ai_names: Lexicon
    ai_other: Lexicon
    hardware: Lexicon
    strong: Lexicon
    plain: Lexicon
    bodies: Lexicon
    governance_other: Lexicon
    trade: Lexicon
    customer: Lexicon
    own_rules: Lexicon
    dispute: Lexicon
    roads: Lexicon
    road_ai: Lexicon
    not_ai: Lexicon
    not_governance: Lexicon
    not_news: Lexicon
    not_news_kinds: Mapping[str, str]
    ambiguities: tuple[Ambiguity, ...]
    adjacent: Lexicon
    adjacent_kinds: Mapping[str, str]
    jurisdictions: Lexicon
    types: Lexicon
    stages: Lexicon
    topics: Lexicon
    aliases: Lexicon
    weak_aliases: Lexicon
    contexts: Mapping[str, Lexicon]
    instruments: Mapping[str, Instrument]
    parents: Mapping[str, str]
    places: Mapping[str, str]
    type_names: Mapping[str, str]
    stage_names: Mapping[str, str]
    stage_words: frozenset[str]
    """The stage cues as the file writes them, in small letters."""
    topic_names: Mapping[str, str]
    meant: Mapping[str, Mapping[str, str]]
    """By field of a query, what people type there and the id they most likely mean."""
    as_of: str
    """When the registry's statuses were last checked, YYYY-MM-DD; "" where it does not say."""

    def place(self, code: str) -> str:
        """The jurisdiction's name; an unknown code is its own name."""
        return self.places.get(code, code)

    def instrument(self, name: str) -> Instrument | None:
        return self.instruments.get(name)

    def ancestors(self, code: str) -> tuple[str, ...]:
        """The jurisdictions that contain this one, nearest first."""
        found: list[str] = []
        while (code := self.parents.get(code, "")) and code not in found:
            found.append(code)
        return tuple(found)

    def tag_names(self, verdict: Verdict) -> tuple[str, ...]:
        """What a subscription may match beside the text: places, instruments with their aliases, topics."""
        places = [code for given in verdict.jurisdictions for code in (given, *self.ancestors(given))]
        names = [self.place(code) for code in places]
        for instrument in (self.instruments[name] for name in verdict.instruments if name in self.instruments):
            names += [instrument.name, *instrument.aliases]
        names += [self.topic_names.get(topic, topic) for topic in verdict.topics]
        return tuple(dict.fromkeys(names))


def load(topics: Mapping[str, object], instruments: Mapping[str, object]) -> Vocabulary:
    """From the two parsed files. Raises ConfigError, naming file and key."""
    ai, governance, noise = (_table(topics, key) for key in ("ai", "governance", "noise"))
    places, types, stages, subjects = (_rows(topics, TOPICS, key) for key in ("jurisdiction", "type", "stage", "topic"))
    ambiguities, not_news, near = (_rows(topics, TOPICS, key) for key in ("ambiguity", "not_news", "adjacent"))
    registry = {str(row["id"]): _instrument(row) for row in _rows(instruments, INSTRUMENTS, "instrument")}
    raw = {str(row["id"]): row for row in _rows(instruments, INSTRUMENTS, "instrument")}
    ids = {
        "jurisdiction": _ids(places, "code"),
        "type": _ids(types, "id"),
        "stage": _ids(stages, "id"),
        "topic": _ids(subjects, "id"),
    }
    _check_names(raw, {"topics" if key == "topic" else key: known for key, known in ids.items()})
    for row in places:
        _check_known(TOPICS, str(row["code"]), "parent", row.get("parent"), ids["jurisdiction"])
    return Vocabulary(
        ai=same(_strings(ai, TOPICS, "[ai] terms")),
        ai_weak=same(_strings(ai, TOPICS, "[ai] weak")),
        ai_names=same(_strings(ai, TOPICS, "[ai] names"), names=True),
        ai_other=same(_strings(ai, TOPICS, "[ai] other")),
        hardware=same(_strings(ai, TOPICS, "[ai] hardware")),
        strong=same(_strings(governance, TOPICS, "[governance] strong")),
        plain=same(_strings(governance, TOPICS, "[governance] plain")),
        bodies=same(_strings(governance, TOPICS, "[governance] bodies")),
        governance_other=same(_strings(governance, TOPICS, "[governance] other")),
        trade=same(_strings(governance, TOPICS, "[governance] trade")),
        customer=same(_strings(governance, TOPICS, "[governance] customer")),
        own_rules=same(_strings(governance, TOPICS, "[governance] own_rules")),
        dispute=same(_strings(governance, TOPICS, "[governance] dispute")),
        roads=same(_strings(governance, TOPICS, "[governance] roads")),
        road_ai=same(_strings(governance, TOPICS, "[governance] road_ai")),
        not_ai=same(_strings(noise, TOPICS, "[noise] not_ai")),
        not_governance=same(_strings(noise, TOPICS, "[noise] not_governance")),
        not_news=_lexicon(not_news, "id", "cues"),
        not_news_kinds={str(row["id"]): str(row["name"]) for row in not_news},
        ambiguities=tuple(_ambiguity(row) for row in ambiguities),
        adjacent=_lexicon(near, "id", "cues"),
        adjacent_kinds={str(row["id"]): str(row["name"]) for row in near},
        jurisdictions=_lexicon(places, "code", "cues", names=True),
        types=_lexicon(types, "id", "cues"),
        stages=_lexicon(stages, "id", "cues"),
        topics=_lexicon(subjects, "id", "terms"),
        aliases=Lexicon((alias, each.id) for each in registry.values() for alias in each.aliases),
        weak_aliases=Lexicon(
            (alias, name)
            for name, row in raw.items()
            for alias in _strings(row, INSTRUMENTS, "weak_aliases", some=False)
        ),
        contexts={each.id: same(each.context) for each in registry.values() if each.context},
        instruments=registry,
        parents={str(row["code"]): str(row["parent"]) for row in places if row.get("parent")},
        places={str(row["code"]): str(row["name"]) for row in places},
        type_names={str(row["id"]): str(row["name"]) for row in types},
        stage_names={str(row["id"]): str(row["name"]) for row in stages},
        stage_words=frozenset(cue.casefold() for row in stages for cue in _strings(row, TOPICS, "cues")),
        topic_names={str(row["id"]): str(row["name"]) for row in subjects},
        meant=_meant(topics, ids),
        as_of=str(instruments.get("as_of", "")),
    )


def _meant(topics: Mapping[str, object], ids: Mapping[str, frozenset[str]]) -> Mapping[str, Mapping[str, str]]:
    fields = _table(topics, "meant") if "meant" in topics else {}
    for field, words in fields.items():
        if field not in ids or not isinstance(words, dict):
            raise ConfigError(f"{TOPICS}: [meant] {field}: must be one of [meant.{'], [meant.'.join(ids)}].")
        for word, value in words.items():
            _check_known(TOPICS, f"[meant.{field}]", word, value, ids[field])
    return {field: dict(words) for field, words in fields.items() if isinstance(words, dict)}


def _ids(rows: Iterable[Mapping[str, object]], key: str) -> frozenset[str]:
    return frozenset(str(row[key]) for row in rows)


def _check_names(rows: Mapping[str, Mapping[str, object]], known: Mapping[str, frozenset[str]]) -> None:
    """Every place, type and topic an instrument names is one of topics.toml."""
    for name, row in rows.items():
        for key, ids in known.items():
            values = row.get(key, "")
            for value in values if isinstance(values, list) else [values]:
                _check_known(INSTRUMENTS, name, key, value, ids)
        if row.get("weak_aliases") and not row.get("context"):
            raise ConfigError(f"{INSTRUMENTS}: {name}: context: missing. weak_aliases match only beside a word of it.")


def _check_known(file: str, owner: str, key: str, value: object, ids: frozenset[str]) -> None:
    if value and value not in ids:
        raise ConfigError(f'{file}: {owner}: {key}: unknown "{value}". Use one that {TOPICS} lists, or add it there.')


def _instrument(row: Mapping[str, object]) -> Instrument:
    return Instrument(
        id=str(row["id"]),
        name=str(row["name"]),
        jurisdiction=str(row.get("jurisdiction", "")),
        type=str(row.get("type", "")),
        stage=str(row.get("stage", "")),
        aliases=_strings(row, INSTRUMENTS, "aliases"),
        context=_strings(row, INSTRUMENTS, "context", some=False),
        adjacent=bool(row.get("adjacent", False)),
        topics=_strings(row, INSTRUMENTS, "topics", some=False),
        status=str(row.get("status", "")),
        url=str(row.get("url", "")),
        dates=_dates(row),
    )


def _dates(row: Mapping[str, object]) -> tuple[tuple[str, str], ...]:
    given = row.get("dates", [])
    if not isinstance(given, list) or not all(isinstance(one, dict) and {"date", "event"} <= set(one) for one in given):
        raise ConfigError(f'{INSTRUMENTS}: {row["id"]}: dates: must be a list of {{ date = "…", event = "…" }}.')
    return tuple((str(one["date"]), str(one["event"])) for one in given)


def _ambiguity(row: Mapping[str, object]) -> Ambiguity:
    words, beside, unless = (same(_strings(row, TOPICS, key)) for key in ("words", "beside", "unless"))
    return Ambiguity(str(row["name"]), words, beside, unless)


def _lexicon(rows: Iterable[Mapping[str, object]], key: str, terms: str, *, names: bool = False) -> Lexicon:
    return Lexicon(((term, str(row[key])) for row in rows for term in _strings(row, TOPICS, terms)), names=names)


def _table(document: Mapping[str, object], key: str) -> Mapping[str, object]:
    table = document.get(key)
    if not isinstance(table, dict):
        raise ConfigError(f"{TOPICS}: {key}: missing. Restore the table [{key}].")
    return table


def _rows(document: Mapping[str, object], file: str, key: str) -> tuple[Mapping[str, object], ...]:
    rows = document.get(key)
    if not isinstance(rows, list) or not rows:
        raise ConfigError(f"{file}: {key}: missing. Restore the tables [[{key}]].")
    name = "code" if key == "jurisdiction" else "id"
    for number, row in enumerate(rows, 1):
        if not isinstance(row, dict) or not all(isinstance(row.get(field), str) for field in (name, "name")):
            raise ConfigError(f"{file}: {key} {number}: needs a {name} and a name, both strings.")
    return tuple(rows)


def _strings(row: Mapping[str, object], file: str, key: str, *, some: bool = True) -> tuple[str, ...]:
    """The list of strings under the last word of `key`; `some`: it must be there."""
    values = row.get(key.rpartition(" ")[2])
    if values is None and not some:
        return ()
    if not isinstance(values, list) or not all(
        isinstance(value, str) and any(map(str.isalnum, value)) for value in values
    ):
        owner = row.get("id") or row.get("code") or ""
        raise ConfigError(f'{file}: {owner} {key}: must be a list of words, like ["one", "two"].'.replace(":  ", ": "))
    return tuple(values)
