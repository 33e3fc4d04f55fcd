"""Which browser is installed here: Edge, Chrome or Chromium, in this order; ours is never bundled.

``PREDAWN_BROWSER`` names another one. What Playwright downloaded is taken last: it gets no security updates
from the operating system. Paths on Windows and macOS are the makers' documented ones.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from agent.core.failures import BrowserMissing

_ON_PATH = (
    ("edge", ("microsoft-edge-stable", "microsoft-edge")),
    ("chrome", ("google-chrome-stable", "google-chrome")),
    ("chromium", ("chromium", "chromium-browser")),
)
_ON_WINDOWS = (
    ("edge", r"Microsoft\Edge\Application\msedge.exe"),
    ("chrome", r"Google\Chrome\Application\chrome.exe"),
    ("chromium", r"Chromium\Application\chrome.exe"),
)
_ON_MAC = (
    ("edge", "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge"),
    ("chrome", "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"),
    ("chromium", "/Applications/Chromium.app/Contents/MacOS/Chromium"),
)
_HEADLESS_SHELL = "headless-shell"
_VERSION = re.compile(r"\d+(?:\.\d+){1,3}")


@dataclass(frozen=True)
class Browser:
    """An installed browser. ``sandbox`` is False only for root on Linux, where the sandbox cannot start."""

    kind: str
    path: Path
    sandbox: bool

    @cached_property
    def version(self) -> str | None:
        """Its version, as ``156.0.7632.10``; asked once, None if it does not say."""
        if sys.platform == "win32":  # there --version opens a window; each version has a folder of its name
            beside = (entry.name for entry in self.path.parent.iterdir() if entry.is_dir())
            return max((name for name in beside if _VERSION.fullmatch(name)), key=_numbers, default=None)
        try:
            said = subprocess.run(
                [str(self.path), "--version"], capture_output=True, text=True, timeout=20, check=False
            ).stdout
        except (OSError, subprocess.SubprocessError):
            return None
        found = _VERSION.search(said)
        return found.group() if found else None


def find_browser(
    environ: Mapping[str, str] = os.environ, which: Callable[[str], str | None] = shutil.which
) -> Browser:
    """Return the browser to use. Raises BrowserMissing(looked), with the names and places looked at."""
    named = environ.get("PREDAWN_BROWSER")
    if named:  # a wish that cannot be met is not quietly met otherwise
        path = which(named)
        if path is None:
            raise BrowserMissing(looked=named)
        return _browser(_kind_of(path), Path(path))
    looked: list[str] = []
    for kind, place in _places(environ, which):
        looked.append(str(place))
        if isinstance(place, Path) and place.is_file():
            return _browser(kind, place)
    raise BrowserMissing(looked=", ".join(looked))


def headless_shell(
    browser: Browser,
    environ: Mapping[str, str] = os.environ,
    which: Callable[[str], str | None] = shutil.which,
) -> Browser | None:
    """Return the headless shell beside ``browser``, or None if none is installed.

    It is faster and has no window. Never chosen by itself: sites may tell it apart from what staff use.
    """
    if browser.kind == _HEADLESS_SHELL:
        return browser
    found = which("chromium-headless-shell")
    places = [Path(found)] if found else list(_downloaded(environ, "chromium_headless_shell-*"))
    return next((_browser(_HEADLESS_SHELL, place) for place in places if place.is_file()), None)


def _places(
    environ: Mapping[str, str], which: Callable[[str], str | None]
) -> Iterator[tuple[str, Path | str]]:
    """Every place in order; a name that is not on the path comes as text, to be told."""
    if sys.platform == "win32":
        roots = [
            environ[key] for key in ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA") if key in environ
        ]
        for kind, rest in _ON_WINDOWS:
            yield from ((kind, Path(root) / rest) for root in roots)
    elif sys.platform == "darwin":
        yield from ((kind, Path(path)) for kind, path in _ON_MAC)
    else:
        for kind, names in _ON_PATH:
            for name in names:
                found = which(name)
                yield kind, Path(found) if found else name
    yield from (("chromium", path) for path in _downloaded(environ, "chromium-*"))


def _downloaded(environ: Mapping[str, str], pattern: str) -> Iterable[Path]:
    """What ``playwright install`` left, the newest first."""
    home = Path(environ.get("HOME") or environ.get("USERPROFILE") or Path.home())
    usual = {"win32": "AppData/Local/ms-playwright", "darwin": "Library/Caches/ms-playwright"}
    given = environ.get("PLAYWRIGHT_BROWSERS_PATH")
    root = Path(given) if given else home / usual.get(sys.platform, ".cache/ms-playwright")
    names = {
        "chrome",
        "chrome.exe",
        "Chromium",
        "headless_shell",
        "headless_shell.exe",
        "chrome-headless-shell",
    }
    for folder in sorted(root.glob(pattern), key=lambda path: _numbers(path.name), reverse=True):
        for path in sorted(folder.glob("chrome-*/**/*")):
            if path.name in names and path.is_file() and os.access(path, os.X_OK):
                yield path


def _browser(kind: str, path: Path) -> Browser:
    return Browser(kind, path, sandbox=not _root_on_linux())


def _root_on_linux() -> bool:
    return sys.platform.startswith("linux") and os.geteuid() == 0


def _kind_of(path: str) -> str:
    name = Path(path).name.lower()
    if "headless" in name:
        return _HEADLESS_SHELL
    return "edge" if "edge" in name else "chromium" if "chromium" in name else "chrome"


def _numbers(name: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", name))
