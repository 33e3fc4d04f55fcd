"""Sealing what must not be read from the panel's file: the second factors' secrets (AES-256-GCM).

The key is a file of its own, readable by its owner only: ``second-factors.key`` in the panel's folder, or
where ``panel.toml`` says (``[seal] key_file``). Whose secret it is stands in the seal, so that one person's
cannot be put in another's place. See docs/decisions/0018.
"""

from __future__ import annotations

import base64
import os
import stat
import sys
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ui.panel.server.config import PanelSettingsError

WAY_ON = (
    "Put it back; or, if it is lost, start once with --forget-second-factors: "
    "then everybody sets up the second factor anew"
)
_MARK = "sealed1."
_KEY_BYTES = 32
_NONCE_BYTES = 12
_key: list[AESGCM] = []


class SealBrokenError(Exception):
    """What was sealed does not open: another key, another person's, or changed."""


def use(file: Path, *, make: bool) -> None:
    """Use the key in a file; ``make`` one if there is none. Raises PanelSettingsError."""
    if make and not file.exists():
        _make(file)
    try:
        if sys.platform != "win32" and stat.S_IMODE(file.stat().st_mode) & 0o077:
            raise PanelSettingsError(f"{file} is a key: let only its owner read it (chmod 600)")
        content = base64.b64decode(file.read_bytes().strip(), validate=True)
    except FileNotFoundError as error:
        raise PanelSettingsError(
            f"{file}, the key that opens the second factors, is not there. {WAY_ON}"
        ) from error
    except (OSError, ValueError) as error:
        raise PanelSettingsError(f"{file}: {error}") from error
    if len(content) != _KEY_BYTES:
        raise PanelSettingsError(f"{file} is not a key of {_KEY_BYTES} bytes")
    _key[:] = [AESGCM(content)]


def _make(file: Path) -> None:
    """Write a new key, whole or not at all, readable by its owner from the first moment."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    new = file.with_name(f"{file.name}.new")
    new.unlink(missing_ok=True)
    with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as held:  # noqa: PTH123  # a mode
        held.write(base64.b64encode(os.urandom(_KEY_BYTES)) + b"\n")
        held.flush()
        os.fsync(held.fileno())
    new.replace(file)


def is_sealed(text: str) -> bool:
    """Tell whether this is a sealed secret."""
    return text.startswith(_MARK)


def seal(person: int, secret: str) -> str:
    """Return a person's secret, sealed."""
    nonce = os.urandom(_NONCE_BYTES)
    content = nonce + _key[0].encrypt(nonce, secret.encode(), _whose(person))
    return _MARK + base64.b64encode(content).decode()


def opened(person: int, sealed: str) -> str:
    """Return a person's secret. Raises SealBrokenError."""
    try:
        content = base64.b64decode(sealed.removeprefix(_MARK), validate=True)
        plain = _key[0].decrypt(content[:_NONCE_BYTES], content[_NONCE_BYTES:], _whose(person))
    except (InvalidTag, ValueError) as error:
        raise SealBrokenError(str(person)) from error
    return plain.decode()


def _whose(person: int) -> bytes:
    return f"second factor of {person}".encode()
