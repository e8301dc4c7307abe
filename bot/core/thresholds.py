"""How sure judging must be of a story: apart from the rules, which every start would otherwise load with the configuration."""

from dataclasses import dataclass

from bot.model import Label


@dataclass(frozen=True, slots=True)
class Thresholds:
    """At or above `alert` a story is told; from `adjacent` on it is kept for who asks; between the two of `unsure` the
    article is fetched and judged too."""

    alert: float = 0.5
    adjacent: float = 0.3
    unsure: tuple[float, float] = (0.25, 0.7)

    def label(self, score: float, beside: str) -> Label:
        """`beside`: what kind of thing beside AI regulation it is, "" for none (`Verdict.beside`)."""
        if score >= self.alert:
            return "positive"
        return "adjacent" if score >= self.adjacent or beside else "negative"
