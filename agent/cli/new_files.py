"""Files that a person names: written never over another and never for others to read; read only if there."""

from __future__ import annotations

import os
from pathlib import Path

from agent.cli import endings
from agent.cli.endings import Told


def write_new(target: Path, content: bytes) -> None:
    """Write a new file (mode 0600: it may hold personal data). Raises Told when it exists or is refused."""
    try:
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    except FileExistsError:
        raise Told("file_exists", endings.WRONG_USAGE, file=target) from None
    except OSError as error:
        raise Told("file_refused", endings.FAILED, file=target, why=error.strerror) from error
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)


def refuse_existing(*targets: Path) -> None:
    """Raise Told when one of these files is there already: before any work is done for them."""
    for target in targets:
        if target.exists():
            raise Told("file_exists", endings.WRONG_USAGE, file=target)


def require_file(source: Path) -> None:
    """Raise Told when there is no such file to read."""
    if not source.is_file():
        raise Told("no_file", endings.WRONG_USAGE, file=source)
