"""Where this workstation's Predawn keeps what is its own: the home folder and what lies in it.

The home is local, never roaming and never a network share (DESIGN.md, section 9): the store needs real file
locks and a disk that keeps its word about ``fsync``.
"""

from __future__ import annotations

import errno
import os
import stat
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from agent.core.failures import DiskLow, HomeReadOnly, VaultRefused

WANTED_FREE_BYTES = 200_000_000
"""A morning's pictures and files with room to spare; below this nothing is begun."""

_LONGEST_ADDRESS = (
    100  # bytes; a unix socket's path ends at 108 on Linux and 104 on macOS, with its final zero
)
# A worker's folder has 12 more, its browser's socket (org.chromium.Chromium.XXXXXX/SingletonSocket) 45.
_LONGEST_WORK = 107 - 45 - 13
_OURS = frozenset({"predawn.db", "predawn.lock", "settings.toml", "automations", "demo"})


@dataclass(frozen=True)
class Home:
    """One home folder; every path in it has its name here."""

    root: Path

    @property
    def database(self) -> Path:
        """The store: runs, ledger, reviews, audit."""
        return self.root / "predawn.db"

    @property
    def evidence(self) -> Path:
        """Sealed pictures and files, in a database file of their own."""
        return self.root / "evidence.db"

    @property
    def settings(self) -> Path:
        """What people may edit; it need not exist."""
        return self.root / "settings.toml"

    @property
    def automations(self) -> Path:
        """The user's own automations, and their sites below ``sites``."""
        return self.root / "automations"

    @property
    def logs(self) -> Path:
        """Log files."""
        return self.root / "logs"

    @property
    def work(self) -> Path:
        """Workers' own folders, each removed after its worker: in the home, or in a short place.

        Chromium puts a socket below its temporary folder and aborts when that path gets too long.
        """
        near = self.root / "work"
        if sys.platform == "win32" or len(os.fsencode(near)) <= _LONGEST_WORK:
            return near
        return Path(f"/tmp/predawn-{os.getuid()}-{self.ident}")  # noqa: S108 (short by need; made for us alone)

    @property
    def workbooks(self) -> Path:
        """What automations write for people, in a folder a business day."""
        return self.root / "workbooks"

    @property
    def lock(self) -> Path:
        """The file that the one host of this home holds locked."""
        return self.root / "predawn.lock"

    @property
    def vault_file(self) -> Path:
        """The demo's own passwords; no other home has one."""
        return self.root / "vault.json"

    @property
    def is_demo(self) -> bool:
        """Whether this home was made for the demo (only there may passwords lie in a file)."""
        return (self.root / "demo").is_file()

    @property
    def ident(self) -> str:
        """A short name for this home, the same in every process: twelve hex digits of its path's hash."""
        import hashlib  # noqa: PLC0415 (these three would double the time of "import agent.system.paths")

        return hashlib.sha256(os.fsencode(self.root)).hexdigest()[:12]

    @property
    def bell(self) -> str:
        """The address of the local socket: in the home, or in a short per-user folder if that is too long."""
        return self._socket("bell")

    @property
    def counter(self) -> str:
        """The address of the local socket over which questions and codes go, beside the bell's."""
        return self._socket("counter")

    @property
    def window_lock(self) -> Path:
        """Held by the process that shows this home's window."""
        return self.root / "predawn.window"

    @property
    def door(self) -> str:
        """The address of the local socket at which a second start rings for the window of the first."""
        return self._socket("door")

    def _socket(self, name: str) -> str:
        near = self.root / "run" / name
        if len(os.fsencode(near)) <= _LONGEST_ADDRESS:
            return str(near)
        return str(_runtime_folder() / f"{self.ident}.{name}")

    def prepare(self) -> None:
        """Make the home and its folders, for the owner alone (mode 0700).

        An existing root that holds foreign files keeps its mode: somebody may have pointed PREDAWN_HOME at
        a folder that others use. Raises HomeReadOnly if it cannot be written, DiskLow below 200 MB.
        """
        import shutil  # noqa: PLC0415
        import tempfile  # noqa: PLC0415

        try:
            self.root.mkdir(parents=True, exist_ok=True, mode=0o700)
            _make_private(self.root)
            for folder in (self.automations, self.logs, self.work, Path(self.bell).parent):
                folder.mkdir(parents=True, exist_ok=True, mode=0o700)
                folder.chmod(0o700)
            with tempfile.TemporaryFile(dir=self.root) as probe:
                probe.write(b"predawn")
            free = shutil.disk_usage(self.root).free
        except OSError as error:
            if error.errno in {errno.ENOSPC, errno.EDQUOT}:
                raise _disk_low(0) from error
            raise HomeReadOnly(path=str(self.root)) from error
        if free < WANTED_FREE_BYTES:
            raise _disk_low(free)

    def mark_demo(self) -> None:
        """Make this home the demo's. Raises VaultRefused for a home that is in real use already."""
        if self.is_demo:
            return
        if self.database.exists():
            raise VaultRefused(backend="file")
        try:
            self.root.mkdir(parents=True, exist_ok=True, mode=0o700)
            (self.root / "demo").write_text("This home was made for the demo; its passwords lie in a file.\n")
        except OSError as error:
            raise HomeReadOnly(path=str(self.root)) from error


def find_home(environ: Mapping[str, str] = os.environ, *, demo: bool = False) -> Home:
    """Return the home: ``PREDAWN_HOME``, else ``home`` (or ``demo``) in the user's local data folder."""
    given = environ.get("PREDAWN_HOME")
    if given:
        return Home(Path(given).expanduser().resolve())
    import platformdirs  # noqa: PLC0415 (kept out of every start that names its home)

    data = platformdirs.user_data_dir("predawn", appauthor=False, roaming=False)
    return Home(Path(data).resolve() / ("demo" if demo else "home"))


def _make_private(root: Path) -> None:
    if sys.platform == "win32":  # the user's profile is private by its own access list
        return
    inside = {entry.name for entry in root.iterdir()}
    if (not inside or inside & _OURS) and stat.S_IMODE(root.stat().st_mode) & 0o077:
        root.chmod(0o700)


def _runtime_folder() -> Path:
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", r"C:\Temp")) / "predawn-run"
    given = os.environ.get("XDG_RUNTIME_DIR")
    if given and len(os.fsencode(given)) <= _LONGEST_ADDRESS - 30:
        return Path(given) / "predawn"
    return Path(f"/tmp/predawn-{os.getuid()}")  # noqa: S108 (short by need; bell.py checks who owns it)


def _disk_low(free: int) -> DiskLow:
    return DiskLow(free_mb=free // 1_000_000, wanted_mb=WANTED_FREE_BYTES // 1_000_000)
