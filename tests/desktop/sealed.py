"""What a run's key opens, and a small picture to seal with it."""

from __future__ import annotations

from PySide6.QtCore import QBuffer, QIODevice
from PySide6.QtGui import QColor, QImage

from agent.store import queries
from agent.system.paths import Home
from agent.system.seal import Key, master_key, unwrap
from agent.system.vault import open_vault


def run_key(home: Home, run_id: str) -> Key:
    """Return a run's data key."""
    return unwrap(master_key(open_vault(home)), queries.sealed_run_key(run_id), f"run/{run_id}")


def picture_bytes(colour: str = "#FFFFEE") -> bytes:
    """Return a PNG of one colour."""
    image = QImage(320, 200, QImage.Format.Format_RGB32)
    image.fill(QColor(colour))
    held = QBuffer()
    held.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(held, "PNG")
    return bytes(held.data().data())
