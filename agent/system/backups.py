"""A home in one file: a zip with a manifest of hashes; and a home put in another's place, in one step.

What the keyring holds (passwords, the master key) is not in it; nor are logs, workbooks, workers' folders.
"""

from __future__ import annotations

import errno
import hashlib
import json
import lzma
import os
import secrets
import shutil
import struct
import sys
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any

from agent.core.failures import BackupBroken, DiskLow, HomeReadOnly
from agent.system.instance import InstanceLock
from agent.system.paths import Home

FORMAT = 1
MANIFEST = "manifest.json"
_CHUNK = 1 << 20
_OF_THE_DISK = {errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EPERM, errno.EROFS, errno.EIO}
# Whatever zipfile, json and we ourselves say of bytes that are not as they were written.
_OF_A_DAMAGED_ZIP = (
    zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError,
    RuntimeError, ValueError, LookupError, TypeError, AttributeError, OverflowError,
)  # fmt: skip


def own_files(home: Home) -> dict[str, Path]:
    """Return what people wrote into a home, by its name in a backup: settings and automations."""
    found = {home.settings.name: home.settings} if home.settings.is_file() else {}
    for path in sorted(home.automations.rglob("*")):
        if path.is_file() and not path.is_symlink() and "__pycache__" not in path.parts:
            found[f"{home.automations.name}/{path.relative_to(home.automations).as_posix()}"] = path
    return found


def pack(target: Path, files: Mapping[str, Path], about: Mapping[str, Any]) -> None:
    """Write the files and the manifest that names each one's hash; whole or not at all, for the owner alone.

    Raises FileExistsError, DiskLow, HomeReadOnly (for the folder of ``target``).
    """
    part = target.with_name(f"{target.name}.{secrets.token_hex(4)}.part")
    with _on_disk(target.parent):
        if target.exists():
            raise FileExistsError(target)
        try:
            descriptor = os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
            with os.fdopen(descriptor, "w+b") as stream:
                with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
                    known = {name: _pack_one(archive, name, path) for name, path in files.items()}
                    told = {**about, "format": FORMAT, "files": known}
                    archive.writestr(MANIFEST, json.dumps(told, ensure_ascii=False, indent=1))
                stream.flush()
                os.fsync(stream.fileno())
            part.rename(target)
        finally:
            part.unlink(missing_ok=True)


def _pack_one(archive: zipfile.ZipFile, name: str, path: Path) -> dict[str, Any]:
    """Write one file; sealed bytes are not worth compressing."""
    kind = zipfile.ZIP_STORED if path.suffix == ".db" else zipfile.ZIP_DEFLATED
    entry = zipfile.ZipInfo(name)
    entry.compress_type = kind
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as source, archive.open(entry, "w", force_zip64=True) as stored:
        while chunk := source.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
            stored.write(chunk)
    return {"sha256": digest.hexdigest(), "size": size}


def unpack(source: Path, folder: Path) -> dict[str, Any]:
    """Write a backup's files into a new folder and return its manifest; each byte is checked by its hash.

    Raises BackupBroken, DiskLow, HomeReadOnly.
    """
    try:
        with zipfile.ZipFile(source) as archive:
            told = _manifest(source, archive)
            folder.mkdir(mode=0o700)
            for name, known in told["files"].items():
                _unpack_one(source, archive, name, known, folder)
    except OSError as error:
        if error.errno in _OF_THE_DISK:
            with _on_disk(folder.parent):
                raise
        raise _damaged(source) from error  # a packer's own complaint about what it reads
    except _OF_A_DAMAGED_ZIP as error:
        raise _damaged(source) from error
    return told


def _damaged(source: Path) -> BackupBroken:
    return BackupBroken(file=source.name, problem="it is damaged, or no backup of Predawn")


def _manifest(source: Path, archive: zipfile.ZipFile) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(archive.read(MANIFEST))
    if not (isinstance(told["made_at"], str) and isinstance(told["machine"], str)):
        raise TypeError("not what pack() wrote")
    if told["format"] != FORMAT:
        raise BackupBroken(file=source.name, problem=f"it is of form {told['format']}, not {FORMAT}")
    if sorted(archive.namelist()) != sorted([*told["files"], MANIFEST]):
        raise BackupBroken(file=source.name, problem="its list of files is not the one that it holds")
    return told


def _unpack_one(
    source: Path, archive: zipfile.ZipFile, name: str, known: Mapping[str, Any], folder: Path
) -> None:
    parts = PurePosixPath(name).parts
    if not parts or ".." in parts or name.startswith("/") or "\\" in name or ":" in name:
        raise BackupBroken(file=source.name, problem="a name in it leads out of the home")
    target = folder.joinpath(*parts)
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    digest = hashlib.sha256()
    with archive.open(name) as stored, target.open("xb") as file:
        target.chmod(0o600)
        while chunk := stored.read(_CHUNK):
            digest.update(chunk)
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    if digest.hexdigest() != known["sha256"]:
        raise BackupBroken(file=source.name, problem=f"{name} is not as it was written")


def holds_data(home: Home) -> bool:
    """Tell whether a home has anything that a restore would hide: a ledger, settings or automations."""
    return home.database.exists() or home.evidence.exists() or bool(own_files(home))


def beside(home: Home, what: str) -> Path:
    """Return a fresh folder's path beside a home, on the same disk."""
    return home.root.with_name(f"{home.root.name}.{what}-{secrets.token_hex(4)}")


def put_in_place(staged: Path, home: Home, lock: InstanceLock) -> Path | None:
    """Put a staged home where ``home`` is; returns where the old one is kept, None if it held nothing.

    The demo's own passwords, which lie in a file where others have the keyring, stay with the place.
    """
    with _on_disk(home.root.parent):
        if home.is_demo:
            for name in ("demo", home.vault_file.name):
                if (home.root / name).is_file():
                    shutil.copy2(home.root / name, staged / name)
        aside = beside(home, "before-restore")
        if sys.platform == "win32":
            lock.release()  # an open file would keep its folder from being moved
        home.root.rename(aside)
        staged.rename(home.root)
        kept = [path for path in aside.rglob("*") if path.is_file() and path.name != home.lock.name]
        if kept:
            return aside
        shutil.rmtree(aside, ignore_errors=True)
        return None


@contextmanager
def _on_disk(folder: Path) -> Iterator[None]:
    try:
        yield
    except FileExistsError:
        raise
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise DiskLow(free_mb=0, wanted_mb=200) from error
        raise HomeReadOnly(path=str(folder)) from error
