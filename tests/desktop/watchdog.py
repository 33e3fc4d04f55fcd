"""How long Qt's thread is busy or waits at a stretch, but for the time in which it was given no core."""

from __future__ import annotations

import threading
import time
from pathlib import Path

from PySide6.QtCore import QAbstractEventDispatcher, QObject


class Watchdog(QObject):
    """Measures each stretch between waking up and going to sleep again; in the thread that made it."""

    def __init__(self) -> None:
        super().__init__()
        self.longest_ms = 0.0
        self.stretches: list[float] = []
        self._schedule = Path(f"/proc/self/task/{threading.get_native_id()}/schedstat")
        self._began = self._queued = 0.0
        dispatcher = QAbstractEventDispatcher.instance()
        dispatcher.awake.connect(self._wake)
        dispatcher.aboutToBlock.connect(self._sleep)

    def _wake(self) -> None:
        self._began, self._queued = time.perf_counter(), self._waited_for_a_core()

    def _sleep(self) -> None:
        if not self._began:
            return
        taken = time.perf_counter() - self._began - (self._waited_for_a_core() - self._queued)
        self._began = 0.0
        self.stretches.append(1000 * taken)
        self.longest_ms = max(self.longest_ms, 1000 * taken)

    def _waited_for_a_core(self) -> float:
        """Seconds in which this thread could have worked and the system let others (sched-stats of Linux)."""
        return int(self._schedule.read_text().split()[1]) / 1e9
