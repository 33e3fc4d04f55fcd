"""What an upload task is told: its duty, and the wishes of the person who started the run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from threading import Event
from typing import Any

from agent.worker.parents import Link


class Cancelled(Exception):
    """A person asked to stop after the current record."""


@dataclass
class Wishes:
    """What the person who started the run asked for, and what they have answered since."""

    rehearse: bool
    limit: int | None
    accepted_by: Mapping[str, Mapping[str, Any]]  # what they agreed to, and who did
    cancelled: Event


@dataclass(frozen=True)
class Duty:
    """What is to be delivered, beside the records: in which epoch of the home, copies or not, after whom."""

    epoch: int
    repeats: bool = False
    link: Link | None = None
