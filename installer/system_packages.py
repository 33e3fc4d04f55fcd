"""What the system must bring: a browser, Qt's libraries, fonts; for the tests a keyring service and a screen.

On Debian and its relatives what is missing is installed by one `apt-get` command. Elsewhere the browser is
Playwright's own download and the rest is named.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from installer.progress import InstallError, Progress, Step

# Playwright's driver does not start without it, and a bare Debian has none.
DRIVER = ["libatomic1"]
QT = [
    "libegl1",
    "libgl1",
    "libxkbcommon0",
    "libxkbcommon-x11-0",
    "libfontconfig1",
    "libfreetype6",
    "libdbus-1-3",
    "libglib2.0-0",
    "libx11-xcb1",
    "libxcb-cursor0",
    "libxcb-icccm4",
    "libxcb-image0",
    "libxcb-keysyms1",
    "libxcb-randr0",
    "libxcb-render-util0",
    "libxcb-shape0",
    "libxcb-xkb1",
]
FONTS = ["fonts-dejavu-core", "fonts-noto-core", "fonts-noto-color-emoji", "fonts-wqy-microhei"]
KEYRING = ["dbus", "gnome-keyring"]
# A real window needs a screen, a window manager, a place for the tray icon, and somebody who clicks.
SCREEN = ["xvfb", "openbox", "trayer", "xdotool", "imagemagick"]
BROWSER = ["chromium"]

# The agent's own search, so that what is found here is what will be used.
_FIND_BROWSER = """
from agent.core.failures import BrowserMissing
from agent.system.browsers import find_browser
try:
    print(find_browser().path)
except BrowserMissing:
    print()
"""
_APT = ["apt-get", "-o", "DPkg::Lock::Timeout=120"]
_INSTALL = ["install", "--yes", "--no-install-recommends"]
_QUIET = {"DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C"}


@dataclass(frozen=True)
class Rights:
    """How this user installs packages: `prefix` before the command, or None where that is not possible."""

    prefix: tuple[str, ...] | None


def find_rights() -> Rights:
    """Root needs no prefix, a user of sudo does; asks for sudo's password only when packages are missing."""
    if os.name != "posix" or shutil.which("apt-get") is None:
        return Rights(None)
    if os.geteuid() == 0:
        return Rights(())
    return Rights(("sudo",) if shutil.which("sudo") else None)


def by_hand(packages: Sequence[str]) -> str:
    """The command that installs the packages, for a person to type."""
    return f"sudo apt-get update && sudo apt-get install --no-install-recommends {' '.join(packages)}"


def prepare(environment_python: Path, rights: Rights, progress: Progress, *, for_tests: bool) -> None:
    """Find or install a browser and the libraries.

    Raises InstallError when what the command needs is missing and cannot be installed: a browser and its
    driver's library always, everything else for the tests.
    """
    with progress.step("Browser") as step:
        browser = find_browser(environment_python)
        step.detail = browser or "none installed yet"
    wanted = [
        *DRIVER,
        *QT,
        *FONTS,
        *((*KEYRING, *SCREEN) if for_tests else ()),
        *([] if browser else BROWSER),
    ]
    left = []
    if shutil.which("dpkg-query"):
        left = install([name for name in wanted if name not in installed()], rights, progress)
    elif sys.platform == "linux":
        progress.note(
            f"This is not Debian. Its names of the libraries that may be needed: {' '.join(wanted)}"
        )
    if not browser and not find_browser(environment_python):
        _download_browser(environment_python, progress)
    left = [name for name in left if name not in BROWSER]
    if left and (for_tests or set(left) & set(DRIVER)):
        raise InstallError(f"system packages are missing: {', '.join(left)}.", by_hand(left))
    if left:
        progress.note(
            f"Not installed, and the demo goes on without: {', '.join(left)}. To install: {by_hand(left)}"
        )


def find_browser(environment_python: Path) -> str:
    """Path of the browser that the agent will use, or nothing.

    Raises InstallError when `PREDAWN_BROWSER` asks for one that is not there.
    """
    command = [str(environment_python), "-P", "-c", _FIND_BROWSER]
    answer = subprocess.run(command, check=False, capture_output=True, text=True)
    if answer.returncode:
        raise InstallError(
            f"the search for a browser failed. Last words:\n{answer.stderr.strip()[-400:]}",
            "remove .venv and start again; if that does not help, this version is broken: report this.",
        )
    browser, wish = answer.stdout.strip(), os.environ.get("PREDAWN_BROWSER")
    if wish and not browser:
        raise InstallError(
            f"PREDAWN_BROWSER names “{wish}”, and there is no such program.",
            "correct the variable, or remove it so that an installed browser is found.",
        )
    return browser


def installed() -> set[str]:
    """Installed Debian packages and what they provide: `libglib2.0-0t64` is `libglib2.0-0` too."""
    listing = subprocess.run(
        ["dpkg-query", "-W", "-f", "${db:Status-Status}\t${Package}\t${Provides}\n"],
        check=True,
        capture_output=True,
        text=True,
    )
    names: set[str] = set()
    for line in listing.stdout.splitlines():
        status, name, provides = line.split("\t")
        if status == "installed":
            names.add(name)
            names.update(provided.split()[0] for provided in provides.split(",") if provided.strip())
    return names


def install(packages: list[str], rights: Rights, progress: Progress) -> list[str]:
    """Install Debian packages with one command; returns those that could not be installed."""
    if not packages or rights.prefix is None:
        return packages
    if rights.prefix and not _sudo_agrees():
        return packages
    with progress.step(f"System packages ({len(packages)})") as step:
        _apt(step, rights.prefix, "update")  # its failure is not the end: the lists at hand may do
        if _apt(step, rights.prefix, *_INSTALL, *packages):
            return []
        # One name unknown to this release must not keep the others away.
        unknown = _unknown(step.last_words(400))
        known = [name for name in packages if name not in unknown]
        if unknown and known and _apt(step, rights.prefix, *_INSTALL, *known):
            step.detail = f"without {', '.join(sorted(unknown))}"
            return sorted(unknown)
        step.detail = f"failed, see {progress.log}"
        return [name for name in packages if name not in installed()]


def _apt(step: Step, prefix: tuple[str, ...], *arguments: str) -> bool:
    # sudo drops the environment, so `env` sets it behind sudo.
    settings = [f"{name}={value}" for name, value in _QUIET.items()]
    return step.run([*prefix, "env", *settings, *_APT, *arguments])


def _unknown(output: str) -> set[str]:
    """Package names that apt does not know, from what it said."""
    names = set()
    for line in output.splitlines():
        if "Unable to locate package" in line:
            names.add(line.split()[-1])
        elif "has no installation candidate" in line:
            names.add(line.split("'")[1])
    return names


def _sudo_agrees() -> bool:
    """Whether sudo lets us; a person at a terminal may be asked for the password here, before the step."""
    if subprocess.run(["sudo", "-n", "true"], check=False, capture_output=True).returncode == 0:
        return True
    return sys.stdin.isatty() and subprocess.run(["sudo", "-v"], check=False).returncode == 0


def _download_browser(environment_python: Path, progress: Progress) -> None:
    """The last resort: Playwright's own Chromium."""
    with progress.step("Browser, as Playwright's download") as step:
        downloaded = step.run([str(environment_python), "-m", "playwright", "install", "chromium"])
    if downloaded and find_browser(environment_python):
        return
    raise InstallError(
        "there is no browser, and none could be installed.",
        f"{by_hand(BROWSER)}\n  or install Microsoft Edge or Google Chrome. Then start this command again.",
    )
