"""A folder's fingerprint: whether code is still the code that a run was planned with."""

from __future__ import annotations

import hashlib
from pathlib import Path

# What a worker runs: a change of a face or of the host is no change of what is done to records.
_WORKERS_ROOMS = ("core", "system", "store", "reports", "browser", "sdk", "worker")


def agent_fingerprint() -> str:
    """Return the fingerprint of the agent's own code, as far as a worker runs it."""
    agent = Path(__file__).resolve().parents[1]
    return hashlib.sha256("".join(fingerprint(agent / room) for room in _WORKERS_ROOMS).encode()).hexdigest()[
        :16
    ]


def text_fingerprint(file: Path) -> str | None:
    """Return 16 hex digits over a file's bytes; None when there is none to read."""
    try:
        return hashlib.sha256(file.read_bytes()).hexdigest()[:16]
    except OSError:
        return None


def fingerprint(folder: Path) -> str:
    """Return 16 hex digits over the names and bytes of a folder's source files (.py, .toml, .js)."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.suffix in {".py", ".toml", ".js"} and path.is_file():
            digest.update(path.relative_to(folder).as_posix().encode() + b"\0")
            digest.update(path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]
