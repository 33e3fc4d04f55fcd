"""Pictures as files, named by their hash, in the panel's folder. Written whole before a row names them."""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path

_KINDS = ((b"\x89PNG\r\n\x1a\n", "image/png"), (b"\xff\xd8\xff", "image/jpeg"))
_FRESH_SECONDS = 3600
_folder: list[Path] = []


def use(folder: Path) -> None:
    """Keep pictures in a folder, which is made if it is not there."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _folder[:] = [folder]


def media_type(content: bytes) -> str | None:
    """Return what kind of picture it is, by its first bytes; None if it is none that we keep."""
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for head, kind in _KINDS if content.startswith(head)), None)


def keep(sha256: str, content: bytes) -> None:
    """Write a picture, unless it is there."""
    target = _folder[0] / sha256
    if target.exists():
        return
    handle, name = tempfile.mkstemp(dir=_folder[0], suffix=".new")
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    Path(name).replace(target)


def read(sha256: str) -> bytes | None:
    """Return a picture's bytes; None if they are gone."""
    try:
        return (_folder[0] / sha256).read_bytes()
    except FileNotFoundError:
        return None


def sweep(needed: set[str]) -> int:
    """Remove the files that nothing names any more; returns how many. Fresh ones await their row."""
    old = time.time() - _FRESH_SECONDS
    gone = [file for file in _folder[0].iterdir() if file.name not in needed and file.stat().st_mtime < old]
    for file in gone:
        file.unlink()
    return len(gone)
