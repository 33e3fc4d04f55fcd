"""Which automations run by their schedule, in which office, under which words (docs/decisions/0005)."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from agent.core.calendar import WORDS, OfficeDays, Rules, read_rules
from agent.core.failures import Defect, Failure, UnknownAutomation
from agent.core.occurrences import Reason, reason
from agent.host import planning
from agent.host.current_settings import CurrentSettings
from agent.host.describing import describe as ask_a_worker
from agent.host.readiness import site_url
from agent.store import accounts, occurrences
from agent.system.automations import automation_folders
from agent.system.fingerprint import fingerprint
from agent.system.network import is_own_address
from agent.system.paths import Home
from agent.system.settings import Office, Settings

_log = logging.getLogger(__name__)

_ASK_AGAIN_SECONDS = 300.0  # what could not be described may be mended outside its own folder

Words = Mapping[str, str | None]


@dataclass(frozen=True)
class Enrolled:
    """An automation that is scheduled in an office; ``days`` reach from last year to the year after next."""

    automation: str
    title: str
    office: str
    zone: str
    words: Words
    days: OfficeDays

    @property
    def rules(self) -> Rules:
        """The words, read."""
        return read_rules(self.words)

    @property
    def place(self) -> tuple[str, str]:
        """What it is known by."""
        return self.automation, self.office


@dataclass(frozen=True)
class NotEnrolled:
    """An automation that is not scheduled in an office, and why: a code with parameters."""

    automation: str
    office: str
    why: Reason


class Enrolment:
    """Looks at automations, settings and accounts; describes an automation again only when it has changed."""

    def __init__(
        self,
        home: Home,
        settings: Settings,
        describe: Callable[[Home, Path], Mapping[str, Any]] = ask_a_worker,
    ) -> None:
        self._home, self._describe = home, describe
        self.settings, self._current = settings, CurrentSettings(home, settings)
        self._manifests: dict[str, tuple[str, Mapping[str, Any]]] = {}
        self._broken: dict[str, tuple[str, Failure, float]] = {}

    def look(self, now: datetime) -> tuple[list[Enrolled], list[NotEnrolled]]:
        """Return what is scheduled at this moment, and what isn't, each with its reason."""
        self.settings = self._current.now()
        scheduled: list[Enrolled] = []
        others: list[NotEnrolled] = []
        for office in self.settings.offices.values():
            days = planning.calendar_around(office, now.astimezone(ZoneInfo(office.zone)).date())
            for found in self._in_office(office, days):
                if isinstance(found, Enrolled):
                    scheduled.append(found)
                else:
                    others.append(found)
        return scheduled, others

    def title(self, name: str) -> str:
        """Return the title of an automation as it was last described; its name where it never was."""
        known = self._manifests.get(name)
        return name if known is None else str(known[1]["title"])

    def _in_office(self, office: Office, days: OfficeDays) -> Iterator[Enrolled | NotEnrolled]:
        folders = automation_folders(self._home)
        for name in sorted({*folders, *(office.automations or ())}):
            known = occurrences.schedule(name, office.name)
            try:
                if name not in folders:
                    raise UnknownAutomation(name=name, known=", ".join(folders))
                manifest = self.manifest(name, folders[name])
                why = self._why_not(manifest, office, scheduled_before=known is not None)
            except Failure as failure:
                if known is None or not _listed(office, name):
                    yield NotEnrolled(name, office.name, failure.as_json())
                else:  # its days are still owed, and miss what they must with this failure for a reason
                    yield Enrolled(name, known.title, office.name, office.zone, known.words, days)
                continue
            if why is not None:
                yield NotEnrolled(name, office.name, why)
                continue
            words = {word: manifest.get(word) for word in WORDS}
            yield Enrolled(name, manifest["title"], office.name, office.zone, words, days)

    def _why_not(
        self, manifest: Mapping[str, Any], office: Office, *, scheduled_before: bool
    ) -> Reason | None:
        """Return why an automation is not scheduled: the settings' list decides, without one the accounts."""
        if office.automations is not None:
            return None if manifest["name"] in office.automations else reason("not_listed")
        if self._home.is_demo:
            return reason("demo_home")
        sites = list(manifest["versions"]["sites"])
        if not sites:
            return reason("no_site")
        for site in sites:
            if is_own_address(site_url(self._home, self.settings, site)):
                return reason("practice_site", site=site)
            if accounts.find(office.name, site) is None and not scheduled_before:
                return reason("no_account", site=site)
        return None

    def manifest(self, name: str, folder: Path) -> Mapping[str, Any]:
        """Return an automation's manifest for who only looks: described anew when its code has changed.

        Raises its failures, the last one for some minutes.
        """
        try:
            code = fingerprint(folder)
        except OSError as error:  # a file that an editor is just replacing; the next look finds it
            raise Defect(kind=type(error).__name__, file=str(folder), line=0) from error
        known = self._manifests.get(name)
        if known is not None and known[0] == code:
            return known[1]
        broken = self._broken.get(name)
        if broken is not None and broken[0] == code and time.monotonic() < broken[2]:
            raise broken[1]
        try:
            manifest = self._describe(self._home, folder)
        except Failure as failure:
            _log.warning("automation_not_described name=%s why=%s", name, failure)
            self._broken[name] = code, failure, time.monotonic() + _ASK_AGAIN_SECONDS
            raise
        self._manifests[name] = code, manifest
        return manifest


def look_once(home: Home, settings: Settings) -> tuple[list[Enrolled], list[NotEnrolled]]:
    """Return what is scheduled now, for a face that only shows it."""
    return Enrolment(home, settings).look(datetime.now(UTC))


def _listed(office: Office, name: str) -> bool:
    return office.automations is None or name in office.automations
