"""Files that a person names: written never over another, and never for others to read."""

from __future__ import annotations

import os
from pathlib import Path


class FileThere(Exception):
    """There is a file of that name already (``target``)."""

    def __init__(self, target: Path) -> None:
        super().__init__(str(target))
        self.target = target


def write_new(target: Path, content: bytes) -> None:
    """Write a new file (mode 0600: it may hold personal data). Raises FileThere, OSError."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    try:
        descriptor = os.open(target, flags, 0o600)
    except FileExistsError:
        raise FileThere(target) from None
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
