"""A browser that is already on this machine: Edge, Chrome or Chromium, in the order a clinic has them."""

import os
import shutil
import sys
from pathlib import Path

_COMMANDS = (
    "microsoft-edge",
    "microsoft-edge-stable",
    "google-chrome",
    "google-chrome-stable",
    "chromium",
    "chromium-browser",
)
_WINDOWS = (
    r"Microsoft\Edge\Application\msedge.exe",
    r"Google\Chrome\Application\chrome.exe",
    r"Chromium\Application\chrome.exe",
)
_MACOS = (
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)


def find() -> Path | None:
    """The program of an installed browser, or None."""
    return next((path for path in _places() if path.is_file()), None)


def _places() -> list[Path]:
    if os.name == "nt":
        folders = [os.environ.get(name) for name in ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA")]
        return [Path(folder) / browser for browser in _WINDOWS for folder in folders if folder]
    if sys.platform == "darwin":
        return [Path(place) for place in _MACOS]
    return [Path(found) for found in map(shutil.which, _COMMANDS) if found]
