"""One-time codes by the clock (TOTP, RFC 6238): the seed as a site hands it out, and the codes made of it."""

from __future__ import annotations

import binascii
from dataclasses import dataclass
from hashlib import sha1, sha256, sha512
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import parse_qs, quote, urlsplit

import pyotp

from agent.core.failures import BrokenSeed

if TYPE_CHECKING:
    from agent.system.vault import Vault

_DIGESTS = {"SHA1": sha1, "SHA256": sha256, "SHA512": sha512}


@dataclass(frozen=True)
class Code:
    """One code: its digits, the number of its time step, and how many seconds it is still good for."""

    digits: str
    step: int
    seconds_left: float


class Seed:
    """What codes are made of; it does not show itself."""

    def __init__(self, text: str) -> None:
        self._totp = _read(text)

    @property
    def secret(self) -> str:
        """The seed's own letters, to be struck out wherever they would turn up."""
        return str(self._totp.secret)

    def code(self, moment: float) -> Code:
        """Return the code of a moment (seconds since 1970 UTC)."""
        interval = self._totp.interval
        return Code(self._totp.at(int(moment)), int(moment // interval), interval - moment % interval)

    def __repr__(self) -> str:
        return "Seed(▇▇▇)"


class Seeds:
    """Seeds by office, site and account, in the vault. Every call raises what the vault raises."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def get(self, office: str, site: str, account: str) -> str | None:
        """Return the seed as it was stored, or None."""
        return self._vault.get(_name(office, site, account))

    def set(self, office: str, site: str, account: str, text: str) -> None:
        """Store a seed; raises BrokenSeed for what is none."""
        Seed(text)
        self._vault.set(_name(office, site, account), text.strip())

    def delete(self, office: str, site: str, account: str) -> None:
        """Forget a seed."""
        self._vault.delete(_name(office, site, account))


class _Totp(pyotp.TOTP):
    """The site chose its seed's length, not we: many hand out 80 bits."""

    min_secret_length_bits: ClassVar[int] = 64


def _read(text: str) -> _Totp:
    """Read a seed: its letters as sites show them, or the otpauth:// address that is in their picture."""
    told = text.strip()
    options: dict[str, str] = {"secret": told}
    if "://" in told:
        parts = urlsplit(told)
        if (parts.scheme, parts.netloc.lower()) != ("otpauth", "totp"):
            raise BrokenSeed from None
        options = {name: values[0] for name, values in parse_qs(parts.query).items()}
    try:
        letters = "".join(options["secret"].split()).replace("-", "").rstrip("=").upper()
        seed = _Totp(
            letters,
            digits=int(options.get("digits", "6")),
            digest=_DIGESTS[options.get("algorithm", "SHA1").upper()],
            interval=int(options.get("period", "30")),
        )
        seed.at(0)
    except (KeyError, ValueError, binascii.Error):
        raise BrokenSeed from None  # what was typed is a secret, and stands in the error
    return seed


def _name(office: str, site: str, account: str) -> str:
    return "/".join(("one-time", *(quote(part, safe="") for part in (office, site, account))))
