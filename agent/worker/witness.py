"""What a worker keeps of the pages it works on: proof of failures and steps, and how elements look."""

from __future__ import annotations

import json
import logging
import socket
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from agent.browser.capture import Picture, circumstances, screenshot
from agent.browser.elements import Book
from agent.browser.locators import Way
from agent.browser.repairing import propose
from agent.browser.sightings import Sightings
from agent.core.actors import Actor
from agent.core.failures import ElementAmbiguous, ElementMissing, Failure, FillDiffers, PageCrashed
from agent.core.repair import Policy, Proof, Trace, may_heal
from agent.store import elements, evidence
from agent.store.elements import Seen
from agent.store.fields import utc_now
from agent.store.lease import Unleased
from agent.worker.assignment import Assignment
from agent.worker.pipe import Pipe

if TYPE_CHECKING:
    from agent.browser.session import Session

CONFIRMATION = "confirmation"
"""The name of the picture that is kept after each record, where the automation wants it."""

_PICTURE_AGE = timedelta(days=7)  # a page's picture that is not older serves as "last time's"
_log = logging.getLogger(__name__)


class Witness:
    """Sees one site on behalf of one task; ``session`` is what is in use, None before the first page.

    ``proof`` and ``policy`` are the automation's own words, known once it is loaded.
    """

    def __init__(self, assignment: Assignment, pipe: Pipe) -> None:
        self._assignment, self._pipe = assignment, pipe
        self.proof, self.policy = Proof.FAILURES, Policy.ASK
        self._site = ""
        self._size: tuple[int, int] | None = None
        self._known: dict[str, Seen] = {}
        self._proposed: dict[str, Any] | None = None
        self.sightings = Sightings()
        self.session: Session | None = None
        self.seen: Failure | None = None  # of which proof is kept

    # ── a site is opened ──────────────────────────────────────────────────────────────────────────────────
    def opened(self, book: Book) -> Book:
        """Return a site's book with its repairs laid over it; those of a changed entry are dropped."""
        self._site = book.site
        self._known = elements.last_seen(self._assignment.session_key, book.site)
        found = [
            repair
            for repair in elements.repairs(book.site)
            if repair.by_person or self.policy is not Policy.ASK
        ]
        laid = {each.element: (each.base, Way.of(each.locator), not each.by_person) for each in found}
        repaired, stale = book.with_repairs(laid)
        if stale:
            elements.drop([each.id for each in found if each.element in stale], elements.BOOK_CHANGED)
        young = elements.kept_since(
            {seen.picture for seen in self._known.values() if seen.picture}, utc_now() - _PICTURE_AGE
        )
        for seen in self._known.values():
            if seen.picture in young:
                self.sightings.pictured[str(seen.trace.get("page"))] = seen.picture
        self.sightings.take_picture = self._keep_look
        return repaired

    def begun(self, session: Session) -> None:
        """A session of the site begins: what it sees and does is witnessed from now on."""
        self.session = session
        session.memory.sightings = self.sightings
        if self.proof is Proof.EVERY_STEP:
            session.memory.on_step = self._step

    def note(self) -> None:
        """Store how the elements of this run looked; raises FenceLost."""
        seen = [
            Seen(name, sight.base, sight.trace.as_json(), sight.picture, utc_now())
            for name, sight in self.sightings.today.items()
        ]
        if seen:
            elements.note_seen(self._assignment.lease, self._assignment.session_key, self._site, seen)

    # ── proof ─────────────────────────────────────────────────────────────────────────────────────────────
    def picture(self, name: str) -> str | None:
        """Keep a picture of the page and what stands around it; returns the picture's id.

        None without a page, and for a confirmation where the automation keeps none. Raises FenceLost.
        """
        if name == CONFIRMATION and self.proof is Proof.FAILURES:
            return None
        where = self._where()
        return None if where is None else self._prove_page(where, name)

    def live(self) -> bytes | None:
        """Return a masked picture for somebody who watches; it is kept nowhere. None without a page."""
        where = self._where()
        if where is None:
            return None
        try:
            picture = screenshot(where, quick=True)
        except Failure as failure:
            _log.info("no_live_picture why=%s", failure)
            return None
        return picture.content if picture else None

    def failed(self, failure: Failure) -> None:
        """Keep proof of a failure; for a lost element also what the question about it is to tell."""
        self._proposed, self.seen = None, failure
        where = self._where()
        if where is None:
            return
        kept = self._prove_page(where, failure.code)
        if isinstance(failure, ElementMissing | ElementAmbiguous):
            self._propose(where, str(failure.params["element"]), kept)

    def _where(self) -> Session | None:
        """Return the session to look at: the window in which something failed, else the one in use."""
        if self.session is None:
            return None
        for each in (self.session.memory.failed, self.session):
            if each is None or each.page.is_closed():
                continue
            if each.page not in each.memory.crashed:
                found: Session = each
                return found
        return None

    def _step(self, session: Session, name: str) -> None:
        self._prove_page(session, name)

    def _prove_page(self, where: Session, name: str) -> str | None:
        if where.page in where.memory.crashed:
            self._pipe.step("no_picture", why=PageCrashed.code)
            return None
        try:
            with self._pipe.briefly("keeping_proof"):  # a page that hangs answers no question about itself
                around = circumstances(where, where.memory.last_element or None)
                picture = screenshot(where)
        except Failure as failure:
            self._pipe.step("no_picture", why=failure.code)
            return None
        self._size = (picture.width, picture.height) if picture else None
        ident = self._keep(picture, name) if picture else None
        if picture is None:
            self._pipe.step("no_picture", why="page_moved")
        told = json.dumps(around, ensure_ascii=False).encode()
        self._prove(told, "page", f"{name}.json", "application/json")
        return ident

    def _keep_look(self, where: Session) -> str | None:
        if isinstance(self._assignment.lease, Unleased):
            return None  # a visit belongs to no run: there is nothing that it could be proof of
        try:
            picture = screenshot(where, quick=True)
        except Failure as failure:
            _log.info("no_picture why=%s", failure)
            return None
        return self._keep(picture, "page", "look") if picture else None

    def _keep(self, picture: Picture, name: str, kind: str = "screenshot") -> str:
        return self._prove(picture.content, kind, f"{name}.{picture.format}", picture.media_type)

    def _prove(self, content: bytes, kind: str, name: str, media_type: str) -> str:
        assignment = self._assignment
        return evidence.keep(
            assignment.lease, assignment.data_key, content, kind=kind, name=name, media_type=media_type
        ).id

    # ── repairs ───────────────────────────────────────────────────────────────────────────────────────────
    def _propose(self, where: Session, element: str, picture: str | None) -> None:
        traces = {name: Trace.from_json(seen.trace) for name, seen in self._known.items()}
        traces |= {name: sight.trace for name, sight in self.sightings.today.items()}
        try:
            told = propose(where, element, traces)
        except Failure as failure:
            _log.info("nothing_proposed why=%s", failure)
            return
        before = self._known[element].picture if element in self._known else None
        self._proposed = told | {
            "site": self._site,
            "picture": picture,
            "picture_size": list(self._size) if picture and self._size else None,
            "before": before,
            "before_run": evidence.run_of(before) if before else None,
            "before_box": told["elements"][0]["before_box"] if before else None,
            "evidence": [each for each in (picture, before) if each],
        }
        elements.propose(self._assignment.lease, self._proposed)

    def heals(self, failure: Failure) -> bool:
        """Use an unambiguous candidate for a lost element at once, where the automation allows it.

        A commit never, and nothing that might send something: those are a person's to answer.
        """
        if self._proposed is None or failure.params.get("element") != self._proposed["element"]:
            return False
        for candidate in self._proposed["candidates"]:
            if candidate["element"] != self._proposed["element"] or not candidate["sure"]:
                continue
            if may_heal(candidate["kind"], self.policy, sends=candidate["sends"]):
                run = self._assignment.run
                actor = Actor("automation", run.automation, run.automation, "worker", socket.gethostname())
                elements.accept(self._site, candidate, actor, run=run.id)
                _log.info("element_healed element=%s number=%s", candidate["element"], candidate["number"])
                return True
        return False

    def disprove(self, failure: Failure) -> None:
        """A field that the engine found again by itself did not hold what was put in: it is the wrong one."""
        if isinstance(failure, FillDiffers):
            element = failure.params.get("element")
            wrong = [
                each.id
                for each in elements.repairs(self._site)
                if each.element == element and not each.by_person
            ]
            elements.drop(wrong, elements.DISPROVED)
