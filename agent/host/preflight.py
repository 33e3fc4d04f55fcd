"""Would the next run find everything it needs? Asked while somebody is still there to do something.

Nothing is changed. Nobody signs in anywhere but, once, at sites for which the settings allow it (``visit``).
Each finding is a code with parameters: a failure's own where there is one, else one of ``findings`` in the
texts.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import partial
from zoneinfo import ZoneInfo

from agent.core.calendar import is_business_day, read_rules
from agent.core.failures import DiskLow, Failure, Parameter
from agent.core.notices import DESKTOP, TABLE, Event, Happening, not_ready
from agent.core.occurrences import next_duties
from agent.host import auditing, visiting
from agent.host.planning import calendar_around
from agent.host.readiness import site_url
from agent.host.recovery_code import Standing, standing
from agent.store import accounts, occurrences
from agent.store import home as home_row
from agent.store.database import is_prepared, open_store
from agent.store.tables import AccountRow
from agent.system.addresses import Addresses
from agent.system.autostart import AutostartState, open_autostart
from agent.system.bell import ring
from agent.system.browsers import find_browser
from agent.system.instance import holder
from agent.system.network import require_reachable
from agent.system.own_files import Standing as OwnStanding
from agent.system.paths import WANTED_FREE_BYTES, Home
from agent.system.power_arming import open_arming
from agent.system.power_restart import restart_pending
from agent.system.power_wakeup import before_run
from agent.system.settings import Settings, load_settings
from agent.system.vault import Passwords, open_vault

_STAFF_DAYS = frozenset(range(5))
_TOLD_WARNINGS = frozenset({"restart_pending", "password_old", "autostart_switched_off", "nobody_is_told"})

OLD_PASSWORD = timedelta(days=80)
"""Many systems let a password end after ninety days: ten days are left to set a new one in peace."""


class Grade(StrEnum):
    """How grave a finding is."""

    GOOD = "good"
    WARNING = "warning"  # the next run may work, but a person should know
    PROBLEM = "problem"  # the next run would wait or fail


@dataclass(frozen=True)
class Finding:
    """What one check found; ``check`` names it, ``code`` has words."""

    check: str
    grade: Grade
    code: str
    params: Mapping[str, Parameter] = field(default_factory=dict)


def examine(home: Home, now: datetime, *, visit: bool = False) -> list[Finding]:
    """Make every check that can be made; one that fails hides none of the others.

    With ``visit`` the sites whose settings allow it are visited: that takes some seconds each.
    """
    found = list(_guarded("disk", partial(_disk, home)))
    settings: list[Settings] = []
    found += _guarded("settings", partial(_settings, home, settings))
    found += _guarded("database", partial(_database, home))
    stored = not any(one.check == "database" and one.grade is not Grade.GOOD for one in found)
    found += _guarded("browser", _browser)
    keyring = list(_guarded("keyring", partial(_keyring, home)))
    found += keyring
    if settings and stored:
        unlocked = all(one.grade is Grade.GOOD for one in keyring)
        found += _sites(home, settings[0], now, unlocked=unlocked)
        if visit and unlocked:
            for account in accounts.stored():
                found += _guarded("visit", partial(_visit, home, settings[0], account))
    if stored and all(one.grade is Grade.GOOD for one in keyring):
        found += _guarded("keys", partial(_keys, home))
    if settings and all(one.grade is Grade.GOOD for one in keyring):
        found += _guarded("notices", partial(_addressees, home, settings[0]))
    found += _guarded("agent", partial(_agent, home))
    found += _guarded("autostart", partial(_autostart, home))
    found += _guarded("restart", _restart)
    if settings and stored:
        found += _guarded("calendar", partial(_calendar, settings[0], now))
        found += _guarded("wakeup", partial(_wakeup, home))
    return found


class Afternoon:
    """A source of notices: once a business day, after the time that the settings name, what a check finds.

    Told are problems, and what may well have become one by the next morning.
    """

    def __init__(self, home: Home, settings: Callable[[], Settings]) -> None:
        self._home, self._settings = home, settings
        self._looked: date | None = None

    def __call__(self, now: datetime) -> Iterator[Happening]:
        """Yield today's notice when it is time, if there is anything to tell."""
        settings = self._settings()
        check, office = settings.notices.check, next(iter(settings.offices.values()))
        local = now.astimezone(ZoneInfo(office.zone))
        if check is None or local.time() < check or self._looked == local.date():
            return
        self._looked = local.date()
        if not is_business_day(local.date(), _STAFF_DAYS, calendar_around(office, local.date()).closed):
            return
        told = [
            {"code": one.code, "params": dict(one.params)}
            for one in examine(self._home, now, visit=True)
            if one.grade is Grade.PROBLEM or one.code in _TOLD_WARNINGS
        ]
        happening = not_ready(office.name, local.date(), told)
        if happening is not None:
            yield happening


def problems(findings: Sequence[Finding]) -> list[Finding]:
    """Return the findings because of which the next run would wait or fail."""
    return [one for one in findings if one.grade is Grade.PROBLEM]


def _guarded(check: str, look: Callable[[], Iterator[Finding]]) -> Iterator[Finding]:
    """Yield what a check finds; a failure is a finding too."""
    try:
        yield from look()
    except Failure as failure:
        yield Finding(check, Grade.PROBLEM, failure.code, failure.params)


def _disk(home: Home) -> Iterator[Finding]:
    place = next(folder for folder in (home.root, *home.root.parents) if folder.exists())
    free = shutil.disk_usage(place).free
    if free < WANTED_FREE_BYTES:
        raise DiskLow(free_mb=free // 1_000_000, wanted_mb=WANTED_FREE_BYTES // 1_000_000)
    yield Finding("disk", Grade.GOOD, "disk_free", {"free_gb": round(free / 1e9, 1)})


def _settings(home: Home, kept: list[Settings]) -> Iterator[Finding]:
    kept.append(load_settings(home))
    offices = ", ".join(f"{office.name} ({office.zone})" for office in kept[0].offices.values())
    yield Finding("settings", Grade.GOOD, "settings_read", {"offices": offices})


def _database(home: Home) -> Iterator[Finding]:
    if not is_prepared(home.database):
        yield Finding("database", Grade.WARNING, "never_started")
        return
    open_store(home.database, home.evidence)
    yield Finding("database", Grade.GOOD, "database_opens")


def _browser() -> Iterator[Finding]:
    browser = find_browser()
    yield Finding(
        "browser",
        Grade.GOOD,
        "browser_found",
        {"kind": browser.kind.capitalize(), "version": browser.version},
    )


def _keyring(home: Home) -> Iterator[Finding]:
    open_vault(home).get("doctor")
    yield Finding("keyring", Grade.GOOD, "keyring_opens")


def _keys(home: Home) -> Iterator[Finding]:
    """Whether the keyring's key is this home's, the audit log is whole, and a lost keyring would lose all."""
    if not is_prepared(home.database) or not home_row.has_key():
        return
    verdict = auditing.verify(home)
    if verdict.fault is not None:
        yield Finding("keys", Grade.PROBLEM, "audit_changed", {"position": verdict.at})
    else:
        yield Finding("keys", Grade.GOOD, "audit_whole", {"count": verdict.count})
    if standing(home) is Standing.WANTED:
        yield Finding("keys", Grade.WARNING, "recovery_code_wanted")


def _sites(home: Home, settings: Settings, now: datetime, *, unlocked: bool) -> Iterator[Finding]:
    """Each site for which an account is stored: its password, its age, the way to it."""
    for account in accounts.stored():
        site, office = account.site, account.office
        whose: dict[str, Parameter] = {"site": site, "office": office, "account": account.name}
        if unlocked:
            yield from _guarded("password", partial(_password, home, account, now))
        if account.tries >= accounts.MOST_TRIES:
            yield Finding("password", Grade.PROBLEM, "account_locked", whose)
        yield from _guarded("network", partial(_reachable, home, settings, site))


def _visit(home: Home, settings: Settings, account: AccountRow) -> Iterator[Finding]:
    """One sign-in and a look at the pages that the site's book names, if the settings want it."""
    if not visiting.wanted(settings, account.site):
        return
    if account.tries >= accounts.MOST_TRIES:
        return  # told already: nobody tries again with this password
    wrong = visiting.visit(home, settings, account)
    for failure in wrong or ():
        yield Finding("visit", Grade.PROBLEM, failure.code, failure.params)
    if wrong == []:
        yield Finding("visit", Grade.GOOD, "site_visited", {"site": account.site})


def _password(home: Home, account: AccountRow, now: datetime) -> Iterator[Finding]:
    Passwords(open_vault(home)).get(account.office, account.site, account.name)
    days = (now - account.changed_at).days
    old = now - account.changed_at >= OLD_PASSWORD
    told: dict[str, Parameter] = {"site": account.site, "account": account.name, "count": days}
    yield Finding(
        "password", Grade.WARNING if old else Grade.GOOD, "password_old" if old else "password_kept", told
    )


def _reachable(home: Home, settings: Settings, site: str) -> Iterator[Finding]:
    require_reachable(site, site_url(home, settings, site))
    yield Finding("network", Grade.GOOD, "site_reached", {"site": site})


def _addressees(home: Home, settings: Settings) -> Iterator[Finding]:
    known = len(Addresses(open_vault(home)).all())
    wished = settings.notices.tell.get(Event.FAILED.value, TABLE[Event.FAILED].to)
    if known and set(wished) - {DESKTOP}:
        yield Finding("notices", Grade.GOOD, "addresses_known", {"count": known})
    else:
        yield Finding("notices", Grade.WARNING, "nobody_is_told")


def _agent(home: Home) -> Iterator[Finding]:
    pid = holder(home.lock)
    if pid is None:
        yield Finding("agent", Grade.WARNING, "agent_is_not_running")
    elif ring(home.bell, "doctor"):
        yield Finding("agent", Grade.GOOD, "agent_runs", {"pid": pid})
    else:
        yield Finding("agent", Grade.PROBLEM, "agent_does_not_hear", {"pid": pid})


def _autostart(home: Home) -> Iterator[Finding]:
    state = open_autostart(home).state()
    grade = Grade.GOOD if state is AutostartState.ON else Grade.WARNING
    yield Finding("autostart", grade, f"autostart_{state.value}")


def _restart() -> Iterator[Finding]:
    pending = restart_pending()
    if pending is not None:
        code = "restart_pending" if pending else "no_restart_pending"
        yield Finding("restart", Grade.WARNING if pending else Grade.GOOD, code)


def _calendar(settings: Settings, now: datetime) -> Iterator[Finding]:
    """When does the next run start, as the calendar stands now?"""
    coming = []
    for row in occurrences.schedules():
        office, zone = settings.offices.get(row.office), ZoneInfo(row.zone)
        if office is None:
            continue
        days = calendar_around(office, now.astimezone(zone).date())
        owed = (duty for duty in next_duties(read_rules(row.words), zone, days, now, 1) if duty.skip is None)
        coming += [(duty.due_at, row.title, zone) for duty in owed]
    if not coming:
        yield Finding("calendar", Grade.WARNING, "nothing_scheduled")
        return
    due_at, title, zone = min(coming, key=lambda one: one[0])
    at = due_at.astimezone(zone)
    yield Finding(
        "calendar", Grade.GOOD, "next_start", {"title": title, "day": f"{at:%a %F}", "at": f"{at:%H:%M}"}
    )


def _wakeup(home: Home) -> Iterator[Finding]:
    """Would a computer that sleeps wake up for what is scheduled?"""
    wakeups = {
        before_run(at, rules.schedule.weekdays, row.zone)
        for row in occurrences.schedules()
        for rules in (read_rules(row.words),)
        for at in rules.schedule.times
    }
    if wakeups:
        is_set = open_arming(home).standing(wakeups) is OwnStanding.OURS
        grade = Grade.GOOD if is_set else Grade.WARNING
        yield Finding("wakeup", grade, "wakeup_set" if is_set else "wakeup_not_set")
