"""The morning as a line: when a run is due, worked, is foretold to end, and must be done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.desktop import icons, theme

CARD_PADDING = 4
"""Units between a card's side and what is in it."""

_HOUR = timedelta(hours=1)
_STEPS = (1, 2, 3, 6, 12)
"""Hours between two labels: the first with which they do not touch."""


@dataclass(frozen=True)
class Span:
    """From when to when a track is drawn, and how a time is written on it; moments are aware."""

    first: datetime
    last: datetime
    clock: Callable[[datetime], str]

    def share(self, moment: datetime) -> float:
        """Return where a moment lies: 0 is the left end, 1 the right one; what is outside is at an end."""
        whole = (self.last - self.first).total_seconds()
        return min(1.0, max(0.0, (moment - self.first).total_seconds() / whole))


@dataclass(frozen=True)
class Course:
    """What one track shows; None is left out. ``sign`` gives the colour and the icon at the bar's end."""

    sign: str = "waiting"
    due_at: datetime | None = None
    deadline_at: datetime | None = None
    began_at: datetime | None = None
    ended_at: datetime | None = None
    earliest_at: datetime | None = None
    latest_at: datetime | None = None


class _OnSpan(QWidget):
    """A widget whose width is the span; both kinds keep the same margin, so that they line up."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._span: Span | None = None
        self._now: datetime | None = None

    def _place(self, moment: datetime) -> float:
        margin = self._inset()
        share = 0.0 if self._span is None else self._span.share(moment)
        return margin + share * (self.width() - 2 * margin)

    def _inset(self) -> float:
        """Return how far from the sides the span begins and ends."""
        return 4.0 * theme.unit(self)

    def _hours(self) -> list[datetime]:
        """Return the hours that get a label."""
        if self._span is None:
            return []
        widest = self.fontMetrics().horizontalAdvance(self._span.clock(self._span.first)) * 1.7
        hours = round((self._span.last - self._span.first) / _HOUR)
        room = max(1.0, self.width() - 2 * self._inset()) / max(1, hours)
        step = next((step for step in _STEPS if step * room >= widest), _STEPS[-1])
        return [self._span.first + number * _HOUR for number in range(0, hours + 1, step)]


class Axis(_OnSpan):
    """The hours above the tracks, which lie in cards: it begins as far in as they do."""

    def _inset(self) -> float:
        return super()._inset() + CARD_PADDING * theme.unit(self)

    def show_span(self, span: Span) -> None:
        """Show another span."""
        self._span = span
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802  # Qt's name
        """Return one line of text."""
        return QSize(60 * theme.unit(self), self.fontMetrics().height() + 2 * theme.unit(self))

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802  # Qt's name
        """Write the hours."""
        if self._span is None:
            return
        painter = QPainter(self)
        painter.setPen(QColor(theme.colours().quiet))
        metrics = self.fontMetrics()
        for hour in self._hours():
            words = self._span.clock(hour)
            left = self._place(hour) - metrics.horizontalAdvance(words) / 2
            painter.drawText(QPointF(left, metrics.ascent() + theme.unit(self)), words)


class Track(_OnSpan):
    """One automation's line."""

    def __init__(self) -> None:
        super().__init__()
        self._course = Course()

    def show_course(self, span: Span, course: Course, now: datetime, told: str) -> None:
        """Show a course; ``told`` says the same in words, for those who do not see it."""
        self._span, self._course, self._now = span, course, now
        self.setAccessibleName(told)
        self.setToolTip(told)
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802  # Qt's name
        """Return a bar with room for its icon."""
        return QSize(60 * theme.unit(self), 7 * theme.unit(self))

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802  # Qt's name
        """Paint from the back to the front: line, hours, forecast, bar, deadline, now."""
        if self._span is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        known, course, space = theme.colours(), self._course, theme.unit(self)
        middle, thick = self.height() / 2, 2.5 * space
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(known.raised))
        left, right = self._place(self._span.first), self._place(self._span.last)
        painter.drawRoundedRect(QRectF(left, middle - space / 2, right - left, space), space / 2, space / 2)
        painter.setPen(QPen(QColor(known.line), 1))
        for hour in self._hours():
            painter.drawLine(
                QPointF(self._place(hour), middle - 2 * space), QPointF(self._place(hour), middle + 2 * space)
            )
        colour = QColor(known.of(course.sign))
        self._paint_forecast(painter, colour, middle, thick)
        self._paint_due(painter, middle, space)
        self._paint_bar(painter, colour, middle, thick)
        if course.deadline_at is not None:
            painter.setPen(QPen(QColor(known.text), 2))
            place = self._place(course.deadline_at)
            painter.drawLine(QPointF(place, 0.5 * space), QPointF(place, self.height() - 0.5 * space))
        self._paint_now(painter)

    def _paint_forecast(self, painter: QPainter, colour: QColor, middle: float, thick: float) -> None:
        earliest, latest = self._course.earliest_at, self._course.latest_at
        if earliest is None or latest is None or self._course.ended_at is not None:
            return
        left, right = self._place(earliest), max(self._place(latest), self._place(earliest) + thick)
        light = QColor(colour)
        light.setAlphaF(0.22)
        where = QRectF(left, middle - thick / 2, right - left, thick)
        painter.setPen(QPen(colour, 1, Qt.PenStyle.DashLine))
        painter.setBrush(light)
        painter.drawRoundedRect(where, thick / 3, thick / 3)
        hatched = QColor(colour)
        hatched.setAlphaF(0.5)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QBrush(hatched, Qt.BrushStyle.BDiagPattern))
        painter.drawRoundedRect(where, thick / 3, thick / 3)

    def _paint_due(self, painter: QPainter, middle: float, space: int) -> None:
        if self._course.due_at is None or self._course.began_at is not None:
            return
        painter.setPen(QPen(QColor(theme.colours().waiting), 2))
        painter.setBrush(QColor(theme.colours().surface))
        painter.drawEllipse(QPointF(self._place(self._course.due_at), middle), 1.2 * space, 1.2 * space)

    def _paint_bar(self, painter: QPainter, colour: QColor, middle: float, thick: float) -> None:
        began = self._course.began_at
        end = self._course.ended_at or self._now
        if began is None or end is None:
            return
        left = self._place(began)
        right = max(self._place(end), left + thick / 2)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawRoundedRect(QRectF(left, middle - thick / 2, right - left, thick), thick / 3, thick / 3)
        size = 5.0 * theme.unit(self)
        where = QRectF(right - size / 2, middle - size / 2, size, size)
        painter.setBrush(QColor(theme.colours().surface))
        painter.drawEllipse(where)
        icons.draw(painter, self._course.sign, colour.name(), where)

    def _paint_now(self, painter: QPainter) -> None:
        if self._now is None or self._span is None or not self._span.first <= self._now <= self._span.last:
            return
        painter.setPen(QPen(QColor(theme.colours().accent), 1, Qt.PenStyle.DotLine))
        place = self._place(self._now)
        painter.drawLine(QPointF(place, 0), QPointF(place, self.height()))
