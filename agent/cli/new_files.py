"""Files that a person names: written never over another and never for others to read; read only if there."""

from __future__ import annotations

from pathlib import Path

from agent.cli import endings
from agent.cli.endings import Told
from agent.faces import new_files


def write_new(target: Path, content: bytes) -> None:
    """Write a new file for its owner alone. Raises Told when it exists or is refused."""
    try:
        new_files.write_new(target, content)
    except new_files.FileThere:
        raise Told("file_exists", endings.WRONG_USAGE, file=target) from None
    except OSError as error:
        raise Told("file_refused", endings.FAILED, file=target, why=error.strerror) from error


def refuse_existing(*targets: Path) -> None:
    """Raise Told when one of these files is there already: before any work is done for them."""
    for target in targets:
        if target.exists():
            raise Told("file_exists", endings.WRONG_USAGE, file=target)


def require_file(source: Path) -> None:
    """Raise Told when there is no such file to read."""
    if not source.is_file():
        raise Told("no_file", endings.WRONG_USAGE, file=source)
