"""The list of what a person enters by hand, as a workbook to print; shown with the question about it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QVBoxLayout, QWidget

from agent.faces.new_files import write_new
from agent.faces.workbooks import worklist_book
from resources.i18n import texts
from ui.desktop.desk import Desk, at_window
from ui.desktop.failing import told_of_file
from ui.desktop.widgets.cards import Outcome
from ui.desktop.widgets.controls import button, label


class Worklist(QWidget):
    """One button; the file is for its owner alone, as it holds personal values."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk, self._run = desk, ""
        self.ask_for_file: Callable[[str], str] = self._by_dialog
        self.write = button(texts.window("worklist_write"), self._choose, "copy", main=True)
        self.outcome = Outcome()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(label(texts.window("worklist"), "heading"))
        words = label(texts.window("worklist_why"), "quiet")
        words.setWordWrap(True)
        column.addWidget(words)
        column.addWidget(self.write)
        column.addWidget(self.outcome)
        column.addStretch(1)

    def show_run(self, run_id: str) -> None:
        """Stand for a run's list."""
        if run_id != self._run:
            self.outcome.clear()
        self._run = run_id

    def _choose(self) -> None:
        chosen = self.ask_for_file(f"worklist-{self._run}.xlsx")
        if not chosen:
            return
        home, run_id, target = self._desk.home, self._run, Path(chosen)
        self.write.setEnabled(False)

        def write() -> None:
            _name, content = worklist_book(home, run_id, at_window())
            target.unlink(missing_ok=True)  # the dialog has asked whether to replace it
            write_new(target, content)

        self._desk.ask(
            self, "worklist", write, lambda _none: self._written(target), failed=self._failed, slow=True
        )

    def _written(self, target: Path) -> None:
        self.write.setEnabled(True)
        self.outcome.tell("done", texts.say("unsealed", {"file": target}))

    def _failed(self, error: BaseException) -> None:
        self.write.setEnabled(True)
        self.outcome.tell("failed", *told_of_file(error))

    def _by_dialog(self, name: str) -> str:
        title = texts.window("worklist_write")
        return QFileDialog.getSaveFileName(self, title, str(Path.home() / name), "XLSX (*.xlsx)")[0]
