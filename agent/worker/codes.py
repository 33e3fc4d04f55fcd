"""One-time codes for a sign-in: by the clock where a seed is stored, else from a person at the window."""

from __future__ import annotations

import time
from dataclasses import dataclass
from threading import Event

from agent.browser.signing_in import Account
from agent.core.failures import CodeWanted
from agent.store import accounts
from agent.store.lease import Lease
from agent.system.log import Redactor
from agent.system.one_time import Seed
from agent.worker.pipe import Pipe

_TOO_LATE_SECONDS = 2.0  # a code that is void when it arrives would cost a try


@dataclass(frozen=True)
class CodesFor:
    """The codes of one account; each is struck out of every log line from then on."""

    account: Account
    office: str
    lease: Lease
    pipe: Pipe
    redactor: Redactor

    def __call__(self, words: str) -> str:
        """Return the code, or the answer to ``words``. Raises CodeWanted when nobody is there, FenceLost."""
        seed = self.account.seed
        code = self._by_clock(Seed(seed)) if seed else self._by_person(words)
        self.redactor.add(code)
        return code

    def _by_clock(self, seed: Seed) -> str:
        """Return a code that was never typed before: for a second one in a step, wait for the next step."""
        while True:
            code = seed.code(time.time())
            fresh = code.seconds_left > _TOO_LATE_SECONDS
            if fresh and accounts.take_step(self.lease, self.office, self.account.site, code.step):
                return code.digits
            self.pipe.step("next_code", site=self.account.site)
            Event().wait(code.seconds_left)

    def _by_person(self, words: str) -> str:
        self.pipe.step("asking", site=self.account.site)
        typed = self.pipe.ask(site=self.account.site, account=self.account.name, words=words)
        if not typed:
            raise CodeWanted(site=self.account.site, account=self.account.name, words=words)
        return typed
