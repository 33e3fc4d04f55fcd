"""One automation in full: its page, its dates, its sites, its pause."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QScrollArea,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from agent.faces import duty_days, signs
from resources.i18n import texts
from ui.desktop import icons, theme
from ui.desktop.models.plain_rows import Column, Rows
from ui.desktop.pages.automation_parameters import ParametersCard
from ui.desktop.widgets.cards import Card, Outcome, emptied, scrolled
from ui.desktop.widgets.controls import button, label
from ui.desktop.widgets.dates import DayField
from ui.desktop.widgets.table import Table

if TYPE_CHECKING:
    from ui.desktop.pages.automations import AutomationsPage

Automation = Mapping[str, Any]
Day = Mapping[str, Any]


class AutomationCard(QWidget):
    """Filled anew when another automation is chosen, or the same has changed."""

    def __init__(self, page: AutomationsPage) -> None:
        super().__init__()
        self._page = page
        self.automation: Automation | None = None
        area: QScrollArea
        area, column = scrolled(texts.window("page_automations"))
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(area)
        self.title = label("", "heading")
        self.when = label("")
        self.when.setWordWrap(True)
        column.addWidget(self.title)
        column.addWidget(self.when)
        self.problem = Outcome()
        column.addWidget(self.problem)
        column.addWidget(self._make_pause())
        column.addWidget(self._make_days())
        self.parameters = ParametersCard(page.desk, page.look)
        column.addWidget(self.parameters)
        column.addWidget(self._make_sites())
        column.addWidget(self._make_readme())
        column.addWidget(self._make_told())
        column.addStretch(1)

    def show_automation(self, automation: Automation) -> None:
        """Show one."""
        self.automation = automation
        self.title.setText(str(automation["title"]))
        self._show_when(automation)
        self._show_pause(automation)
        self._show_days(automation)
        self.parameters.show_parameters(automation["parameters"])
        self._show_sites(automation)
        self._show_told(automation)
        readme = automation["readme"]
        self.readme.setMarkdown(readme or texts.window("no_readme"))
        self.readme.document().adjustSize()
        self._fit_readme()

    # ── when ──────────────────────────────────────────────────────────────────────────────────────────────
    def _show_when(self, one: Automation) -> None:
        if one["schedule"] is None:
            self.when.setText("")
        else:
            told = {"schedule": one["schedule"], "deadline": one["deadline"], "covers": one["covers"]}
            self.when.setText(texts.window("runs_when", told))
        self.problem.clear()
        left = [office for office in one["offices"] if not office["scheduled"]]
        if left:
            moments = self._page.desk.moments(left[0]["office"])
            because = left[0]["why"]
            own = f"why_{because['code']}"
            words = (
                texts.window(own, _titled(one, because.get("params") or {}))
                if texts.has("window", own)
                else duty_days.why(because, moments)
            )
            broken = one["problem"] is not None
            self.problem.tell(
                "failed" if broken else "waiting",
                words if broken else texts.window("not_by_itself", {"why": words}),
            )

    def _make_days(self) -> QWidget:
        self.days_card = Card(texts.window("next_dates"))
        self.days: Rows[Day] = Rows(
            [
                Column(texts.say("head_day"), lambda day: self._moments(day).day(day["business_date"])),
                Column(texts.say("head_starts"), lambda day: self._clock("due_at", day)),
                Column(texts.say("head_deadline"), lambda day: self._clock("deadline_at", day)),
                Column(
                    texts.say("head_covered"), lambda day: duty_days.period(day["period"], self._moments(day))
                ),
                Column(texts.say("head_standing"), self._standing, sign=_sign),
            ]
        )
        self.table = Table(texts.window("next_dates"))
        self.table.setModel(self.days)
        self.table.setObjectName("inside")
        self.table.horizontalHeader().setSectionResizeMode(4, QHeaderView.ResizeMode.Stretch)
        self.table.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.days_card.add(self.table)
        return self.days_card

    def _show_days(self, one: Automation) -> None:
        found = [
            {**day, "zone": office["zone"], "office": office["office"]}
            for office in one["offices"]
            if office["scheduled"]
            for day in reversed(office["days"])
        ]
        self.days.fill(found)
        self.days_card.setVisible(bool(found))
        self.table.resizeColumnsToContents()
        rows = self.table.verticalHeader().defaultSectionSize() * len(found)
        self.table.setFixedHeight(rows + self.table.horizontalHeader().sizeHint().height() + 4)

    def _moments(self, day: Day) -> Any:  # noqa: ANN401  # the desk's own kind
        return self._page.desk.moments(day["office"])

    def _clock(self, name: str, day: Day) -> str:
        return duty_days.clock(day[name], dict(day), day["zone"], self._moments(day))

    def _standing(self, day: Day) -> str:
        return duty_days.standing(dict(day), self._moments(day))[1]

    # ── pause ─────────────────────────────────────────────────────────────────────────────────────────────
    def _make_pause(self) -> QWidget:
        self.pause_card = Card(texts.window("pause_card"))
        self.pause_words = self.pause_card.tell()
        self.until = QCheckBox(texts.window("pause_until"))
        self.day = DayField(self._page.desk, texts.window("pause_until"))
        self.until.toggled.connect(self.day.setEnabled)
        self.pause = button(texts.window("pause_now"), self._pause, "pause")
        self.go_on = button(texts.window("pause_over"), self._end, "play")
        self._choose = QWidget()
        across = QHBoxLayout(self._choose)
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(2 * theme.unit())
        for each in (self.pause, self.until, self.day):
            across.addWidget(each)
        across.addStretch(1)
        self.pause_card.add(self._choose)
        self.pause_card.buttons(self.go_on)
        return self.pause_card

    def _show_pause(self, one: Automation) -> None:
        paused, desk = one["paused"], self._page.desk
        tomorrow = desk.speech.today(desk.moments().zone) + timedelta(days=1)
        self.day.set_day(tomorrow, earliest=True)
        self.until.setChecked(True)
        self._choose.setVisible(paused is None)
        self.go_on.setVisible(paused is not None)
        if paused is None:
            self.pause_words.setText(texts.window("pause_why"))
        else:
            until = desk.moments().day(paused["until"]) if paused["until"] else None
            self.pause_words.setText(texts.window("is_paused", {"who": paused["who"], "until": until}))

    def _pause(self) -> None:
        until = self.day.day.isoformat() if self.until.isChecked() else None
        self._wish({"until": until, "off": False})

    def _end(self) -> None:
        self._wish({"until": None, "off": True})

    def _wish(self, args: Mapping[str, Any]) -> None:
        assert self.automation is not None
        whole = {"automation": self.automation["automation"], **args}
        self._page.desk.give(self, "pause", whole, done=lambda _result: self._page.look())

    # ── sites, page, notices ──────────────────────────────────────────────────────────────────────────────
    def _make_sites(self) -> QWidget:
        card = Card(texts.window("its_sites"))
        self._sites = card.column()
        return card

    def _show_sites(self, one: Automation) -> None:
        emptied(self._sites)
        if not one["sites"]:
            self._sites.addWidget(label(texts.window("uses_no_site"), "quiet"))
        for site in one["sites"]:
            self._sites.addWidget(self._site(site))

    def _site(self, site: Mapping[str, Any]) -> QWidget:
        space, line = theme.unit(), QWidget()
        line.setProperty("role", "clear")
        across = QHBoxLayout(line)
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(2 * space)
        sign = QLabel()
        sign.setPixmap(icons.sign_icon("done" if site["ready"] else "waiting").pixmap(5 * space, 5 * space))
        words = texts.window("site_enters" if site["enters"] else "site_reads", {"site": site["title"]})
        standing = texts.say("password_stored" if site["ready"] else "password_wanted")
        sign.setAccessibleName(standing)
        across.addWidget(sign)
        across.addWidget(label(texts.say("because", {"what": words, "why": standing})), 1)
        opened = button(
            texts.window("site_open"), partial(self._page.desk.go, "sites", site["name"]), flat=True
        )
        opened.setAccessibleName(texts.window("site_open_named", {"site": site["title"]}))
        across.addWidget(opened)
        return line

    def _make_readme(self) -> QWidget:
        card = Card(texts.window("what_it_does"))
        self.readme = QTextBrowser()
        self.readme.setObjectName("inside")
        self.readme.setAccessibleName(texts.window("what_it_does"))
        self.readme.setOpenLinks(False)
        self.readme.setFrameShape(QTextBrowser.Shape.NoFrame)
        self.readme.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.readme.setTabChangesFocus(True)
        card.add(self.readme)
        return card

    def _fit_readme(self) -> None:
        document = self.readme.document()
        document.setTextWidth(max(200, self.readme.viewport().width()))
        self.readme.setFixedHeight(int(document.size().height()) + 4 * theme.unit())

    def resizeEvent(self, event: Any) -> None:  # noqa: ANN401, N802  # Qt's name
        """Give the page of the automation the height that its words need now."""
        super().resizeEvent(event)
        self._fit_readme()

    def _make_told(self) -> QWidget:
        card = Card(texts.window("who_is_told"))
        self.told = card.tell()
        card.buttons(
            button(texts.window("change_notices"), partial(self._page.desk.go, "settings"), flat=True)
        )
        return card

    def _show_told(self, one: Automation) -> None:
        lines = [
            f"{texts.event(entry['event'])}: {', '.join(_addressee(name) for name in entry['to'])}"
            for entry in one["told"]
            if entry["to"]
        ]
        self.told.setText("\n".join(lines))


def _sign(day: Day) -> str:
    outcome = day["outcome"]
    state = "failed" if outcome == "ran" and day["reason"] else outcome
    return signs.of_day(state)


def _addressee(name: str) -> str:
    own = f"addressee_{name}"
    return texts.window(own) if texts.has("window", own) else name


def _titled(one: Automation, params: Mapping[str, Any]) -> dict[str, Any]:
    titles = {site["name"]: site["title"] for site in one["sites"]}
    return {**params, "site": titles.get(str(params.get("site")), params.get("site"))}
