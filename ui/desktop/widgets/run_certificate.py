"""The tab that exports a run's certificate, as “predawn certificate” does."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QCheckBox, QFileDialog, QVBoxLayout, QWidget

from agent.faces import certificates
from agent.faces.new_files import FileThere, write_new
from agent.store import queries
from resources.i18n import texts
from ui.desktop import theme
from ui.desktop.desk import Desk, at_window
from ui.desktop.failing import not_saved
from ui.desktop.models.run_view import RunView
from ui.desktop.widgets.controls import button, label


class CertificateTab(QWidget):
    """Says what a certificate is; writes one into a folder of the person's choice."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        space = theme.unit()
        self._desk = desk
        self._run: str | None = None
        self._personal = QCheckBox(texts.window("with_personal"))
        self._export = button(texts.window("certificate_export"), self._choose, "certificate", main=True)
        self._later = label(texts.window("certificate_later"), "quiet")
        self._told = label("")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 4 * space, 0, 0)
        layout.setSpacing(3 * space)
        what = label(texts.window("certificate_what"))
        for told in (what, self._later, self._told):
            told.setWordWrap(True)
        layout.addWidget(what)
        layout.addWidget(self._later)
        layout.addWidget(self._personal)
        layout.addWidget(self._export)
        layout.addWidget(self._told)
        layout.addStretch(1)

    def show_view(self, view: RunView) -> None:
        """Show whether this run can be certified."""
        if view.id != self._run:
            self._told.clear()
        self._run = view.id
        self._later.setVisible(not view.certifiable)
        self._personal.setVisible(view.certifiable)
        self._export.setVisible(view.certifiable)

    def export(self, folder: Path) -> None:
        """Write the certificate of the run into a folder."""
        run_id, desk, personal = self._run, self._desk, self._personal.isChecked()
        if run_id is None:
            return

        def write() -> tuple[Path, Path, bool]:
            book, document = (folder / name for name in certificates.file_names(run_id))
            for target in (book, document):
                if target.exists():
                    raise FileThere(target)
            run, wording = queries.run(run_id), desk.wording(run_id)
            issued = certificates.issue(desk.home, run, wording, at_window(), with_personal=personal)
            write_new(book, issued.workbook)
            write_new(document, issued.document)
            return book, document, issued.unequal

        self._export.setEnabled(False)
        desk.ask(self, "certificate", write, self._written, failed=self._failed, slow=True)

    def _choose(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, texts.window("certificate_where"))
        if folder:
            self.export(Path(folder))

    def _written(self, found: tuple[Path, Path, bool]) -> None:
        book, document, unequal = found
        self._export.setEnabled(True)
        told = texts.window("certificate_done", {"workbook": book, "document": document.name})
        if unequal:
            told = " ".join((told, texts.window("certificate_unequal_told")))
        self._told.setText(told)

    def _failed(self, error: BaseException) -> None:
        self._export.setEnabled(True)
        why = not_saved(error)
        if why is None:
            self._desk.troubled.emit(error)
        else:
            self._told.setText(why)
