"""Health: what ``predawn doctor`` finds, in colours; and a bundle for support with nobody's data in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QFrame, QHBoxLayout, QLabel, QVBoxLayout

from agent.faces.new_files import write_new
from agent.host.preflight import Finding, Grade, examine
from agent.host.support import support_bundle
from resources.i18n import texts
from ui.desktop import icons, theme
from ui.desktop.desk import Desk
from ui.desktop.failing import told_of, told_of_file
from ui.desktop.pages.base import Page
from ui.desktop.widgets.cards import Outcome, emptied, scrolled
from ui.desktop.widgets.controls import button, label

_SIGNS = {Grade.GOOD: "done", Grade.WARNING: "risk", Grade.PROBLEM: "failed"}
_ORDER = (Grade.PROBLEM, Grade.WARNING, Grade.GOOD)
# Which page mends what a check found.
_PLACES = {
    "password": "sites",
    "network": "sites",
    "notices": "settings",
    "settings": "settings",
    "autostart": "settings",
}


class HealthPage(Page):
    """One line a check: its sign, what it found, what to do, and the page where one does it."""

    code = "health"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.again = button(texts.window("check_again"), self._look, "retry")
        self.bundle = button(texts.window("make_bundle"), self._choose, "copy")
        self.buttons.addWidget(self.again)
        self.buttons.addWidget(self.bundle)
        self.outcome = Outcome()
        self.body.addWidget(self.outcome)
        area, self._lines = scrolled(self.accessibleName())
        self._lines.setSpacing(0)
        self.body.addWidget(area, 1)
        self._seen = False
        self.ask_for_file: Callable[[str], str] = self._by_dialog

    def refresh(self, idents: frozenset[str]) -> None:  # noqa: ARG002  # a bell says nothing of this computer
        """Look when the page is first shown; then only when somebody wants it: a look asks the network."""
        if not self._seen:
            self._seen = True
            self._look()

    def _look(self) -> None:
        self.again.setEnabled(False)
        self.set_sentence(texts.window("checking"))
        home = self.desk.home
        self.desk.ask(
            self, "look", lambda: examine(home, datetime.now(UTC)), self._show, failed=self._failed, slow=True
        )

    def _failed(self, error: BaseException) -> None:
        self.again.setEnabled(True)
        told = told_of(error)
        self.set_sentence(told.title)

    def _show(self, found: Sequence[Finding]) -> None:
        self.again.setEnabled(True)
        counted = {grade: sum(1 for one in found if one.grade is grade) for grade in Grade}
        self.set_sentence(_summary(counted))
        emptied(self._lines)
        for one in sorted(found, key=lambda one: _ORDER.index(one.grade)):
            self._lines.addWidget(self._line(one))
        self._lines.addStretch(1)

    def _line(self, one: Finding) -> QFrame:
        space = theme.unit()
        titles = self.desk.site_titles()
        params = {**one.params, "site": titles.get(str(one.params.get("site")), one.params.get("site"))}
        told = texts.finding(one.code, {name: value for name, value in params.items() if value is not None})
        line = QFrame()
        line.setProperty("role", "clear")
        line.setAccessibleName(f"{texts.window(f'grade_{one.grade.value}')}: {told.title}")
        across = QHBoxLayout(line)
        across.setContentsMargins(2 * space, 2 * space, 2 * space, 2 * space)
        across.setSpacing(3 * space)
        sign = QLabel()
        sign.setPixmap(icons.sign_icon(_SIGNS[one.grade]).pixmap(5 * space, 5 * space))
        sign.setAccessibleName(texts.window(f"grade_{one.grade.value}"))
        across.addWidget(sign, 0, Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        words.setSpacing(space // 2)
        title = label(told.title)
        title.setWordWrap(True)
        title.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        words.addWidget(title)
        if one.grade is not Grade.GOOD and (next_ := _next(one.code, told.next)):
            quiet = label(next_, "quiet")
            quiet.setWordWrap(True)
            words.addWidget(quiet)
        across.addLayout(words, 1)
        place = _PLACES.get(one.check)
        if one.grade is not Grade.GOOD and place is not None:
            name = texts.window("go_to", {"page": texts.window(f"page_{place}")})
            across.addWidget(button(name, partial(self.desk.go, place), flat=True))
        return line

    # ── for support ───────────────────────────────────────────────────────────────────────────────────────
    def _choose(self) -> None:
        stamp = f"{datetime.now(UTC).astimezone(self.desk.moments().zone):%Y-%m-%d-%H%M}"
        chosen = self.ask_for_file(f"predawn-support-{stamp}.zip")
        if not chosen:
            return
        home, target = self.desk.home, Path(chosen)
        self.bundle.setEnabled(False)
        self.outcome.tell("running", texts.window("bundle_in_work"))

        def write() -> None:
            target.unlink(missing_ok=True)  # the dialog has asked whether to replace it
            write_new(target, support_bundle(home, datetime.now(UTC)))

        self.desk.ask(
            self, "bundle", write, lambda _none: self._written(target), failed=self._unwritten, slow=True
        )

    def _written(self, target: Path) -> None:
        self.bundle.setEnabled(True)
        self.outcome.tell("done", texts.say("bundle_written", {"file": target}))

    def _unwritten(self, error: BaseException) -> None:
        self.bundle.setEnabled(True)
        self.outcome.tell("failed", *told_of_file(error))

    def _by_dialog(self, name: str) -> str:
        title, kinds = texts.window("make_bundle"), texts.window("zip_files")
        return QFileDialog.getSaveFileName(self, title, str(Path.home() / name), f"{kinds} (*.zip)")[0]


def _summary(counted: dict[Grade, int]) -> str:
    for grade, code in ((Grade.PROBLEM, "problems_found"), (Grade.WARNING, "warnings_found")):
        if counted[grade]:
            return texts.window(code, {"count": counted[grade]})
    return texts.window("all_well")


def _next(code: str, usual: str) -> str:
    """Return what to do at a window; the usual words name commands to type."""
    own = f"health_{code}"
    return texts.window(own) if texts.has("window", own) else usual
