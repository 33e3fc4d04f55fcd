"""A worker's lease on a run: every transaction of a worker is conditional on it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from agent.core.failures import FenceLost
from agent.store.database import transaction
from agent.store.tables import RunRow


@dataclass(frozen=True)
class Lease:
    """Which task of which run a worker works on, and the fence number under which it may write."""

    run_id: str
    task_id: int
    fence: int

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit the block's writes together, or none: raises FenceLost when another worker owns the run."""
        with transaction():
            if RunRow.select(RunRow.fence).where(RunRow.id == self.run_id).scalar() != self.fence:
                raise FenceLost
            yield


class Unleased(Lease):
    """In a lease's place where no run is worked for: a person tries a sign-in. It stands for no task."""

    def __init__(self) -> None:
        super().__init__(run_id="", task_id=0, fence=0)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit the block's writes together, or none."""
        with transaction():
            yield
