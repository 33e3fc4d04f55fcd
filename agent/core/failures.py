"""What can go wrong, as one tree, and what each failure leads to, as one table.

    Failure
    ├── Usage                  the person or the author asked for something that cannot be (exit 2)
    │   ├── UnknownAutomation · UnknownRun · UnknownItem · UnknownSite · WrongState · DutyIsOpen
    │   ├── AnsweredAlready · QuestionChanged · AnswerIncomplete
    │   ├── BrokenSettings · BrokenBook · BrokenAutomation · BrokenAddress · ChangedByPerson
    │   ├── BackupBroken · HomeInUse · PracticeInUse
    │   ├── BrokenSeed
    │   ├── MayNotOpen · ProofRemoved · EvidenceDamaged · FolderInUse · WrongRecoveryCode
    │   ├── PanelAddressUnsafe · CommandLate
    │   └── UnknownElement
    ├── NotReady               the surroundings are not there yet: wait with a reason (exit 4)
    │   ├── VaultLocked · VaultMissing · VaultRefused · KeyLost · PasswordMissing
    │   ├── BrowserMissing · Offline · DiskLow · HomeReadOnly · PortTaken
    │   ├── DatabaseNewer · DatabaseOlder · DatabaseDamaged · AlreadyRunning · OfficeTaken
    │   ├── NotTakenOver · NoticeUndelivered · WakeupUnavailable · HostAbsent
    │   └── PanelUnknown · PanelRefused · PracticeUnavailable · AgentTooOld · PanelTooOld
    ├── Site
    │   ├── SignInRefused · AccountLocked · SignedOut · PasswordExpired · SignedInElsewhere
    │   ├── CaptchaShown · CodeWanted · CodeRefused
    │   ├── PageTimeout · SiteDown · PageCrashed
    │   └── ElementMissing · ElementAmbiguous · FillDiffers
    ├── Report
    │   ├── DownloadMissing · DownloadCut · DownloadStale · DownloadUnsafe
    │   ├── DownloadWrongType
    │   │   └── ColumnsChanged
    │   └── RowsInvalid · RowsUnaccounted · RowUsedTwice · RowsAltered · StatedTotalDiffers
    ├── Delivery
    │   ├── Refused · OutcomeUnknown · CannotTell · TotalsDisagree
    │   └── RecordsNeedPerson
    ├── Asked                  nothing is broken: a person decides before it goes on
    │   ├── ChangedCode · LimitReached · FirstRun · UnusualCount · UnusualReport
    │   └── ParentsLeftOut · ParentsUnknown
    ├── FenceLost · WorkerDied · WorkerHung
    └── Defect                 the automation's own code failed

A failure is a code with parameters; its words stand in ``resources/i18n``. Each room translates the errors of
its own libraries into this tree at its own border. Parameters never hold secrets or personal values.
Source of the table: DESIGN.md, section 7.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, TypeAlias

Parameter: TypeAlias = str | int | float | bool | None


class Failure(Exception):
    """One thing that went wrong: ``code`` names it, ``params`` say about what."""

    code: ClassVar[str] = "failure"
    permanent: ClassVar[bool] = True
    _tree: ClassVar[dict[str, type[Failure]]] = {}

    def __init_subclass__(cls) -> None:
        """Name the code after the class (``PageTimeout`` → ``page_timeout``) and enter it in the tree."""
        cls.code = re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()
        Failure._tree[cls.code] = cls

    def __init__(self, **params: Parameter) -> None:
        super().__init__(self.code, params)
        self.params: dict[str, Parameter] = params

    def __str__(self) -> str:
        told = ", ".join(f"{name}={value}" for name, value in self.params.items())
        return f"{self.code}({told})"

    def as_json(self) -> dict[str, object]:
        """Return the failure as plain values, for the store and the worker's pipe."""
        return {"code": self.code, "params": self.params}

    @staticmethod
    def from_json(value: Mapping[str, object]) -> Failure:
        """Rebuild a failure from :meth:`as_json`; an unknown code becomes a plain Failure."""
        params = value.get("params")
        kind = Failure._tree.get(str(value.get("code")), Failure)
        return kind(**params) if isinstance(params, dict) else kind()

    @staticmethod
    def codes() -> frozenset[str]:
        """Return every code of the tree."""
        return frozenset(Failure._tree)


# ── the person or the author asked for something that cannot be ──────────────────────────────────────
class Usage(Failure):
    """A wrong question; nothing was done."""


class UnknownAutomation(Usage):
    """No automation of that name is found (name, known)."""


class UnknownRun(Usage):
    """No run has that id (run)."""


class UnknownItem(Usage):
    """No review item has that id (item)."""


class UnknownSite(Usage):
    """No site of that name has a book (name, known)."""


class WrongState(Usage):
    """The run or item is not in a state that allows this (what, state, wanted)."""


class AnsweredAlready(Usage):
    """Somebody else was quicker (item, who, answer, at)."""


class QuestionChanged(Usage):
    """The question is not the one that was answered any more (item, version)."""


class AnswerIncomplete(Usage):
    """An answer came without what it needs (answer, needs)."""


class DutyIsOpen(Usage):
    """A run for that duty is still open (run, state)."""


class BrokenSettings(Usage):
    """settings.toml cannot be understood (file, line, key, problem)."""


class BrokenBook(Usage):
    """A site's element book cannot be understood (file, line, key, problem)."""


class BrokenAutomation(Usage):
    """An automation's definition cannot be right (file, line, problem)."""


class BrokenAddress(Usage):
    """The address for notices cannot be understood (service)."""


class BrokenSeed(Usage):
    """What was given is no seed of one-time codes."""


class ChangedByPerson(Usage):
    """A file or an entry that we would write was changed by somebody, or never was ours (path)."""


class BackupBroken(Usage):
    """A file is no backup of ours, or not as it was written (file, problem)."""


class HomeInUse(Usage):
    """A backup is to be restored over a home that holds data (path)."""


class MayNotOpen(Usage):
    """The settings name who may take evidence out of its seal, and this person is not among them (who)."""


class ProofRemoved(Usage):
    """The bytes of some evidence were removed by a rule; its fingerprint is kept (item, removed_on, days)."""


class EvidenceDamaged(Usage):
    """A piece of evidence does not open, or is not what its fingerprint says (item)."""


class FolderInUse(Usage):
    """Evidence is to be written into a folder that holds something already (path)."""


class WrongRecoveryCode(Usage):
    """What was typed is no recovery code of this home; one of its groups is mistyped, or none is (group)."""


class UnknownElement(Usage):
    """Code names an element that the site's book does not have (site, element, nearest, file)."""


class CommandLate(Usage):
    """A command of the panel's came too late, or was meant for another workstation."""


class PanelAddressUnsafe(Usage):
    """The panel's address is none, or in plain text beyond this computer (url)."""


# ── the surroundings are not there yet ───────────────────────────────────────────────────────────────
class NotReady(Failure):
    """Something outside is not there yet; waiting may help."""

    permanent = False


class VaultLocked(NotReady):
    """The keyring exists but is locked."""


class VaultMissing(NotReady):
    """This computer offers no keyring (backend)."""


class VaultRefused(NotReady):
    """A keyring backend that stores plain text, or a vault file outside the demo (backend)."""


class KeyLost(NotReady):
    """The keyring does not hold the key that this home's data were sealed with."""

    permanent = True


class PasswordMissing(NotReady):
    """The keyring holds no password for this site's account (site, account)."""


class BrowserMissing(NotReady):
    """No Edge, Chrome or Chromium is installed (looked)."""


class Offline(NotReady):
    """The site's host cannot be reached from here (site, host)."""


class DiskLow(NotReady):
    """Too little room on the disk of the home (free_mb, wanted_mb)."""


class HomeReadOnly(NotReady):
    """The home folder cannot be written (path)."""


class PortTaken(NotReady):
    """Another program listens on the port (port)."""


class DatabaseNewer(NotReady):
    """The database was written by a newer version (found, known)."""


class DatabaseOlder(NotReady):
    """The database was written by an older version and is not migrated yet (found, known)."""


class DatabaseDamaged(NotReady):
    """The database does not pass its own check (path)."""


class AlreadyRunning(NotReady):
    """Another Predawn holds this home (pid)."""


class OfficeTaken(NotReady):
    """Another user's Predawn works on this computer for the office (user, file)."""


class NoticeUndelivered(NotReady):
    """A notice could not be delivered (problem)."""


class PracticeInUse(Usage):
    """A practice system's place is taken: this home really signs in at a site of that name (site)."""


class PracticeUnavailable(NotReady):
    """The practice systems did not start (why)."""


class WakeupUnavailable(NotReady):
    """This computer cannot be set to wake up for a run (why, command)."""


class HostAbsent(NotReady):
    """No Predawn works for this home: there is nothing to attend to."""


class NotTakenOver(NotReady):
    """A restored home waits until a person says that the one it is a copy of is gone (made_at, machine)."""


class PanelUnknown(NotReady):
    """The panel does not know this workstation (any more), or its token is not in the keyring."""

    permanent = True


class PanelRefused(NotReady):
    """The panel did not take what was said (status)."""


class AgentTooOld(NotReady):
    """The panel does not understand this workstation any more: Predawn is to be updated here."""


class PanelTooOld(NotReady):
    """The panel does not understand this workstation yet: Predawn is to be updated there."""


# ── the site ─────────────────────────────────────────────────────────────────────────────────────────
class Site(Failure):
    """The site did not do what its book says."""

    permanent = False


class SignInRefused(Site):
    """The site did not take name and password (site, account, words)."""


class AccountLocked(Site):
    """The site, or our own count of tries, says no more tries (site, account, words)."""

    permanent = True


class PasswordExpired(Site):
    """The site takes this password no more: a new one has to be chosen there (site, account, words)."""

    permanent = True


class SignedInElsewhere(Site):
    """The site says that somebody else is signed in with this account (site, account, words)."""


class CaptchaShown(Site):
    """The site shows a picture that only a person can read (site, account, words)."""

    permanent = True


class CodeWanted(Site):
    """The site asks for a code, or something else, that only a person knows (site, account, words)."""

    permanent = True


class CodeRefused(Site):
    """The site did not take the one-time code, or the answer to its question (site, account, words)."""


class SignedOut(Site):
    """The site's session has ended in the middle of the work (site)."""


class PageTimeout(Site):
    """A page or element did not come in time (site, what, seconds)."""


class SiteDown(Site):
    """The site answered with an error of its own or not at all (site, status)."""


class PageCrashed(Site):
    """The browser or its page went away (site)."""


class ElementMissing(Site):
    """An element of the book is not on the page (site, element)."""

    permanent = True


class ElementAmbiguous(Site):
    """An element of the book is on the page more than once (site, element, found)."""

    permanent = True


class FillDiffers(Site):
    """A field does not hold what was put in (site, element)."""

    permanent = True


# ── downloads and reports ────────────────────────────────────────────────────────────────────────────
class Report(Failure):
    """A downloaded file is not what was asked for."""

    permanent = False


class DownloadMissing(Report):
    """No download began, or it did not finish in time (site, element, seconds)."""


class DownloadCut(Report):
    """The file ends too early (file, expected, found)."""


class DownloadStale(Report):
    """The file is about another day, or is byte for byte an older one (file, expected, found)."""


class DownloadWrongType(Report):
    """The file's content is of another kind (file, expected, found)."""


class ColumnsChanged(DownloadWrongType):
    """A column that the contract needs is gone or was renamed (file, expected, found, suggestion)."""

    permanent = True


class DownloadUnsafe(Report):
    """The file is larger, or carries more, than a report does; it was not opened (file, found, limit)."""

    permanent = True


class RowsInvalid(Report):
    """Rows break the contract of their columns (file, rows, address, column, problem)."""

    permanent = True


class RowsUnaccounted(Report):
    """Source rows were neither used nor left out with a reason (file, rows, address)."""

    permanent = True


class RowUsedTwice(Report):
    """One source row was made into two records, or used and left out as well (file, address)."""

    permanent = True


class RowsAltered(Report):
    """A value is no longer what was read from the file, and nobody said that it should be (file, address)."""

    permanent = True


class StatedTotalDiffers(Report):
    """The file's own total does not agree with its rows (file, what, expected, found)."""


# ── delivery ─────────────────────────────────────────────────────────────────────────────────────────
class Delivery(Failure):
    """A record could not be delivered, or it is not known whether it was."""


class Refused(Delivery):
    """The site refused the record in words that are final (site, words)."""


class OutcomeUnknown(Delivery):
    """Nobody knows whether the submit took effect (site)."""


class CannotTell(Delivery):
    """The look-up cannot answer (site, why)."""


class TotalsDisagree(Delivery):
    """Counts or sums from file to target do not agree (what, source, delivered)."""


class RecordsNeedPerson(Delivery):
    """Records wait for a person (count)."""


# ── a person decides ─────────────────────────────────────────────────────────────────────────────────
class Asked(Failure):
    """Nothing is broken; the run goes on when a person has said so."""


class ChangedCode(Asked):
    """The automation or a site's book is not the one that the run was planned with (what)."""


class LimitReached(Asked):
    """As many records were entered as ``--limit`` allows (entered, total)."""


class FirstRun(Asked):
    """This home has never looked at the site, and its look-up cannot prove that nothing is there (site)."""


class UnusualCount(Asked):
    """There is nothing to enter, or less than half of a usual day (found, usual)."""


class ParentsLeftOut(Asked):
    """Records refer to others, of that upload, which a person left out (count, task)."""


class ParentsUnknown(Asked):
    """Records refer to others, of that upload, of which Predawn knows nothing (count, task)."""


class UnusualReport(Asked):
    """A downloaded report has far fewer or far more rows than usual (file, found, low, high)."""


# ── processes and code ───────────────────────────────────────────────────────────────────────────────
class FenceLost(Failure):
    """This worker no longer owns its run: another one has started."""


class WorkerDied(Failure):
    """A worker ended without a word (exit_code)."""

    permanent = False


class WorkerHung(Failure):
    """A worker stayed in one step beyond its limit (step, seconds)."""

    permanent = False


class Defect(Failure):
    """The automation's own code failed (kind, file, line)."""


# ── what each leads to ───────────────────────────────────────────────────────────────────────────────
class Action(StrEnum):
    """What the host does about a failed task."""

    RETRY = "retry"  # again after a pause, a fresh session each time
    REVIEW = "review"  # a person settles it, the queue goes on
    WAIT = "wait"  # not a failure: not ready yet
    STOP = "stop"  # the run fails; a person may retry once the cause is gone


@dataclass(frozen=True)
class Handling:
    """How often a task is tried in all, the pause (seconds, doubled each time), what comes last.

    A ``patient`` one is tried beyond that as long as the run's deadline allows (:mod:`agent.core.backoff`).
    """

    attempts: int
    pause_seconds: float
    then: Action
    patient: bool = False


_STOP = Handling(1, 0, Action.STOP)
_REVIEW = Handling(1, 0, Action.REVIEW)
_AGAIN = Handling(4, 2, Action.STOP)
_WHILE_IT_HELPS = Handling(4, 2, Action.STOP, patient=True)

HANDLING: Mapping[type[Failure], Handling] = {
    Failure: _STOP,
    Usage: _STOP,
    NotReady: Handling(1, 15, Action.WAIT),
    Site: _AGAIN,
    PageTimeout: _WHILE_IT_HELPS,
    SiteDown: _WHILE_IT_HELPS,
    SignInRefused: Handling(2, 1, Action.STOP),  # never more: the count per password version guards it too
    CodeRefused: Handling(2, 31, Action.REVIEW),  # the next step's code; the count of tries guards it too
    AccountLocked: _STOP,
    PasswordExpired: _STOP,
    SignedInElsewhere: Handling(3, 60, Action.REVIEW),
    CaptchaShown: _REVIEW,
    CodeWanted: _REVIEW,
    KeyLost: _STOP,
    ElementMissing: _REVIEW,
    ElementAmbiguous: _REVIEW,
    FillDiffers: _REVIEW,
    Report: Handling(3, 2, Action.REVIEW),
    ColumnsChanged: _REVIEW,
    DownloadUnsafe: _REVIEW,
    RowsInvalid: _REVIEW,
    RowsUnaccounted: _STOP,
    RowUsedTwice: _STOP,
    RowsAltered: _STOP,
    Delivery: _REVIEW,
    Asked: _REVIEW,
    FenceLost: _STOP,
    WorkerDied: Handling(4, 1, Action.STOP),
    WorkerHung: Handling(2, 1, Action.STOP),
    Defect: _STOP,
}


def handling(failure: Failure | type[Failure]) -> Handling:
    """Return what a failure leads to: its own row of HANDLING, or that of its nearest parent."""
    kind = failure if isinstance(failure, type) else type(failure)
    return next(HANDLING[parent] for parent in kind.__mro__ if parent in HANDLING)
