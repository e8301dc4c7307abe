"""What a bench claims, and whether it held: printed at the end, and said by the exit code."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Claim:
    text: str
    holds: bool | None
    """None where this run cannot say."""
    figures: str

    def __str__(self) -> str:
        said = {True: "holds", False: "FAILS", None: "not shown"}[self.holds]
        return f"{said:<10} {self.text}: {self.figures}"


def told(claims: Iterable[Claim]) -> int:
    """Printed; the exit code: 1 when a claim fails."""
    kept = list(claims)
    if kept:
        print("", *kept, sep="\n")
    return int(any(claim.holds is False for claim in kept))
