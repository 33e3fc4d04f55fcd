"""A whole morning for tests: a home of its own, practice systems, the real host, workers and browser."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from agent.core.actors import Actor
from agent.host.agent import Host
from agent.store import accounts, commands, queries, reviews
from agent.store.database import close_store, open_store, prepare_store
from agent.system.paths import Home
from agent.system.vault import Passwords, open_vault
from resources.practice.server import Practice

WEDNESDAY = date(2026, 11, 18)  # its run covers one business day, the Tuesday before
TESTER = Actor("person", "tester", "Test", "cli", "test")
SHIPPED = Path(__file__).parents[1] / "automations"
_DOWNLOADS = ("appointments", "billing")
FINAL = {"COMPLETED", "FAILED", "NEEDS_REVIEW", "CANCELLED"}


class Morning:
    """Drives a home as a person would: by commands, and by looking at what the faces see."""

    def __init__(self, root: Path, practice: Practice) -> None:
        self.home, self.practice = Home(root), practice
        self.home.mark_demo()  # so that passwords lie in a file of this temporary home
        self.home.prepare()
        self.home.settings.write_text(
            f'[offices.main]\nzone = "Europe/London"\n'
            f'[sites.meridian]\nurl = "{practice.meridian_url}"\n'
            f'[sites.claimport]\nurl = "{practice.claimport_url}"\n'
        )
        prepare_store(self.home.database, self.home.evidence)
        self.set_password("meridian", "frontdesk", "meridian-2024")
        self.set_password("claimport", "north-robot", "claimport-2024")
        close_store()

    def set_password(self, site: str, user: str, password: str) -> None:
        version = Passwords(open_vault(self.home)).set("main", site, user, password)
        accounts.set_account("main", site, user, version)

    def small_sync(self, claims: int, **replaced: str) -> str:
        """Write an automation like the shipped one that enters the first few claims; returns its name.

        It downloads the billing report alone: each download is a worker and a browser of its own.
        """
        source = (SHIPPED / "clinic_morning_sync" / "automation.py").read_text()
        begin, end = (source.index(f'@clinic.download("meridian")\ndef {name}') for name in _DOWNLOADS)
        source = source[:begin] + source[end:]
        begin, end = (
            source.index("        visit = visits.get"),
            source.index("        else:\n            batch.add"),
        )
        source = (
            f"{source[:begin]}        if len(batch.records) >= {claims}:\n"
            f'            batch.leave_out(row, "beyond the dose")\n{source[end:]}'
        )
        changes = {
            '"clinic-morning-sync"': '"small-sync"',
            "appointments: Download, billing": "billing",
            "    visits = {visit.appt_no: visit for visit in appointments.rows(Appointment)}\n": "",
            "settle = seconds(5)": "settle = seconds(1)",
            **replaced,
        }
        for old, new in changes.items():
            assert old in source, old
            source = source.replace(old, new)
        folder = self.home.automations / "small_sync"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "automation.py").write_text(source)
        return "small-sync"

    @contextmanager
    def host(self) -> Iterator[Host]:
        host = Host(self.home)
        with host:
            yield host

    def open(self) -> None:
        """Look at the store from this thread, as a face does."""
        open_store(self.home.database, self.home.evidence)

    def give(self, host: Host, verb: str, **args: Any) -> str:
        """Give a command and wait until it is carried out; returns the run it is about."""
        if verb == "answer" and "version" not in args:
            args["version"] = reviews.get(int(args["item"])).version
        number = commands.give(verb, args, TESTER)
        host.wake()
        state, result = until(lambda: (r := commands.result(number))[0] != "waiting" and r, 60, host)
        assert state == "done", result
        return str(result["run"])

    def run(self, host: Host, automation: str, **options: Any) -> str:
        return self.give(
            host, "run", automation=automation, business_date=WEDNESDAY.isoformat(), options=options
        )

    def finished(self, host: Host, run_id: str, seconds: float = 120) -> dict[str, Any]:
        """Wait until the run has reached a final state; returns it as ``show`` prints it."""
        until(lambda: queries.run(run_id)["state"] in FINAL, seconds, host)
        return queries.run(run_id)

    def records(self, run_id: str) -> dict[str, int]:
        return {state: count for state, count in queries.record_counts(run_id).items() if count}

    def delivered(self) -> Counter[str]:
        """Count what the claims house really holds, by its own journal."""
        return Counter(claim["claim_no"] for claim in self.practice.journal("claimport"))


def until(
    condition: Callable[[], Any],
    seconds: float,
    host: Host | None = None,
    what: str = "condition",
    every: float = 0.02,
) -> Any:
    """Return the condition's value as soon as it holds, asked ``every`` seconds; fail when it never does."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if host is not None and host.defect is not None:
            raise AssertionError("the supervisor died") from host.defect
        value = condition()
        if value:
            return value
        time.sleep(every)  # looking at rows has no event to wait for
    raise AssertionError(f"{what} did not hold within {seconds} s")


def processes_of(home: Home) -> list[int]:
    """Return the pids of every process whose environment or arguments name this home."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            told = (entry / "cmdline").read_bytes() + (entry / "environ").read_bytes()
            state = (entry / "stat").read_text().rsplit(")", 1)[1].split()[0]
        except (OSError, IndexError):
            continue
        if os.fsencode(home.root) in told and state != "Z":
            found.append(int(entry.name))
    return found


def assert_exact(morning: Morning, run: Mapping[str, Any], claims: int) -> None:
    """COMPLETED, each claim in the target once, and the figures the same from file to target."""
    assert run["state"] == "COMPLETED", (run["state"], run["reason"], run["tasks"], run["reviews"])
    assert run["records"]["verified"] == claims
    delivered = morning.delivered()
    assert len(delivered) == claims
    assert set(delivered.values()) == {1}
    for figure in run["totals"]["ClaimPort"].values():
        assert figure["processed"] == figure["delivered"] == figure["target"]
