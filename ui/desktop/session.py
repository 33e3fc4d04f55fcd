"""One desktop session: application, host, window; from the start to Quit."""

from __future__ import annotations

import sys

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from agent.system.paths import Home
from agent.system.settings import Settings
from ui.desktop import icons, theme
from ui.desktop.bridge import Bridge
from ui.desktop.desk import Desk
from ui.desktop.hosting import Hosting
from ui.desktop.window import Window


class Session(QObject):
    """Holds the parts together."""

    def __init__(self, home: Home, settings: Settings | None, *, background: bool) -> None:
        known = QApplication.instance()
        self._app = known if isinstance(known, QApplication) else QApplication(sys.argv[:1])
        super().__init__()
        self._background = background
        self._app.setApplicationName("predawn")
        self._app.setApplicationDisplayName("Predawn")
        self._app.setWindowIcon(icons.icon("predawn"))
        self._app.setQuitOnLastWindowClosed(False)
        theme.apply(self._app)
        self.bridge = Bridge(home.bell)
        self.hosting = Hosting(home)
        self.desk = Desk(home, self.bridge, self.hosting, settings)
        self.window: Window | None = None
        self.hosting.started.connect(self._works)
        self.hosting.stopped.connect(self._app.quit)

    def run(self) -> int:
        """Work until a person quits."""
        self.hosting.start()
        code = self._app.exec()
        self.desk.close()
        self.bridge.close()
        return code

    def quit(self) -> None:
        """Stop the host, then end."""
        self.hosting.stop()

    def _works(self) -> None:
        self.desk.ask(self, "listen", self.bridge.open, lambda _none: self.bridge.look_at_everything())
        self.window = Window(self.desk)
        self.window.closed.connect(self.quit)
        if not self._background:
            self.window.bring_up()
