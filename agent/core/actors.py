"""Who did something: never a bare string."""

from __future__ import annotations

from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Actor:
    """A person or a machine: ``kind`` is person, schedule or automation; ``via`` is cli, window or panel."""

    kind: str
    id: str
    name: str
    via: str
    machine: str

    def as_json(self) -> dict[str, str]:
        """Return plain values for the store."""
        return asdict(self)
