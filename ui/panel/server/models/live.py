"""Bells: what has changed, never how."""

from __future__ import annotations

from ui.panel.server.models.base import Out


class Change(Out):
    """A bell: what has changed, never how. ``kind``: run, review, command, workstation, people, audit."""

    kind: str
    workstation: int | None = None
    run: str | None = None
    id: int | None = None


class Changes(Out):
    """The data of each ``change`` event on ``/api/events``; ``all`` says: look at everything again."""

    revision: int
    all: bool
    changes: list[Change]
