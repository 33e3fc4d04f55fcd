"""The two questions that the tray asks: quit all the same? pause what, until when?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from PySide6.QtCore import QDate, Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDateEdit,
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QVBoxLayout,
    QWidget,
)

from agent.faces.day import Day
from resources.i18n import texts
from ui.desktop import icons, theme
from ui.desktop.desk import Desk
from ui.desktop.models.standing import next_strip
from ui.desktop.widgets.controls import button, label


class QuitDialog(QDialog):
    """Says what will be missed; accepted when the person quits all the same."""

    def __init__(self, desk: Desk, day: Day | None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(texts.window("quit_title"))
        self.setWindowIcon(icons.icon("predawn"))
        space = theme.unit()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6 * space, 5 * space, 6 * space, 5 * space)
        layout.setSpacing(3 * space)
        layout.addWidget(label(texts.window("quit_title"), "heading"))
        for words in what_is_missed(desk, day):
            told = label(words)
            told.setWordWrap(True)
            told.setMinimumWidth(90 * space)
            layout.addWidget(told)
        across = QHBoxLayout()
        across.addStretch(1)
        keep = button(texts.window("quit_no"), self.reject, main=True)
        across.addWidget(button(texts.window("quit_yes"), self.accept, "stop"))
        across.addWidget(keep)
        layout.addLayout(across)
        keep.setFocus()


def what_is_missed(desk: Desk, day: Day | None) -> list[str]:
    """Return what quitting means: what is at work, what will not begin."""
    found = []
    if day is not None and day.working is not None:
        found.append(texts.window("quit_at_work", {"title": day.working.title}))
    coming = next_strip(day) if day is not None else None
    if coming is not None and coming.due_at is not None:
        at = desk.moments(coming.office).at(coming.due_at.isoformat())
        found.append(texts.window("quit_next", {"title": coming.title, "at": at}))
    return [*found, texts.window("quit_nothing")]


class PauseDialog(QDialog):
    """Asks which automation is paused until which day; ``wishes`` are the commands' args once accepted."""

    def __init__(self, desk: Desk, day: Day | None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(texts.window("pause_title"))
        self.setWindowIcon(icons.icon("predawn"))
        self._off = False
        scheduled = [strip for strip in day.strips if strip.scheduled] if day is not None else []
        self._names = [strip.automation for strip in scheduled]
        self._paused = {strip.automation for strip in scheduled if strip.paused is not None}
        self._which, self._until = QComboBox(), QDateEdit()
        self._open_end = QCheckBox(texts.window("pause_open_end"))
        self._fill(desk, [(strip.automation, strip.title) for strip in scheduled])
        self._lay_out()

    @property
    def wishes(self) -> list[dict[str, object]]:
        """The args of one ``pause`` command for each automation that was chosen."""
        chosen = self._which.currentData()
        names = self._names if chosen is None else [chosen]
        if self._off:
            return [
                {"automation": name, "until": None, "off": True} for name in names if name in self._paused
            ]
        day = self._until.date()
        until = None
        if not self._open_end.isChecked():
            until = date(day.year(), day.month(), day.day()).isoformat()
        return [{"automation": name, "until": until, "off": False} for name in names]

    def _fill(self, desk: Desk, scheduled: Sequence[tuple[str, str]]) -> None:
        if len(scheduled) > 1:
            self._which.addItem(texts.window("pause_all"), None)
        for name, title in scheduled:
            self._which.addItem(title, name)
        tomorrow = desk.speech.today(desk.moments().zone).toordinal() + 1
        first = date.fromordinal(tomorrow)
        self._until.setLocale(desk.speech.locale)
        self._until.setCalendarPopup(True)
        self._until.setMinimumDate(QDate(first.year, first.month, first.day))
        self._until.setDate(self._until.minimumDate())
        self._open_end.toggled.connect(self._until.setDisabled)
        for widget, code in ((self._which, "pause_which"), (self._until, "pause_goes_on")):
            widget.setAccessibleName(texts.window(code))

    def _lay_out(self) -> None:
        space = theme.unit()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6 * space, 5 * space, 6 * space, 5 * space)
        layout.setSpacing(3 * space)
        told = label(texts.window("pause_what" if self._names else "pause_none"), "quiet")
        told.setWordWrap(True)
        told.setMinimumWidth(90 * space)
        layout.addWidget(told)
        across = QHBoxLayout()
        if self._names:
            form = QFormLayout()
            form.addRow(QLabel(texts.window("pause_which")), self._which)
            form.addRow(QLabel(texts.window("pause_goes_on")), self._until)
            form.addRow(QLabel(""), self._open_end)
            layout.addLayout(form)
        if self._paused:
            across.addWidget(button(texts.window("pause_end"), self._end, "play"))
        across.addStretch(1)
        across.addWidget(button(texts.window("pause_no"), self.reject))
        if self._names:
            across.addWidget(button(texts.window("pause_yes"), self.accept, "pause", main=True))
        layout.addLayout(across)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)

    def _end(self) -> None:
        self._off = True
        self.accept()


class ByHandDialog(QDialog):
    """Asks whether a person really takes the rest of a run's records; ``noun`` is one and many of them."""

    def __init__(self, noun: tuple[str, str], parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(texts.window("by_hand_title"))
        space = theme.unit()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6 * space, 5 * space, 6 * space, 5 * space)
        layout.setSpacing(3 * space)
        layout.addWidget(label(texts.window("by_hand_title"), "heading"))
        told = label(texts.window("by_hand_why", noun=noun))
        told.setWordWrap(True)
        told.setMinimumWidth(90 * space)
        layout.addWidget(told)
        across = QHBoxLayout()
        across.addStretch(1)
        across.addWidget(button(texts.window("by_hand_no"), self.reject))
        across.addWidget(button(texts.window("by_hand_yes"), self.accept, "review", main=True))
        layout.addLayout(across)
