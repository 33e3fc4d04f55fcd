"""Awake while a run works: a computer that falls asleep in the middle finishes nothing.

The only importer of wakepy. That it cannot be had (no desktop session, no bus) is a line in the log, no
failure: a computer without a power manager does not fall asleep by one either.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

_log = logging.getLogger(__name__)

Awake = Callable[[], AbstractContextManager[bool]]


@contextmanager
def kept_awake() -> Iterator[bool]:
    """Keep the computer from going to sleep by itself inside the block; yields whether that could be had.

    The screen may still go dark and lock. A person may still send the computer to sleep.
    """
    from wakepy import keep  # noqa: PLC0415 (0.1 s, and no face needs it)

    with keep.running(on_fail="pass") as mode:
        if mode.active:
            _log.info("kept_awake by=%s", mode.method)
        else:
            _log.info("not_kept_awake")
        yield mode.active


class FakeAwake:
    """The fake: counts how often and how deep it was entered; ``can`` is what it yields."""

    def __init__(self, *, can: bool = True) -> None:
        self.can = can
        self.entered = 0
        self.inside = 0

    @contextmanager
    def __call__(self) -> Iterator[bool]:
        """Stand for :func:`kept_awake`."""
        self.entered += 1
        self.inside += 1
        try:
            yield self.can
        finally:
            self.inside -= 1
