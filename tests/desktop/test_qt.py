"""The Qt that is installed keeps Python's own counts: one version lost a reference with each call."""

import sys
from collections.abc import Callable

import pytest
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, Qt, Signal
from PySide6.QtWidgets import QLabel, QStyledItemDelegate, QTableView
from pytestqt.qtbot import QtBot

NUMBER = 500


class Model(QAbstractTableModel):
    def rowCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: B008, N802
        return 0 if parent.isValid() else 50

    def columnCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: B008, N802
        return 3

    def canFetchMore(self, parent: QModelIndex) -> bool:  # noqa: N802
        return False

    def data(self, index: QModelIndex, role: int = 0) -> object:
        return "x" if role == Qt.ItemDataRole.DisplayRole else None


class Delegate(QStyledItemDelegate):
    def paint(self, painter, option, index) -> None:
        super().paint(painter, option, index)


class Teller(QObject):
    told = Signal(object)


def calls(qtbot: QtBot) -> dict[str, Callable[[], object]]:
    label, table, teller = QLabel("x"), QTableView(), Teller()
    model, delegate = Model(table), Delegate(table)
    table.setModel(model)
    table.setItemDelegate(delegate)
    for widget in (label, table):
        qtbot.addWidget(widget)
        widget.show()
    teller.told.connect(lambda _value: None)
    return {
        "a void method": label.update,
        "a signal": lambda: teller.told.emit(None),
        "a model, a delegate": lambda: table.viewport().repaint(),
    }


@pytest.mark.parametrize("name", ["a void method", "a signal", "a model, a delegate"])
def test_calls_lose_no_reference(qtbot: QtBot, name: str) -> None:
    call = calls(qtbot)[name]
    call()
    before = [sys.getrefcount(value) for value in (None, True, False)]
    for _ in range(NUMBER if name != "a model, a delegate" else 20):
        call()
    after = [sys.getrefcount(value) for value in (None, True, False)]
    assert all(old - new < 10 for old, new in zip(before, after, strict=True)), (before, after)
