"""One desktop session: application, host, tray, window; from the start to Quit."""

from __future__ import annotations

import sys
from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QApplication, QDialog

from agent.core.failures import AlreadyRunning, BrokenSettings
from agent.faces.day import Day, look
from agent.host.outlook import Outlook
from agent.store.database import is_prepared, open_store
from agent.system.paths import Home
from agent.system.settings import Settings, load_settings
from resources.i18n import texts
from ui.desktop import icons, theme
from ui.desktop.bridge import Bridge
from ui.desktop.desk import Desk
from ui.desktop.door import Door
from ui.desktop.failing import told_of
from ui.desktop.hosting import Hosting
from ui.desktop.models import standing
from ui.desktop.models.day_words import tell
from ui.desktop.models.first_start import is_wanted
from ui.desktop.models.standing import Standing
from ui.desktop.signals import Signals
from ui.desktop.tray import Tray
from ui.desktop.widgets.dialogs import PauseDialog, QuitDialog
from ui.desktop.window import Window

_AGAIN_MS = 10_000  # how often what could not start is tried again
_DAY_MS = 60_000  # how often the tray looks though nobody rang: a deadline comes nearer by itself
_TRAY_MS = 1_000
_TRAY_TRIES = 20  # at sign-in the tray may come up after us


class Session(QObject):
    """Holds the parts together."""

    _called = Signal()

    def __init__(self, home: Home, settings: Settings | None, door: Door, *, background: bool) -> None:
        known = QApplication.instance()
        self._app = known if isinstance(known, QApplication) else QApplication(sys.argv[:1])
        super().__init__()
        self._home, self._door, self._in_background = home, door, background
        self._tries = _TRAY_TRIES if background else 0
        self._app.setApplicationName("predawn")
        self._app.setApplicationDisplayName("Predawn")
        self._app.setDesktopFileName("predawn")
        self._app.setWindowIcon(icons.icon("predawn"))
        self._app.setQuitOnLastWindowClosed(False)
        theme.apply(self._app)
        self.bridge = Bridge(home.bell)
        self.hosting = Hosting(home)
        self.desk = Desk(home, self.bridge, self.hosting, settings)
        self.window = Window(self.desk)
        self.tray = Tray(self.desk)
        self._outlook: Outlook | None = None
        self._day: Day | None = None
        self._told_once = False
        self._signals = Signals(self.end)
        self._again = self._timer(_AGAIN_MS, self.hosting.start)
        self._look_timer = self._timer(_DAY_MS, self._look)
        self._connect()

    def run(self) -> int:
        """Work until a person quits; returns the exit code."""
        self.begin()
        code = self._app.exec()
        self.close()
        return code

    def begin(self) -> None:
        """Show up, and start the host."""
        self._show_up()
        self.hosting.start()

    def close(self) -> None:
        """Put everything away; the host has stopped."""
        for timer in (self._again, self._look_timer):
            timer.stop()
        self._door.close()
        self._signals.close()
        self.tray.hide()
        self.window.asking.end()
        self.desk.close()
        self.bridge.close()

    def quit(self) -> None:
        """Ask, saying what will be missed; then end."""
        asked = QuitDialog(self.desk, self._day, self.window if self.window.isVisible() else None)
        if not self.hosting.is_at_work or asked.exec() == QDialog.DialogCode.Accepted:
            self.end()

    def end(self) -> None:
        """Stop the host, then end; what is at work goes on at the next start."""
        self._again.stop()
        self._door.close()
        self.window.hide()
        self.hosting.stop()

    # ── the host ──────────────────────────────────────────────────────────────────────────────────────────
    def _works(self) -> None:
        self._again.stop()
        self.desk.elsewhere = None
        self._begin()

    def _refused(self, error: BaseException) -> None:
        if isinstance(error, AlreadyRunning) and is_prepared(self._home.database):
            self._again.stop()
            self.desk.elsewhere = error.params.get("pid") or 0  # type: ignore[assignment]  # a process's number
            self.desk.ask(
                self,
                "open",
                lambda: open_store(self._home.database, self._home.evidence),
                lambda _none: self._begin(),
                failed=self._show_trouble,
            )
        else:
            self._show_trouble(error)
            self._again.start()

    def _show_trouble(self, error: BaseException) -> None:
        self.window.show_trouble(error)
        self.tray.show_standing(standing.stopped(told_of(error).title))
        if not self.tray.is_possible():
            self.window.bring_up()

    def _begin(self) -> None:
        """There is something to read: listen, show the pages, look at the day."""
        if self.desk.settings is None:
            try:
                self.desk.take(load_settings(self._home))
            except BrokenSettings as failure:  # broken again, in this very moment
                self._refused(failure)
                return
        self.desk.ask(self, "listen", self.bridge.open, lambda _none: self.bridge.look_at_everything())
        self.window.begin()
        if self.desk.elsewhere is not None:
            self.window.note(texts.window("elsewhere", {"pid": self.desk.elsewhere or None}))
        self._look()
        self._look_timer.start()
        if self.desk.elsewhere is None:
            self.desk.ask(self, "first start", lambda: is_wanted(self._home), self._welcome)

    def _welcome(self, wanted: bool) -> None:
        if wanted:
            self.window.go("welcome")

    def _rang(self, idents: frozenset[str]) -> None:
        if "host/stopped" in idents and self.hosting.defect is not None:
            self._show_trouble(self.hosting.defect)
        elif "host/stopped" in idents and self.desk.elsewhere is not None:
            self.hosting.start()  # the other one has gone: this process takes its place
        if any(not ident.startswith("live/") for ident in idents):
            self._look()

    # ── the day, for the tray ─────────────────────────────────────────────────────────────────────────────
    def _look(self) -> None:
        settings, desk = self.desk.settings, self.desk
        if settings is None or self.hosting.defect is not None:
            return
        outlook = self._outlook = self._outlook or Outlook(settings)

        def read() -> tuple[Day, Standing]:
            day = look(settings, outlook, desk.now())
            return day, standing.of_day(desk, day, tell(desk, day))

        desk.ask(self, "day", read, lambda found: self._show_day(*found))

    def _show_day(self, day: Day, known: Standing) -> None:
        self._day = day
        self.tray.show_standing(known)

    # ── window and tray ───────────────────────────────────────────────────────────────────────────────────
    def _show_up(self) -> None:
        """Sit in the tray where there is one; at sign-in it may come after us. Else the window opens."""
        if self.tray.is_possible():
            self.tray.show()
            if not self._in_background:
                self.window.bring_up()
        elif self._tries > 0:
            self._tries -= 1
            QTimer.singleShot(_TRAY_MS, self, self._show_up)
        else:
            self.window.bring_up()

    def _closed(self) -> None:
        if not self.tray.is_possible():
            self._quit_or_stay()
        elif not self._told_once:
            self._told_once = True
            self.tray.say(texts.window("goes_on"), texts.window("goes_on_why"))

    def _quit_or_stay(self) -> None:
        """Without a tray, closing the window means to quit; who thinks better of it gets the window back."""
        asked = QuitDialog(self.desk, self._day)
        if not self.hosting.is_at_work or asked.exec() == QDialog.DialogCode.Accepted:
            self.end()
        else:
            self.window.bring_up()

    def _pause(self) -> None:
        asked = PauseDialog(self.desk, self._day, self.window if self.window.isVisible() else None)
        if asked.exec() == QDialog.DialogCode.Accepted:
            for wish in asked.wishes:
                self.desk.give(self, "pause", wish, done=lambda _result: self.bridge.look_at_everything())

    def _connect(self) -> None:
        self.hosting.started.connect(self._works)
        self.hosting.refused.connect(self._refused)
        self.hosting.stopped.connect(self._app.quit)
        self.bridge.rang.connect(self._rang)
        # From the door's thread into ours.
        self._called.connect(self.window.bring_up, Qt.ConnectionType.QueuedConnection)
        self._door.follow(self._called.emit)
        self.window.closed.connect(self._closed)
        self.window.tried_again.connect(self.hosting.start)
        self.tray.opened.connect(self.window.bring_up)
        self.tray.pausing.connect(self._pause)
        self.tray.quitting.connect(self.quit)

    def _timer(self, milliseconds: int, slot: Callable[[], None]) -> QTimer:
        made = QTimer(self)
        made.setInterval(milliseconds)
        made.timeout.connect(slot)
        return made
