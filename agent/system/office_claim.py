"""One Predawn per computer for the office: a second user of the same computer gets no second ledger.

The first user whose Predawn keeps to the schedule leaves a note in a place that all users share. It stays
while Predawn is not running: two ledgers that take turns would enter everything twice. It speaks of the usual
home only: whoever names another one (``PREDAWN_HOME``), or shows the demo, knows what they do.
"""

from __future__ import annotations

import getpass
import json
import os
import stat
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from agent.core.failures import OfficeTaken
from agent.system.paths import Home

_NAME = "predawn-office.json"
_SHARED = "PREDAWN_SHARED"
"""Names another shared place, for tests and for computers whose usual one is swept."""


@dataclass(frozen=True)
class User:
    """Who asks: the system's number for the account, and its name."""

    number: int
    name: str


def claim(home: Home, environ: Mapping[str, str] = os.environ, user: User | None = None) -> None:
    """Note that this user's Predawn works here for the office; not for a home that was named, or a demo's.

    Raises OfficeTaken(user, file) where another user's does.
    """
    if home.is_demo or (environ.get("PREDAWN_HOME") and not environ.get(_SHARED)):
        return
    me = user or _this_user()
    file = shared_place(environ) / _NAME
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
    except FileExistsError:
        _require_mine(file, me)
    except OSError:
        return  # no place that users share: then nothing can be known of the others
    else:
        with os.fdopen(descriptor, "w", encoding="utf-8") as written:
            json.dump({"user": me.name, "number": me.number, "home": home.ident}, written)


def shared_place(environ: Mapping[str, str] = os.environ) -> Path:
    """Return the folder that all users of this computer may write to and that outlives a restart."""
    given = environ.get(_SHARED)
    if given:
        return Path(given)
    if sys.platform == "win32":
        return Path(environ.get("PROGRAMDATA", r"C:\ProgramData"))
    return Path("/Users/Shared") if sys.platform == "darwin" else Path("/var/tmp")  # noqa: S108 (sticky; made with O_EXCL)


def _require_mine(file: Path, me: User) -> None:
    """Whose note it is says the file system, not the note: nobody can write one in another's name."""
    try:
        found = file.lstat()
        told = json.loads(file.read_text(encoding="utf-8")) if stat.S_ISREG(found.st_mode) else {}
    except (OSError, ValueError):
        told = {}
        found = file.lstat()
    number = told.get("number") if sys.platform == "win32" else found.st_uid
    if number != me.number:
        raise OfficeTaken(user=str(told.get("user") or number), file=str(file))


def _this_user() -> User:
    number = os.getuid() if sys.platform != "win32" else _number_of(getpass.getuser())
    try:
        return User(number, getpass.getuser())
    except (OSError, KeyError):  # an account without a name, as in some containers
        return User(number, str(number))


def _number_of(name: str) -> int:
    """Return a number for an account by its name, where the system has none (Windows)."""
    import zlib  # noqa: PLC0415

    return zlib.crc32(name.casefold().encode())
