"""A site opened for one task: browser, context, sign-in, the stored session, and starting afresh."""

from __future__ import annotations

from collections.abc import Collection

from agent.browser.elements import load_book
from agent.browser.engine import Engine, secrets_of, stored_state
from agent.browser.faults import failure_of, is_gone
from agent.browser.session import Landing
from agent.browser.signing_in import Account, is_signed_in, require_no_captcha, sign_in
from agent.core.failures import (
    AccountLocked,
    CaptchaShown,
    CodeRefused,
    Failure,
    PageCrashed,
    PasswordMissing,
    SignInRefused,
)
from agent.sdk import Session
from agent.sdk.session import Keep
from agent.store import accounts
from agent.system.log import Redactor
from agent.system.seal import SealBroken, seal, unseal
from agent.worker.assignment import Assignment
from agent.worker.codes import CodesFor
from agent.worker.loading import load_steps
from agent.worker.pipe import Pipe
from agent.worker.witness import Witness

_MOST_HIDDEN = 2000


class OpenSite:
    """Signs in when it must, keeps the session for the next task, and can begin again with a fresh one."""

    def __init__(
        self,
        name: str,
        engine: Engine,
        assignment: Assignment,
        pipe: Pipe,
        keep: Keep,
        witness: Witness,
        redactor: Redactor | None = None,
        hidden: Collection[str] = (),
    ) -> None:
        """Prepare to open a site; ``hidden`` are values that no picture of it may show."""
        folder = assignment.site_folders[name]
        self.name, self._witness = name, witness
        self.book = witness.opened(load_book(folder, assignment.site_urls.get(name)))
        self._session: Session | None = None
        self._engine, self._assignment, self._pipe, self._keep = engine, assignment, pipe, keep
        self._redactor = redactor or Redactor()
        # Looking for each of thousands on every picture would take minutes: the book's patterns remain.
        self._hidden = list(hidden) if len(hidden) <= _MOST_HIDDEN else []
        self._steps = load_steps(folder)
        if assignment.account is None:
            raise PasswordMissing(site=name, account="")
        self._account: Account = assignment.account
        self._office = assignment.run.office

    @property
    def is_open(self) -> bool:
        """Whether there is a page to look at."""
        return self._session is not None and not self._session.page.is_closed()

    @property
    def session(self) -> Session:
        """The session in use; open() or fresh() comes first."""
        if self._session is None:
            raise RuntimeError("the site is not open yet")
        return self._session

    def open(self) -> Session:
        """Return a signed-in session, by the stored one if the site still takes it."""
        self._pipe.step("signing_in", site=self.book.title)
        stored = self._stored()
        if stored is not None:
            self._keep_out_of_logs(stored)
            session = self._begin(stored)
            if is_signed_in(session):
                return session
        return self.fresh()

    def fresh(self) -> Session:
        """Forget the session and sign in anew, within the account's tries.

        Raises SignInRefused, AccountLocked, SiteDown, PageTimeout and what else :func:`sign_in` does.
        """
        self._pipe.step("signing_in", site=self.book.title)
        session = self._begin(None)
        session.open()
        require_no_captcha(session, self._account)
        accounts.count_try(self._assignment.lease, self._office, self.name)
        codes = CodesFor(self._account, self._office, self._assignment.lease, self._pipe, self._redactor)
        try:
            sign_in(session, self._account, codes)
        except (SignInRefused, CodeRefused, CaptchaShown):
            raise  # the try stays counted
        except AccountLocked:
            accounts.lock(self._assignment.lease, self._office, self.name)
            raise
        except Exception:
            accounts.uncount_try(self._assignment.lease, self._office, self.name)
            raise
        plain = stored_state(session.page.context)
        self._keep_out_of_logs(plain)
        state = seal(self._assignment.session_key, plain, self._bound_to())
        accounts.signed_in(self._assignment.lease, self._office, self.name, state)
        return session

    def failure_of(self, error: Exception) -> Failure | None:
        """Say what an error of the browser's means; None if it is none of its, or there is no page to ask."""
        if is_gone(error):  # also while a session is begun, when there is no page to look at
            return PageCrashed(site=self.name)
        return failure_of(self.session, error) if self.is_open else None

    def _begin(self, stored: bytes | None) -> Session:
        if self._session is not None:
            self._session.page.context.close()
        page = self._engine.new_page(stored)
        landing = Landing(self._engine.downloads, self._pipe.step)
        self._session = Session(page, self.book, self._keep, steps=self._steps, landing=landing)
        self._session.memory.secrets += self._hidden
        self._witness.begun(self._session)
        return self._session

    def _keep_out_of_logs(self, state: bytes) -> None:
        for secret in secrets_of(state):
            self._redactor.add(secret)

    def close(self) -> None:
        """Close what is open of the site: it is opened anew."""
        if self._session is not None:
            self._session.page.context.close()
            self._session = None

    def _stored(self) -> bytes | None:
        row = accounts.find(self._office, self.name)
        if row is None or row.session is None:
            return None
        try:
            return unseal(self._assignment.session_key, bytes(row.session), self._bound_to())
        except SealBroken:
            return None  # sealed by another home's key: we sign in anew

    def _bound_to(self) -> str:
        return f"session/{self._office}/{self.name}"
