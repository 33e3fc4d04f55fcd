"""Sealing: AES-256-GCM with the row's id as associated data, keys wrapped by the home's master key.

A sealed value is one version byte, a nonce of twelve bytes, then the ciphertext with its tag (NIST SP
800-38D). Nonces are random, so one key may seal 2^32 values; a run's key seals some thousands. Moving a
sealed value to another row, cutting it or changing a bit makes it unreadable. Source: DESIGN.md, section 8.
cryptography is imported when the first value is sealed.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from typing import TYPE_CHECKING

from agent.core.failures import KeyLost, VaultRefused
from agent.system.vault import Vault

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

_VERSION = b"\x01"
_NONCE_BYTES = 12
_KEY_BYTES = 32
_MASTER = "master-key"


class SealBroken(Exception):
    """A sealed value does not open: another key, another row, or changed bytes. It says nothing more."""


class Key:
    """Thirty-two secret bytes that do not show themselves in a trace or a log."""

    __slots__ = ("raw",)

    def __init__(self, raw: bytes) -> None:
        if len(raw) != _KEY_BYTES:
            raise ValueError(f"a key has {_KEY_BYTES} bytes, not {len(raw)}")
        self.raw = raw

    @staticmethod
    def from_text(text: str) -> Key:
        """Read what to_text() wrote; raises ValueError for anything else."""
        try:
            return Key(base64.b64decode(text, validate=True))
        except ValueError as error:  # binascii.Error is one
            raise ValueError("not the text of a key") from error

    def to_text(self) -> str:
        """Return the key as base64, for the vault and the worker's pipe; never for a log."""
        return base64.b64encode(self.raw).decode("ascii")

    def __repr__(self) -> str:
        return "Key(▇▇▇)"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Key) and hmac.compare_digest(self.raw, other.raw)

    def __hash__(self) -> int:
        return hash(self.raw)


def new_key() -> Key:
    """Return a new random key."""
    return Key(secrets.token_bytes(_KEY_BYTES))


def seal(key: Key, plain: bytes, bound_to: str) -> bytes:
    """Encrypt ``plain`` so that it opens only with ``key`` and for the same ``bound_to`` (a row's id)."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415

    nonce = secrets.token_bytes(_NONCE_BYTES)
    return _VERSION + nonce + AESGCM(key.raw).encrypt(nonce, plain, _VERSION + bound_to.encode())


def unseal(key: Key, sealed: bytes, bound_to: str) -> bytes:
    """Return what was sealed. Raises SealBroken if anything differs: key, ``bound_to`` or any bit."""
    from cryptography.exceptions import InvalidTag  # noqa: PLC0415
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415

    nonce, rest = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
    if sealed[:1] != _VERSION or len(rest) < 16:
        raise SealBroken("not a sealed value of a version known here")
    try:
        return AESGCM(key.raw).decrypt(nonce, rest, _VERSION + bound_to.encode())
    except InvalidTag as error:
        raise SealBroken("wrong key, wrong row or changed bytes") from error


def wrap(master: Key, key: Key, bound_to: str) -> bytes:
    """Seal a key under another; deleting the result shreds all that ``key`` sealed."""
    return seal(master, key.raw, f"key {bound_to}")


def unwrap(master: Key, wrapped: bytes, bound_to: str) -> Key:
    """Return the key that wrap() sealed. Raises SealBroken."""
    return Key(unseal(master, wrapped, f"key {bound_to}"))


def derive(master: Key, purpose: str) -> Key:
    """Return a key for one purpose, always the same; ``master`` stays hidden (HKDF-SHA256, RFC 5869)."""
    from cryptography.hazmat.primitives import hashes  # noqa: PLC0415
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF  # noqa: PLC0415

    return Key(HKDF(hashes.SHA256(), _KEY_BYTES, salt=None, info=purpose.encode()).derive(master.raw))


def key_of_text(text: str, purpose: str) -> Key:
    """Return the key that is made of a text which nobody can guess (a recovery code: 138 random bits)."""
    from cryptography.hazmat.primitives import hashes  # noqa: PLC0415
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF  # noqa: PLC0415

    return Key(HKDF(hashes.SHA256(), _KEY_BYTES, salt=None, info=purpose.encode()).derive(text.encode()))


def keyed_hash(key: Key, text: str) -> str:
    """Return the HMAC-SHA256 of ``text`` as 64 hex digits: finds equal values without telling them."""
    return hmac.new(key.raw, text.encode(), hashlib.sha256).hexdigest()


def master_key(vault: Vault, *, make: bool = False) -> Key:
    """Return the home's master key; with ``make``, make and store it at the first start, under the lock.

    Raises what the vault raises; KeyLost when there is none; VaultRefused if the vault does not keep what it
    is given; SealBroken if what it holds is not a key (never replaced: everything sealed would be lost).
    """
    text = vault.get(_MASTER)
    if text is None:
        if not make:
            raise KeyLost
        key = new_key()
        vault.set(_MASTER, key.to_text())
        if vault.get(_MASTER) != key.to_text():
            raise VaultRefused(backend=type(vault).__name__)
        return key
    try:
        return Key.from_text(text)
    except ValueError as error:
        raise SealBroken("the vault holds a damaged master key") from error


def put_master_key(vault: Vault, key: Key) -> str | None:
    """Make a key the home's master key in this vault; returns the name under which another one is kept now.

    Raises what the vault raises, VaultRefused if it does not keep what it is given.
    """
    held, aside = vault.get(_MASTER), None
    if held is not None and held != key.to_text():
        aside = f"{_MASTER}-before-{hashlib.sha256(held.encode()).hexdigest()[:8]}"
        vault.set(aside, held)
    vault.set(_MASTER, key.to_text())
    if vault.get(_MASTER) != key.to_text():
        raise VaultRefused(backend=type(vault).__name__)
    return aside


def sign(signer: Key, content: bytes) -> bytes:
    """Return the Ed25519 signature (RFC 8032) of ``content``; the key's bytes are the private key's seed."""
    return _private(signer).sign(content)


def public_key(signer: Key) -> bytes:
    """Return the thirty-two bytes by which everybody can check what :func:`sign` signed."""
    return _private(signer).public_key().public_bytes_raw()


def is_signed(public: bytes, content: bytes, signature: bytes) -> bool:
    """Tell whether ``content`` was signed with the private key that belongs to ``public``."""
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: PLC0415

    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, content)
    except (InvalidSignature, ValueError):  # ValueError: not the bytes of a key
        return False
    return True


def _private(signer: Key) -> Ed25519PrivateKey:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey as Private  # noqa: PLC0415

    return Private.from_private_bytes(signer.raw)
