"""What keeps a part of the host from its work although it lives, such as a full disk. A source of notices."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from agent.core.notices import Happening, cannot_work
from agent.host.watchful import Watchful


class Troubles:
    """Yields the trouble of each part; ``parts`` are those that live now."""

    def __init__(self, parts: Callable[[], Iterable[Watchful]]) -> None:
        self._parts = parts

    def __call__(self, now: datetime) -> Iterator[Happening]:
        """Yield each for as long as it lasts; one is told once a day."""
        for part in self._parts():
            failure = part.trouble
            if failure is not None:
                yield cannot_work(failure.as_json(), now.date())
