"""The composition root: lock, leftovers, store, recovery, bell, supervisor, clock. That is the start."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Self

from agent.core.failures import VaultLocked
from agent.host import planning, recovery
from agent.host.agenda import the_schedule
from agent.host.auditing import keep_witness, note_settings
from agent.host.enrolment import Enrolment
from agent.host.keys import Keys
from agent.host.notices import Notices
from agent.host.questions import Questions
from agent.host.supervisor import Picture, Supervisor
from agent.host.troubles import Troubles
from agent.host.upkeep import Upkeep
from agent.host.visits import Visits
from agent.store import audit, outbox
from agent.store import home as home_row
from agent.store.database import close_store, prepare_store
from agent.store.tables import OccurrenceRow
from agent.system import office_claim
from agent.system.bell import Bell
from agent.system.holidays import require_known
from agent.system.instance import InstanceLock
from agent.system.log import open_log
from agent.system.paths import Home
from agent.system.processes import become_reaper
from agent.system.seal import master_key
from agent.system.settings import Settings, load_settings
from agent.system.vault import open_vault

if TYPE_CHECKING:
    from agent.host.clock import Clock
    from agent.host.panel import PanelLink

_log = logging.getLogger(__name__)

PANEL_BELL = "panel"
"""What is rung when this home was enrolled at a panel, or left it."""

LOCKED_SECONDS = 5.0
"""How often a keyring that is locked is asked again."""


def start_when_unlocked(
    host: Host, waiting: Callable[[VaultLocked], object], ended: threading.Event | None = None
) -> bool:
    """Start a host; a keyring that is locked, as after a start without a login, is waited for.

    ``waiting`` is told once, so that a face can say why nothing happens. Returns False if ``ended`` was set
    before. Raises what :meth:`Host.start` does otherwise.
    """
    stop, told = ended or threading.Event(), False
    while True:
        try:
            host.start()
        except VaultLocked as failure:
            if not told:
                waiting(failure)
                told = True
            if stop.wait(LOCKED_SECONDS):
                return False
        else:
            return True


class Host:
    """The long-lived process's heart; the tray, the command line and the tests all start this one.

    ``scheduled`` is for a host that stays: it also begins what the schedule owes. One that a command starts
    for its own run leaves the schedule alone.
    """

    def __init__(self, home: Home, *, scheduled: bool = False) -> None:
        self._home, self._scheduled = home, scheduled
        self._clock: Clock | None = None
        self._lock = InstanceLock(home.lock)
        self._bell = Bell(home.bell)
        self._supervisor: Supervisor | None = None
        self._notices: Notices | None = None
        self._upkeep: Upkeep | None = None
        self._visits: Visits | None = None
        self._questions: Questions | None = None
        self._panel: PanelLink | None = None
        self._panel_guard = threading.Lock()
        self._parts: tuple[Settings, Keys] | None = None
        self._log: logging.Handler | None = None

    def start(self) -> None:
        """Start everything, in the order in which each part may rely on the one before.

        Raises OfficeTaken, HomeReadOnly, DiskLow, BrokenSettings, AlreadyRunning, DatabaseNewer,
        DatabaseDamaged, VaultLocked, VaultMissing, VaultRefused, KeyLost: then nothing has been started.
        """
        if self._scheduled:
            office_claim.claim(self._home)
        self._home.prepare()
        settings = load_settings(self._home)
        require_known(self._home, settings)
        self._lock.acquire()
        try:
            become_reaper()
            prepare_store(self._home.database, self._home.evidence)
            recovery.end_leftover_trees(self._home)
            master = master_key(open_vault(self._home), make=not home_row.has_key())
            home_row.know_key(master)
            keys = Keys(master)
            self._open_log()
            audit.use(keys.audit)
            note_settings(self._home)
            if (why := keep_witness(self._home)) is not None:
                _log.warning("audit_head_not_kept why=%s", why)
            recovery.recover()
            troubles = Troubles(lambda: (self._clock, self._supervisor))
            self._notices = Notices(self._home, settings, sources=[troubles])
            self._questions = Questions(self._home)
            self._questions.start()
            self._supervisor = Supervisor(self._home, settings, keys, self._tell, questions=self._questions)
            self._bell.start(self._rung)
            self._supervisor.start()
            self._notices.start()
            self._visits = Visits(self._home, settings, keys, self._tell)
            self._visits.start()
            if self._scheduled:
                self._upkeep = Upkeep(self._home, settings)
                self._upkeep.start()
                self._clock = self._make_clock(settings, keys)
                self._clock.start()
            self._parts = settings, keys
            self._follow_panel()
        except BaseException:
            self.stop()
            raise

    def wake(self) -> None:
        """Look at the rows again."""
        for part in (self._supervisor, self._clock, self._panel, self._visits):
            if part is not None:
                part.wake()

    def look(self) -> None:
        """Want to see what the worker sees: a window watches, at most once a second."""
        if self._supervisor is not None:
            self._supervisor.look()

    @property
    def picture(self) -> Picture | None:
        """The newest picture of the page that is worked on; None while none was wanted, or none works."""
        return None if self._supervisor is None else self._supervisor.picture

    @property
    def defect(self) -> BaseException | None:
        """What the supervisor, the clock, or who tells people died of: a face must say so."""
        parts = (self._supervisor, self._clock, self._notices, self._upkeep, self._panel, self._visits)
        return next((part.defect for part in parts if part is not None and part.defect is not None), None)

    def stop(self) -> None:
        """End the running worker's tree and stop; what was at work resumes at the next start."""
        with self._panel_guard:
            self._parts = None  # a bell that rings now begins nothing any more
            panel, self._panel = self._panel, None
        if panel is not None:
            panel.stop()
        if self._clock is not None:
            self._clock.stop()
            self._clock = None
        if self._upkeep is not None:
            self._upkeep.stop()
            self._upkeep = None
        if self._visits is not None:
            self._visits.stop()
            self._visits = None
        if self._supervisor is not None:
            self._supervisor.stop()
            self._supervisor = None
        if self._questions is not None:
            self._questions.stop()
            self._questions = None
        if self._notices is not None:
            self._notices.stop()
            self._notices = None
        self._bell.stop()
        close_store()
        if self._log is not None:
            logging.getLogger("agent").removeHandler(self._log)
            self._log.close()
            self._log = None
        self._lock.release()

    def _make_clock(self, settings: Settings, keys: Keys) -> Clock:
        from agent.host.clock import Clock  # noqa: PLC0415  # its timer's library, only where it is needed

        enrolment = Enrolment(self._home, settings)

        def plan(owed: OccurrenceRow) -> str:
            return planning.plan(
                self._home, enrolment.settings, keys, owed.automation, the_schedule(), owed=owed
            )

        def tell() -> None:
            self._bell.tell("calendar")
            if self._supervisor is not None:
                self._supervisor.wake()

        return Clock(enrolment, plan, tell)

    def _rung(self, ident: str) -> None:
        self.wake()
        if ident == PANEL_BELL:  # in the bell's own thread
            self._follow_panel()
            close_store()

    def _follow_panel(self) -> None:
        """Begin to speak with the panel once this home is enrolled at one."""
        with self._panel_guard:
            if self._panel is None and self._parts is not None and outbox.enrolment() is not None:
                from agent.host.panel import PanelLink  # noqa: PLC0415  # only where there is a panel

                self._panel = PanelLink(self._home, *self._parts, self.wake)
                self._panel.start()

    def _tell(self, ident: str) -> None:
        self._bell.tell(ident)
        if self._panel is not None:
            self._panel.wake()
        if self._notices is not None:
            self._notices.wake()

    def _open_log(self) -> None:
        self._log = open_log(self._home.logs / "agent.log", secrets=tuple)
        logger = logging.getLogger("agent")
        logger.addHandler(self._log)
        logger.setLevel(logging.INFO)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
