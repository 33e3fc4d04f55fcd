"""How a panel is run: its folder, its address, and ``panel.toml`` in that folder.

    [notices]
    tell = ["mailto://user:password@clinic.example?to=office@clinic.example"]   # as apprise writes them
    unseen_minutes = 30      # a run has failed, and nobody has looked at it
    silent_minutes = 60      # a workstation is silent, so long before a deadline there

    [keep]
    line_days = 400          # the log; runs and duties are kept

    [seal]
    key_file = "/etc/predawn/panel.key"      # what opens the second factors; best not in this folder

The file holds addresses with passwords, so only its owner may read it. It need not exist.
"""

from __future__ import annotations

import stat
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class PanelSettingsError(Exception):
    """``panel.toml``, or how the panel was started, cannot be right: the text says what."""


@dataclass(frozen=True)
class Notices:
    """Whom the panel tells, and after how many minutes."""

    tell: tuple[str, ...] = ()
    unseen_minutes: int = 30
    silent_minutes: int = 60


@dataclass(frozen=True)
class Keep:
    """For how many days the log is kept."""

    line_days: int = 400


@dataclass(frozen=True)
class Seal:
    """Where the key of the second factors is; best on another disk than what it seals."""

    key_file: str = "second-factors.key"


@dataclass(frozen=True)
class Config:
    """Where a panel keeps its things and how it is reached.

    ``certificate`` and ``key`` are files (PEM). ``proxy`` is the address of a proxy that does TLS.
    """

    folder: Path
    host: str = "127.0.0.1"
    port: int = 8480
    certificate: Path | None = None
    key: Path | None = None
    proxy: str | None = None
    notices: Notices = Notices()
    keep: Keep = Keep()
    seal: Seal = Seal()
    forget_second_factors: bool = False

    @property
    def key_file(self) -> Path:
        """Where the key lies that seals the second factors; relative to the folder."""
        return self.folder / self.seal.key_file

    @property
    def on_loopback(self) -> bool:
        """Whether only this computer reaches it, without TLS."""
        return self.host in LOOPBACK and self.certificate is None and self.proxy is None

    def require_sound(self) -> None:
        """Raise PanelSettingsError for an address at which passwords would travel in plain text."""
        if (self.certificate is None) != (self.key is None):
            raise PanelSettingsError("a certificate needs its key, and a key its certificate")
        if self.host not in LOOPBACK and self.certificate is None and self.proxy is None:
            raise PanelSettingsError(
                f"{self.host} is reached from other computers, so it needs --certificate and --key, "
                "or --behind-proxy with the address of a proxy that does TLS"
            )


_TABLES = {"notices": Notices, "keep": Keep, "seal": Seal}


def with_file(config: Config) -> Config:
    """Return a configuration with what ``panel.toml`` in its folder says. Raises PanelSettingsError."""
    file = config.folder / "panel.toml"
    try:
        with file.open("rb") as held:
            if sys.platform != "win32" and stat.S_IMODE(file.stat().st_mode) & 0o077:
                raise PanelSettingsError(f"{file} holds passwords: let only its owner read it (chmod 600)")
            whole = tomllib.load(held)
    except FileNotFoundError:
        return config
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PanelSettingsError(f"{file}: {error}") from error
    _known(file, "", whole, set(_TABLES))
    tables = {name: _table(file, whole, name) for name in _TABLES}
    for name, kind in _TABLES.items():
        _known(file, f"{name}.", tables[name], {each.name for each in fields(kind)})
    notices, keep, seal = tables["notices"], tables["keep"], tables["seal"]
    tell = notices.get("tell", [])
    if not isinstance(tell, list) or not all(isinstance(one, str) and "://" in one for one in tell):
        raise PanelSettingsError(f"{file}: notices.tell must be a list of addresses")
    key_file = seal.get("key_file", Seal.key_file)
    if not isinstance(key_file, str) or not key_file:
        raise PanelSettingsError(f"{file}: seal.key_file must be the name of a file")
    return replace(
        config,
        notices=Notices(
            tuple(tell),
            _minutes(file, notices, "unseen_minutes", Notices.unseen_minutes),
            _minutes(file, notices, "silent_minutes", Notices.silent_minutes),
        ),
        keep=Keep(_minutes(file, keep, "line_days", Keep.line_days)),
        seal=Seal(key_file),
    )


def _table(file: Path, whole: Mapping[str, object], name: str) -> Mapping[str, object]:
    found = whole.get(name, {})
    if not isinstance(found, dict):
        raise PanelSettingsError(f"{file}: [{name}] must be a table")
    return found


def _known(file: Path, place: str, table: Mapping[str, object], names: set[str]) -> None:
    for key in table:
        if key not in names:
            raise PanelSettingsError(f"{file}: {place}{key} is not a setting")


def _minutes(file: Path, table: Mapping[str, object], name: str, otherwise: int) -> int:
    value = table.get(name, otherwise)
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise PanelSettingsError(f"{file}: {name} must be a whole number, 1 or more")
    return value
