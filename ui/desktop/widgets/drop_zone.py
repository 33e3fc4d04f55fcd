"""A place for a file: dropped on it, or chosen by a button."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData, Qt, Signal
from PySide6.QtGui import QColor, QDragEnterEvent, QDragLeaveEvent, QDropEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFileDialog, QFrame, QVBoxLayout

from resources.i18n import texts
from ui.desktop import theme
from ui.desktop.widgets.controls import button, label


class DropZone(QFrame):
    """``chosen`` tells the path of the one file that a person has given."""

    chosen = Signal(Path)

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAcceptDrops(True)
        self.setAccessibleName(name)
        self.setMinimumHeight(40 * theme.unit())
        self._over = False
        self.file: Path | None = None
        space = theme.unit()
        self._words = label(name, "heading")
        self._file = label(texts.window("drop_how"), "quiet")
        for told in (self._words, self._file):
            told.setAlignment(Qt.AlignmentFlag.AlignCenter)
            told.setWordWrap(True)
        self.choose = button(texts.window("choose_file"), self._choose)
        column = QVBoxLayout(self)
        column.setContentsMargins(6 * space, 6 * space, 6 * space, 6 * space)
        column.setSpacing(2 * space)
        column.addStretch(1)
        column.addWidget(self._words)
        column.addWidget(self._file)
        column.addWidget(self.choose, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(1)

    def clear(self, name: str) -> None:
        """Forget the file; ``name`` says which one is wanted."""
        self.file = None
        self._words.setText(name)
        self.setAccessibleName(name)
        self._file.setText(texts.window("drop_how"))

    def take(self, file: Path) -> None:
        """Take a file as if it had been dropped."""
        self.file = file
        self._file.setText(str(file))
        self.chosen.emit(file)

    # ── Qt's own ──────────────────────────────────────────────────────────────────────────────────────────
    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802  # Qt's name
        """Take one file of this computer, nothing else."""
        if _one_file(event.mimeData()) is not None:
            self._over = True
            self.update()
            event.acceptProposedAction()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:  # noqa: N802  # Qt's name
        """The file went away again."""
        self._over = False
        self.update()
        super().dragLeaveEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802  # Qt's name
        """Take what was dropped."""
        self._over = False
        self.update()
        file = _one_file(event.mimeData())
        if file is not None:
            event.acceptProposedAction()
            self.take(file)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802  # Qt's name
        """Draw a dashed frame, filled while a file is over it."""
        super().paintEvent(event)
        known = theme.colours()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = QPen(QColor(known.accent if self._over or self.file else known.line), 2, Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.setBrush(theme.blend(known.accent, known.ground, 0.10 if self._over else 0.02))
        painter.drawRoundedRect(self.rect().adjusted(2, 2, -3, -3), 10, 10)
        painter.end()

    def _choose(self) -> None:
        chosen = QFileDialog.getOpenFileName(self, self._words.text(), str(Path.home()))[0]
        if chosen:
            self.take(Path(chosen))


def _one_file(told: QMimeData) -> Path | None:
    files = [Path(url.toLocalFile()) for url in told.urls() if url.isLocalFile()]
    return files[0] if len(files) == 1 and files[0].is_file() else None
