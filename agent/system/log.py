"""The log: one line an event (time, level, room, code, parameters), with every secret struck out.

Lines are codes and parameters, never sentences (DESIGN.md, rule 4). What an author prints goes through the
same filter. Struck out are all known secrets, and the personal values of the record being worked on, in the
forms in which they turn up: plain, in any case, in an address, in HTML, in JSON or in Python's own notation.
"""

from __future__ import annotations

import html
import json
import logging
import logging.handlers
import os
import re
import threading
import time
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from urllib.parse import quote, quote_plus

from agent.core.failures import HomeReadOnly

STRUCK_OUT = "▇▇▇"
_MOST_AT_ONCE = 200  # forms in one expression: it tries each at every place of a line
_SHORTEST = 3  # a shorter value would strike out half of every line
_FILE_BYTES, _FILES = 5_000_000, 5
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\x85\u2028\u2029]")


class Redactor:
    """Knows what must not be seen, and strikes it out; usable from any thread."""

    def __init__(self, values: Iterable[str] = ()) -> None:
        self._values: Counter[str] = Counter(values)
        self._pattern: re.Pattern[str] | None = None
        self._known: frozenset[str] | None = None
        self._forms: Sequence[str] = ()
        self._guard = threading.Lock()

    def add(self, value: str) -> None:
        """Strike ``value`` out from now on; added twice, it must be removed twice. Below 3 characters: no."""
        with self._guard:
            self._values[value] += 1

    def remove(self, value: str) -> None:
        """Take back one add(); does nothing for a value that was never added."""
        with self._guard:
            self._values[value] -= 1
            if self._values[value] <= 0:
                del self._values[value]

    @contextmanager
    def striking(self, values: Iterable[str]) -> Iterator[None]:
        """Strike ``values`` out inside the block: the personal values of the current record."""
        held = tuple(values)
        for value in held:
            self.add(value)
        try:
            yield
        finally:
            for value in held:
                self.remove(value)

    def clean(self, text: str, more: Iterable[str] = ()) -> str:
        """Return ``text`` with every known value, and those of ``more``, replaced by ▇▇▇; longest first."""
        with self._guard:
            known = frozenset(self._values) | frozenset(more)
            if known != self._known:
                self._known, self._forms = known, _all_forms(known)
                self._pattern = _pattern(self._forms) if len(self._forms) <= _MOST_AT_ONCE else None
            forms, pattern = self._forms, self._pattern
        if pattern is None:  # thousands of records: an expression of only those that are there is quick
            low = text.lower()
            pattern = _pattern([form for form in forms if form.lower() in low])
        return pattern.sub(STRUCK_OUT, text) if pattern else text


def open_log(
    path: Path, *, secrets: Callable[[], Iterable[str]], redactor: Redactor | None = None
) -> logging.Handler:
    """Return a handler that writes cleaned lines to ``path`` (mode 0600, five files of 5 MB, UTC times).

    ``secrets`` is asked anew at every line. One process a file: rotation does not share. Attach it with
    ``logging.getLogger().addHandler(…)``. Raises HomeReadOnly if the file cannot be opened.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handler = _OwnersFile(
            path, maxBytes=_FILE_BYTES, backupCount=_FILES - 1, encoding="utf-8", errors="backslashreplace"
        )
    except OSError as error:
        raise HomeReadOnly(path=str(path)) from error
    handler.setFormatter(_Lines(redactor or Redactor(), secrets))
    return handler


def event(logger: logging.Logger, level: int, code: str, **params: object) -> None:
    """Log ``code`` with its parameters, as ``code name=value …``; values with blanks are quoted."""
    told = "".join(f" {name}={_shown(value)}" for name, value in params.items())
    logger.log(level, "%s%s", code, told)


class _OwnersFile(logging.handlers.RotatingFileHandler):
    def _open(self) -> TextIOWrapper:
        os.close(os.open(self.baseFilename, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600))
        return super()._open()


class _Lines(logging.Formatter):
    """``2026-11-23T05:00:00.123Z INFO host.supervisor run_started run=7``; further lines are set in."""

    @staticmethod
    def converter(seconds: float | None) -> time.struct_time:
        """Times are UTC, as in the store."""
        return time.gmtime(seconds)

    def __init__(self, redactor: Redactor, secrets: Callable[[], Iterable[str]]) -> None:
        super().__init__()
        self._redactor = redactor
        self._secrets = secrets

    def format(self, record: logging.LogRecord) -> str:
        stamp = f"{self.formatTime(record, '%Y-%m-%dT%H:%M:%S')}.{int(record.msecs):03d}Z"
        parts = [record.getMessage()]
        if record.exc_info:
            parts.append(self.formatException(record.exc_info))
        if record.stack_info:
            parts.append(self.formatStack(record.stack_info))
        # Clean before the line breaks are dressed: a value may run over one.
        told = self._redactor.clean("\n".join(parts), self._secrets())
        told = _CONTROL.sub(lambda match: f"\\x{ord(match.group()):02x}", told.replace("\r\n", "\n"))
        room = record.name.removeprefix("agent.")
        return f"{stamp} {record.levelname} {room} " + told.replace("\n", "\n    | ")


def _shown(value: object) -> str:
    text = str(value)
    return text if text and not re.search(r"[\s\"=]", text) else json.dumps(text, ensure_ascii=False)


def _all_forms(values: Iterable[str]) -> list[str]:
    forms: set[str] = set()
    for value in values:
        forms.update(_forms(value))
    return sorted((form for form in forms if len(form) >= _SHORTEST), key=lambda form: (-len(form), form))


def _pattern(forms: Sequence[str]) -> re.Pattern[str] | None:
    return re.compile("|".join(map(re.escape, forms)), re.IGNORECASE) if forms else None


def _forms(value: str) -> Iterator[str]:
    """The ways in which one value is written; none if the value itself is too short."""
    whole = [value, value.strip(), *(line.strip() for line in value.splitlines())]
    for text in whole:
        if len(text) < _SHORTEST:
            continue
        for plain in {text, unicodedata.normalize("NFC", text), unicodedata.normalize("NFD", text)}:
            yield plain
            encoded = plain.encode("utf-8", "surrogatepass")
            yield from (quote(encoded), quote(encoded, safe=""), quote_plus(encoded))
            yield from (html.escape(plain), html.escape(plain, quote=False))
            yield html.escape(plain).replace("&#x27;", "&#39;")
            yield from (json.dumps(plain)[1:-1], json.dumps(plain, ensure_ascii=False)[1:-1])
            yield repr(plain)[1:-1]
