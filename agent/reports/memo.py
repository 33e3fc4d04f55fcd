"""Values made once for texts that come again: in a report most cells of a column do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

_KEPT = 4_096


class Memo(dict[Any, Any]):
    """``memo[raw]`` is what ``make`` makes of ``raw``; kept for the next time, within bounds."""

    def __init__(self, make: Callable[[Any], Any]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, raw: Any) -> Any:  # noqa: ANN401 - any hashable cell, and any value
        value = self._make(raw)
        if len(self) >= _KEPT:
            self.clear()
        self[raw] = value
        return value
