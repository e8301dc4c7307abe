"""A store that dies at a chosen call, as a killed process does: nothing after it is written."""

from collections.abc import Awaitable, Callable
from typing import Any, Literal

When = Literal["before", "after"]


class Killed(BaseException):
    """The process was killed here."""


class Mortal:
    """Passes every call on to the real store until call number `at`; from then on every call is a kill.

    `when` says whether the fatal call's transaction was still written.
    """

    def __init__(self, store: object, at: int, when: When) -> None:
        self._store = store
        self._at = at
        self._when = when
        self.calls: list[str] = []
        self.dead = False

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        async def call(*args: object, **kwargs: object) -> Any:
            self.calls.append(name)
            fatal = len(self.calls) == self._at
            if self.dead or (fatal and self._when == "before"):
                self.dead = True
                raise Killed(name)
            answer = await getattr(self._store, name)(*args, **kwargs)
            if fatal or self.dead:
                self.dead = True
                raise Killed(name)
            return answer

        return call
