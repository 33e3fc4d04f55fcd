"""Changing one setting in ``settings.toml``: a person's own words, order and comments stay as they are.

What is written was read back first: the new text must be TOML, must say exactly what was wanted and nothing
else that it did not say before, and must be settings that Predawn takes. Else the file stays as it is.
"""

from __future__ import annotations

import errno
import os
import secrets
import tomllib
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agent.core.failures import BrokenSettings, DiskLow, HomeReadOnly
from agent.system.holidays import require_known
from agent.system.paths import WANTED_FREE_BYTES, Home
from agent.system.settings import Settings, read_settings, settings_text
from agent.system.toml_lines import line_of, line_of_error

if TYPE_CHECKING:
    from tomlkit.items import Array

Value = str | int | bool | date | Sequence[str] | Sequence[date]
Path_ = tuple[str, ...]


def change(home: Home, changes: Mapping[Path_, Value | None]) -> Settings:
    """Set each path (as ``("offices", "main", "zone")``) to its value; None takes the entry out.

    Returns the settings as they are now. A table left empty by taking out its last entry stays.
    Raises BrokenSettings (the file as it is, or as it would be: then nothing is written), HomeReadOnly,
    DiskLow.
    """
    before = settings_text(home) or ""
    wanted = _parsed(home, before)
    for path, value in changes.items():
        _put(wanted, path, value)
    after = _edited(before, changes, wanted)
    if _parsed(home, after) != wanted:
        place = next(iter(changes), ())
        raise BrokenSettings(
            file=str(home.settings),
            line=line_of(before, place),
            key=".".join(place),
            problem="it is written here in a way that only a person can change",
        )
    settings = read_settings(home.settings, after)
    require_known(home, settings, text=after)
    if after != before:
        _write(home.settings.resolve(), after)
    return settings


def _parsed(home: Home, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = line_of_error(error, text)
        raise BrokenSettings(file=str(home.settings), line=line, key="", problem=str(error)) from error


def _put(table: dict[str, Any], path: Path_, value: Value | None) -> None:
    """Change plain values as the file is to be changed."""
    for part in path[:-1]:
        inner = table.get(part)
        if not isinstance(inner, dict):
            if value is None:
                return
            inner = table[part] = {}
        table = inner
    if value is None:
        table.pop(path[-1], None)
    else:
        table[path[-1]] = _plain(value)


def _plain(value: Value) -> object:
    return value if isinstance(value, str | int | date) else list(value)


def _edited(text: str, changes: Mapping[Path_, Value | None], wanted: Mapping[str, Any]) -> str:
    """Return the text with its changes; where a list's own comments cannot be kept, the list is new."""
    for keep_lists in (True, False):
        edited = _with_changes(text, changes, keep_lists=keep_lists)
        try:
            if tomllib.loads(edited) == wanted:
                return edited
        except tomllib.TOMLDecodeError:
            continue
    return text


def _with_changes(text: str, changes: Mapping[Path_, Value | None], *, keep_lists: bool) -> str:
    import tomlkit  # noqa: PLC0415 (20 ms that only a change needs)

    document = tomlkit.parse(text)
    for path, value in changes.items():
        table: Any = document
        for depth, part in enumerate(path[:-1], start=1):
            if part not in table:
                if value is None:
                    break
                table[part] = tomlkit.table(is_super_table=depth < len(path) - 1)
            table = table[part]
        else:
            if value is None:
                table.pop(path[-1], None)
            elif keep_lists and isinstance(table.get(path[-1]), list) and not isinstance(value, str | int):
                _fit(table[path[-1]], list(value))  # type: ignore[arg-type]  # a list by now
            else:
                table[path[-1]] = _plain(value)
    return tomlkit.dumps(document)


def _fit(array: Array, wanted: list[object]) -> None:
    """Make a list of what it holds what it is to hold, entry by entry: the comments between them stay."""
    for place in reversed(range(len(array))):
        if array[place] not in wanted:
            del array[place]
    for value in wanted:
        if value not in array:
            array.append(value)


def _write(file: Path, text: str) -> None:
    """Replace the file whole, with the rights that it has; a new one is the owner's alone."""
    aside = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    try:
        mode = file.stat().st_mode & 0o777 if file.exists() else 0o600
        descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as stream:
                stream.write(text)
                stream.flush()
                os.fsync(stream.fileno())
            aside.replace(file)
        finally:
            aside.unlink(missing_ok=True)
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise DiskLow(free_mb=0, wanted_mb=WANTED_FREE_BYTES // 1_000_000) from error
        raise HomeReadOnly(path=str(file)) from error
