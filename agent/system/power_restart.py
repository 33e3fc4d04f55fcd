"""Whether the operating system waits for a restart: after one at night nobody is signed in."""

from __future__ import annotations

import sys
from pathlib import Path

_DEBIAN = Path("/run/reboot-required")  # update-notifier's, on Debian and Ubuntu
_WINDOWS = (
    r"SOFTWARE\Microsoft\Windows\CurrentVersion\WindowsUpdate\Auto Update\RebootRequired",
    r"SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing\RebootPending",
)


def restart_pending(marker: Path = _DEBIAN) -> bool | None:
    """Return whether a restart is pending; None where the system does not say (macOS, other Linux)."""
    if sys.platform == "win32":
        return _key_exists()
    if not sys.platform.startswith("linux") or not Path("/etc/debian_version").exists():
        return None
    return marker.exists()


if sys.platform == "win32":
    import winreg

    def _key_exists() -> bool:
        for key in _WINDOWS:
            try:
                winreg.CloseKey(winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, key))
            except OSError:
                continue
            return True
        return False
