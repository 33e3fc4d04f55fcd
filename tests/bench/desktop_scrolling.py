"""How long a frame takes while 100,000 runs and 1,000,000 log lines are scrolled.

``python -m tests.bench.desktop_scrolling [--runs 100000] [--lines 1000000] [--frames 400]``
A frame is one wheel's turn: the scroll, the fetching of what it needs, the painting, until the loop is idle.
Beside the time on the wall stands the thread's own: on a busy machine the first says how busy it was.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from datetime import UTC, date, datetime, timedelta

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QCoreApplication, QEventLoop, QTimer
from PySide6.QtWidgets import QApplication

from agent.store.database import transaction
from agent.store.tables import RunRow
from agent.system.paths import Home
from agent.system.settings import load_settings
from tests.desktop.demo_home import demo_home
from tests.desktop.mornings import JO, MANIFEST, Mornings
from ui.desktop import theme
from ui.desktop.bridge import Bridge
from ui.desktop.desk import Desk
from ui.desktop.hosting import Hosting
from ui.desktop.pages.runs import RunsPage
from ui.desktop.widgets.run_log import LogTab
from ui.desktop.widgets.table import Table
from ui.desktop.window import _LOOK

_STATES = ("COMPLETED",) * 17 + ("FAILED", "CANCELLED", "COMPLETED")


def main() -> None:
    """Measure and print."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--runs", type=int, default=100_000)
    asked.add_argument("--lines", type=int, default=1_000_000)
    asked.add_argument("--frames", type=int, default=400)
    wishes = asked.parse_args()
    app = QApplication([])
    theme.apply(app)
    with demo_home() as home:
        run_id = _write(home, wishes.runs)
        (home.logs / f"{run_id}.log").write_text(_lines(wishes.lines))
        desk = Desk(home, Bridge(home.bell), Hosting(home), load_settings(home))
        print(f"load {os.getloadavg()[0]:.1f} of {os.cpu_count()} cores")
        page = RunsPage(desk)
        page.resize(1120, 720)
        page.show()
        page.refresh(_LOOK)
        table = page.findChild(Table)
        _until(lambda: table.model().rowCount() > 0)
        _report(f"{wishes.runs:,} runs", _scroll(table, wishes.frames))
        page.hide()
        log = LogTab(desk)
        log.resize(1120, 720)
        log.show()
        log.open(run_id)
        began = time.perf_counter()
        log._model.open(home.logs / f"{run_id}.log", desk.moments())
        lines = log.findChild(Table)
        _until(lambda: lines.model().rowCount() == wishes.lines)
        print(f"log of {wishes.lines:,} lines: there after {time.perf_counter() - began:.2f} s")
        _report(f"{wishes.lines:,} log lines", _scroll(lines, wishes.frames, jump=True))
        began = time.perf_counter()
        log._search.setText(f"number={wishes.lines - 5}")
        _until(lambda: lines.model().rowCount() == 1)
        print(f"a word among {wishes.lines:,} lines: found after {time.perf_counter() - began:.2f} s")
        desk.close()


def _write(home: Home, number: int) -> str:
    """Write runs straight into the table: how they came there is not what is measured."""
    template = RunRow.get_by_id(Mornings(home).plan())
    rows = []
    first = datetime(2020, 1, 1, 5, tzinfo=UTC)
    for place in range(number):
        began = first + timedelta(minutes=30 * place)
        state = _STATES[place % len(_STATES)]
        rows.append(
            {
                "id": f"x{place:07d}",
                "automation": f"sync-{place % 7}",
                "title": f"Morning sync {place % 7}",
                "office": "main",
                "business_date": date(2020, 1, 1) + timedelta(days=place // 48),
                "period_first": began.date(),
                "period_last": began.date(),
                "slot": "05:00",
                "state": state,
                "reason": {"code": "site_down", "params": {"site": "claimport"}}
                if state == "FAILED"
                else None,
                "folder": "",
                "options": {"cancel": JO.as_json()} if state == "CANCELLED" else {},
                "manifest": MANIFEST,
                "versions": {},
                "actor": JO.as_json(),
                "sealed_key": bytes(template.sealed_key),
                "created_at": began,
                "started_at": began,
                "ended_at": began + timedelta(minutes=20),
            }
        )
    with transaction():
        for start in range(0, number, 400):
            RunRow.insert_many(rows[start : start + 400]).execute()
    return str(template.id)


def _lines(number: int) -> str:
    line = "2026-11-26T05:00:00Z INFO worker entered number={} of=1000000 site=claimport\n"
    return "".join(line.format(place) for place in range(number))


def _scroll(table: Table, frames: int, *, jump: bool = False) -> list[tuple[float, float]]:
    """Scroll down in wheel's turns; ``jump`` goes to places all over instead, as one drags the bar."""
    bar, taken = table.verticalScrollBar(), []
    for frame in range(frames):
        wanted = (
            bar.maximum() * (frame * 37 % frames) // frames if jump else bar.value() + 3 * table.rowHeight(0)
        )
        began, own = time.perf_counter(), time.thread_time()
        bar.setValue(min(wanted, bar.maximum()))
        table.viewport().repaint()
        QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents)
        taken.append((1000 * (time.perf_counter() - began), 1000 * (time.thread_time() - own)))
        _pause(8)  # a wheel does not turn faster, and what was asked for comes in meanwhile
    return taken


def _report(what: str, taken: list[tuple[float, float]]) -> None:
    for place, kind in enumerate(("on the wall", "of its own")):
        ordered = sorted(frame[place] for frame in taken)
        share = ordered[int(len(ordered) * 0.95)]
        print(
            f"{what}, {kind}: {len(taken)} frames, median {statistics.median(ordered):.1f} ms, "
            f"95th percentile {share:.1f} ms, longest {ordered[-1]:.1f} ms"
        )


def _until(holds: object) -> None:
    until = time.monotonic() + 60
    while not holds():  # type: ignore[operator]
        assert time.monotonic() < until
        _pause(5)


def _pause(milliseconds: int) -> None:
    waited = QEventLoop()
    QTimer.singleShot(milliseconds, waited.quit)
    waited.exec()


if __name__ == "__main__":
    main()
