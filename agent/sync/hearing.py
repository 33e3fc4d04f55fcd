"""Hearing the panel: commands are waited for, looked at, and become rows like anybody's wish.

What comes is a verb and known ids. It is checked here by the rules of a click made here, counts once however
often it comes, and is refused when it comes too late.
"""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from agent.core.actors import Actor
from agent.core.failures import CommandLate, Failure, NotReady, UnknownAutomation, UnknownRun, WrongState
from agent.store import outbox
from agent.store.outbox import Enrolment
from agent.store.tables import ReviewRow, RunRow
from agent.sync import wire
from agent.sync.panel import Panel, pause_after, token_of
from agent.system.vault import Vault

_log = logging.getLogger(__name__)

_LOOK_SECONDS = 1.0
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,79}")
_REASON = "at the panel"
"""What is kept as the reason of “leave it out”: the panel sends no text of anybody's."""


class Hearing:
    """Does the hearing in the thread that calls :meth:`work`; :meth:`hang_up` ends it at once.

    ``known`` are the automations of this home; ``ring`` is called when a command has become a row.
    """

    def __init__(self, vault: Vault, known: Callable[[], set[str]], ring: Callable[[], None]) -> None:
        self._vault, self._known, self._ring = vault, known, ring
        self._panel: Panel | None = None
        self._token_name = ""

    def work(self, wake: threading.Event, stopping: threading.Event) -> None:
        """Hear what the panel wants until ``stopping`` is set."""
        vain = 0
        try:
            while not stopping.is_set():
                wake.clear()
                enrolment = outbox.enrolment()
                if enrolment is None:
                    self._close()
                    wake.wait(_LOOK_SECONDS)
                    continue
                try:
                    orders = self._open(enrolment).orders()
                except NotReady as failure:
                    _log.info("panel_not_heard why=%s", failure)
                    vain += 1
                    self._close()
                    stopping.wait(pause_after(vain))
                    continue
                vain = 0
                if not stopping.is_set():
                    self.take(enrolment, orders)
        finally:
            self._close()

    def take(self, enrolment: Enrolment, orders: wire.Orders) -> None:
        """Make rows of what came, once each, or refuse it; both is told by the outbox."""
        new = False
        for order in orders.orders:
            try:
                args = checked(order, enrolment.workstation, orders.now, self._known())
            except Failure as failure:
                _log.warning("command_of_panel_refused verb=%s why=%s", order.verb, failure)
                outbox.refuse(order.id, failure.as_json())
                continue
            actor = Actor("person", order.person, order.name, "panel", enrolment.url)
            new |= outbox.accept(order.id, order.verb, args, actor)
        if new:
            self._ring()

    def hang_up(self) -> None:
        """Let go of an answer that is waited for; from any thread."""
        if self._panel is not None:
            self._panel.hang_up()

    def _open(self, enrolment: Enrolment) -> Panel:
        if self._panel is None or self._token_name != enrolment.token_name:
            self._close()
            self._panel = Panel(enrolment.url, token_of(self._vault, enrolment.token_name))
            self._token_name = enrolment.token_name
        return self._panel

    def _close(self) -> None:
        if self._panel is not None:
            self._panel.close()
            self._panel = None


def checked(order: wire.Order, workstation: int, now: datetime, known: set[str]) -> Mapping[str, Any]:
    """Return a command's arguments. Raises CommandLate, UnknownAutomation, UnknownRun, WrongState.

    Only what a click could mean here passes: an automation of this home by its name (never a folder), a run
    by its whole id, a question with one of the answers that need nothing from this computer.
    """
    if order.workstation != workstation or now >= order.expires_at:
        raise CommandLate
    match order.verb:
        case "run":
            name = order.automation or ""
            if not _NAME.fullmatch(name) or name not in known:
                raise UnknownAutomation(name=name[:80], known="")
            return {"automation": name, "business_date": None, "options": {}}
        case "answer":
            return _answer(order)
        case _:
            run = order.run or ""
            if not RunRow.select().where(RunRow.id == run).exists():
                raise UnknownRun(run=run[:40])
            return {"run": run}


def _answer(order: wire.Order) -> Mapping[str, Any]:
    answer, item = order.answer or "", order.item or 0
    if answer not in wire.PANEL_ANSWERS:
        raise WrongState(what=f"answer {answer[:60]}", state="not the panel's", wanted="")
    if not ReviewRow.select().where(ReviewRow.id == item).exists():
        raise WrongState(what=f"item {item}", state="unknown", wanted="")
    beside: dict[str, Any] = {}
    if answer == "leave_out":
        beside = {"reason": _REASON}
    elif answer == "accept_repair":  # whether they were offered is looked at where it is carried out
        beside = {"candidates": list(order.candidates)}
    return {"item": item, "version": order.version or 1, "answer": answer, **beside}
