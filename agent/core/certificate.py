"""What a delivery certificate is, byte for byte, and what makes one believable. Pure rules.

The signed file is JSON: the facts, the public key, and the signature over the facts' canonical bytes. The
file's own bytes are fixed as well, so that not even a space can be added unnoticed.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from agent.core.states import RecordState
from agent.core.totals import COUNT, Totals

Values = Mapping[str, Any]

VERSION = 1
_PURPOSE = b"predawn delivery certificate\n"  # what this key signs is never taken for anything else
_PLACES = ("source", "left_out", "processed", "delivered", "target", "skipped")
_WHERE_ANY = ("corrected",)


def signed_bytes(facts: Values) -> bytes:
    """Return what is signed: the facts as canonical JSON (sorted names, no spaces, UTF-8)."""
    return (
        _PURPOSE
        + json.dumps(
            facts, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
        ).encode()
    )


def document(facts: Values, public: bytes, signature: bytes) -> bytes:
    """Return the bytes of the certificate's file."""
    return _rendered(
        {
            "certificate": facts,
            "key": {"algorithm": "Ed25519", "public": public.hex(), "fingerprint": fingerprint(public)},
            "signature": signature.hex(),
        }
    )


def fingerprint(public: bytes) -> str:
    """Return by what people compare a key: 32 hex digits of its SHA-256, in groups of four."""
    digits = hashlib.sha256(public).hexdigest()[:32]
    return " ".join(digits[place : place + 4] for place in range(0, 32, 4))


def _rendered(value: Values) -> bytes:
    return (json.dumps(value, ensure_ascii=False, sort_keys=True, indent=1, allow_nan=False) + "\n").encode()


@dataclass(frozen=True)
class Problem:
    """One reason not to believe a certificate: a code with parameters."""

    code: str
    params: Values


@dataclass(frozen=True)
class Examined:
    """What was found: the facts (None where the file is no certificate), its key, and all problems."""

    facts: Values | None
    public: bytes
    problems: tuple[Problem, ...]


def examine(content: bytes, is_signed: Callable[[bytes, bytes, bytes], bool]) -> Examined:
    """Check a certificate's bytes, signature and figures; ``is_signed(public, content, signature)``."""
    try:
        value = json.loads(content.decode())
        facts, key, signature = value["certificate"], value["key"], bytes.fromhex(value["signature"])
        public = bytes.fromhex(key["public"])
        as_issued = content == document(facts, public, signature)
        message = signed_bytes(facts)
        version = facts["predawn_certificate"]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return Examined(None, b"", (Problem("certificate_unreadable", {}),))
    problems = []
    if not as_issued:
        problems.append(Problem("certificate_altered", {}))
    if not is_signed(public, message, signature):
        problems.append(Problem("certificate_signature", {}))
    if problems:
        return Examined(facts, public, tuple(problems))  # nothing in it is worth a further look
    if version != VERSION:
        return Examined(facts, public, (Problem("certificate_version", {"version": version}),))
    return Examined(facts, public, tuple(figure_problems(facts)))


def figure_problems(facts: Values) -> list[Problem]:
    """Return which totals do not agree: each identity again, and each figure against the records below it."""
    problems = []
    try:
        for task, figures in facts["totals"].items():
            records = [record for record in facts["records"] if record["task"] == task]
            for name, figure in figures.items():
                for wrong in disagreements(name, figure) + _recounted(name, figure, records):
                    problems.append(Problem("certificate_unequal", {"what": name, "wrong": wrong}))  # noqa: PERF401
    except (KeyError, TypeError, AttributeError, InvalidOperation) as error:
        problems.append(Problem("certificate_unequal", {"what": type(error).__name__, "wrong": "…"}))
    return problems


def disagreements(name: str, figure: Values) -> list[str]:
    """Return which identities of DESIGN.md, 6 do not hold for a figure, with what the source states."""
    known = {place: figure[place] for place in _WHERE_ANY if place in figure}
    total = Totals.from_json(name, {**{place: figure.get(place) for place in _PLACES}, **known})
    stated = figure.get("stated") or []
    wrong = total.disagreements()
    if stated and None not in stated and sum(map(Decimal, stated), Decimal(0)) != total.source:
        wrong.append("stated ≠ source")
    return wrong


def _recounted(name: str, figure: Values, records: list[Values]) -> list[str]:
    sums: defaultdict[str, Decimal] = defaultdict(Decimal)
    for record in records:
        amount = record["rows"] if name == COUNT else record["totals"].get(name)
        if amount is None:
            return []  # a personal amount that this certificate does not show
        sums["processed"] += Decimal(amount)
        if record["state"] == RecordState.VERIFIED:
            sums["delivered"] += Decimal(amount)
        if record["state"] == RecordState.SKIPPED:
            sums["skipped"] += Decimal(amount)
    return [
        f"{place} ≠ records"
        for place in ("processed", "delivered", "skipped")
        if Decimal(figure[place]) != sums[place]
    ]
