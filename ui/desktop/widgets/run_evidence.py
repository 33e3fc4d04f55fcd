"""A run's evidence: downloaded files and pictures. Opening one writes down who looked (host.proofs)."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QDialog, QFileDialog, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from agent.faces.new_files import write_new
from agent.host import proofs
from agent.host.proofs import Opened
from resources.i18n import texts
from ui.desktop import theme
from ui.desktop.desk import Desk, at_window
from ui.desktop.failing import not_saved
from ui.desktop.models.rows import Column, Rows
from ui.desktop.models.run_view import RunView
from ui.desktop.widgets.controls import button, label
from ui.desktop.widgets.table import table_of
from ui.desktop.widgets.teaching import Teaching

_COLUMNS = (
    Column("what", quiet=True),
    Column("name"),
    Column("size", number=True),
    Column("since", quiet=True),
    Column("sha256", quiet=True),
)


class EvidenceTab(QWidget):
    """The list; a picture opens in a window of its own, a file is saved where the person says."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._rows = Rows(_COLUMNS, self)
        self._table = table_of(self._rows, texts.window("tab_evidence"), stretched=1)
        self._table.chosen.connect(self._open)
        self._teaching = Teaching("gallery", texts.window("evidence_none"), texts.window("evidence_none_why"))
        self._told = label("", "quiet")
        self._told.setWordWrap(True)
        self._buttons = QWidget()
        across = QHBoxLayout(self._buttons)
        across.setContentsMargins(0, 0, 0, 0)
        across.addWidget(button(texts.window("open_evidence"), self._open_current, "open"))
        across.addWidget(button(texts.window("save_evidence"), self._save_current))
        across.addWidget(self._told, 1)
        space = theme.unit()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 3 * space, 0, 0)
        layout.setSpacing(2 * space)
        layout.addWidget(self._table, 1)
        layout.addWidget(self._teaching, 1)
        layout.addWidget(self._buttons)

    def show_view(self, view: RunView) -> None:
        """Show a run's evidence."""
        self._rows.show_rows(view.evidence)
        self._table.setVisible(bool(view.evidence))
        self._buttons.setVisible(bool(view.evidence))
        self._teaching.setVisible(not view.evidence)
        if view.evidence and not self._table.currentIndex().isValid():
            self._table.selectRow(0)

    def _open(self, index: QModelIndex) -> None:
        ident = self._rows.row(index.row()).about["id"]
        self._desk.ask(self, "open", lambda: self._read(ident), self._show, slow=True)

    def _open_current(self) -> None:
        if self._table.currentIndex().isValid():
            self._open(self._table.currentIndex())

    def _save_current(self) -> None:
        index = self._table.currentIndex()
        if not index.isValid():
            return
        item = self._rows.row(index.row()).about
        chosen, _filter = QFileDialog.getSaveFileName(
            self, texts.window("save_evidence"), item["name"], options=_NO_OVERWRITE
        )
        if chosen:
            self.save(item["id"], Path(chosen))

    def save(self, ident: str, target: Path) -> None:
        """Write a copy of one piece where the person said; never over another file."""

        def write() -> Path:
            write_new(target, self._read(ident).content)
            return target

        self._desk.ask(self, "save", write, self._saved, failed=self._not_saved, slow=True)

    def _read(self, ident: str) -> Opened:
        return proofs.open_proof(self._desk.home, ident, at_window())

    def _show(self, opened: Opened) -> None:
        picture = QPixmap()
        if opened.media_type.startswith("image/") and picture.loadFromData(opened.content):
            PictureDialog(opened.name, picture, self).open()
        else:
            chosen, _filter = QFileDialog.getSaveFileName(
                self, texts.window("save_evidence"), opened.name, options=_NO_OVERWRITE
            )
            if chosen:
                target = Path(chosen)
                self._desk.ask(
                    self,
                    "save",
                    lambda: _written(target, opened.content),
                    self._saved,
                    failed=self._not_saved,
                )

    def _saved(self, target: Path) -> None:
        self._told.setText(texts.window("saved", {"file": target}))

    def _not_saved(self, error: BaseException) -> None:
        why = not_saved(error)
        if why is None:
            self._desk.troubled.emit(error)
        else:
            self._told.setText(why)


_NO_OVERWRITE = QFileDialog.Option.DontConfirmOverwrite  # nothing is overwritten, so nothing is to be asked


def _written(target: Path, content: bytes) -> Path:
    write_new(target, content)
    return target


class PictureDialog(QDialog):
    """One picture in a window of its own, scrolled where it is larger."""

    def __init__(self, name: str, picture: QPixmap, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(name)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        shown = QLabel()
        shown.setPixmap(picture)
        shown.setAccessibleName(name)
        scroll = QScrollArea()
        scroll.setWidget(shown)
        scroll.setAccessibleName(name)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(scroll)
        room = self.screen().availableSize()
        self.resize(min(picture.width() + 40, room.width()), min(picture.height() + 40, room.height()))
