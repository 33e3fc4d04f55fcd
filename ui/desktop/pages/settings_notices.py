"""The card about telling people: addresses with a test each, quiet hours, the look in the afternoon."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import time
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QTime
from PySide6.QtWidgets import QCheckBox, QFrame, QHBoxLayout, QLineEdit

from agent.core.notices import DESKTOP, RESERVED
from agent.host.notice_addresses import forget_address, store_address
from agent.host.telling import test_message
from agent.system.addresses import Addresses
from agent.system.notify import RealSender, Sender, service_of
from agent.system.paths import Home
from agent.system.settings import NoticeSettings
from agent.system.vault import open_vault
from resources.i18n import texts
from ui.desktop import theme
from ui.desktop.desk import at_window
from ui.desktop.failing import told_of
from ui.desktop.widgets.cards import Card, Outcome, emptied
from ui.desktop.widgets.controls import button, label, number
from ui.desktop.widgets.dates import TimeField

if TYPE_CHECKING:
    from ui.desktop.pages.settings_writing import Writes

_NAME = re.compile(r"[a-z][a-z0-9_-]{0,30}")


class NoticesCard(Card):
    """An address is never shown again: only how it begins (``mailto``)."""

    def __init__(self, page: Writes) -> None:
        super().__init__(texts.window("card_notices"), texts.window("card_notices_why"))
        self._page, self._desk = page, page.desk
        self.notifier: Sender = RealSender()
        self._known = self.column()
        self.name, self.address = QLineEdit(), QLineEdit()
        self.name.setPlaceholderText(texts.window("address_name_example"))
        self.address.setPlaceholderText(texts.window("address_example"))
        self.address.setEchoMode(QLineEdit.EchoMode.Password)  # it holds a password or a token
        for field in (self.name, self.address):
            field.setMinimumWidth(60 * theme.unit())
            field.textChanged.connect(self._may_store)
        self.address.returnPressed.connect(self._store)
        self.store = button(texts.window("address_store"), self._store)
        self.store.setEnabled(False)
        self.row(texts.window("address_name"), self.name)
        self.row(texts.window("address"), self.address, self.store, explain=texts.window("address_why"))
        self.outcome = Outcome()
        self.add(self.outcome)
        self._make_times()

    def refresh(self) -> None:
        """Ask the keyring which addresses there are."""
        home = self._desk.home
        self._desk.ask(self, "addresses", lambda: _services(home), self._show, failed=self._failed)

    def show_settings(self, notices: NoticeSettings) -> None:
        """Show what the file says."""
        for control in (self.quiet, self.quiet_from, self.quiet_to, self.check, self.check_at, self.silent):
            control.blockSignals(True)
        self.quiet.setChecked(notices.quiet is not None)
        if notices.quiet is not None:
            self.quiet_from.setTime(_qtime(notices.quiet.begins))
            self.quiet_to.setTime(_qtime(notices.quiet.ends))
        self.check.setChecked(notices.check is not None)
        if notices.check is not None:
            self.check_at.setTime(_qtime(notices.check))
        self.silent.setValue(notices.silent_days)
        for control in (self.quiet, self.quiet_from, self.quiet_to, self.check, self.check_at, self.silent):
            control.blockSignals(False)
        for control in (self.quiet_from, self.quiet_to):
            control.setEnabled(self.quiet.isChecked())
        self.check_at.setEnabled(self.check.isChecked())

    # ── addresses ─────────────────────────────────────────────────────────────────────────────────────────
    def _show(self, services: Mapping[str, str]) -> None:
        emptied(self._known)
        for name, service in {DESKTOP: texts.window("this_desktop"), **services}.items():
            line = QFrame()
            line.setProperty("role", "clear")
            across = QHBoxLayout(line)
            across.setContentsMargins(0, 0, 0, 0)
            told = label(service if name == DESKTOP else f"{name} ({service})")
            across.addWidget(told, 1)
            tested = button(texts.window("address_test"), partial(self.test, name))
            tested.setAccessibleName(texts.window("address_test_of", {"name": told.text()}))
            across.addWidget(tested)
            if name != DESKTOP:
                gone = button(texts.window("address_remove"), partial(self.remove, name))
                gone.setAccessibleName(texts.window("address_remove_of", {"name": name}))
                across.addWidget(gone)
            self._known.addWidget(line)

    def _may_store(self) -> None:
        good = _NAME.fullmatch(self.name.text()) is not None and self.name.text() not in RESERVED
        self.store.setEnabled(good and bool(self.address.text().strip()))

    def _store(self) -> None:
        if not self.store.isEnabled():
            return
        name, address, home = self.name.text(), self.address.text().strip(), self._desk.home
        self.address.clear()

        def store() -> str:
            return store_address(home, name, address, at_window())

        def stored(service: str) -> None:
            self.name.clear()
            self.outcome.tell("done", texts.window("address_stored", {"name": name, "service": service}))
            self.refresh()

        self._desk.ask(self, ("store", name), store, stored, failed=self._failed, slow=True)

    def test(self, name: str) -> None:
        """Send a test to one addressee."""
        home, sender = self._desk.home, self.notifier
        self.outcome.tell("running", texts.window("test_in_work", {"name": name}))

        def send() -> None:
            if name == DESKTOP:
                sender.desktop(test_message())
            else:
                sender.send(Addresses(open_vault(home)).all()[name], test_message())

        def sent(_none: None) -> None:
            self.outcome.tell("done", texts.say("test_sent", {"name": name}))

        def failed(error: BaseException) -> None:
            self.outcome.tell("failed", texts.say("test_failed", {"name": name, "why": told_of(error).title}))

        self._desk.ask(self, ("test", name), send, sent, failed=failed, slow=True)

    def remove(self, name: str) -> None:
        """Forget an address."""
        home = self._desk.home

        def removed(_known: bool) -> None:  # gone it is, whoever was quicker
            self.outcome.tell("done", texts.say("address_gone", {"name": name}))
            self.refresh()

        self._desk.ask(
            self,
            ("remove", name),
            lambda: forget_address(home, name, at_window()),
            removed,
            failed=self._failed,
        )

    def _failed(self, error: BaseException) -> None:
        self.outcome.tell("failed", *told_of(error))

    # ── when ──────────────────────────────────────────────────────────────────────────────────────────────
    def _make_times(self) -> None:
        self.quiet, self.quiet_from, self.quiet_to = (
            QCheckBox(),
            TimeField(QTime(20, 0)),
            TimeField(QTime(6, 0)),
        )
        self.quiet_from.setAccessibleName(texts.window("quiet_from"))
        self.quiet_to.setAccessibleName(texts.window("quiet_to"))
        until = label(texts.say("until").strip())
        self.row(
            texts.window("quiet"), self.quiet, self.quiet_from, until, self.quiet_to,
            explain=texts.window("quiet_why"),
        )  # fmt: skip
        self.check, self.check_at = QCheckBox(), TimeField(QTime(16, 0))
        self.check_at.setAccessibleName(texts.window("check_at"))
        self.row(texts.window("check"), self.check, self.check_at, explain=texts.window("check_why"))
        self.silent = number((1, 30), texts.window("days_suffix"))
        self.row(texts.window("silent"), self.silent, explain=texts.window("silent_why"))
        self.quiet.clicked.connect(self._write_quiet)
        self.quiet_from.editingFinished.connect(self._write_quiet)
        self.quiet_to.editingFinished.connect(self._write_quiet)
        self.check.clicked.connect(self._write_check)
        self.check_at.editingFinished.connect(self._write_check)
        self.silent.valueChanged.connect(lambda given: self._page.write({("notices", "silent_days"): given}))

    def _write_quiet(self) -> None:
        span = f"{_written(self.quiet_from)}-{_written(self.quiet_to)}" if self.quiet.isChecked() else None
        self._page.write({("notices", "quiet"): span})

    def _write_check(self) -> None:
        at = _written(self.check_at) if self.check.isChecked() else None
        self._page.write({("notices", "check"): at})


def _services(home: Home) -> dict[str, str]:
    """Return how each address begins; raises what the vault raises."""
    return {name: service_of(address) for name, address in Addresses(open_vault(home)).all().items()}


def _written(control: TimeField) -> str:
    return control.time().toString("HH:mm")


def _qtime(at: time) -> QTime:
    return QTime(at.hour, at.minute)
