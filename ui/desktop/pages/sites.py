"""Sites & passwords: where Predawn signs in, as whom, whether it can; a new password, and a test of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Protocol

from PySide6.QtCore import QModelIndex
from PySide6.QtWidgets import QHeaderView, QLineEdit

from agent.core.failures import Failure
from agent.faces import site_list
from agent.host.passwords import store_password
from agent.host.preflight import OLD_PASSWORD
from agent.store.database import is_prepared, open_store
from agent.system.paths import Home
from agent.system.settings import load_settings
from resources.i18n import texts
from ui.desktop import theme
from ui.desktop.desk import Desk, at_window
from ui.desktop.failing import told_of
from ui.desktop.models.plain_rows import Column, Rows
from ui.desktop.pages.base import Page
from ui.desktop.widgets.cards import Card, Outcome
from ui.desktop.widgets.controls import button
from ui.desktop.widgets.table import Table

Site = Mapping[str, Any]

_STRETCH, _FITTED = QHeaderView.ResizeMode.Stretch, QHeaderView.ResizeMode.ResizeToContents
_STANDING = 2  # the column that takes the room that is left


class SitesPage(Page):
    """The sites in a table; below it the one that is chosen."""

    code = "sites"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._many = False
        self.rows: Rows[Site] = Rows(
            [
                Column(
                    texts.say("head_site"), lambda site: site["title"] if not self._many else _where(site)
                ),
                Column(texts.window("column_signs_in_as"), lambda site: site["account"] or ""),
                Column(texts.say("head_standing"), _standing, sign=_sign),
                Column(texts.window("column_password_age"), self._age),
                Column(texts.window("column_last_used"), self._used),
            ]
        )
        self.table = Table(self.accessibleName())
        self.table.setModel(self.rows)
        head = self.table.horizontalHeader()
        for place in range(self.rows.columnCount()):
            wide = (
                QHeaderView.ResizeMode.Stretch
                if place == _STANDING
                else QHeaderView.ResizeMode.ResizeToContents
            )
            head.setSectionResizeMode(place, wide)
        self.table.selectionModel().currentRowChanged.connect(self._choose)
        self.body.addWidget(self.table, 1)
        self.card = SiteCard(self)
        self.body.addWidget(self.card)
        self._wanted: str | None = None

    def refresh(self, idents: frozenset[str]) -> None:  # noqa: ARG002  # sessions and tries change with any run
        """Read the sites anew."""
        home = self.desk.home
        self.desk.ask(self, "sites", lambda: _read(home), self._show, failed=self._failed)

    def open(self, target: object) -> None:
        """Choose a site by its name."""
        self._wanted = str(target)
        self._select(self._wanted)

    def _show(self, found: Sequence[Site]) -> None:
        if not found:
            self.show_empty(texts.window("no_sites"), texts.window("no_sites_why"))
            return
        self.show_body()
        self._many = len({site["office"] for site in found}) > 1
        chosen = self._wanted or (_key(self.card.site) if self.card.site else None)
        self.rows.fill(found)
        self.set_sentence(_summary(found))
        self._select(chosen)

    def _failed(self, error: BaseException) -> None:
        told = told_of(error)
        self.show_empty(told.title, told.next)

    def _select(self, name: str | None) -> None:
        for place, site in enumerate(self.rows.rows):
            if name in {site["name"], _key(site)}:
                self.table.selectRow(place)
                return
        if self.rows.rows:
            self.table.selectRow(0)

    def _choose(self, current: QModelIndex) -> None:
        if current.isValid():
            self._wanted = None
            self.card.show_site(self.rows.rows[current.row()])

    def _age(self, site: Site) -> str:
        days = _days_since(site["password_set_at"])
        return (
            ""
            if days is None
            else texts.window("days_ago", {"count": days})
            if days
            else texts.window("password_today")
        )

    def _used(self, site: Site) -> str:
        return self.desk.moments(site["office"]).at(site["used_at"]) or texts.window("never_used")


class Holder(Protocol):
    """A page or a part of one that holds cards of sites."""

    desk: Desk

    def refresh(self, idents: frozenset[str]) -> None:
        """Read the sites anew."""


class SiteCard(Card):
    """One site: its account, its password (typed, stored, never shown again), a test of both."""

    def __init__(self, page: Holder) -> None:
        super().__init__(" ")
        self._page = page
        self.site: Site | None = None
        self.address = self.tell()
        self.account, self.password = QLineEdit(), QLineEdit()
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        for field in (self.account, self.password):
            field.setMinimumWidth(60 * theme.unit())
            field.textChanged.connect(self._may)
            field.returnPressed.connect(self._store)
        self.store = button(texts.window("password_store"), self._store, main=True)
        self.row(texts.window("account_name"), self.account)
        self.row(
            texts.window("new_password"), self.password, self.store, explain=texts.window("new_password_why")
        )
        self.test = button(texts.window("test_sign_in"), self._test)
        self.watch = button(texts.window("open_as_robot"), self._watch)
        self.buttons(self.test, self.watch)
        self.outcome = Outcome()
        self.add(self.outcome)
        self._working: set[str] = set()

    def show_site(self, site: Site) -> None:
        """Show a site; what was typed for another one is forgotten."""
        if self.site is None or _key(site) != _key(self.site):
            self.password.clear()
            self.outcome.clear()
            self.account.setText(site["account"] or "")
        self.site = site
        self.heading.setText(site["title"])
        self.setAccessibleName(site["title"])
        self.address.setText(site["url"])
        self._may()

    def _may(self) -> None:
        site = self.site
        if site is None:
            return
        typed = bool(self.account.text().strip()) and bool(self.password.text())
        self.store.setEnabled(site["readable"] and typed)
        can = site["readable"] and bool(site["password_version"]) and not site["locked"]
        free = _key(site) not in self._working
        self.test.setEnabled(can and free)
        self.watch.setEnabled(can and free)

    def _store(self) -> None:
        if not self.store.isEnabled():
            return
        assert self.site is not None
        site, home, page = self.site, self._page.desk.home, self._page
        account, password = self.account.text().strip(), self.password.text()
        self.password.clear()  # it is in the vault from here on, or nowhere

        def store() -> int:
            return store_password(home, site["office"], site["name"], account, password, at_window())

        def stored(_version: int) -> None:
            self.outcome.tell("done", texts.window("password_stored_now", {"site": site["title"]}))
            page.refresh(frozenset())

        page.desk.ask(self, ("store", _key(site)), store, stored, failed=self._failed, slow=True)

    def _test(self) -> None:
        self._try("test_sign_in", "test_sign_in_in_work", "test_sign_in_good")

    def _watch(self) -> None:
        self._try("open_site", "open_site_in_work", "open_site_ended")

    def _try(self, verb: str, in_work: str, good: str) -> None:
        assert self.site is not None
        site = self.site
        self._working.add(_key(site))
        self._may()
        self.outcome.tell("running", texts.window(in_work, {"site": site["title"]}))

        def ended() -> None:
            self._working.discard(_key(site))
            self._may()
            self._page.refresh(frozenset())

        def done(_result: Mapping[str, Any]) -> None:
            self._tell(site, "done", texts.window(good, {"site": site["title"]}))
            ended()

        def refused(error: BaseException) -> None:
            self._tell(site, "failed", *_told(error, site))
            ended()

        args = {"site": site["name"], "office": site["office"]}
        self._page.desk.give(self, verb, args, done=done, refused=refused)

    def _tell(self, site: Site, sign: str, *words: str) -> None:
        if self.site is not None and _key(site) == _key(self.site):  # else another one is in view by now
            self.outcome.tell(sign, *words)

    def _failed(self, error: BaseException) -> None:
        self.outcome.tell("failed", *told_of(error))


def _read(home: Home) -> list[dict[str, Any]]:
    prepared = is_prepared(home.database)
    if prepared:
        open_store(home.database, home.evidence)
    return site_list.listed(home, load_settings(home), prepared=prepared)


def _told(error: BaseException, site: Site) -> tuple[str, str]:
    """Return the words of a failed try; what to do next is on this very page."""
    if isinstance(error, Failure):
        told = texts.failure(error.code, {**error.params, "site": site["title"]})
        own = f"site_{error.code}"
        words = error.params.get("words")
        if texts.has("window", own):
            return told.title, texts.window(own, {"words": words, "site": site["title"]})
        return told.title, told.next
    told = told_of(error)
    return told.title, told.next


def _where(site: Site) -> str:
    return f"{site['title']} ({site['office']})"


def _key(site: Site) -> str:
    return f"{site['office']}/{site['name']}"


def _days_since(moment: str | None) -> int | None:
    return None if moment is None else (datetime.now(UTC) - datetime.fromisoformat(moment)).days


def _standing(site: Site) -> str:
    if not site["readable"]:
        return texts.say("book_unreadable")
    if site["locked"]:
        return texts.window("site_stopped")
    if not site["password_version"]:
        return texts.say("password_wanted")
    days = _days_since(site["password_set_at"]) or 0
    if days >= OLD_PASSWORD.days:
        return texts.window("site_password_old")
    return texts.window("site_signed_in" if site["signed_in"] else "site_ready")


def _sign(site: Site) -> str:
    if not site["readable"] or site["locked"]:
        return "failed"
    if not site["password_version"]:
        return "waiting"
    days = _days_since(site["password_set_at"]) or 0
    return "risk" if days >= OLD_PASSWORD.days else "done"


def _summary(found: Sequence[Site]) -> str:
    stopped = [site["title"] for site in found if site["locked"]]
    if stopped:
        return texts.window("sites_stopped", {"sites": ", ".join(stopped)})
    ready = sum(1 for site in found if site["password_version"])
    return texts.window("sites_ready", {"count": ready, "of": len(found)})
