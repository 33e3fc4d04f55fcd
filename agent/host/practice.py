"""The two practice systems beside a real home: a child process, and where it is in the home's settings.

They are for trying, so nothing real is touched: a home that really signs in at a site of one of their names
keeps it, and automations whose sites are on this computer never run by themselves (docs/decisions/0005).
Their passwords are public; they go to the keyring all the same, as every password does.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from agent.core.actors import Actor
from agent.core.failures import PracticeInUse, PracticeUnavailable
from agent.host.passwords import open_or_make, store_password
from agent.store import accounts
from agent.system.network import is_own_address
from agent.system.paths import Home
from agent.system.settings import Settings, load_settings
from agent.system.settings_file import change

AUTOMATION = "clinic-morning-sync"
"""The automation that works on them."""

_OFFICE = "main"
_START_SECONDS = 30.0
_STOP_SECONDS = 5.0
_ASK_SECONDS = 10.0


@dataclass(frozen=True)
class House:
    """One practice system: its name as a site, its title, where it is, its public user and password."""

    site: str
    title: str
    url: str
    user: str
    password: str


class Practice:
    """The child process; it ends with us, however we end."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._process: subprocess.Popen[str] | None = None
        self._houses: tuple[House, ...] = ()
        self._guard = threading.Lock()

    @property
    def houses(self) -> tuple[House, ...]:
        """The systems, while they run."""
        process = self._process
        return self._houses if process is not None and process.poll() is None else ()

    def begin(self, actor: Actor) -> tuple[House, ...]:
        """Start them unless they run, and let the home know where they are and who signs in there.

        Raises PracticeInUse, PracticeUnavailable, BrokenSettings and what the vault raises.
        """
        open_or_make(self._home)
        with self._guard:
            if not self.houses:
                _require_free(load_settings(self._home), _NAMES)
                self._houses = self._start()
        for house in self._houses:
            account = accounts.find(_OFFICE, house.site)
            if account is None or account.tries:
                store_password(self._home, _OFFICE, house.site, house.user, house.password, actor)
        change(self._home, {("sites", house.site, "url"): house.url for house in self._houses})
        return self._houses

    def end(self) -> None:
        """Stop them, and take their addresses out of the settings again."""
        with self._guard:
            process, self._process = self._process, None
            houses, self._houses = self._houses, ()
        if process is not None:
            _close(process)
        if houses:
            change(self._home, {("sites", house.site, "url"): None for house in houses})

    def arm(self, faults: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> None:
        """Switch exactly these faults on, by system and name; ``{}`` switches all off.

        Raises PracticeUnavailable.
        """
        for house in self.houses:
            wanted = json.dumps(faults.get(house.site, {})).encode()
            request = urllib.request.Request(  # noqa: S310  # our own child, on this computer
                f"{house.url}/_practice/faults", data=wanted, method="PUT"
            )
            try:
                with urllib.request.urlopen(request, timeout=_ASK_SECONDS):  # noqa: S310
                    pass
            except (OSError, urllib.error.URLError) as error:
                raise PracticeUnavailable(why=type(error).__name__) from error

    def _start(self) -> tuple[House, ...]:
        words = ("--attached", "--meridian-port", "0", "--claimport-port", "0")
        folder = self._home.root / "practice"
        try:
            process = subprocess.Popen(
                [sys.executable, "-P", "-m", "resources.practice", *words, "--data", str(folder)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                encoding="utf-8",
            )
        except OSError as error:
            raise PracticeUnavailable(why=error.strerror) from error
        self._process = process
        line = _first_line(process)
        try:
            return tuple(House(**told) for told in json.loads(line))
        except (ValueError, TypeError) as error:
            self._process = None
            _close(process)
            raise PracticeUnavailable(why=None) from error


_NAMES = ("meridian", "claimport")


def _require_free(settings: Settings, names: Sequence[str]) -> None:
    for name in names:
        own = settings.sites.get(name)
        if own is not None and own.url is not None and not is_own_address(own.url):
            raise PracticeInUse(site=name)


def _first_line(process: subprocess.Popen[str]) -> str:
    """Return what the child says first, "" when it says nothing in time."""
    assert process.stdout is not None
    lines: list[str] = []
    reader = threading.Thread(target=lambda: lines.append(process.stdout.readline()), daemon=True)  # type: ignore[union-attr]
    reader.start()
    reader.join(_START_SECONDS)
    return lines[0] if lines else ""


def _close(process: subprocess.Popen[str]) -> None:
    """End the child: it ends by itself when its input does."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.close()
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    process.stdout.close()
