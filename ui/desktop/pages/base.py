"""The contract of a page.

A page is a class derived from :class:`Page`, named in :mod:`ui.desktop.catalogue` by ``module:Class``. It is
made when it is first shown, in Qt's thread, with the :class:`~ui.desktop.desk.Desk` as its only argument, and
lives as long as the window. It must be made quickly (under 50 ms): the frame of widgets, no reading.

What a page does
    ``code`` is its name: ``page_CODE`` in the section ``[window]`` of ``resources/i18n`` is its title,
    ``CODE.svg`` in ``resources/icons`` its icon in the navigation.

    ``refresh`` is called in Qt's thread when the page comes into view (with ``{EVERYTHING}``), and while it
    is in view whenever bells rang. It gets a frozenset of ids: ``run/ID``, ``command/N``, ``calendar``,
    ``host/stopped``; EVERYTHING in it means that anything may have changed; bells within 200 ms are one call.
    A page out of view is not called: it reads when it is shown. Read with
    ``self.desk.ask(self, "key", question, answer)``: ``question`` runs in another thread and returns plain
    values of ``store.queries``, ``answer`` gets them in Qt's thread.

    ``open`` is called with a target when another page, a notice or the tray leads here.

    ``badge`` is a signal: a number for the navigation (0 removes it). A badge that must be right while its
    page was never shown is the window's: see ``window.py`` (``_count``).

What it uses
    ``desk.ask`` reads. ``desk.give(self, verb, args, done=…, refused=…)`` stores a command row, rings, and
    tells what became of it; without ``refused`` the window shows the failure in its band.
    ``desk.go("run", run_id)`` shows another page. ``desk.wording(run_id)`` makes sentences (in a question
    only), ``desk.moments(office)`` writes times and days as the office does, ``desk.hosting`` is the host.

What it shows
    ``set_title``, ``set_sentence`` (one plain sentence under the title), ``set_sign`` (before it),
    ``buttons`` (a layout beside the title), ``body`` (a layout for all else). ``show_empty(title, words,
    action, slot)`` puts a page that teaches in the body's place, ``show_body()`` takes it away. Texts come
    from ``texts.window(code, …)``; each helper has a file of its own (``en.NAME.toml``, ``de.NAME.toml``,
    section ``[window]``). Colours and sizes come from ``ui.desktop.theme``: never a colour or a fixed width
    in a page. Labels and buttons are those of ``ui.desktop.widgets.controls``, tables and what teaches those
    of ``widgets.table`` and ``widgets.teaching``, icons ``ui.desktop.icons``.

Everything has an accessible name where its text does not say it; Tab reaches every control in reading order.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedLayout, QVBoxLayout, QWidget

from agent.system.bell import EVERYTHING
from resources.i18n import texts
from ui.desktop import theme
from ui.desktop.desk import Desk
from ui.desktop.widgets.controls import label
from ui.desktop.widgets.sign import Sign
from ui.desktop.widgets.teaching import Teaching


def came_into_view(idents: frozenset[str]) -> bool:
    """Tell whether a page is to show everything anew; else a bell rang while somebody may be typing in it."""
    return not idents or EVERYTHING in idents


class Page(QWidget):
    """A page of the window; see this module's docstring for the contract."""

    code: ClassVar[str]
    badge = Signal(int)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        space = theme.unit()
        self.setAccessibleName(texts.window(f"page_{self.code}"))
        self._title = label(self.accessibleName(), "title")
        self._sentence = label("", "sentence")
        self._sentence.setWordWrap(True)
        self._sentence.hide()
        self._sign = Sign()
        self._sign.hide()
        self.buttons = QHBoxLayout()
        self.buttons.setSpacing(2 * space)
        top = QHBoxLayout()
        top.addWidget(self._title, 1)
        top.addLayout(self.buttons)
        self._middle = QStackedLayout()
        filled = QWidget()
        self.body = QVBoxLayout(filled)
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.setSpacing(3 * space)
        self._middle.addWidget(filled)
        self._empty: QWidget | None = None
        whole = QVBoxLayout(self)
        whole.setContentsMargins(6 * space, 5 * space, 6 * space, 5 * space)
        whole.setSpacing(3 * space)
        whole.addLayout(top)
        told = QHBoxLayout()
        told.setSpacing(2 * space)
        told.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignTop)
        told.addWidget(self._sentence, 1)
        whole.addLayout(told)
        whole.addLayout(self._middle, 1)

    # ── what a page does ──────────────────────────────────────────────────────────────────────────────────
    def refresh(self, idents: frozenset[str]) -> None:
        """Look again: the page came into view, or these bells rang."""
        raise NotImplementedError

    def open(self, target: object) -> None:
        """Go to a target of this page; None means: as it stands."""

    # ── what it shows ─────────────────────────────────────────────────────────────────────────────────────
    def set_title(self, words: str) -> None:
        """Set the title; at first it is the page's name."""
        self._title.setText(words)

    def set_sentence(self, words: str) -> None:
        """Set the sentence below the title; none hides it."""
        self._sentence.setText(words)
        self._sentence.setVisible(bool(words))

    def set_sign(self, sign: str) -> None:
        """Show a state's sign before the sentence."""
        self._sign.show_sign(sign)
        self._sign.show()

    def show_body(self) -> None:
        """Show the body, if something else is in its place."""
        self._middle.setCurrentIndex(0)

    def show_empty(
        self, title: str, words: str, action: str = "", slot: Callable[[], object] | None = None
    ) -> None:
        """Show, in the body's place, what will stand here and how one gets it; ``action`` names a button."""
        if self._empty is not None:
            self._middle.removeWidget(self._empty)
            self._empty.deleteLater()
        self._empty = Teaching(self.code, title, words, action, slot)
        self._middle.addWidget(self._empty)
        self._middle.setCurrentWidget(self._empty)
