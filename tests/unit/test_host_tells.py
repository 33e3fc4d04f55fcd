"""The whole way, nothing faked: the real host, its rows, a real SMTP server, a real heartbeat service."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from agent.core.failures import SiteDown
from agent.core.states import RunState, TaskState
from agent.host import notices as host_notices
from agent.host.agent import Host
from agent.store import notices, runs
from agent.store.database import close_store, open_store, prepare_store
from agent.store.tables import TaskRow
from agent.system.addresses import Addresses
from agent.system.paths import Home
from agent.system.vault import open_vault
from tests.listeners import heartbeat, mailbox
from tests.morning import until
from tests.store.ground import plan_run

TODAY = datetime.now(UTC).date()


def test_what_the_host_brings_to_an_end_reaches_people_and_the_heartbeat(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(host_notices, "PACE_SECONDS", 0.05)
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere/bus")
    home = Home(tmp_path / "home")
    home.mark_demo()  # so that the address lies in a file of this temporary home
    home.prepare()
    with mailbox() as (box, address), heartbeat() as (paths, root):
        home.settings.write_text(
            f'[offices.main]\nzone = "UTC"\n[notices]\nheartbeat_url = "{root}/{{automation}}"\n'
            '[notices.tell]\ndone = ["office"]\n'
        )
        Addresses(open_vault(home)).set("office", address)
        prepare_store(home.database, home.evidence)
        done, failed = plan_run(TODAY), plan_run(TODAY, automation="laboratory", title="Laboratory")
        TaskRow.update(state=TaskState.DONE).where(TaskRow.run == done).execute()
        failure = SiteDown(site="desk", status=503).as_json()
        TaskRow.update(state=TaskState.FAILED, failure=failure).where(TaskRow.run == failed).execute()
        close_store()
        with Host(home) as host:
            until(lambda: len(paths) == 2 and len(box.letters) >= 1, 20, host)
            open_store(home.database, home.evidence)
            until(lambda: len(told("office")) == 2, 20, host)
        open_store(home.database, home.evidence)
        assert [runs.get(done).state, runs.get(failed).state] == [RunState.COMPLETED, RunState.FAILED]
        assert paths == ["/clinic", "/laboratory/fail"]
        said = "\n".join(f"{letter['subject']}\n{letter.get_content()}" for letter in box.letters)
        assert "Clinic: done" in said
        assert "Laboratory: failed" in said
        assert "desk is out of order" in said
        # The desktop could not be reached: that waits, and is seen.
        desktop = [one["problem"] for one in notices.recent(20) if one["addressee"] == "desktop"]
        assert desktop == ["no_desktop"]
        letters = len(box.letters)
        again = plan_run(TODAY, automation="pharmacy", title="Pharmacy")
        TaskRow.update(state=TaskState.DONE).where(TaskRow.run == again).execute()
        close_store()
        with Host(home) as host:  # a restart tells what is new, and repeats nothing
            until(lambda: len(paths) == 3, 20, host)
            open_store(home.database, home.evidence)
            until(lambda: len(told("office")) == 3, 20, host)
        assert len(box.letters) == letters + 1
        assert box.letters[-1]["subject"] == "Pharmacy: done"
    close_store()


def told(addressee: str) -> list[object]:
    return [
        one for one in notices.recent(20) if one["addressee"] == addressee and one["state"] == notices.TOLD
    ]
