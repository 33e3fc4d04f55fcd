"""Secrets that must turn up nowhere: what they are, and the search for them in everything that is written.

Searched are the bytes of every file (databases, their logs, whatever lies in between), the argument lists and
environments of processes while they live, and pictures by what a reader of letters (tesseract) makes of them.
Sealed columns are part of the files: what is sealed is not found there.
"""

from __future__ import annotations

import base64
import os
import re
import subprocess
import threading
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote, quote_plus

from agent.system.paths import Home

_LOOK_SECONDS = 0.05


@dataclass
class Canaries:
    """Secrets by what they are; more become known while a test runs (a site's cookies, say)."""

    known: dict[str, str] = field(default_factory=dict)

    def add(self, what: str, value: str) -> str:
        """Know one more; a shorter value than four signs would be found by chance."""
        if len(value) >= 4:
            self.known[f"{what} {len(self.known)}"] = value
        return value

    def forms(self) -> dict[str, set[bytes]]:
        """Return each canary in the forms in which it might be written."""
        return {what: set(_forms(value)) for what, value in self.known.items()}


def _forms(value: str) -> Iterator[bytes]:
    for text in {value, quote(value), quote(value, safe=""), quote_plus(value), repr(value)[1:-1]}:
        yield text.encode()
        yield text.encode("utf-16-le")
    yield value.encode("cp1252", "replace") if value.isprintable() else value.encode()
    yield base64.b64encode(value.encode()).rstrip(b"=")[:-1]  # its last sign depends on what follows


def in_files(folders: Iterable[Path], canaries: Canaries, *, but: Iterable[Path] = ()) -> list[str]:
    """Return "what: file" for each canary that a file below the folders holds."""
    forms, spared = canaries.forms(), {path.resolve() for path in but}
    return [
        f"{what}: {file}"
        for folder in folders
        for file in sorted(folder.rglob("*"))
        if file.is_file() and not file.is_symlink() and file.resolve() not in spared
        for what in _in_bytes(file.read_bytes(), forms)
    ]


def in_text(told: Mapping[str, str], canaries: Canaries) -> list[str]:
    """Return "what: where" for each canary in some texts: exceptions, notices, what a picture says."""
    forms = canaries.forms()
    return [f"{what}: {where}" for where, text in told.items() for what in _in_bytes(text.encode(), forms)]


def _in_bytes(content: bytes, forms: Mapping[str, set[bytes]]) -> list[str]:
    low = content.lower()
    return [what for what, ways in forms.items() if any(_holds(low, way.lower()) for way in ways)]


def _holds(content: bytes, way: bytes) -> bool:
    """A number inside a longer one (Chromium's command lines hold random ones) is there by chance."""
    if way not in content or not way.isdigit():
        return way in content
    return re.search(rb"(?<![0-9])" + way + rb"(?![0-9])", content) is not None


class Watching:
    """Looks at the arguments and environments of a home's processes for as long as the block runs."""

    def __init__(self, home: Home) -> None:
        self._home = os.fsencode(home.root)
        self.told: dict[str, str] = {}
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, name="watching", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._ended.wait(_LOOK_SECONDS):
            for entry in Path("/proc").iterdir():
                if entry.name.isdigit() and int(entry.name) != os.getpid():
                    self._note(entry)

    def _note(self, entry: Path) -> None:
        try:
            told = {name: (entry / name).read_bytes() for name in ("cmdline", "environ")}
        except OSError:  # it has just ended
            return
        if any(self._home in text for text in told.values()):
            for name, text in told.items():
                self.told[f"{name} of {entry.name}"] = text.decode("utf-8", "replace")


def read_letters(picture: bytes, folder: Path) -> str:
    """Return what tesseract reads in a picture at three times its size, as blocks and as scattered words."""
    from PySide6.QtCore import Qt  # noqa: PLC0415  # only where pictures are read
    from PySide6.QtGui import QImage  # noqa: PLC0415

    image = QImage.fromData(picture)
    assert not image.isNull()
    file = folder / "picture.png"
    large = image.scaled(image.size() * 3, mode=Qt.TransformationMode.SmoothTransformation)
    assert large.convertToFormat(QImage.Format.Format_Grayscale8).save(str(file))
    told = []
    for layout in ("3", "11"):
        command = ["tesseract", str(file), "-", "--psm", layout, "--dpi", "300"]
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
        told.append(done.stdout)
    return "\n".join(told)


def letters_in_common(canary: str, told: str) -> bool:
    """Tell whether a reader of letters saw a canary: it takes O for 0, é for ë, and loses blanks."""
    return _plain(canary) in _plain(told)


def _plain(text: str) -> str:
    alike = str.maketrans({"0": "o", "1": "l", "i": "l", "|": "l", "5": "s", "8": "b", "-": None, ",": None})
    bare = "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))
    return "".join(bare.lower().translate(alike).split())


@contextmanager
def cookies_noted(canaries: Canaries) -> Iterator[None]:
    """Know each session's cookie that a practice system hands out inside the block."""
    from resources.practice.accounts import Accounts, SignedIn  # noqa: PLC0415  # only where they are served here

    start = Accounts.start

    def noted(self: Accounts, user: str) -> SignedIn:
        session = start(self, user)
        canaries.add("cookie", session.token)
        return session

    Accounts.start = noted  # type: ignore[method-assign]
    try:
        yield
    finally:
        Accounts.start = start  # type: ignore[method-assign]
