"""One automation on the page Today: its line, its sentence, its buttons, and what it sees while it works."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QEnterEvent, QPixmap
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from agent.faces.day import Strip
from resources.i18n import texts
from resources.i18n.texts import RECORD, Noun
from ui.desktop import theme
from ui.desktop.models.day_words import Told
from ui.desktop.widgets.controls import button, label
from ui.desktop.widgets.sign import Sign
from ui.desktop.widgets.track import CARD_PADDING, Course, Span, Track

Act = Callable[[str, Strip, Noun], None]

_ICONS = {
    "run": "play",
    "again": "play",
    "rehearse": "rehearse",
    "retry": "retry",
    "resume": "play",
    "review": "review",
    "open": "open",
    "stop": "stop",
    "stop_now": "stop",
}
_MAIN = frozenset({"run", "retry", "review"})


class StripCard(QFrame):
    """Takes a strip and its words as they come; ``act`` is called with an action's code.

    ``neared`` tells that the pointer comes to it, as before a click on one of its buttons.
    """

    neared = Signal()

    def __init__(self, act: Act) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self._act = act
        self._strip: Strip | None = None
        self._noun: Noun = RECORD
        self._actions: tuple[str, ...] | None = None
        space = theme.unit()
        self._sign = Sign()
        self._title, self._standing = label("", "heading"), label("")
        self._standing.setWordWrap(True)
        self._details, self._step = label("", "quiet"), label("")
        self._details.setWordWrap(True)
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(2 * space)
        self._track = Track()
        self._progress = QProgressBar()
        self._progress.setTextVisible(False)
        self._progress.setFixedHeight(2 * space)
        self._picture = QLabel()
        self._picture.setAccessibleName(texts.window("live_picture"))
        self._picture.setToolTip(texts.window("live_picture"))
        self._lay_out(space)

    def show_strip(self, strip: Strip, told: Told, span: Span, now: datetime) -> None:
        """Show how it stands."""
        self._strip, self._noun = strip, told.noun
        self.setAccessibleName(f"{told.title}: {told.standing}")
        self._sign.show_sign(told.sign)
        self._title.setText(told.title)
        self._standing.setText(told.standing)
        self._standing.setStyleSheet(f"color: {theme.colours().of(told.sign)};")
        self._details.setText(told.details)
        self._details.setVisible(bool(told.details))
        self._track.show_course(span, _course(strip, told.sign), now, f"{told.title}: {told.standing}")
        self._track.setVisible(strip.is_today)
        self._step.setText(told.step)
        self._progress.setVisible(told.progress is not None)
        if told.progress is not None:
            done, whole = told.progress
            self._progress.setRange(0, whole)
            self._progress.setValue(done)
            self._progress.setAccessibleName(texts.window("progress", {"done": done, "of": whole}))
        self._work.setVisible(strip.at_work)
        if not strip.at_work:
            self._picture.clear()
        self._show_actions(told)

    def enterEvent(self, event: QEnterEvent) -> None:  # noqa: N802  # Qt's name
        """Somebody may start a run here."""
        super().enterEvent(event)
        self.neared.emit()

    def show_picture(self, picture: QPixmap) -> None:
        """Show what the page looks like that is worked on."""
        width = round(48 * theme.unit() * self.devicePixelRatioF())
        small = picture.scaledToWidth(width, Qt.TransformationMode.SmoothTransformation)
        small.setDevicePixelRatio(self.devicePixelRatioF())
        self._picture.setPixmap(small)

    def _lay_out(self, space: int) -> None:
        words = QVBoxLayout()
        words.setSpacing(space)
        words.addWidget(self._title)
        words.addWidget(self._standing)
        top = QHBoxLayout()
        top.setSpacing(3 * space)
        top.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignTop)
        top.addLayout(words, 1)
        top.addLayout(self._buttons)
        self._work = QWidget()
        self._work.setProperty("role", "clear")
        doing = QVBoxLayout()
        doing.addStretch(1)
        doing.addWidget(self._step)
        doing.addWidget(self._progress)
        doing.addStretch(1)
        across = QHBoxLayout(self._work)
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(4 * space)
        across.addWidget(self._picture)
        across.addLayout(doing, 1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(CARD_PADDING * space, 3 * space, CARD_PADDING * space, 3 * space)
        whole.setSpacing(2 * space)
        whole.addLayout(top)
        whole.addWidget(self._track)
        whole.addWidget(self._work)
        whole.addWidget(self._details)

    def _show_actions(self, told: Told) -> None:
        if told.actions == self._actions and "review" not in told.actions:
            return  # a button that stays must keep the focus
        self._actions = told.actions
        while (item := self._buttons.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for place, code in enumerate(told.actions):
            self._buttons.addWidget(self._button(code, told, first=place == 0))

    def _button(self, code: str, told: Told, *, first: bool) -> QPushButton:
        words = texts.window(f"do_{code}", {"count": told.questions})
        made = button(words, lambda: self._press(code), _ICONS.get(code, ""), main=first and code in _MAIN)
        made.setAccessibleName(f"{words}: {told.title}")
        if code == "stopping":
            made.setEnabled(False)
        if code == "stop_now":
            menu = QMenu(made)
            for wish in ("stop_after", "stop_at_once", "do_by_hand"):
                action = menu.addAction(texts.window(wish, {"noun": told.noun[0]}))
                action.triggered.connect(lambda _on, wish=wish: self._press(wish))
            made.setProperty("menu", "true")
            made.setMenu(menu)
        return made

    def _press(self, code: str) -> None:
        if self._strip is not None:
            self._act(code, self._strip, self._noun)


def _course(strip: Strip, sign: str) -> Course:
    run, forecast = strip.run, strip.forecast

    def moment(name: str) -> datetime | None:
        return datetime.fromisoformat(run[name]) if run is not None and run[name] else None

    return Course(
        sign=sign,
        due_at=strip.due_at,
        deadline_at=strip.deadline_at,
        began_at=moment("started_at"),
        ended_at=moment("ended_at"),
        earliest_at=forecast.earliest_at if forecast else None,
        latest_at=forecast.latest_at if forecast else None,
    )
