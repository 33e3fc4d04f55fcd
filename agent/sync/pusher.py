"""Telling the panel: what is in the outbox goes there in batches, however long the panel was out of reach.

What happened goes at once, mere progress of a run at most once a second. The panel says how far it is, and
only that is removed; a batch whose answer was lost is sent again and counts once.
"""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from agent.core.failures import NotReady, PanelRefused
from agent.store import outbox
from agent.store.outbox import Enrolment, Waiting
from agent.store.tables import OutboxRow
from agent.sync import wire
from agent.sync.panel import Panel, pause_after, token_of
from agent.sync.telling import Foretell, Telling
from agent.system.settings import PanelSettings
from agent.system.vault import Vault

_log = logging.getLogger(__name__)

MOST_ROWS = 200
HEARTBEAT_SECONDS = 30.0
"""So often the panel hears that the workstation is there; after three times that it calls it silent."""

_PROGRESS_SECONDS = 1.0
_LOOK_SECONDS = 1.0  # how long an unheard bell may go unnoticed
_AGENDA_SECONDS = 60.0


@dataclass(frozen=True)
class Shot:
    """A masked picture: of which run and task, taken when, and its bytes."""

    run: str
    task: str | None
    at: datetime
    content: bytes


@dataclass(frozen=True)
class Sources:
    """What only the host can say: forecasts, agenda, the audit's head, a picture, opened; sites' titles."""

    foretell: Foretell
    agenda: Callable[[], wire.Agenda]
    audit_head: Callable[[], wire.AuditHead | None]
    picture: Callable[[str], Shot | None]
    titles: Mapping[str, str] = field(default_factory=dict)


@dataclass
class _Line:
    """An open line to the panel, and what was said over it."""

    panel: Panel
    token_name: str
    agenda: wire.Agenda | None = None
    agenda_at: float = 0.0
    told_at: float = 0.0
    progress_at: dict[str, float] = field(default_factory=dict)


class Pusher:
    """Does the telling in the thread that calls :meth:`work`; ends soon after ``stopping`` is set."""

    def __init__(self, settings: PanelSettings, about: wire.About, vault: Vault, sources: Sources) -> None:
        self._settings, self._about, self._vault, self._sources = settings, about, vault, sources
        self._telling = Telling(
            sources.foretell, sources.titles, site_words=settings.site_words, pictures=settings.pictures
        )
        self._line: _Line | None = None
        self._vain = 0

    def work(self, wake: threading.Event, stopping: threading.Event) -> None:
        """Tell what there is to tell until ``stopping`` is set; ``wake`` is set when something may be new."""
        try:
            while not stopping.is_set():
                wake.clear()
                enrolment = outbox.enrolment()
                if enrolment is None:
                    self._hang_up()
                    wake.wait(_LOOK_SECONDS)
                    continue
                try:
                    more = self._push(enrolment)
                except NotReady as failure:
                    self._note_vain(enrolment, failure)
                    stopping.wait(pause_after(self._vain))
                    continue
                if not more:
                    self._rest(wake, stopping)
        finally:
            self._hang_up()

    def _rest(self, wake: threading.Event, stopping: threading.Event) -> None:
        """Wait until something is to be told; for mere progress until a second has passed."""
        line = self._line
        assert line is not None
        wake.wait(_LOOK_SECONDS)
        while not stopping.is_set() and not outbox.has_lines():
            left = line.told_at + _PROGRESS_SECONDS - time.monotonic()
            if left <= 0:
                return
            wake.clear()
            wake.wait(left)

    # ── one batch ─────────────────────────────────────────────────────────────────────────────────────────
    def _push(self, enrolment: Enrolment) -> bool:
        """Send what waits, if anything does; returns whether more waits. Raises NotReady."""
        line = self._open(enrolment)
        waiting = outbox.take(MOST_ROWS)
        if waiting is None:
            return False
        now = time.monotonic()
        agenda = self._agenda(line, now)
        if not waiting.rows and agenda is None and now - line.told_at < HEARTBEAT_SECONDS:
            return False
        held_back = {run for run, at in line.progress_at.items() if now - at < _PROGRESS_SECONDS} & {
            row.subject for row in waiting.rows if row.kind == "run" and row.code is None
        }
        batch = self._batch(waiting, held_back, agenda)
        if self._settings.pictures:
            self._show(line, waiting.rows, batch.reviews)
        taken = line.panel.tell(batch)
        if held_back:
            outbox.note_later(held_back)
        outbox.note_through(taken.through)
        self._note_told(line, enrolment, batch, now)
        if taken.change_token:
            self._change_token(line)
        return len(waiting.rows) == MOST_ROWS or taken.through != waiting.through

    def _batch(self, waiting: Waiting, held_back: set[str], agenda: wire.Agenda | None) -> wire.Batch:
        return wire.Batch(
            version=wire.VERSION,
            stream=outbox.stream(),
            after=waiting.after,
            through=waiting.through,
            about=self._about,
            agenda=agenda,
            audit=self._sources.audit_head(),
            **self._telling.told(waiting, not_now=held_back),
        )

    def _agenda(self, line: _Line, now: float) -> wire.Agenda | None:
        """Return the agenda if it is to be told: it is new to this line, or has changed.

        Not with the first words: looking at every automation takes its time.
        """
        if not line.told_at:
            return None
        if line.agenda is not None and now - line.agenda_at < _AGENDA_SECONDS:
            return None
        line.agenda_at = now
        agenda = self._sources.agenda()
        return None if agenda == line.agenda else agenda

    def _show(self, line: _Line, rows: Sequence[OutboxRow], reviews: Sequence[wire.ReviewTold]) -> None:
        """Show the pictures of what waits, before it is told; one that the panel does not take is left."""
        for row in rows:
            if row.kind == "picture":
                self._show_one(line, row.subject, "failure")
        for item in reviews:
            if item.answer is None and item.repair is not None and item.repair.before is not None:
                self._show_one(line, item.repair.before, "before")

    def _show_one(self, line: _Line, ident: str, kind: Literal["failure", "before"]) -> None:
        shot = self._sources.picture(ident)
        if shot is None:
            return
        told = wire.PictureTold(shot.run, shot.task, self._settings.pictures_days, shot.at, kind)
        try:
            line.panel.picture(ident, told, shot.content)
        except PanelRefused as failure:
            _log.warning("picture_not_taken why=%s", failure)

    def _note_told(self, line: _Line, enrolment: Enrolment, batch: wire.Batch, now: float) -> None:
        line.told_at = now
        line.agenda = batch.agenda or line.agenda
        line.progress_at = {run: at for run, at in line.progress_at.items() if now - at < _PROGRESS_SECONDS}
        line.progress_at |= {run.run: now for run in batch.runs}
        if self._vain or enrolment.problem is not None or enrolment.heard_at is None:
            outbox.note_panel(None)
        self._vain = 0

    def _note_vain(self, enrolment: Enrolment, failure: NotReady) -> None:
        self._vain += 1
        self._hang_up()
        if enrolment.problem != failure.as_json():
            _log.warning("panel_not_told why=%s", failure)
            outbox.note_panel(failure.as_json())

    # ── the line ──────────────────────────────────────────────────────────────────────────────────────────
    def _open(self, enrolment: Enrolment) -> _Line:
        if self._line is None or self._line.token_name != enrolment.token_name:
            self._hang_up()
            token = token_of(self._vault, enrolment.token_name)
            self._line = _Line(Panel(enrolment.url, token), enrolment.token_name)
        return self._line

    def _hang_up(self) -> None:
        if self._line is not None:
            self._line.panel.close()
            self._line = None

    def _change_token(self, line: _Line) -> None:
        """Take another token: into the vault first, then named by the row; the old one is forgotten last."""
        name = new_token_name()
        self._vault.set(name, line.panel.next_token())
        outbox.change_token(name)
        self._vault.delete(line.token_name)


def new_token_name() -> str:
    """Return a fresh name for a token in the vault."""
    return f"panel-token-{secrets.token_hex(4)}"
