"""One save at the claims house under whatever save fault fires: what is stored, when, what is answered."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from starlette.responses import RedirectResponse, Response

from resources.practice.accounts import SignedIn
from resources.practice.catalogue import CATALOGUE
from resources.practice.checks import one_penny_less
from resources.practice.claims import Claims
from resources.practice.faults import Options
from resources.practice.web import Broken, Silence, System, breaking, error_page

_SAVE_FAULTS = tuple(name for name, fault in CATALOGUE.items() if fault.occasion == "save")


@dataclass(frozen=True)
class Outcome:
    """What the page has to answer; a confirmation number unless something else is set."""

    confirmation: int = 0
    refusal: str = ""
    answer: Response | None = None


@dataclass(frozen=True)
class _Late:
    """A claim that will be stored when its timer ends."""

    values: Mapping[str, str]
    session: SignedIn
    timer: asyncio.TimerHandle


class Saving:
    """Stores claims. Every submit that passed the checks counts as one occasion for each save fault."""

    def __init__(self, system: System, claims: Claims) -> None:
        self._system = system
        self._claims = claims
        self._late: dict[int, _Late] = {}
        self._late_count = 0

    def save(self, values: Mapping[str, str], session: SignedIn, path: str) -> Outcome:
        """Store `values`, or what the fault makes of them; of several, the catalogue's first wins."""
        taken = {name: self._system.switchboard.take(name, path) for name in _SAVE_FAULTS}
        for name, options in taken.items():
            if options is not None:
                return self._faulty(name, options, values, session)
        return Outcome(self._store(values, session, None))

    def finish_late(self) -> None:
        """Store at once what was to be stored late: it is never lost."""
        for number in list(self._late):
            self._store_late(number)

    def forget_late(self) -> None:
        """Never store what was to be stored late."""
        for late in self._late.values():
            late.timer.cancel()
        self._late.clear()

    def _faulty(self, name: str, options: Options, values: Mapping[str, str], session: SignedIn) -> Outcome:
        if name == "refuse":
            return Outcome(refusal=options.text("text"))
        if name == "saved_without_saving":
            return Outcome(self._claims.number())
        if name == "commit_late":
            self._later(values, session, options.number("seconds"))
            return Outcome(answer=error_page(int(options.number("status"))))
        if name == "altered":
            values = {**values, "amount": one_penny_less(values["amount"])}
        confirmation = self._store(values, session, name)
        return Outcome(confirmation, answer=self._answer(name, options, session))

    def _answer(self, name: str, options: Options, session: SignedIn) -> Response | None:
        """The answer to a claim that was stored, where it is not the confirmation page."""
        if name == "commit_then_error" and options.text("answer") == "session":
            self._system.accounts.end(session.token)
            return RedirectResponse("/signin.php?expired=1", 302)
        if name == "commit_then_error":
            return error_page(int(options.number("status")))
        if name == "answer_lost":
            return Broken(self._system, breaking(options))
        if name == "commit_then_hang":
            return Silence(self._system)
        return None

    def _store(self, values: Mapping[str, str], session: SignedIn, fault: str | None) -> int:
        return self._claims.save(values, user=session.user, session=session.number, fault=fault).confirmation

    def _later(self, values: Mapping[str, str], session: SignedIn, seconds: float) -> None:
        self._late_count += 1
        number = self._late_count
        timer = asyncio.get_running_loop().call_later(seconds, self._store_late, number)
        self._late[number] = _Late(values, session, timer)

    def _store_late(self, number: int) -> None:
        late = self._late.pop(number)
        late.timer.cancel()
        self._store(late.values, late.session, "commit_late")
