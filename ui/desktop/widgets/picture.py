"""A picture of a page: fits its room, zooms, and shows numbered boxes that can be chosen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFont,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPen,
    QPixmap,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QGraphicsScene, QGraphicsView, QHBoxLayout, QVBoxLayout, QWidget

from resources.i18n import texts
from ui.desktop import theme
from ui.desktop.widgets.controls import button, label

_STEP = 1.25
_MOST, _LEAST = 8.0, 0.05
_AROUND = 240  # pixels of a page that are shown around a box at least


@dataclass(frozen=True)
class Box:
    """A place in a picture, as left, top, width and height in its pixels; 0 is no number."""

    number: int
    place: tuple[float, float, float, float]
    chosen: bool = False

    @property
    def rect(self) -> QRectF:
        """The place as Qt has it."""
        return QRectF(*self.place)


class Canvas(QGraphicsView):
    """The picture itself. ``chosen`` carries the number of a box that was clicked."""

    chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setScene(QGraphicsScene(self))
        self.setRenderHints(QPainter.RenderHint.SmoothPixmapTransform | QPainter.RenderHint.Antialiasing)
        self.setDragMode(QGraphicsView.DragMode.ScrollHandDrag)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.AnchorUnderMouse)
        self.setFrameShape(QGraphicsView.Shape.NoFrame)
        self.setMinimumHeight(30 * theme.unit())
        self.viewport().setAutoFillBackground(False)
        self._fits = True
        self._boxes: tuple[Box, ...] = ()
        self._picture, self._shown = QPixmap(), QRectF()
        self.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)

    @property
    def scale_now(self) -> float:
        """How large the picture is shown: 1 is pixel for pixel."""
        return self.transform().m11()

    def show_picture(self, picture: QPixmap, boxes: Sequence[Box] = ()) -> None:
        """Show a picture: around its boxes, or as large as there is room."""
        self._picture, self._boxes = picture, tuple(boxes)
        self._draw()
        self.fit()
        if boxes:
            self.look_at([box.rect for box in boxes])

    def look_at(self, places: Sequence[QRectF]) -> None:
        """Show these places with what stands around them, never larger than they are."""
        around = QRectF()
        for place in places:
            around = around.united(place)
        margin = max(around.width(), around.height(), _AROUND) / 2
        wanted = around.adjusted(-margin, -margin, margin, margin).intersected(QRectF(self._picture.rect()))
        self._shown = wanted
        self._follow_size(fits=True)
        self._fit_shown()

    def _follow_size(self, *, fits: bool) -> None:
        """Fit again whenever the room changes, or let one scroll; both at once would chase each other."""
        self._fits = fits
        bars = Qt.ScrollBarPolicy.ScrollBarAlwaysOff if fits else Qt.ScrollBarPolicy.ScrollBarAsNeeded
        self.setHorizontalScrollBarPolicy(bars)
        self.setVerticalScrollBarPolicy(bars)

    def _fit_shown(self) -> None:
        if not self._picture.isNull():
            self.fitInView(self._shown, Qt.AspectRatioMode.KeepAspectRatio)
            if self.scale_now > 1:  # a small picture is not blown up
                self.resetTransform()
                self.centerOn(self._shown.center())

    def mark(self, boxes: Sequence[Box]) -> None:
        """Show other boxes over the same picture; what is zoomed stays so."""
        self._boxes = tuple(boxes)
        self._draw()

    def fit(self) -> None:
        """Show all of it."""
        self._shown = QRectF(self._picture.rect())
        self._follow_size(fits=True)
        self._fit_shown()

    def zoom(self, factor: float) -> None:
        """Show it larger or smaller."""
        wanted = self.scale_now * factor
        if _LEAST <= wanted <= _MOST:
            self._follow_size(fits=False)
            self.scale(factor, factor)

    def actual_size(self) -> None:
        """Show it pixel for pixel."""
        self._follow_size(fits=False)
        self.resetTransform()

    # ── Qt's own ──────────────────────────────────────────────────────────────────────────────────────────
    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802  # Qt's name
        """Fit again, unless somebody has zoomed."""
        super().resizeEvent(event)
        if self._fits:
            self._fit_shown()

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802  # Qt's name
        """Zoom with Ctrl; else scroll."""
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom(_STEP if event.angleDelta().y() > 0 else 1 / _STEP)
            event.accept()
        else:
            super().wheelEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802  # Qt's name
        """Zoom by + - 0; the arrows scroll."""
        keys = {
            Qt.Key.Key_Plus: lambda: self.zoom(_STEP),
            Qt.Key.Key_Equal: lambda: self.zoom(_STEP),
            Qt.Key.Key_Minus: lambda: self.zoom(1 / _STEP),
            Qt.Key.Key_0: self.fit,
        }
        act = keys.get(Qt.Key(event.key()))
        if act is not None:
            act()
            event.accept()
        else:
            super().keyPressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802  # Qt's name
        """A click in a box chooses it."""
        super().mouseReleaseEvent(event)
        where = self.mapToScene(event.position().toPoint())
        hit = [box for box in self._boxes if box.rect.adjusted(-6, -6, 6, 6).contains(where)]
        if hit:
            smallest = min(hit, key=lambda box: box.rect.width() * box.rect.height())
            self.chosen.emit(smallest.number)

    def _draw(self) -> None:
        scene = self.scene()
        scene.clear()
        if self._picture.isNull():
            return
        scene.addPixmap(self._picture)
        scene.setSceneRect(QRectF(self._picture.rect()))
        for box in self._boxes:
            self._draw_box(box)

    def _draw_box(self, box: Box) -> None:
        known, scene = theme.colours(), self.scene()
        colour = QColor(known.accent if box.chosen else known.needs)
        if known.dark:  # the picture itself is light: a line must be seen on it
            colour = QColor(theme.LIGHT.accent if box.chosen else theme.LIGHT.needs)
        pen = QPen(colour, 4 if box.chosen else 2)
        pen.setCosmetic(True)
        veil = QColor(colour)
        veil.setAlpha(46 if box.chosen else 20)
        scene.addRect(box.rect.adjusted(-3, -3, 3, 3), pen, QBrush(veil))
        if box.number == 0:
            return
        words = scene.addSimpleText(str(box.number), QFont(self.font().family(), 11, QFont.Weight.Bold))
        words.setBrush(QBrush(QColor("#FFFFFF")))
        flag = words.boundingRect().adjusted(-6, -2, 6, 2)
        corner = QPointF(box.rect.left() - 3, box.rect.top() - flag.height() - 3)
        if corner.y() < 0:
            corner.setY(box.rect.bottom() + 3)
        ground = scene.addRect(
            flag.translated(corner - flag.topLeft()), QPen(Qt.PenStyle.NoPen), QBrush(colour)
        )
        words.setPos(corner - flag.topLeft())
        words.setZValue(ground.zValue() + 1)


class PictureView(QWidget):
    """A picture with its caption and its zoom; says what stands there while there is none."""

    chosen = Signal(int)

    def __init__(self, name: str) -> None:
        super().__init__()
        self.wanted = ""  # the id of the evidence that is to be shown
        space = theme.unit()
        self.caption = label(name, "quiet")
        self.canvas = Canvas()
        self.canvas.setAccessibleName(name)
        self.canvas.chosen.connect(self.chosen)
        self.words = label("", "quiet")
        self.words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.words.setWordWrap(True)
        self._zoom = QWidget()
        across = QHBoxLayout(self._zoom)
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(space)
        for sign, code, act in (
            (texts.window("zoom_out_short"), "zoom_out", lambda: self.canvas.zoom(1 / _STEP)),
            ("+", "zoom_in", lambda: self.canvas.zoom(_STEP)),
            (texts.window("zoom_fit_short"), "zoom_fit", self.canvas.fit),
        ):
            pressed = button(sign, act, flat=True)
            pressed.setAccessibleName(texts.window(code))
            pressed.setToolTip(texts.window(code))
            across.addWidget(pressed)
        top = QHBoxLayout()
        top.addWidget(self.caption, 1)
        top.addWidget(self._zoom)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(space)
        whole.addLayout(top)
        whole.addWidget(self.canvas, 1)
        whole.addWidget(self.words, 1)
        self.say("")

    @property
    def shows_picture(self) -> bool:
        """Whether a picture is shown, and not words in its place."""
        return not self.canvas.isHidden()

    def show_picture(self, picture: QPixmap, caption: str, boxes: Sequence[Box] = ()) -> None:
        """Show a picture with what it shows."""
        self.caption.setText(caption)
        self.canvas.setAccessibleDescription(caption)
        self.words.hide()
        self.canvas.show()
        self._zoom.show()
        self.canvas.show_picture(picture, boxes)

    def say(self, words: str, caption: str | None = None) -> None:
        """Show words where a picture would stand: that it comes, or why there is none."""
        if caption is not None:
            self.caption.setText(caption)
        self.words.setText(words)
        self.canvas.hide()
        self._zoom.hide()
        self.words.show()
