"""The protocol of delivery: never twice, never lost silently. Read :meth:`Delivery.run` from top to bottom.

Source: DESIGN.md, 6. A failure before the commit click changes nothing. Whatever is not final after it puts
the record in doubt; a doubt ends by looking, never by sending again at once.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from agent.core.failures import (
    BrokenAutomation,
    CannotTell,
    Failure,
    FenceLost,
    FillDiffers,
    FirstRun,
    Refused,
    SignedOut,
)
from agent.core.states import RecordState
from agent.sdk import Destination
from agent.store.ledger import Entry, Ledger, Question
from agent.worker.commit_point import CommitPoint, Rehearsed
from agent.worker.duty import Cancelled, Duty, Wishes
from agent.worker.looking import Looking, Matches
from agent.worker.parents import Parents
from agent.worker.pipe import Pipe
from agent.worker.site import OpenSite
from agent.worker.witness import CONFIRMATION

MOST_ATTEMPTS = 2
"""Commit clicks for one record, in all; after that a person decides."""

FIRST_EPOCH = 1
"""The epoch of a home that never came out of a backup."""

_DOUBTS_IN_A_ROW = 3  # so many lost answers in a row are no accident: the site is left alone for a while


class Delivery:
    """One upload task: every record of the batch, from PLANNED to VERIFIED or to a person."""

    def __init__(
        self,
        destination: Destination[Any],
        site: OpenSite,
        ledger: Ledger,
        pipe: Pipe,
        wishes: Wishes,
        duty: Duty,
        *,
        picture: Callable[[str], str | None],
        translate: Callable[[Exception], Failure],
    ) -> None:
        self._destination, self._site, self._ledger, self._pipe = destination, site, ledger, pipe
        self._wishes, self._epoch, self._repeats = wishes, duty.epoch, duty.repeats
        self._picture, self._translate = picture, translate
        self._looking = Looking(destination, site, ledger, repeats=duty.repeats)
        self._parents = Parents(ledger, duty.link, wishes.accepted_by)
        # Whoever sent before us is dead by now, but its last request may still be on its way.
        self._last_request = time.monotonic()
        self._doubts_in_a_row = 0
        self.rehearsed = 0
        self.limited = False

    @property
    def _ensures(self) -> bool:
        return self._destination.effect == "ensure"

    def run(self) -> None:
        """Deliver what can be delivered; what cannot be known is in review afterwards.

        Raises Cancelled, FenceLost, FirstRun, ParentsLeftOut, ParentsUnknown, and the site's failures before
        a commit click.
        """
        self._ledger.doubt_intended()
        self._site.open()
        self._recognise()
        self._enter_planned()
        while self._settle_doubts():
            self._enter_planned()
        self._read_back()
        if self._wishes.cancelled.is_set():
            raise Cancelled
        self._parents.ask()

    # ── before anything is typed: what is in the target already? ──────────────────────────────────────────
    def _recognise(self) -> None:
        planned = self._ledger.entries(RecordState.PLANNED)
        if not planned:
            return
        self._pipe.step("looking_first", site=self._site.book.title)
        trusted = self._ledger.is_trusted(self._epoch)
        # What the home delivered after its backup was made is known to the target alone, for ever.
        knows_all = trusted and self._epoch == FIRST_EPOCH
        if self._looking.list_anew():
            for entry in planned:
                self._recognise_one(entry, self._looking.in_complete_list(entry) or [])
        elif self._looking.can_look:
            for entry in planned:
                if not knows_all or self._ensures or _delivered_before(entry):
                    self._recognise_one(entry, self._looking.find(entry))
            # A home that has never looked here needs a control: without one, "not found" says nothing.
            self._require_first_run_agreed(trusted or self._looking.absence_is_believable())
        else:
            for entry in filter(_delivered_before, planned):
                self._ask(entry, "delivered_unseen", ("it_is_there", "leave_out"))
            self._require_first_run_agreed(knows_all)
        self._ledger.trust(self._epoch)

    def _require_first_run_agreed(self, known: bool) -> None:
        if not known and FirstRun.code not in self._wishes.accepted_by:
            raise FirstRun(site=self._site.book.title)

    def _recognise_one(self, entry: Entry, found: Matches) -> None:
        if found:
            self._judge(entry, found)
        elif _delivered_before(entry):
            self._ask(entry, "gone_after_confirm", ("send_it", "leave_out"))

    # ── entering ──────────────────────────────────────────────────────────────────────────────────────────
    def _enter_planned(self) -> None:
        self._parents.begin()
        planned = [entry for entry in self._ledger.entries(RecordState.PLANNED) if self._parents.let(entry)]
        every = len(self._ledger.entries())
        sent = sum(entry.attempts > 0 for entry in self._ledger.entries())
        for number, entry in enumerate(planned, start=every - len(planned) + 1):
            if self._wishes.cancelled.is_set():
                return
            if self._wishes.limit is not None and sent + self.rehearsed >= self._wishes.limit:
                self.limited = True
                return
            self._pipe.step("entering", number=number, of=every)
            self._enter(entry)
            sent += not self._wishes.rehearse

    def _enter(self, entry: Entry, *, again: bool = True) -> None:
        session, record = self._site.session, self._looking.record(entry)
        early = self._destination.saves_while_filling
        point = CommitPoint(self._ledger, entry, self._wishes.rehearse, saves_while_filling=early)
        session.hook, session.memory.personal = point, record.personal_values()
        session.token = self._ledger.token(entry)
        try:
            point.begin()
            with session.watched():
                confirmation = self._destination.submit(session, record)
                text = session.memory.answer or session.text()
        except Rehearsed:
            self.rehearsed += 1
        except FenceLost:
            raise
        except Exception as error:  # noqa: BLE001  # the border between an author's code and the protocol
            failure = self._translate(error)
            if point.sent:
                self._answer_lost(entry, failure)
            elif isinstance(failure, SignedOut) and again:
                self._site.fresh()
                self._enter(entry, again=False)
            else:
                self._failed_before_commit(entry, failure)
        else:
            if not point.clicked:
                raise BrokenAutomation(file="", line=0, problem="submit ended without site.commit(…)")
            self._answered(entry, confirmation, text)

    def _answered(self, entry: Entry, confirmation: str | None, text: str) -> None:
        self._last_request = time.monotonic()
        self._doubts_in_a_row = 0
        words = self._refusal_in(text)
        if words is None:
            self._ledger.confirm(entry, confirmation, hashlib.sha256(text.encode()).hexdigest())
            if (picture := self._picture(CONFIRMATION)) is not None:
                self._ledger.pictured(entry, picture)
        else:
            self._ledger.doubt(entry, _refusal(words, self._picture("refused")))

    def _answer_lost(self, entry: Entry, failure: Failure) -> None:
        """After the click nobody knows. Even a refusal in the site's own words is looked up first."""
        self._last_request = time.monotonic()
        words = self._refusal_on_page()
        seen = self._picture(failure.code if words is None else "refused")
        self._ledger.doubt(entry, failure.as_json() if words is None else _refusal(words, seen))
        if words is not None:
            return
        self._doubts_in_a_row += 1
        if self._doubts_in_a_row >= _DOUBTS_IN_A_ROW or isinstance(failure, BrokenAutomation):
            raise failure
        self._site.fresh()

    def _failed_before_commit(self, entry: Entry, failure: Failure) -> None:
        """Nothing was sent. What concerns this record alone goes to a person, everything else to the host."""
        words = self._refusal_on_page()
        if words is not None:
            self._refuse(entry, _refusal(words, self._picture("refused"))["params"])
        elif isinstance(failure, FillDiffers):
            seen = _seen(self._picture(failure.code))
            self._ask(entry, failure.code, ("retry", "correct", "leave_out"), {**failure.params, **seen})
        else:
            raise failure

    def _refuse(self, entry: Entry, params: Mapping[str, Any]) -> None:
        self._ledger.reject(entry, Question("refused", params, ("retry", "correct", "leave_out")))

    def _refusal_in(self, text: str) -> str | None:
        """Return the site's words for "nothing was saved", as they may be kept: nothing personal in them."""
        words = self._site.book.refusal_in(text)
        if words is None:
            return None
        return str(self._translate(Refused(site=self._site.name, words=words)).params["words"])

    def _refusal_on_page(self) -> str | None:
        session = self._site.session
        try:
            with session.watched():
                return self._refusal_in(session.text())
        except Failure:
            return None  # there is no page to read: then it said nothing

    # ── doubts: settle, look, never guess ─────────────────────────────────────────────────────────────────
    def _settle_doubts(self) -> bool:
        """Decide every doubt; returns whether some record may be sent once more."""
        first, again = True, False
        while doubts := self._ledger.entries(RecordState.IN_DOUBT):
            self._settle()
            if first:
                self._site.fresh()
            first = False
            for number, entry in enumerate(doubts, start=1):
                self._pipe.step("looking_up", number=number, of=len(doubts))
                again |= self._decide(entry)
        return again and not self._wishes.cancelled.is_set()

    def _settle(self) -> None:
        """Wait until a request that was on its way when we last heard of it must have ended."""
        self._wait_until(self._last_request + self._destination.settle.total_seconds())
        self._last_request = time.monotonic()

    def _wait_until(self, due: float) -> None:
        pause = due - time.monotonic()
        if pause > 0:
            self._pipe.step("settling", seconds=round(pause, 1))
            session = self._site.session
            session.page.wait_for_timeout(pause * 1000)

    def _decide(self, entry: Entry) -> bool:
        try:
            if not self._looking.can_look:
                return self._decide_unseen(entry)
            found = self._looking.find(entry)
            believable = bool(found) or self._looking.absence_is_believable()
            if not believable:
                listed = self._looking.in_complete_list(entry, anew=True)
                found, believable = listed or [], listed is not None
        except CannotTell as failure:
            return self._cannot_know(entry, failure.code, failure.params)
        if found:
            self._judge(entry, found)
            return False
        if not believable:
            return self._cannot_know(entry, "no_control", {})
        return self._absent(entry)

    def _decide_unseen(self, entry: Entry) -> bool:
        """No screen shows it: what a person said of it counts, or the site's own care for one token."""
        if entry.reason is not None and entry.reason.get("code") in {"it_is_there", "done_by_hand"}:
            self._ledger.verify(entry, None, ())
            return False
        if self._destination.idempotent and entry.attempts < MOST_ATTEMPTS:
            self._ledger.plan_again(entry)
            return True
        return self._cannot_know(entry, "no_look_up", {"why": self._destination.cannot_look_up})

    def _cannot_know(self, entry: Entry, code: str, params: Mapping[str, Any]) -> bool:
        """Looking does not help: a person is asked, and who has said "send it" is not asked once more."""
        if entry.reason is not None and entry.reason.get("code") == "send_it":
            self._ledger.plan_again(entry)
            return True
        self._ask(entry, code, ("send_it", "it_is_there", "leave_out"), params)
        return False

    def _absent(self, entry: Entry) -> bool:
        reason = entry.reason or {}
        if reason.get("code") == "refused":
            self._refuse(entry, reason["params"])
        elif reason.get("code") == "done_by_hand":
            self._ask(entry, "not_found_by_hand", ("it_is_there", "send_it", "leave_out"))
        elif reason.get("code") == "it_is_there":
            self._ask(entry, "gone_after_confirm", ("send_it", "leave_out"))  # a person says so, the site not
        elif self._ledger.note_absence(entry) >= 2:
            if entry.attempts < MOST_ATTEMPTS:
                self._ledger.plan_again(entry)
                return True
            self._ask(entry, "attempts_used_up", ("send_it", "leave_out"))
        return False

    def _judge(self, entry: Entry, found: Matches) -> None:
        """The key is in the target: once and equal, or a person looks at it."""
        if len(found) > 1 and not self._repeats:
            self._ask(entry, "found_several", ("leave_out",), {"found": len(found)})
            return
        compared = self._destination.compared()
        self._require_shown(found[0].unshown(compared))
        if differences := found[0].differences(self._looking.record(entry), compared):
            told = {"fields": ", ".join(differences)}
            self._ask(entry, "found_different", ("leave_out",), told)
        else:
            self._ledger.verify(entry, found[0].confirmation, found[0].shown)

    def _require_shown(self, unshown: Sequence[str]) -> None:
        if unshown:
            name = type(self._destination).__name__
            fields = ", ".join(unshown)
            problem = f"{name} does not read {fields} back: show it in Found, or declare it never_shown"
            raise BrokenAutomation(file="", line=0, problem=problem)

    # ── reading back ──────────────────────────────────────────────────────────────────────────────────────
    def _read_back(self) -> None:
        confirmed = self._ledger.entries(RecordState.CONFIRMED)
        if not confirmed or not self._looking.can_look:
            return
        self._wait_until(self._last_request + self._destination.lag.total_seconds())
        in_bulk = self._looking.walk_is_cheaper(len(confirmed))
        if in_bulk:
            self._pipe.step("reading_back", number=0, of=len(confirmed))
            in_bulk = self._looking.list_anew()
        missing = []
        for number, entry in enumerate(confirmed, start=1):
            if not in_bulk:
                self._pipe.step("reading_back", number=number, of=len(confirmed))
            listed = self._looking.in_complete_list(entry) if in_bulk else None
            found = listed or self._looking.find(entry)
            if found:
                self._judge(entry, found)
            else:
                missing.append(entry)
        if missing:  # late, or this session's screen is broken: look once more, later and in another one
            self._settle()
            self._site.fresh()
        for entry in missing:
            if found := self._looking.find(entry):
                self._judge(entry, found)
            else:
                # The site said "saved": it is never sent again by the machine.
                self._ask(entry, "gone_after_confirm", ("send_it", "it_is_there", "leave_out"))

    def _ask(
        self, entry: Entry, code: str, answers: tuple[str, ...], params: Mapping[str, Any] | None = None
    ) -> None:
        self._ledger.review(entry, Question(code, {"site": self._site.book.title, **(params or {})}, answers))


def _delivered_before(entry: Entry) -> bool:
    return entry.reason is not None and entry.reason.get("code") == "delivered_before"


def _refusal(words: str, picture: str | None) -> dict[str, Any]:
    return {"code": "refused", "params": {"words": words, **_seen(picture)}}


def _seen(picture: str | None) -> dict[str, list[str]]:
    """Return the parameter of a question that names its picture."""
    return {} if picture is None else {"evidence": [picture]}
