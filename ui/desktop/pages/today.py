"""Today: what is due, what works now, what became of it, and what can be done about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from PySide6.QtCore import QTimer
from PySide6.QtGui import QHideEvent, QPixmap, QShowEvent
from PySide6.QtWidgets import QDialog, QScrollArea, QVBoxLayout, QWidget

from agent.faces.day import Day, Strip, axis, look
from agent.host.enrolment import Enrolment, NotEnrolled
from agent.host.outlook import Outlook
from agent.system.bell import EVERYTHING
from resources.i18n import texts
from resources.i18n.texts import Noun
from ui.desktop import theme
from ui.desktop.desk import Desk
from ui.desktop.models.day_words import DayTold, tell
from ui.desktop.pages.base import Page
from ui.desktop.widgets.controls import button
from ui.desktop.widgets.dialogs import ByHandDialog
from ui.desktop.widgets.not_scheduled import NotScheduled
from ui.desktop.widgets.strip_card import StripCard
from ui.desktop.widgets.track import Axis, Span

Values = Mapping[str, Any]

_LOOK_MS = 1000  # how often a picture of the page is wanted, while one works and somebody watches
_CLOCK_MS = 30_000  # how often the line “now” moves on


class TodayPage(Page):
    """The first page."""

    code = "today"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._cards: dict[tuple[str, str], StripCard] = {}
        self._day: Day | None = None
        self._outlook = Outlook(desk.settings) if desk.settings is not None else None
        self._enrolment: Enrolment | None = None
        self._others: list[tuple[NotEnrolled, str]] | None = None
        self._axis = Axis()
        self._review = button("", lambda: desk.go("review"), "review", main=True)
        self._review.hide()
        self.buttons.addWidget(self._review)
        self._not_scheduled = NotScheduled(self._run_other)
        self._list = self._make_list()
        self._watch = self._timer(_LOOK_MS, self._want_picture)
        self._clock = self._timer(_CLOCK_MS, self._read)

    def refresh(self, idents: frozenset[str]) -> None:
        """Read today again; a picture alone is taken from the host's memory."""
        if any(ident.startswith("live/") for ident in idents):
            self._show_picture()
        if any(not ident.startswith("live/") for ident in idents):
            self._read()
        if EVERYTHING in idents or "calendar" in idents:
            self._read_others()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802  # Qt's name
        """Let the clock go on."""
        super().showEvent(event)
        self._clock.start()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802  # Qt's name
        """Nobody watches any more."""
        super().hideEvent(event)
        self._clock.stop()
        self._watch.stop()

    # ── reading ───────────────────────────────────────────────────────────────────────────────────────────
    def _read(self) -> None:
        settings, outlook, desk = self.desk.settings, self._outlook, self.desk
        if settings is None or outlook is None:
            return

        def read() -> tuple[Day, DayTold]:
            day = look(settings, outlook, desk.now())
            return day, tell(desk, day)

        desk.ask(self, "day", read, lambda found: self._show(*found))

    def _read_others(self) -> None:
        """Describe what is not scheduled, too: that may take a second for each automation, once."""
        settings = self.desk.settings
        if settings is None:
            return
        if self._enrolment is None:
            self._enrolment = Enrolment(self.desk.home, settings)
        enrolment = self._enrolment

        def read() -> list[tuple[NotEnrolled, str]]:
            _scheduled, others = enrolment.look(self.desk.now())
            return [(one, enrolment.title(one.automation)) for one in others]

        self.desk.ask(self, "others", read, self._show_others, slow=True)

    # ── showing ───────────────────────────────────────────────────────────────────────────────────────────
    def _show(self, day: Day, told: DayTold) -> None:
        self._day = day
        self.set_sentence(told.sentence)
        self._review.setVisible(told.questions > 0)
        self._review.setText(texts.window("do_review", {"count": told.questions}))
        self.badge.emit(0)
        zone = ZoneInfo(day.strips[0].zone) if day.strips else None
        if zone is not None:
            span = Span(*axis(day.strips, day.read_at, zone), self.desk.moments(day.strips[0].office).clock)
            self._axis.show_span(span)
            self._show_cards(day, told, span)
        self._axis.setVisible(any(strip.is_today for strip in day.strips))
        self._forget_cards({(strip.automation, strip.office) for strip in day.strips})
        working = day.working is not None and self.desk.hosting.host is not None
        if working and self.isVisible() and not self._watch.isActive():
            self._watch.start()
            self._want_picture()
        elif not working:
            self._watch.stop()
        self._show_what_there_is()

    def _show_cards(self, day: Day, told: DayTold, span: Span) -> None:
        for place, (strip, words) in enumerate(told.strips):
            key = strip.automation, strip.office
            card = self._cards.get(key)
            if card is None:
                card = self._cards[key] = StripCard(self._act)
                card.neared.connect(lambda: self.desk.expect(self))
            if self._list.indexOf(card) != place + 1:
                self._list.insertWidget(place + 1, card)
            card.show_strip(strip, words, span, day.read_at)

    def _forget_cards(self, kept: set[tuple[str, str]]) -> None:
        for key in self._cards.keys() - kept:
            card = self._cards.pop(key)
            self._list.removeWidget(card)
            card.deleteLater()

    def _show_others(self, found: list[tuple[NotEnrolled, str]]) -> None:
        self._others = found
        self._show_what_there_is()

    def _show_what_there_is(self) -> None:
        """Show the strips, what is not scheduled, or, with neither, how one gets there."""
        others = self._others or []
        many = len({one.office for one, _title in others} | {office for _name, office in self._cards}) > 1
        self._not_scheduled.show_them(
            [
                ((one.automation, one.office), _titled(title, one.office if many else None), _why(one))
                for one, title in others
                if (one.automation, one.office) not in self._cards
            ]
        )
        if self._cards or others:
            self.show_body()
        elif self._others is not None:
            self.show_empty(texts.window("today_none"), texts.window("today_none_why"))

    def _want_picture(self) -> None:
        host = self.desk.hosting.host
        if host is not None and self.isVisible():
            host.look()

    def _show_picture(self) -> None:
        host = self.desk.hosting.host
        working = self._day.working if self._day is not None else None
        picture = host.picture if host is not None else None
        if picture is None or working is None or working.run is None or picture.run != working.run["id"]:
            return
        shown = QPixmap()
        if shown.loadFromData(picture.png):
            self._cards[working.automation, working.office].show_picture(shown)

    # ── doing ─────────────────────────────────────────────────────────────────────────────────────────────
    def _act(self, code: str, strip: Strip, noun: Noun) -> None:
        run = strip.run["id"] if strip.run is not None else None
        match code:
            case "run" | "again" | "rehearse":
                self._run_other(strip.automation, strip.office, rehearse=code == "rehearse")
            case "retry" | "resume":
                self._give(code, {"run": run})
            case "stop" | "stop_after" | "stop_at_once":
                self._give("cancel", {"run": run, "at_once": code == "stop_at_once"})
            case "do_by_hand" if ByHandDialog(noun, self).exec() == QDialog.DialogCode.Accepted:
                self._give("finish_by_hand", {"run": run})
            case "review":
                self.desk.go("review", run)
            case "open":
                self.desk.go("run", run)

    def _run_other(self, automation: str, office: str, *, rehearse: bool = False) -> None:
        wish = {"automation": automation, "office": office, "business_date": None}
        self._give("run", {**wish, "options": {"rehearse": rehearse}})

    def _give(self, verb: str, args: Values) -> None:
        self.desk.give(self, verb, args, done=lambda _result: self._read())

    # ── parts ─────────────────────────────────────────────────────────────────────────────────────────────
    def _make_list(self) -> QVBoxLayout:
        space = theme.unit()
        inside = QWidget()
        inside.setProperty("role", "clear")
        layout = QVBoxLayout(inside)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(3 * space)
        layout.addWidget(self._axis)
        layout.addWidget(self._not_scheduled)
        layout.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        scroll.setWidget(inside)
        scroll.setAccessibleName(self.accessibleName())
        self.body.addWidget(scroll)
        return layout

    def _timer(self, milliseconds: int, slot: Callable[[], None]) -> QTimer:
        made = QTimer(self)
        made.setInterval(milliseconds)
        made.timeout.connect(slot)
        return made


def _titled(title: str, office: str | None) -> str:
    return texts.window("title_office", {"title": title, "office": office})


def _why(one: NotEnrolled) -> str:
    return texts.why(str(one.why["code"]), one.why.get("params") or {})
