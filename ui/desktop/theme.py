"""How the window looks: one calm palette, light and dark, following the system. Colours of SCREENS.md."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFontMetrics, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QStyleFactory

import resources


@dataclass(frozen=True)
class Colours:
    """Every colour of one theme, as ``#RRGGBB``; a state's colour never stands without its icon and word."""

    dark: bool
    ground: str
    surface: str
    raised: str
    line: str
    text: str
    quiet: str
    accent: str
    on_accent: str
    done: str
    running: str
    needs: str
    risk: str
    failed: str
    waiting: str

    def of(self, sign: str) -> str:
        """Return the colour of a sign: done, running, needs, risk, failed or waiting."""
        colour: str = getattr(self, sign)
        return colour


LIGHT = Colours(
    dark=False,
    ground="#FAFBFC",
    surface="#FFFFFF",
    raised="#EEF2F4",
    line="#DCE2E7",
    text="#1B2026",
    quiet="#5B6470",
    accent="#0F6E84",
    on_accent="#FFFFFF",
    done="#2E7D32",
    running="#0F6E84",
    needs="#6D3FC0",
    risk="#9A5B00",
    failed="#B3261E",
    waiting="#5B6470",
)
DARK = Colours(
    dark=True,
    ground="#16191D",
    surface="#1D2126",
    raised="#262C32",
    line="#343B43",
    text="#E7EAEE",
    quiet="#A3ADB8",
    accent="#5FC3D8",
    on_accent="#0B1416",
    done="#7CC47F",
    running="#5FC3D8",
    needs="#B79CF0",
    risk="#E8B04B",
    failed="#F2948D",
    waiting="#A3ADB8",
)


_worn: list[Colours | None] = [None]  # one item


def wear(colours_: Colours | None) -> None:
    """Wear these colours whatever the system's are (None follows it again); for pictures."""
    _worn[0] = colours_


def colours() -> Colours:
    """Return the colours in use now."""
    if _worn[0] is not None:
        return _worn[0]
    scheme = QGuiApplication.styleHints().colorScheme()
    return DARK if scheme == Qt.ColorScheme.Dark else LIGHT


@cache
def colour(code: str) -> QColor:
    """Return a colour by its code (``#RRGGBB``), read once; it is not to be changed."""
    return QColor(code)


def unit(widget_or_none: object = None) -> int:
    """Return a quarter of a line's height in pixels: every space and size is made of these."""
    font = widget_or_none.font() if hasattr(widget_or_none, "font") else QGuiApplication.font()
    return max(3, round(QFontMetrics(font).height() / 4))


def blend(over: str, under: str, part: float) -> QColor:
    """Return ``over`` laid on ``under``, so much of it as ``part`` says (0 to 1)."""
    one, other = QColor(over), QColor(under)

    def mixed(name: str) -> float:
        return float(getattr(one, name)() * part + getattr(other, name)() * (1 - part))

    return QColor.fromRgbF(mixed("redF"), mixed("greenF"), mixed("blueF"))


def apply(app: QApplication) -> None:
    """Dress the application, and again whenever the system goes from light to dark or back."""
    style = QStyleFactory.create("Fusion")  # the same on every system, and it takes a palette as it is
    if style is not None:
        app.setStyle(style)
    _dress(app)
    QGuiApplication.styleHints().colorSchemeChanged.connect(lambda _scheme: _dress(app))


def _dress(app: QApplication) -> None:
    app.setPalette(_palette(colours()))
    app.setStyleSheet(_sheet(colours()))


def _palette(known: Colours) -> QPalette:
    role = QPalette.ColorRole
    palette = QPalette()
    for which, colour in (
        (role.Window, known.ground),
        (role.WindowText, known.text),
        (role.Base, known.surface),
        (role.AlternateBase, known.raised),
        (role.Text, known.text),
        (role.Button, known.surface),
        (role.ButtonText, known.text),
        (role.BrightText, known.failed),
        (role.ToolTipBase, known.raised),
        (role.ToolTipText, known.text),
        (role.PlaceholderText, known.quiet),
        (role.Highlight, known.accent),
        (role.HighlightedText, known.on_accent),
        (role.Link, known.accent),
        (role.LinkVisited, known.accent),
        (role.Accent, known.accent),
        (role.Mid, known.line),
        (role.Light, known.raised),
        (role.Dark, known.line),
    ):
        palette.setColor(which, QColor(colour))
    for which in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, which, blend(known.quiet, known.ground, 0.7))
    return palette


def _sheet(known: Colours) -> str:
    chosen = blend(known.accent, known.ground, 0.14).name()
    hover = blend(known.text, known.surface, 0.06).name()
    pressed = blend(known.text, known.surface, 0.12).name()
    drawn = Path(resources.__path__[0]) / "icons"
    arrow, up = ((drawn / name).as_posix() for name in ("chevron.svg", "chevron-up.svg"))
    tick = (drawn / f"check-{'dark' if known.dark else 'light'}.svg").as_posix()
    stronger = blend(known.text, known.accent, 0.12).name()
    return f"""
    QToolTip {{ color: {known.text}; background: {known.raised}; border: 1px solid {known.line};
                padding: 4px; }}
    QLabel[role="quiet"] {{ color: {known.quiet}; }}
    QFrame[role="card"] {{ background: {known.surface}; border: 1px solid {known.line}; border-radius: 8px; }}
    QFrame[role="card"] QLabel, QFrame[role="card"] QWidget[role="clear"] {{ background: transparent; }}
    QFrame[role="line"] {{ background: {known.line}; border: none; }}
    QPushButton {{ padding: 6px 14px; border: 1px solid {known.line}; border-radius: 6px;
                   background: {known.surface}; color: {known.text}; }}
    QPushButton:hover {{ background: {hover}; }}
    QPushButton:pressed {{ background: {pressed}; }}
    QPushButton:focus {{ border: 2px solid {known.accent}; padding: 5px 13px; }}
    QPushButton:disabled {{ color: {blend(known.quiet, known.surface, 0.6).name()}; }}
    QPushButton[role="main"] {{ background: {known.accent}; color: {known.on_accent};
                                border: 1px solid {known.accent}; font-weight: 600; }}
    QPushButton[role="main"]:hover {{ background: {stronger}; }}
    QPushButton[role="main"]:focus {{ border: 2px solid {known.text}; }}
    QPushButton[role="main"]:disabled {{ background: {known.raised}; border-color: {known.line};
                                         color: {known.quiet}; }}
    QPushButton[role="flat"] {{ border: 1px solid transparent; background: transparent;
                                color: {known.accent}; padding: 4px 8px; }}
    QPushButton[role="flat"]:hover {{ background: {hover}; }}
    QPushButton[role="flat"]:focus {{ border: 2px solid {known.accent}; padding: 3px 7px; }}
    QLineEdit, QComboBox, QSpinBox, QDateEdit, QTimeEdit, QPlainTextEdit, QTextEdit {{
        padding: 5px 8px; border: 1px solid {known.line}; border-radius: 6px; background: {known.surface};
        color: {known.text}; selection-background-color: {known.accent};
        selection-color: {known.on_accent}; }}
    QLineEdit:focus, QComboBox:focus, QSpinBox:focus, QDateEdit:focus, QTimeEdit:focus, QPlainTextEdit:focus,
    QTextEdit:focus {{ border: 2px solid {known.accent}; padding: 4px 7px; }}
    QComboBox {{ padding-right: 24px; }}
    QComboBox:focus {{ padding-right: 23px; }}
    QComboBox::drop-down, QDateEdit::drop-down {{ border: none; width: 22px; }}
    QComboBox::down-arrow, QDateEdit::down-arrow {{ image: url({arrow}); width: 12px; height: 12px; }}
    QSpinBox, QTimeEdit {{ padding-right: 22px; }}
    QSpinBox:focus, QTimeEdit:focus {{ padding-right: 21px; }}
    QSpinBox::up-button, QSpinBox::down-button, QTimeEdit::up-button, QTimeEdit::down-button {{
        subcontrol-origin: border; border: none; background: transparent; width: 20px; margin: 2px; }}
    QSpinBox::up-button, QTimeEdit::up-button {{ subcontrol-position: top right; }}
    QSpinBox::down-button, QTimeEdit::down-button {{ subcontrol-position: bottom right; }}
    QSpinBox::up-arrow, QTimeEdit::up-arrow {{ image: url({up}); width: 10px; height: 10px; }}
    QSpinBox::down-arrow, QTimeEdit::down-arrow {{ image: url({arrow}); width: 10px; height: 10px; }}
    QPushButton::menu-indicator {{ image: url({arrow}); width: 10px; height: 10px;
                                   subcontrol-position: right center; right: 6px; }}
    QPushButton[menu="true"] {{ padding-right: 24px; }}
    QCheckBox, QRadioButton {{ spacing: 8px; }}
    QCheckBox::indicator, QRadioButton::indicator {{ width: 14px; height: 14px; border-radius: 4px;
        border: 1px solid {known.quiet}; background: {known.surface}; }}
    QRadioButton::indicator {{ border-radius: 8px; }}
    QCheckBox::indicator:checked {{ background: {known.accent}; border-color: {known.accent};
                                    image: url({tick}); }}
    QRadioButton::indicator:checked {{ width: 6px; height: 6px; border: 5px solid {known.accent};
                                       background: {known.surface}; }}
    QCheckBox::indicator:focus, QRadioButton::indicator:unchecked:focus {{
        width: 12px; height: 12px; border: 2px solid {known.accent}; }}
    QCheckBox::indicator:checked:focus, QRadioButton::indicator:checked:focus {{
        border-color: {known.text}; }}
    QCheckBox::indicator:disabled, QRadioButton::indicator:disabled {{ border-color: {known.line}; }}
    QProgressBar {{ border: none; border-radius: 4px; background: {known.raised}; }}
    QProgressBar::chunk {{ border-radius: 4px; background: {known.accent}; }}
    QTextEdit#inside, QTextEdit#inside:focus {{ border: none; padding: 0; background: transparent; }}
    QLineEdit[wrong="true"] {{ border: 2px solid {known.failed}; padding: 4px 7px; }}
    QLabel[role="wrong"] {{ color: {known.failed}; }}
    QPushButton#answer {{ text-align: left; }}
    QListView {{ border: 1px solid {known.line}; border-radius: 6px; background: {known.surface};
                 outline: none; }}
    QListView:focus {{ border: 2px solid {known.accent}; }}
    QListView#names, QListView#names:focus {{ border: none; background: transparent; }}
    QComboBox QAbstractItemView {{ background: {known.surface}; border: 1px solid {known.line}; }}
    QListView#navigation {{ border: none; background: transparent; outline: none; padding: 12px 8px; }}
    QListView#navigation::item {{ padding: 8px 10px; border-radius: 6px; color: {known.text}; }}
    QListView#navigation::item:hover {{ background: {hover}; }}
    QListView#navigation::item:selected {{ background: {chosen}; color: {known.text}; }}
    QListView#navigation::item:selected:focus {{ border: 2px solid {known.accent}; padding: 6px 8px; }}
    QTableView {{ border: 1px solid {known.line}; border-radius: 8px; background: {known.surface};
                  gridline-color: transparent; outline: none; selection-background-color: {chosen};
                  selection-color: {known.text}; alternate-background-color: {known.surface}; }}
    QTableView::item {{ padding: 0 8px; border-bottom: 1px solid {known.raised}; }}
    QTableView::item:selected {{ background: {chosen}; color: {known.text}; }}
    QTableView:focus {{ border: 2px solid {known.accent}; }}
    QHeaderView {{ background: transparent; border: none; }}
    QHeaderView::section {{ background: {known.surface}; color: {known.quiet}; border: none;
                            border-bottom: 1px solid {known.line}; padding: 7px 8px; font-weight: 600; }}
    QTabWidget::pane {{ border: none; border-top: 1px solid {known.line}; top: -1px; }}
    QTabBar {{ background: transparent; }}
    QTabBar::tab {{ padding: 8px 14px; border: none; border-bottom: 3px solid transparent;
                    color: {known.quiet}; background: transparent; }}
    QTabBar::tab:selected {{ color: {known.text}; border-bottom: 3px solid {known.accent}; }}
    QTabBar::tab:focus {{ color: {known.text}; background: {chosen}; }}
    QScrollArea, QScrollArea > QWidget > QWidget[role="clear"] {{ border: none; background: transparent; }}
    QScrollBar:vertical {{ width: 12px; background: transparent; margin: 2px; }}
    QScrollBar:horizontal {{ height: 12px; background: transparent; margin: 2px; }}
    QScrollBar::handle {{ background: {blend(known.quiet, known.ground, 0.45).name()}; border-radius: 4px;
                          min-height: 28px; min-width: 28px; }}
    QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
    QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
    QMenu {{ background: {known.surface}; border: 1px solid {known.line};
                padding: 4px; }}
    QMenu::item {{ padding: 6px 20px; border-radius: 4px; }}
    QMenu::item:selected {{ background: {chosen}; color: {known.text}; }}
    QMenu::item:disabled {{ color: {known.quiet}; }}
    QMenu::separator {{ height: 1px; background: {known.line}; margin: 4px 8px; }}
    QSplitter::handle {{ background: transparent; }}
    """
