"""The page of a bad day: why Predawn cannot work, what helps, and that nothing is lost."""

from __future__ import annotations

import json
import platform
from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPlainTextEdit, QVBoxLayout, QWidget

from agent.core.failures import Failure
from resources.i18n import texts
from ui.desktop import icons, theme
from ui.desktop.failing import told_of
from ui.desktop.widgets.controls import button, label


class Trouble(QWidget):
    """Shows one failure; ``again`` is called when the person wants it tried again."""

    def __init__(self, again: Callable[[], None]) -> None:
        super().__init__()
        space = theme.unit()
        sign = QLabel()
        sign.setPixmap(icons.sign_icon("failed").pixmap(12 * space, 12 * space))
        sign.setAccessibleName(texts.window("trouble"))
        self._title, self._next = label("", "title"), label("", "sentence")
        self._details = QPlainTextEdit()
        self._details.setReadOnly(True)
        self._details.setAccessibleName(texts.window("trouble_details"))
        self._details.hide()
        buttons = QHBoxLayout()
        self._again = button(texts.window("trouble_again"), again, "retry", main=True)
        buttons.addWidget(self._again)
        buttons.addWidget(button(texts.window("trouble_details"), self._toggle))
        buttons.addWidget(button(texts.window("trouble_copy"), self._copy, "copy"))
        buttons.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14 * space, 12 * space, 14 * space, 8 * space)
        layout.setSpacing(4 * space)
        layout.addWidget(sign)
        for told in (self._title, self._next):
            told.setWordWrap(True)
            told.setTextInteractionFlags(
                Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
            )
            layout.addWidget(told)
        for code in ("trouble_safe", "trouble_waits"):
            quiet = label(texts.window(code), "quiet")
            quiet.setWordWrap(True)
            layout.addWidget(quiet)
        layout.addLayout(buttons)
        layout.addWidget(self._details)
        layout.addStretch(1)
        self._shown: tuple[str, str] | None = None

    def tell(self, error: BaseException) -> None:
        """Show what is wrong; the same again changes nothing on the page."""
        known = (type(error).__name__, str(error))
        if known == self._shown:
            return
        self._shown = known
        told = told_of(error)
        self._title.setText(told.title)
        self._next.setText(told.next)
        self._details.setPlainText(_for_support(error))
        self.setAccessibleName(told.title)

    def _toggle(self) -> None:
        self._details.setVisible(not self._details.isVisible())

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._details.toPlainText())


def _for_support(error: BaseException) -> str:
    """Return what support wants to know: a code with parameters, never a record's values."""
    what = error.as_json() if isinstance(error, Failure) else {"code": type(error).__name__}
    return json.dumps({**what, "system": platform.platform(), "python": platform.python_version()}, indent=1)
