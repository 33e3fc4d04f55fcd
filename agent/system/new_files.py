"""Files that a person names: written never over another, and never for others to read."""

from __future__ import annotations

import os
from pathlib import Path


def write_new(target: Path, content: bytes) -> None:
    """Write a new file (mode 0600: it may hold personal data). Raises FileExistsError, OSError."""
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
