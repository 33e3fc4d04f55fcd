"""The composition root: lock, leftovers, store, recovery, bell, supervisor, clock. That is the start."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from contextlib import ExitStack
from types import TracebackType
from typing import TYPE_CHECKING, Self, TypeVar

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
from agent.host.watchful import Watchful
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

Part = TypeVar("Part", bound="Watchful | PanelLink")

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
        self._bell = Bell(home.bell)
        self._ends = ExitStack()
        self._watchful: list[Watchful | PanelLink] = []  # what was started, and can be woken
        self._told: list[Watchful | PanelLink] = []  # those that look at whatever a run does
        self._supervisor: Supervisor | None = None
        self._panel_guard = threading.Lock()
        self._speak: Callable[[], PanelLink] | None = None

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
        lock = InstanceLock(self._home.lock)
        lock.acquire()
        self._ends.callback(lock.release)
        try:
            self._start(settings)
        except BaseException:
            self.stop()
            raise

    def _start(self, settings: Settings) -> None:
        home = self._home
        become_reaper()
        self._ends.callback(close_store)
        prepare_store(home.database, home.evidence)
        recovery.end_leftover_trees(home)
        master = master_key(open_vault(home), make=not home_row.has_key())
        home_row.know_key(master)
        keys = Keys(master)
        self._open_log()
        audit.use(keys.audit)
        note_settings(home)
        if (why := keep_witness(home)) is not None:
            _log.warning("audit_head_not_kept why=%s", why)
        recovery.recover()
        questions = Questions(home)
        questions.start()
        self._ends.callback(questions.stop)
        self._ends.callback(self._bell.stop)
        self._bell.start(self._rung)
        troubles = Troubles(lambda: (part for part in self._watchful if isinstance(part, Watchful)))
        self._told.append(self._begin(Notices(home, settings, sources=[troubles])))
        self._supervisor = self._begin(Supervisor(home, settings, keys, self._tell, questions=questions))
        self._begin(Visits(home, settings, keys, self._tell, questions))
        if self._scheduled:
            self._begin(Upkeep(home, settings))
            self._begin(self._make_clock(settings, keys))
        self._speak = lambda: _panel_link(home, settings, keys, self.wake)
        self._follow_panel()

    def _begin(self, part: Part) -> Part:
        part.start()
        self._ends.callback(part.stop)
        self._watchful.append(part)
        return part

    def wake(self) -> None:
        """Look at the rows again."""
        for part in self._watchful:
            part.wake()

    def look(self) -> None:
        """Want to see what the worker sees: a window watches, at most once a second."""
        if self._supervisor is not None:
            self._supervisor.look()

    def expect(self) -> None:
        """Somebody looks at what could be started: a worker waits prepared for some minutes."""
        if self._supervisor is not None:
            self._supervisor.expect()

    def expect_nobody(self) -> None:
        """Nobody looks any more: what was prepared goes, with its memory."""
        if self._supervisor is not None:
            self._supervisor.expect_nobody()

    @property
    def picture(self) -> Picture | None:
        """The newest picture of the page that is worked on; None while none was wanted, or none works."""
        return None if self._supervisor is None else self._supervisor.picture

    @property
    def defect(self) -> BaseException | None:
        """What one of the threads died of: a face must say so."""
        return next((part.defect for part in self._watchful if part.defect is not None), None)

    def stop(self) -> None:
        """End the running worker's tree and stop; what was at work resumes at the next start."""
        with self._panel_guard:
            self._speak = None  # a bell that rings now begins nothing any more
        self._ends.close()  # what was started last ends first
        self._watchful.clear()
        self._told.clear()
        self._supervisor = None

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
            if self._speak is not None and outbox.enrolment() is not None:
                self._told.append(self._begin(self._speak()))
                self._speak = None

    def _tell(self, ident: str) -> None:
        self._bell.tell(ident)
        for part in self._told:
            part.wake()

    def _open_log(self) -> None:
        handler = open_log(self._home.logs / "agent.log", secrets=tuple)
        logger = logging.getLogger("agent")
        logger.addHandler(handler)
        self._ends.callback(handler.close)
        self._ends.callback(logger.removeHandler, handler)
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


def _panel_link(home: Home, settings: Settings, keys: Keys, wake: Callable[[], None]) -> PanelLink:
    from agent.host.panel import PanelLink  # noqa: PLC0415  # only where there is a panel

    return PanelLink(home, settings, keys, wake)
