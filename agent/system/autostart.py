"""Starting with the user's session: an XDG file, the registry's Run key, a launch agent; its true state.

Never done but because a person said so, never over what a person has changed since. Sources: the XDG
autostart and desktop entry specifications; Microsoft's "Run and RunOnce registry keys"; the StartupApproved
key by which Task Manager switches an entry off; launchd.plist(5).
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Protocol
from xml.sax.saxutils import escape

from agent.core.failures import ChangedByPerson
from agent.system.own_files import OwnFile, Standing
from agent.system.paths import Home

_RUN = r"Software\Microsoft\Windows\CurrentVersion\Run"
_APPROVED = r"Software\Microsoft\Windows\CurrentVersion\Explorer\StartupApproved\Run"


class AutostartState(StrEnum):
    """What will really happen at the next sign-in."""

    OFF = "off"
    ON = "on"
    SWITCHED_OFF = "switched_off"  # the entry is there, but the system's own settings switch it off
    CHANGED = "changed"  # a person has made something else of the entry


class Autostart(Protocol):
    """One program's entry among those that start with the session."""

    def state(self) -> AutostartState:
        """Return what will happen at the next sign-in, as the system has it now."""

    def turn_on(self) -> None:
        """Make the entry. Raises ChangedByPerson."""

    def turn_off(self) -> None:
        """Remove the entry; does nothing if there is none. Raises ChangedByPerson."""


class _FileAutostart:
    """An entry that is a file of ours."""

    _file: OwnFile
    _text: str

    def turn_on(self) -> None:
        """Write the entry. Raises ChangedByPerson."""
        if not self._file.write(self._text):
            raise ChangedByPerson(path=str(self._file.path))

    def turn_off(self) -> None:
        """Remove the entry. Raises ChangedByPerson."""
        if not self._file.remove():
            raise ChangedByPerson(path=str(self._file.path))


class XdgAutostart(_FileAutostart):
    """Linux: a desktop entry in the user's autostart folder."""

    def __init__(self, ident: str, folder: Path, command: Sequence[str]) -> None:
        self._file = OwnFile(folder / f"predawn-{ident}.desktop")
        self._text = (
            "[Desktop Entry]\nType=Application\nName=Predawn\n"
            "Comment=Carries records between web systems before business hours\n"
            f"Exec={exec_line(command)}\nTerminal=false\nX-GNOME-Autostart-enabled=true\n"
        )

    def state(self) -> AutostartState:
        """Return the state; desktops switch an entry off by a line of their own in it."""
        text = self._file.text()
        if text is None:
            return AutostartState.OFF
        if re.search(r"^(Hidden\s*=\s*true|X-GNOME-Autostart-enabled\s*=\s*false)\s*$", text, re.MULTILINE):
            return AutostartState.SWITCHED_OFF
        ours = self._file.standing() is Standing.OURS and text.endswith(self._text)
        return AutostartState.ON if ours else AutostartState.CHANGED


class Registry(Protocol):
    """The part of the current user's registry that is needed."""

    def get(self, key: str, name: str) -> str | bytes | None:
        """Return a value, or None."""

    def set(self, key: str, name: str, value: str) -> None:
        """Store a text."""

    def delete(self, key: str, name: str) -> None:
        """Remove a value; does nothing if there is none."""


class RegistryAutostart:
    """Windows: a value of the Run key. Task Manager notes beside it that somebody switched it off."""

    def __init__(self, ident: str, registry: Registry, command: Sequence[str]) -> None:
        self._name, self._registry = f"Predawn {ident}", registry
        self._line = subprocess.list2cmdline(command)

    def state(self) -> AutostartState:
        """Return the state. In StartupApproved an odd first byte means: switched off."""
        value = self._registry.get(_RUN, self._name)
        if value is None:
            return AutostartState.OFF
        approved = self._registry.get(_APPROVED, self._name)
        if isinstance(approved, bytes) and approved[:1] and approved[0] & 1:
            return AutostartState.SWITCHED_OFF
        return AutostartState.ON if value == self._line else AutostartState.CHANGED

    def turn_on(self) -> None:
        """Make the value. Raises ChangedByPerson."""
        if self.state() in {AutostartState.CHANGED, AutostartState.SWITCHED_OFF}:
            raise ChangedByPerson(path=rf"HKCU\{_RUN}\{self._name}")
        self._registry.set(_RUN, self._name, self._line)

    def turn_off(self) -> None:
        """Remove the value. Raises ChangedByPerson."""
        if self.state() is AutostartState.CHANGED:
            raise ChangedByPerson(path=rf"HKCU\{_RUN}\{self._name}")
        self._registry.delete(_RUN, self._name)


class LaunchAgent(_FileAutostart):
    """macOS: a property list in the user's LaunchAgents folder; launchd reads it at the next sign-in."""

    def __init__(self, ident: str, folder: Path, command: Sequence[str]) -> None:
        label = f"predawn.{ident}"
        self._file = OwnFile(folder / f"{label}.plist", xml=True)
        words = "".join(f"    <string>{escape(word)}</string>\n" for word in command)
        self._text = (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" '
            '"http://www.apple.com/DTDs/PropertyList-1.0.dtd">\n'
            '<plist version="1.0">\n<dict>\n'
            f"  <key>Label</key>\n  <string>{label}</string>\n"
            f"  <key>ProgramArguments</key>\n  <array>\n{words}  </array>\n"
            "  <key>RunAtLoad</key>\n  <true/>\n"
            "  <key>ProcessType</key>\n  <string>Interactive</string>\n"
            "</dict>\n</plist>\n"
        )

    def state(self) -> AutostartState:
        """Return the state by the file."""
        text = self._file.text()
        if text is None:
            return AutostartState.OFF
        if re.search(r"<key>Disabled</key>\s*<true\s*/>", text):
            return AutostartState.SWITCHED_OFF
        same = text.endswith(self._text.partition("\n")[2])
        return (
            AutostartState.ON if self._file.standing() is Standing.OURS and same else AutostartState.CHANGED
        )


class FakeAutostart:
    """The fake: a state in memory; ``changed`` stands for a person's own entry."""

    def __init__(self, state: AutostartState = AutostartState.OFF) -> None:
        self._state = state

    def state(self) -> AutostartState:
        """Return the state."""
        return self._state

    def turn_on(self) -> None:
        """Become ON. Raises ChangedByPerson."""
        self._set(AutostartState.ON)

    def turn_off(self) -> None:
        """Become OFF. Raises ChangedByPerson."""
        self._set(AutostartState.OFF)

    def _set(self, state: AutostartState) -> None:
        if self._state is AutostartState.CHANGED:
            raise ChangedByPerson(path="fake")
        self._state = state


def open_autostart(home: Home) -> Autostart:
    """Return this computer's kind of autostart, for the agent of this home."""
    if sys.platform == "win32":
        return RegistryAutostart(home.ident, WindowsRegistry(), own_command(home))
    if sys.platform == "darwin":
        return LaunchAgent(home.ident, Path.home() / "Library" / "LaunchAgents", own_command(home))
    given = os.environ.get("XDG_CONFIG_HOME")
    folder = (Path(given) if given else Path.home() / ".config") / "autostart"
    return XdgAutostart(home.ident, folder, own_command(home))


def own_command(home: Home) -> tuple[str, ...]:
    """Return the command that starts Predawn in the tray (a frozen program is its own interpreter)."""
    program = (
        (sys.executable,) if getattr(sys, "frozen", False) else (sys.executable, "-P", "-m", "agent.cli.main")
    )
    if sys.platform == "win32":
        return (*program, "--background")
    return ("env", f"PREDAWN_HOME={home.root}", *program, "--background")


def exec_line(command: Sequence[str]) -> str:
    r"""Return a desktop entry's ``Exec`` value: each word quoted, its ``" ` $ \`` escaped, % doubled.

    Escaped twice, as the specification has it: once for the word, once for the string in the file.
    """
    words = []
    for word in command:
        quoted = re.sub(r'(["`$\\])', r"\\\1", word).replace("%", "%%")
        words.append(f'"{quoted}"')
    return (
        " ".join(words).replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t").replace("\r", "\\r")
    )


if sys.platform == "win32":
    import winreg

    class WindowsRegistry:
        """The real registry, below HKEY_CURRENT_USER."""

        def get(self, key: str, name: str) -> str | bytes | None:
            """Return a value, or None."""
            try:
                with winreg.OpenKey(winreg.HKEY_CURRENT_USER, key) as opened:
                    value: str | bytes = winreg.QueryValueEx(opened, name)[0]
                    return value
            except FileNotFoundError:
                return None

        def set(self, key: str, name: str, value: str) -> None:
            """Store a text."""
            with winreg.CreateKey(winreg.HKEY_CURRENT_USER, key) as opened:
                winreg.SetValueEx(opened, name, 0, winreg.REG_SZ, value)

        def delete(self, key: str, name: str) -> None:
            """Remove a value; does nothing if there is none."""
            try:
                with winreg.OpenKey(winreg.HKEY_CURRENT_USER, key, 0, winreg.KEY_SET_VALUE) as opened:
                    winreg.DeleteValue(opened, name)
            except FileNotFoundError:
                return
