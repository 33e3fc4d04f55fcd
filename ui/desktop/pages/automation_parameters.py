"""What an office may set of an automation: one line a value, within what its author allows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLineEdit, QWidget

from agent.core.parameters import Kind
from agent.host import parameters
from agent.store.database import open_store
from resources.i18n import texts
from ui.desktop import theme
from ui.desktop.desk import Desk, at_window
from ui.desktop.failing import told_of
from ui.desktop.widgets.cards import Card, Outcome, emptied
from ui.desktop.widgets.controls import button, label

Values = Mapping[str, Any]


class ParametersCard(Card):
    """Filled anew with another automation; ``changed`` is called when a value was stored."""

    def __init__(self, desk: Desk, changed: Callable[[], None]) -> None:
        super().__init__(texts.window("parameters"), texts.window("parameters_why"))
        self._desk, self._changed = desk, changed
        self._shown: Sequence[Values] = ()
        self.controls: dict[tuple[str, str], QWidget] = {}
        self.stores: dict[tuple[str, str], QWidget] = {}
        self._column = self.column()
        self.outcome = Outcome()
        self.add(self.outcome)

    def show_parameters(self, found: Sequence[Values]) -> None:
        """Show values: as the faces list them, an office after the other."""
        self.setVisible(bool(found))
        if found == self._shown:
            return  # read again, and the same: what was typed stays
        if [self._key(one) for one in found] != [self._key(one) for one in self._shown]:
            self.outcome.clear()
        known = {self._key(one): (one["manifest"]["name"], one["value"]) for one in self._shown}
        typed = {key: _given(control) for key, control in self.controls.items()}
        self._shown = found
        emptied(self._column)
        self.controls, self.stores = {}, {}
        many = len({one["office"] for one in found}) > 1
        for one in found:
            self._line(one, many=many)
            key = self._key(one)
            if known.get(key) == (one["manifest"]["name"], one["value"]):
                _put(self.controls[key], typed[key])  # another one was stored: what was typed here stays

    def _line(self, one: Values, *, many: bool) -> None:
        key = self._key(one)
        name = one["name"].replace("_", " ").capitalize()
        name = texts.window("title_office", {"title": name, "office": one["office"] if many else None})
        control = self.controls[key] = _control(one)
        control.setAccessibleName(name)
        store = self.stores[key] = button(texts.window("parameter_store"), partial(self._store, one, control))
        store.setAccessibleName(texts.window("parameter_store_named", {"name": name}))
        line = QWidget()
        line.setProperty("role", "clear")
        across = QHBoxLayout(line)
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(2 * theme.unit())
        across.addWidget(control)
        across.addWidget(store)
        if one["is_set"]:
            usual = button(texts.window("parameter_usual"), partial(self._give, one, None), flat=True)
            usual.setAccessibleName(texts.window("parameter_usual_named", {"name": name}))
            across.addWidget(usual)
        across.addStretch(1)
        told = {"explain": one["explain"], "least": one["least"], "most": one["most"]}
        control.setAccessibleDescription(texts.window("parameter_explain", told))
        explained = label(control.accessibleDescription(), "quiet")
        explained.setWordWrap(True)
        explained.setContentsMargins(0, 0, 0, 3 * theme.unit())
        named = label(name)
        named.setBuddy(control)
        for each in (named, line, explained):
            self._column.addWidget(each)
        if one["problem"] is not None:
            self.outcome.tell("failed", texts.failure("broken_settings", one["problem"]["params"]).title)

    def _store(self, one: Values, control: QWidget) -> None:
        self._give(one, _given(control))

    def _give(self, one: Values, value: str | bool | None) -> None:
        home, manifest = self._desk.home, one["manifest"]

        def store() -> None:
            open_store(home.database, home.evidence)
            parameters.set_one(home, at_window(), one["office"], manifest, one["name"], value)

        def stored(_none: None) -> None:
            self.outcome.tell("done", texts.window("parameter_stored"))
            self._changed()

        def failed(error: BaseException) -> None:
            self.outcome.tell("failed", *told_of(error))

        self._desk.ask(self, ("store", *self._key(one)), store, stored, failed=failed)

    @staticmethod
    def _key(one: Values) -> tuple[str, str]:
        return one["office"], one["name"]


def _control(one: Values) -> QWidget:
    """Return what a value of its kind is set with."""
    kind, value = Kind(one["kind"]), one["value"]
    if kind is Kind.YES_NO:
        box = QCheckBox(texts.window("parameter_yes"))
        box.setChecked(bool(value))
        return box
    if kind is Kind.CHOICE:
        choice = QComboBox()
        choice.addItems(list(one["choices"]))
        choice.setCurrentText(str(value))
        return choice
    line = QLineEdit(str(value))
    line.setMinimumWidth(40 * theme.unit())
    return line


def _put(control: QWidget, given: str | bool) -> None:
    if isinstance(control, QCheckBox):
        control.setChecked(bool(given))
    elif isinstance(control, QComboBox):
        control.setCurrentText(str(given))
    elif isinstance(control, QLineEdit):
        control.setText(str(given))


def _given(control: QWidget) -> str | bool:
    if isinstance(control, QCheckBox):
        return control.isChecked()
    if isinstance(control, QComboBox):
        return control.currentText()
    assert isinstance(control, QLineEdit)
    return control.text().strip()
