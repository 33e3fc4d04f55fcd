"""Opening evidence for a picture view: off Qt's thread, and written into the audit log."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import Any

from PySide6.QtGui import QImage, QPixmap

from agent.host.proofs import open_proof
from resources.i18n import texts
from ui.desktop.desk import Desk, at_window
from ui.desktop.failing import told_of
from ui.desktop.widgets.picture import Box, PictureView

_KEPT = 12  # large pictures at hand: stepping back and forth is one look, not many
_opened: OrderedDict[str, QImage] = OrderedDict()
_PICTURE_FILES = {".png", ".webp", ".jpg", ".jpeg"}  # how the file of a picture ends tells nobody anything


def caption_of(desk: Desk, picture: Mapping[str, Any], office: str) -> str:
    """Return a picture in a line: what was pictured, and when."""
    return f"{_name(picture, desk.site_titles())} · {desk.moments(office).at(picture['created_at'])}"


def _name(picture: Mapping[str, Any], titles: Mapping[str, str]) -> str:
    """Return what a picture shows: a step by its name, a failure in its words."""
    whole = PurePath(str(picture["name"]))
    name = whole.stem if whole.suffix in _PICTURE_FILES else whole.name
    said = name.replace("_", " ").capitalize()
    if not texts.has("failures", name):
        return said
    site = picture.get("site")
    told = texts.failure(name, {"site": titles.get(site, site) if site else texts.say("the_site")}).title
    return said if "…" in told else told


def show_proof(
    desk: Desk,
    view: PictureView,
    picture: Mapping[str, Any],
    caption: str,
    boxes: Sequence[Box] = (),
) -> None:
    """Show a picture by its values (``id``, ``removed``); what cannot be shown is said in its place."""
    if picture["removed"] is not None:
        view.say(_removed(desk, picture), caption)
        return
    show_by_id(desk, view, picture["id"], caption, boxes)


def show_by_id(desk: Desk, view: PictureView, ident: str, caption: str, boxes: Sequence[Box] = ()) -> None:
    """Show a picture of which only the id is known."""
    view.wanted = ident  # what comes too late, after another was asked for, is not shown
    known = _opened.get(ident)
    if known is not None:
        _opened.move_to_end(ident)
        view.show_picture(QPixmap.fromImage(known), caption, boxes)
        return
    view.say(texts.window("picture_comes"), caption)
    home = desk.home

    def read() -> QImage:
        return QImage.fromData(open_proof(home, ident, at_window()).content)

    def show(image: QImage) -> None:
        if image.isNull():
            view.say(texts.window("picture_unreadable"), caption)
            return
        _opened[ident] = image
        while len(_opened) > _KEPT:
            _opened.popitem(last=False)
        if view.wanted == ident:
            view.show_picture(QPixmap.fromImage(image), caption, boxes)

    def failed(error: BaseException) -> None:
        told = told_of(error)
        if view.wanted == ident:
            view.say(f"{told.title}\n{told.next}", caption)

    desk.ask(view, "proof", read, show, failed=failed)


def forget() -> None:
    """Forget every picture that is at hand."""
    _opened.clear()


def _removed(desk: Desk, picture: Mapping[str, Any]) -> str:
    params = dict(picture["removed"])
    if params.get("removed_on"):
        params["removed_on"] = desk.moments().day(params["removed_on"])
    told = texts.failure("proof_removed", {"item": picture["id"], **params})
    return f"{told.title}\nSHA-256 {picture['sha256']}"
