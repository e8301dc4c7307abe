"""Whether the database fails, by what each loop of the program met of it last."""

from collections.abc import Callable, Mapping

from bot.core.readiness import Pulse


class Failures:
    """What fails by which loop: one that only reads may work while another's writes do not.

    `damage`, once there is any, stays, though all but what is damaged goes on.
    """

    COVERS: Mapping[str, tuple[str, ...]] = {"turn": ("turn", "news")}
    """A turn that ends has done the work of others, too, whose next comes when there is some."""

    def __init__(self, pulse: Pulse, damage: Callable[[], str]) -> None:
        self._pulse = pulse
        self._damage = damage
        self._met: dict[str, str] = {}

    def note(self, loop: str, trouble: str) -> bool:
        """Answers whether the database is in another state than before, and in this loop's."""
        before = self._pulse.trouble
        if trouble:
            self._met[loop] = trouble
        else:
            for one in self.COVERS.get(loop, (loop,)):
                self._met.pop(one, None)
        now = self._pulse.trouble = self._damage() or next(iter(self._met.values()), "")
        return now != before and bool(now) == bool(trouble)
