"""Lost elements: what is remembered of one, who may heal it, and when a likeness is good enough.

A *trace* is what an element looked like: of the last success, or of a candidate on today's page. It holds
words of labels, never values of fields or personal data. How alike two are: :mod:`agent.core.likeness`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

READ, FILL, COMMIT = "read", "fill", "commit"
"""The kinds of elements, as books write them (:class:`agent.browser.elements.ElementKind`)."""

PERSON = "person"
"""The kind of actor who alone may repair a commit element."""

SHOWN, LEAST = 5, 0.4
"""So many candidates are put before a person, none below this likeness."""


class Policy(StrEnum):
    """What an automation lets the engine do about a lost element by itself."""

    ASK = "ask"
    READS = "reads"
    FILLS = "reads and fills"


class Proof(StrEnum):
    """Of what an automation keeps pictures: of failures in any case."""

    FAILURES = "failures"
    CONFIRMATIONS = "confirmations"
    EVERY_STEP = "every step"


@dataclass(frozen=True)
class Trace:
    """What an element looks like. ``box`` is its place on its page in pixels, ``order`` among its sort."""

    sort: str  # field, control, block
    tag: str
    type: str = ""
    role: str = ""
    name: str = ""  # what assistive technology calls it
    label: str = ""
    text: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)
    before: str = ""  # label-like words beside it, in reading order
    after: str = ""
    row: str = ""  # the head of its row, and of its column
    column: str = ""
    shape: str = ""  # of a block whose words are data: 9 for a number, a for a word
    group: str = ""  # the heading or legend above it
    path: Sequence[str] = ()  # its ancestors' tags and ids, nearest first
    where: str = ""  # a selector that leads to it alone
    form: str = ""  # name, id or address of its form
    sends: bool = False  # a click would send a form by POST
    frame: Sequence[str] = ()  # names of the frames around it, outermost first
    page: str = ""  # its page's address without host and query
    box: Sequence[float] = (0, 0, 0, 0)
    order: int = 0
    among: int = 1

    @staticmethod
    def from_json(value: Mapping[str, Any]) -> Trace:
        """Rebuild a trace from plain values; names that this version does not know are left out."""
        return Trace(**{name: value[name] for name in Trace.__dataclass_fields__ if name in value})

    def as_json(self) -> dict[str, Any]:
        """Return plain values."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


@dataclass(frozen=True)
class Ranked:
    """A candidate: its place in the list that was given, and its likeness from 0 to 1."""

    index: int
    score: float


def may_heal(kind: str, policy: Policy, *, sends: bool) -> bool:
    """Tell whether the engine may use a candidate by itself. For a commit there is no such policy.

    What might send something (``sends``) is left to a person whatever the book calls it.
    """
    if sends:
        return False
    allowed = {Policy.READS: {READ}, Policy.FILLS: {READ, FILL}}
    return kind in allowed.get(policy, set())


def entry_hash(entry: Mapping[str, Any]) -> str:
    """Return what a repair is bound to: 16 hex digits over a book's entry as it is written there."""
    plain = json.dumps(entry, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(plain.encode()).hexdigest()[:16]
