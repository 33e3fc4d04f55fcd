"""The panel tells people what a workstation cannot: that it is silent; that it failed and nobody looked."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from agent.core.answers import NEEDS, Needs
from agent.sync import wire
from agent.sync.wire import PANEL_ANSWERS
from resources.i18n import texts
from tests.panel.serving import Panel, agenda, now, run
from ui.panel.server import notices
from ui.panel.server.config import Config, Notices
from ui.panel.server.keeper import Keeper
from ui.panel.server.tables.database import write
from ui.panel.server.tables.schema import NoticeRow, WorkstationRow

TELL = Notices(tell=("json://localhost",))


class Post:
    """Takes what would be sent; refuses as often as it is told."""

    def __init__(self, refuses: int = 0) -> None:
        self.refuses, self.told = refuses, []

    def __call__(self, _addresses: tuple[str, ...], title: str, body: str) -> str | None:
        if self.refuses:
            self.refuses -= 1
            return "out of order"
        self.told.append((title, body))
        return None


def silent_since(minutes: int) -> None:
    write(lambda: WorkstationRow.update(seen_at=now() - timedelta(minutes=minutes)).execute())


def test_silence_before_a_deadline_is_told_once(panel: Panel) -> None:
    station, post = panel.workstation("FRONT-2"), Post()
    station.tell(agenda=agenda())  # its deadline is in four hours
    assert notices.look(TELL, now(), post) == 0
    silent_since(10)
    assert notices.look(TELL, now(), post) == 0  # nothing is urgent yet
    late = now() + timedelta(hours=3, minutes=10)
    assert notices.look(TELL, late, post) == 1
    assert notices.look(TELL, late + timedelta(minutes=5), post) == 0
    ((title, body),) = post.told
    assert "FRONT-2" in title
    assert "Clinic morning sync" in body


def test_what_was_done_before_it_fell_silent_is_no_cause(panel: Panel) -> None:
    station, post = panel.workstation("FRONT-2"), Post()
    due = wire.Upcoming(now() - timedelta(minutes=30), now() + timedelta(minutes=20))
    owned = wire.Owned("clinic-morning-sync", "main", "Clinic morning sync", True, upcoming=(due,))
    station.tell(agenda=wire.Agenda((owned,)))
    silent_since(10)
    assert len(list(notices.causes(TELL, now()))) == 1
    station.tell(runs=(run(state="COMPLETED", ended_at=now()),))
    silent_since(10)
    assert notices.look(TELL, now(), post) == 0


def test_a_failed_run_is_told_unless_somebody_looked(panel: Panel) -> None:
    station, post = panel.workstation("FRONT-2"), Post()
    ended = now() - timedelta(minutes=45)
    reason = wire.Said("site_down", {"site": "claimport", "status": 503})
    for ident in ("20261118-aaaa", "20261118-bbbb"):
        station.tell(runs=(run(ident, "FAILED", ended_at=ended, reason=reason),))
    panel.person("vera", north="viewer").get(f"/api/runs/{station.number}/20261118-aaaa")
    assert notices.look(TELL, now(), post) == 1
    assert "claimport" in post.told[0][1]


def test_what_could_not_be_told_is_tried_again_later(panel: Panel) -> None:
    station, post = panel.workstation("FRONT-2"), Post(refuses=1)
    station.tell(runs=(run("20261118-aaaa", "FAILED", ended_at=now() - timedelta(minutes=45)),))
    assert notices.look(TELL, now(), post) == 0
    assert notices.look(TELL, now(), post) == 0  # not at once
    assert NoticeRow.get().problem == "out of order"
    assert notices.look(TELL, now() + timedelta(minutes=6), post) == 1


@pytest.mark.parametrize("where", [(), ("json://127.0.0.1:9",)])
def test_nobody_to_tell_and_nobody_there(panel: Panel, where: tuple[str, ...]) -> None:
    station = panel.workstation("FRONT-2")
    station.tell(runs=(run("20261118-aaaa", "FAILED", ended_at=now() - timedelta(minutes=45)),))
    assert notices.look(Notices(tell=where), now()) == 0
    assert NoticeRow.select().count() == len(where)


def test_a_look_tells_faces_whose_standing_changed_by_time_alone(panel: Panel) -> None:
    station, face = panel.workstation("FRONT-2"), panel.person("vera", north="viewer")
    station.tell(agenda=agenda())
    keeper = Keeper(Config(panel.folder))
    keeper.look(now())
    before = face.get("/api/dashboard")["revision"]
    later: datetime = now() + timedelta(minutes=5)
    keeper.look(later)
    changed = face.get("/api/dashboard", since=before)
    assert [one["name"] for one in changed["workstations"]] == ["FRONT-2"]


# ── answers and words ─────────────────────────────────────────────────────────────────────────────────────
def test_the_panel_sends_only_answers_that_need_nothing_from_a_workstation() -> None:
    """“leave it out” needs a reason, a fixed one here; a repair the numbers of known places."""
    needing = {answer for answer in PANEL_ANSWERS if NEEDS.get(answer, Needs.NOTHING) is not Needs.NOTHING}
    assert needing == {"leave_out", "accept_repair"}
    assert texts.codes("answers") >= PANEL_ANSWERS
