"""The window: navigation on the left, a page on the right, a band on top when something is wrong."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent, QHideEvent, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QMainWindow,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from agent.store import queries
from agent.system.bell import EVERYTHING
from resources.i18n import texts
from ui.desktop import icons, theme
from ui.desktop.asking import Asking
from ui.desktop.catalogue import PAGES, Entry
from ui.desktop.desk import Desk
from ui.desktop.pages.base import Page
from ui.desktop.widgets.band import Band
from ui.desktop.widgets.code_band import CodeBand
from ui.desktop.widgets.navigation import BADGE, NavigationDelegate
from ui.desktop.widgets.trouble import Trouble

_LOOK = frozenset({EVERYTHING})


class Window(QMainWindow):
    """Shows one page at a time; closing it hides it where a tray keeps the program, else ends it."""

    closed = Signal()
    tried_again = Signal()

    def __init__(self, desk: Desk, entries: tuple[Entry, ...] = PAGES) -> None:
        super().__init__()
        self._desk = desk
        self._entries = {entry.code: entry for entry in entries}
        self._pages: dict[str, Page] = {}
        self._badges: dict[str, int] = {}
        self.setWindowTitle("Predawn")
        self.setWindowIcon(icons.icon("predawn"))
        self._stack = QStackedWidget()
        self._band = Band()
        self.asking = Asking(desk)
        self.code = CodeBand(desk, self.asking)
        self._navigation = self._make_navigation(entries)
        self._trouble = Trouble(self.tried_again.emit)
        self._outer = QStackedWidget()
        self._outer.addWidget(self._lay_out())
        self._outer.addWidget(self._trouble)
        self.setCentralWidget(self._outer)
        self._make_shortcuts()
        self.resize(self._wanted_size())
        desk.rang.connect(self._rang)
        desk.wanted.connect(self.go)
        desk.troubled.connect(self._tell)
        self._code = ""
        self._navigation.setEnabled(False)  # until there is something to show

    @property
    def page(self) -> Page | None:
        """The page in view; None before there is anything to read."""
        return self._pages.get(self._code)

    def begin(self) -> None:
        """Show the first page, or, after a trouble, the one that was shown before it."""
        self._outer.setCurrentIndex(0)
        self._navigation.setEnabled(True)
        if self._code:
            self._look_all()
        else:
            self.go(next(iter(self._entries)))
            self._navigation.setFocus()
        if self.isVisible():
            self.asking.begin()
            self._expect()

    def show_trouble(self, error: BaseException) -> None:
        """Show why Predawn cannot work, instead of any page."""
        self._trouble.tell(error)
        self._outer.setCurrentWidget(self._trouble)

    def note(self, words: str) -> None:
        """Show a remark over the page."""
        self._band.note(words)

    def go(self, code: str, target: object = None) -> None:
        """Show a page; one that this version does not have is the first page instead."""
        entry = self._entries.get(code) or next(iter(self._entries.values()))
        known = self._pages.get(entry.code)
        if known is None:
            known = self._pages[entry.code] = entry.make(self._desk)
            known.badge.connect(lambda number, code=entry.code: self.set_badge(code, number))
            self._stack.addWidget(known)
        self._code = entry.code
        self._stack.setCurrentWidget(known)
        self._select(entry.below or entry.code)
        if target is not None:
            known.open(target)
        if self.isVisible():
            known.refresh(_LOOK)

    def set_badge(self, code: str, number: int) -> None:
        """Show a number beside a page's name; 0 removes it."""
        self._badges[code] = number
        for row in range(self._navigation.count()):
            item = self._navigation.item(row)
            if item.data(Qt.ItemDataRole.UserRole) == code:
                item.setData(BADGE, number)
                name = texts.window(f"page_{code}")
                told = texts.window("badge", {"page": name, "count": number}) if number else name
                item.setData(Qt.ItemDataRole.AccessibleTextRole, told)

    def bring_up(self) -> None:
        """Show the window in front of the others."""
        self.show()
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.raise_()
        self.activateWindow()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802  # Qt's name
        """Read anew what was not followed while nobody looked."""
        super().showEvent(event)
        self._look_all()
        self._expect()
        if self._code:
            self.asking.begin()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802  # Qt's name
        """Nobody can be asked any more."""
        super().hideEvent(event)
        self.asking.end()
        self._desk.expect(self, somebody=False)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802  # Qt's name
        """Somebody turned to the window: they may start a run."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange and self.isActiveWindow():
            self._expect()

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802  # Qt's name
        """Tell that the window was closed; whether that ends the program is the application's matter."""
        super().closeEvent(event)
        self.closed.emit()

    # ── parts ─────────────────────────────────────────────────────────────────────────────────────────────
    def _lay_out(self) -> QWidget:
        right = QVBoxLayout()
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(0)
        right.addWidget(self._band)
        right.addWidget(self.code)
        right.addWidget(self._stack, 1)
        whole = QWidget()
        across = QHBoxLayout(whole)
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(0)
        across.addWidget(self._navigation)
        across.addLayout(right, 1)
        return whole

    def _make_navigation(self, entries: tuple[Entry, ...]) -> QListWidget:
        space = theme.unit()
        made = QListWidget()
        made.setObjectName("navigation")
        made.setAccessibleName(texts.window("navigation"))
        made.setItemDelegate(NavigationDelegate(made))
        made.setIconSize(QSize(5 * space, 5 * space))
        made.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        made.setContentsMargins(0, 0, 0, 0)
        for entry in entries:
            if entry.below is None:
                item = QListWidgetItem(icons.icon(entry.code), texts.window(f"page_{entry.code}"))
                item.setData(Qt.ItemDataRole.UserRole, entry.code)
                made.addItem(item)
        widest = max(
            made.fontMetrics().horizontalAdvance(made.item(row).text()) for row in range(made.count())
        )
        made.setFixedWidth(widest + 26 * space)
        made.currentItemChanged.connect(self._chosen)
        return made

    def _make_shortcuts(self) -> None:
        """Ctrl+1 … Ctrl+9: the pages in their order."""
        shown = [entry for entry in self._entries.values() if entry.below is None]
        for number, entry in enumerate(shown[:9], start=1):
            shortcut = QShortcut(QKeySequence(f"Ctrl+{number}"), self)
            shortcut.activated.connect(lambda code=entry.code: self.go(code))

    def _wanted_size(self) -> QSize:
        """Return a size that holds a day's work, within the screen."""
        space = theme.unit()
        room = self.screen().availableSize()
        return QSize(min(280 * space, room.width()), min(180 * space, room.height()))

    def _chosen(self, item: QListWidgetItem | None) -> None:
        if item is None or not self._navigation.isEnabled():
            return
        code = item.data(Qt.ItemDataRole.UserRole)
        if code not in {self._code, self._entries[self._code].below if self._code else None}:
            self.go(code)

    def _select(self, code: str) -> None:
        for row in range(self._navigation.count()):
            if self._navigation.item(row).data(Qt.ItemDataRole.UserRole) == code:
                self._navigation.setCurrentRow(row)

    def _tell(self, error: BaseException) -> None:
        self._band.tell(error, self._desk.site_titles())

    def _look_all(self) -> None:
        if self.page is not None:
            self.page.refresh(_LOOK)
            self._count()

    def _rang(self, idents: frozenset[str]) -> None:
        if self.isVisible() and self.page is not None:
            self.page.refresh(idents)
            if any(not ident.startswith("live/") for ident in idents):
                self._count()

    def _expect(self) -> None:
        if self._code:  # before that there is nothing to start
            self._desk.expect(self)

    def _count(self) -> None:
        """Count what needs a person, for the badge; it must be right before that page was ever shown."""
        self._desk.ask(
            self,
            "count",
            lambda: len(queries.open_reviews()),
            lambda number: self.set_badge("review", number),
        )
