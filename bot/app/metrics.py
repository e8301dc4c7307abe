"""What Prometheus reads: counters that this process keeps, and gauges read from the database at each scrape."""

from datetime import datetime, timedelta

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
from prometheus_client.exposition import choose_encoder

from bot.model import Measures

AGES = (5, 15, 30, 60, 120, 300, 600, 1_800, 3_600, 7_200, 21_600, 86_400, 259_200)
"""Seconds: from a flash to the age limit of what is told as new."""


class Metrics:
    """Every metric there is, in a registry of its own."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._registry = registry
        ProcessCollector(registry=registry)
        self._polls = Counter("regpulse_polls", "Feeds asked.", ["outcome"], registry=registry)
        self._entries = Counter("regpulse_entries", "New items of feeds, as judged.", ["verdict"], registry=registry)
        self._stories = Counter("regpulse_stories", "Stories opened.", registry=registry)
        self._alerts = Counter("regpulse_alerts", "Alerts put into the outbox.", registry=registry)
        self._turns = Histogram(
            "regpulse_turn_seconds",
            "One turn over all that is due.",
            registry=registry,
            buckets=(0.1, 0.5, 1, 5, 15, 30, 60, 120, 300),
        )
        self._crashes = Counter(
            "regpulse_crashes", "Bugs met and survived; the log has each.", ["loop"], registry=registry
        )
        self._lag = Histogram(
            "regpulse_loop_lag_seconds", "How late the event loop comes to what is due now.", registry=registry,
            buckets=(0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 3),
        )  # fmt: skip
        self._age = Histogram(
            "regpulse_alert_age_seconds",
            "Age of the news when its alert was posted.",
            ["since"],
            registry=registry,
            buckets=AGES,
        )
        self._deliveries = Gauge(
            "regpulse_deliveries", "Deliveries in the database.", ["platform", "state"], registry=registry
        )
        self._briefs = Gauge("regpulse_briefs", "Briefs written, by what wrote them.", ["writer"], registry=registry)
        self._up = Gauge(
            "regpulse_platform_up", "1 while the platform may be spoken to.", ["platform"], registry=registry
        )
        self._heard = Gauge(
            "regpulse_platform_heard_timestamp_seconds",
            "Last sign of life of its socket.",
            ["platform"],
            registry=registry,
        )
        self._waiting = Gauge(
            "regpulse_oldest_pending_seconds", "How long the oldest due delivery has waited.", registry=registry
        )
        self._turned = Gauge("regpulse_last_turn_timestamp_seconds", "When a turn last finished.", registry=registry)
        self._bytes = Gauge("regpulse_database_bytes", "The database file, without its log.", registry=registry)
        self._tokens = Gauge("regpulse_llm_month_tokens", "Tokens charged this month (UTC).", registry=registry)
        self._usd = Gauge("regpulse_llm_month_usd", "Dollars charged this month (UTC).", registry=registry)

    def turned(self, now: datetime, took: timedelta, *, polled: int, unchanged: int, failed: int) -> None:
        self._turns.observe(took.total_seconds())
        self._turned.set(now.timestamp())
        for outcome, number in (("fresh", polled - unchanged), ("unchanged", unchanged), ("failed", failed)):
            self._polls.labels(outcome).inc(number)

    def heard(self, *, entries: int, relevant: int, stories: int, alerts: int) -> None:
        self._entries.labels("relevant").inc(relevant)
        self._entries.labels("other").inc(max(0, entries - relevant))
        self._stories.inc(stories)
        self._alerts.inc(alerts)

    def posted(self, *, seen: timedelta | None, published: timedelta | None) -> None:
        for since, age in (("seen", seen), ("published", published)):
            if age is not None:
                self._age.labels(since).observe(max(0.0, age.total_seconds()))

    def lagged(self, seconds: float) -> None:
        self._lag.observe(max(0.0, seconds))

    def crashed(self, loop: str) -> None:
        self._crashes.labels(loop).inc()

    def text(self, found: Measures, heard: dict[str, datetime], accept: str, now: datetime) -> tuple[bytes, str]:
        """What is scraped, and its content type."""
        for gauge, values in (
            (self._deliveries, found.deliveries),
            (self._briefs, found.briefs),
            (self._up, found.platforms),
        ):
            gauge.clear()
            for label, number in values.items():
                gauge.labels(*([label] if isinstance(label, str) else label)).set(number)
        for platform, at in heard.items():
            self._heard.labels(platform).set(at.timestamp())
        self._waiting.set(max(0.0, (now - found.waiting).total_seconds()) if found.waiting else 0)
        self._bytes.set(found.bytes)
        self._tokens.set(found.tokens)
        self._usd.set(found.micro_usd / 1e6)
        encode, content_type = choose_encoder(accept)
        return encode(self._registry), content_type
