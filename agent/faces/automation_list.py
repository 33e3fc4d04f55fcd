"""Every automation as people look at it: what it does, when, where it signs in, what comes next."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from agent.core.failures import BrokenSettings, Failure
from agent.core.notices import TABLE, addressees
from agent.core.parameters import plain
from agent.faces import duty_days
from agent.host import parameters
from agent.host.enrolment import Enrolled, Enrolment
from agent.store import accounts, pauses
from agent.store.fields import utc_now
from agent.system.automations import automation_folders
from agent.system.paths import Home
from agent.system.settings import Settings
from agent.system.site_books import site_titles

Values = dict[str, Any]

_README = "README.md"
_SIDE_BY_SIDE = 4
_LONGEST_README = 40_000  # characters; beyond that it is no page for a window


class Automations:
    """Lists them; an automation is described again only when its code has changed, so keep one of these."""

    def __init__(self, home: Home, settings: Settings) -> None:
        self._home, self._enrolment = home, Enrolment(home, settings)

    def listed(self, coming: int) -> list[Values]:
        """Return each automation with its offices' calendars, ``coming`` starts to come in each.

        The store is open. What cannot be described says why under ``problem``.
        """
        now, folders = utc_now(), automation_folders(self._home)
        described = self._described(folders)
        scheduled, others = self._enrolment.look(now)
        settings = self._enrolment.settings
        paused = {row.automation: row for row in pauses.rows()}
        found = []
        for name, folder in folders.items():
            told = described[name]
            manifest = None if isinstance(told, Failure) else told
            offices = [self._office(one, coming) for one in scheduled if one.automation == name]
            offices += [duty_days.left_out(one) for one in others if one.automation == name]
            pause = paused.get(name)
            found.append(
                {
                    "automation": name,
                    "title": manifest["title"] if manifest else name,
                    "problem": told.as_json() if isinstance(told, Failure) else None,
                    "readme": _readme(folder),
                    "own": folder.is_relative_to(self._home.root),
                    **{word: (manifest or {}).get(word) for word in ("schedule", "deadline", "covers")},
                    "parameters": self._parameters(manifest, settings),
                    "tasks": list((manifest or {}).get("tasks", ())),
                    "sites": self._sites(manifest, settings),
                    "offices": offices,
                    "paused": None
                    if pause is None
                    else {
                        "who": pause.actor["name"],
                        "until": pause.until_day.isoformat() if pause.until_day else None,
                    },
                    "told": _told(settings),
                }
            )
        return sorted(found, key=_order)

    def _described(self, folders: Mapping[str, Path]) -> dict[str, Mapping[str, Any] | Failure]:
        """Describe side by side: what is new, or has changed, takes a process of its own each."""

        def described(place: tuple[str, Path]) -> Mapping[str, Any] | Failure:
            try:
                return self._enrolment.manifest(*place)
            except Failure as failure:
                return failure

        with ThreadPoolExecutor(_SIDE_BY_SIDE) as pool:
            return dict(zip(folders, pool.map(described, folders.items()), strict=True))

    def _office(self, one: Enrolled, coming: int) -> Values:
        return duty_days.entry(one, coming)

    def _parameters(self, manifest: Mapping[str, Any] | None, settings: Settings) -> list[Values]:
        """Return each value that an office may set, the default where it says nothing or what is wrong."""
        if manifest is None:
            return []
        known, found = parameters.declared(manifest), []
        for office in settings.offices.values() if known else ():
            given = office.parameters.get(manifest["name"], {})
            problem, values = None, {name: one.default for name, one in known.items()}
            try:
                values = parameters.of_office(self._home, office, manifest)
            except BrokenSettings as failure:
                problem = failure.as_json()
            found += [
                {
                    **one.as_json(),
                    "office": office.name,
                    "value": plain(values[name]) if problem is None else given.get(name, plain(one.default)),
                    "is_set": name in given,
                    "problem": problem,
                    "manifest": manifest,
                }
                for name, one in known.items()
            ]
        return found

    def _sites(self, manifest: Mapping[str, Any] | None, settings: Settings) -> list[Values]:
        titles = site_titles(self._home)
        names = sorted({task["site"] for task in (manifest or {}).get("tasks", ()) if task["site"]})
        return [
            {
                "name": name,
                "title": titles.get(name, name),
                "enters": any(
                    task["site"] == name and task["kind"] == "upload" for task in (manifest or {})["tasks"]
                ),
                "ready": all(accounts.find(office, name) is not None for office in settings.offices),
            }
            for name in names
        ]


def _order(one: Values) -> tuple[bool, str]:
    """Those that run by themselves come first."""
    by_hand = not any(office["scheduled"] for office in one["offices"])
    return by_hand, str(one["title"]).casefold()


def _readme(folder: Path) -> str | None:
    try:
        text = (folder / _README).read_text(encoding="utf-8", errors="replace")[:_LONGEST_README]
    except OSError:
        return None
    head, _, rest = text.lstrip().partition("\n")
    return rest.strip() if head.startswith("# ") else text  # its title stands above it already


def _told(settings: Settings) -> list[Values]:
    """Return which event is told to whom."""
    wishes = settings.notices
    return [
        {
            "event": event.value,
            "to": list(addressees(event, wishes.tell, heartbeat=wishes.heartbeat_url is not None)),
        }
        for event in TABLE
    ]
