"""Passwords and keys: the operating system's keyring, and nothing that keeps plain text beside it.

Only keyrings that are known to encrypt are taken (a list, not a guess); everything else is refused by name.
The demo alone keeps its public passwords in a file of its own (mode 0600), and that file is refused anywhere
else. keyring and what lies below it are imported when the first secret is asked for.
"""

from __future__ import annotations

import json
import os
import stat
import sys
import tempfile
import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar
from urllib.parse import quote

from agent.core.failures import HomeReadOnly, PasswordMissing, VaultLocked, VaultMissing, VaultRefused
from agent.system.paths import Home

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

ResultT = TypeVar("ResultT")

_ENCRYPTING = (
    "keyring.backends.SecretService.",
    "keyring.backends.kwallet.",
    "keyring.backends.libsecret.",
    "keyring.backends.macOS.",
    "keyring.backends.Windows.",
)
_NONE = "keyring.backends.fail."
_PROMPT_SECONDS = 20.0  # a keyring that asks a person and gets no answer counts as locked


class Vault(Protocol):
    """Named secrets."""

    def get(self, name: str) -> str | None:
        """Return the secret, or None if there is none of that name."""

    def set(self, name: str, secret: str) -> None:
        """Store or replace the secret."""

    def delete(self, name: str) -> None:
        """Remove the secret; does nothing if there is none."""


class KeyringVault:
    """The operating system's keyring. Every call may raise VaultLocked, VaultMissing or VaultRefused."""

    def __init__(self, service: str, backend: KeyringBackend | None = None) -> None:
        self._service = service
        self._given = backend

    def get(self, name: str) -> str | None:
        """Return the secret, or None if there is none of that name."""
        backend = self._backend()
        return _translated(backend, lambda: backend.get_password(self._service, name))

    def set(self, name: str, secret: str) -> None:
        """Store or replace the secret."""
        backend = self._backend()
        _translated(backend, lambda: backend.set_password(self._service, name, secret))

    def delete(self, name: str) -> None:
        """Remove the secret; does nothing if there is none."""
        backend = self._backend()
        if self.get(name) is not None:
            _translated(backend, lambda: backend.delete_password(self._service, name))

    def _backend(self) -> KeyringBackend:
        backend = _trusted(self._given or _found())
        _refuse_locked(backend)
        return backend


class FileVault:
    """The demo's file. Raises VaultRefused outside a demo home and for a file that others can read."""

    def __init__(self, path: Path) -> None:
        if not (path.parent / "demo").is_file():
            raise VaultRefused(backend="file")
        self._path = path
        self._guard = threading.Lock()

    def get(self, name: str) -> str | None:
        """Return the secret, or None if there is none of that name."""
        return self._read().get(name)

    def set(self, name: str, secret: str) -> None:
        """Store or replace the secret."""
        with self._guard:
            self._write(self._read() | {name: secret})

    def delete(self, name: str) -> None:
        """Remove the secret; does nothing if there is none."""
        with self._guard:
            held = self._read()
            if held.pop(name, None) is not None:
                self._write(held)

    def _read(self) -> dict[str, str]:
        try:
            descriptor = os.open(self._path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise VaultRefused(backend="file") from error
        with os.fdopen(descriptor, encoding="utf-8") as file:
            if sys.platform != "win32" and stat.S_IMODE(os.fstat(descriptor).st_mode) & 0o077:
                raise VaultRefused(backend="file")
            try:
                held = json.load(file)
            except ValueError as error:
                raise VaultRefused(backend="file") from error
        if not isinstance(held, dict):
            raise VaultRefused(backend="file")
        return {str(name): str(secret) for name, secret in held.items()}

    def _write(self, held: dict[str, str]) -> None:
        try:
            with tempfile.NamedTemporaryFile(  # made with mode 0600
                "w", dir=self._path.parent, prefix=".vault-", delete=False, encoding="utf-8"
            ) as file:
                json.dump(held, file)
                file.flush()
                os.fsync(file.fileno())
            Path(file.name).replace(self._path)
        except OSError as error:
            raise HomeReadOnly(path=str(self._path)) from error


class MemoryVault:
    """The fake: forgets everything with its process."""

    def __init__(self) -> None:
        self._held: dict[str, str] = {}

    def get(self, name: str) -> str | None:
        """Return the secret, or None if there is none of that name."""
        return self._held.get(name)

    def set(self, name: str, secret: str) -> None:
        """Store or replace the secret."""
        self._held[name] = secret

    def delete(self, name: str) -> None:
        """Remove the secret; does nothing if there is none."""
        self._held.pop(name, None)


def open_vault(home: Home) -> Vault:
    """Return the home's vault: the demo's file, or the keyring under ``predawn:`` and the home's ident."""
    return FileVault(home.vault_file) if home.is_demo else KeyringVault(f"predawn:{home.ident}")


@dataclass(frozen=True)
class Password:
    """A password and how often it was set; its value does not show itself."""

    value: str = field(repr=False)
    version: int


class Passwords:
    """Passwords by office, site and account; the version only grows: sign-in tries are counted by it."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def get(self, office: str, site: str, account: str) -> Password:
        """Return the password. Raises PasswordMissing(site, account) or what the vault raises."""
        value, version = self._held(office, site, account)
        if value is None:
            raise PasswordMissing(site=site, account=account)
        return Password(value, version)

    def set(self, office: str, site: str, account: str, value: str) -> int:
        """Store a new password and return its version, 1 for the first."""
        version = self._held(office, site, account)[1] + 1
        held = json.dumps({"version": version, "password": value})
        self._vault.set(password_name(office, site, account), held)
        return version

    def delete(self, office: str, site: str, account: str) -> None:
        """Forget the password; its version stays, so that the next one is a new one."""
        version = self._held(office, site, account)[1]
        if version:
            held = json.dumps({"version": version, "password": None})
            self._vault.set(password_name(office, site, account), held)

    def _held(self, office: str, site: str, account: str) -> tuple[str | None, int]:
        text = self._vault.get(password_name(office, site, account))
        if text is None:
            return None, 0
        try:
            held = json.loads(text)
            value, version = held["password"], int(held["version"])
        except (ValueError, KeyError, TypeError):
            return None, 0  # written by hand into the keyring: as good as missing; set() writes it anew
        return value if isinstance(value, str) else None, version


def password_name(office: str, site: str, account: str) -> str:
    """Return the vault's name for one account's password; slashes in the parts cannot confuse two names."""
    return "/".join(("password", *(quote(part, safe="") for part in (office, site, account))))


def _found() -> KeyringBackend:
    """Return the keyring of this session; raises VaultRefused if a chosen one cannot be loaded."""
    import keyring  # noqa: PLC0415 (0.2 s)
    from keyring.backend import KeyringBackend as Backend  # noqa: PLC0415

    chosen = os.environ.get("PYTHON_KEYRING_BACKEND")
    try:
        found = keyring.get_keyring()
    except (ImportError, AttributeError, ValueError, TypeError, RuntimeError) as error:
        raise VaultRefused(backend=chosen or "keyringrc.cfg") from error
    if chosen is None and _name(type(found)).startswith(_NONE):
        # keyring remembers its first look, which may have been before the user's session was there.
        for kind in Backend.get_viable_backends():
            if _name(kind).startswith(_ENCRYPTING):
                return kind()
    return found


def _trusted(backend: KeyringBackend) -> KeyringBackend:
    """Return the backend if it encrypts, the first such one of a chain; raises VaultMissing, VaultRefused."""
    name = _name(type(backend))
    if name.startswith(_ENCRYPTING):
        return backend
    if name.startswith(_NONE):
        raise VaultMissing(backend=name)
    if name.startswith("keyring.backends.chainer."):
        chain: list[KeyringBackend] = list(getattr(backend, "backends", ()))
        for link in chain:
            if _name(type(link)).startswith(_ENCRYPTING):
                return link
        if not chain:
            raise VaultMissing(backend=name)
        name = _name(type(chain[0]))
    raise VaultRefused(backend=name)


def _name(kind: type) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"


def _refuse_locked(backend: KeyringBackend) -> None:
    """Raise VaultLocked if the Secret Service is locked: asking it would put up a prompt nobody sees."""
    if not _name(type(backend)).startswith("keyring.backends.SecretService."):
        return
    import secretstorage  # noqa: PLC0415 (what keyring itself uses here)

    try:
        with closing(secretstorage.dbus_init()) as bus:
            locked = secretstorage.Collection(bus).is_locked()
    except secretstorage.exceptions.ItemNotFoundException:
        return  # no collection yet: the first set() makes it
    except (secretstorage.exceptions.SecretStorageException, OSError) as error:
        raise VaultMissing(backend=_name(type(backend))) from error
    if locked:
        raise VaultLocked()


def _translated(backend: KeyringBackend, call: Callable[[], ResultT]) -> ResultT:
    """Make one keyring call, bounded in time, and say its errors in our words."""
    from keyring import errors  # noqa: PLC0415

    try:
        return _bounded(call)
    except errors.KeyringLocked as error:
        raise VaultLocked() from error
    except TimeoutError as error:
        raise VaultLocked() from error
    except (errors.KeyringError, errors.InitError, OSError) as error:
        raise VaultMissing(backend=_name(type(backend))) from error


def _bounded(call: Callable[[], ResultT]) -> ResultT:
    """Run ``call`` in a thread for at most 20 s; raises TimeoutError and leaves the thread to its prompt."""
    results: list[ResultT] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            results.append(call())
        except BaseException as error:  # noqa: BLE001 (carried over to the caller's thread)
            errors.append(error)

    thread = threading.Thread(target=run, name="keyring", daemon=True)
    thread.start()
    thread.join(_PROMPT_SECONDS)
    if errors:
        raise errors[0]
    if not results:
        raise TimeoutError("the keyring did not answer")
    return results[0]
