"""The host tells people: from rows to messages, once, over restarts; what does not arrive is tried again."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from agent.core.calendar import OfficeDays, read_rules
from agent.core.deadline import FEWEST_RUNS
from agent.core.failures import DiskLow, Failure, Offline, Refused, SiteDown, VaultLocked
from agent.core.notices import Event, Happening, Quiet
from agent.core.occurrences import Outcome, duties_of, reason
from agent.core.states import RecordState, RunState, TaskState
from agent.host import notices as host_notices
from agent.host.agenda import the_schedule
from agent.host.notices import Notices
from agent.host.troubles import Troubles
from agent.store import notices, occurrences, pauses, runs
from agent.store.database import close_store, open_store
from agent.store.fields import utc_now
from agent.store.tables import NoticeRow, OccurrenceRow, RecordRow, RunRow, TaskRow
from agent.system.addresses import Addresses
from agent.system.notify import FakeSender, Tone
from agent.system.paths import Home
from agent.system.settings import NoticeSettings, Office, Settings
from agent.system.vault import MemoryVault
from tests.morning import until
from tests.store.ground import MONDAY, SOMEBODY, begin, claim, ledger_of, opened, plan_run

NOW = utc_now()
TODAY = (NOW + timedelta(hours=2)).date()  # late in the evening tomorrow: its deadline must not be near
MANIFEST = {
    "deadline": "23:59",
    "schedule": "05:00 mon,tue,wed,thu,fri,sat,sun",
    "record_types": {"Claim": {"noun": ["claim", "claims"]}},
}
MONDAY_MORNING = datetime.combine(MONDAY, time(5), UTC)
OFFICE, IT = "mailto://office", "mailto://it"


@pytest.fixture
def vault(monkeypatch: pytest.MonkeyPatch) -> MemoryVault:
    """The vault of this test: two addresses are known to it."""
    found = MemoryVault()
    Addresses(found).set("office", OFFICE)
    Addresses(found).set("it", IT)
    monkeypatch.setattr(host_notices, "open_vault", lambda _home: found)
    return found


@pytest.fixture
def home(tmp_path: Path, vault: MemoryVault) -> Iterator[Home]:
    """A home with a store."""
    found = Home(tmp_path)
    with opened(tmp_path):
        yield found


class Told:
    """The host's part that tells, with a sender that remembers."""

    def __init__(self, home: Home, **wishes: Any) -> None:
        offices = MappingProxyType({"main": Office("main", "UTC")})
        self.settings = Settings(offices, notices=NoticeSettings(**wishes))
        self.sender = FakeSender()
        self.notices = Notices(home, self.settings, sender=self.sender)
        self.notices.look(min(NOW, MONDAY_MORNING) - timedelta(days=30))  # it has told things for a month

    def round(self, now: datetime | None = None) -> list[Event]:
        """One look, and telling; what was new."""
        at = now or utc_now()
        found = [happening.event for happening in self.notices.look(at)]
        self.notices.send(at)
        return found


@pytest.fixture
def told(home: Home) -> Told:
    return Told(home)


def planned(day: date = TODAY, **changes: Any) -> str:
    return plan_run(day, **{"manifest": MANIFEST, **changes})


def ended(
    state: RunState, *, arrived: int = 0, need: int = 0, reason: Failure | None = None, **changes: Any
) -> str:
    """A run with records that has come to rest."""
    lease = begin(planned(**changes))
    ledger_of(lease).plan([claim(f"{lease.run_id}-{number}") for number in range(arrived + need)], [])
    for place, row in enumerate(list(RecordRow.select().where(RecordRow.run == lease.run_id))):
        settled = RecordState.VERIFIED if place < arrived else RecordState.IN_REVIEW
        RecordRow.update(state=settled).where(RecordRow.id == row.id).execute()
    RunRow.update(totals={"ClaimPort": {"count": {"source": "212"}}}).where(
        RunRow.id == lease.run_id
    ).execute()
    runs.settle_task(lease.task_id, TaskState.DONE if state is RunState.COMPLETED else TaskState.NEEDS_REVIEW)
    runs.move_run(lease.run_id, state, reason.as_json() if reason else None)
    return lease.run_id


FAILED = (Outcome.RAN, {"code": "site_down", "params": {}})
RULES = read_rules({"schedule": "05:00 mon,tue,wed,thu,fri,sat,sun", "deadline": "08:00"})


def enrolled() -> None:
    """The clinic's automation is scheduled."""
    occurrences.enrol("clinic", "main", "Clinic", {}, "UTC", NOW - timedelta(days=900))


def settled(day: date, outcome: Outcome, why: Any, at: datetime | None = None) -> None:
    """What a business day owed, and what became of it by nine."""
    (duty,) = duties_of(RULES, UTC, OfficeDays(), day)
    moment = at or duty.deadline_at + timedelta(minutes=30)
    occurrences.state("clinic", "main", [(duty, outcome, why)], moment)
    OccurrenceRow.update(ended_at=moment).where(OccurrenceRow.business_date == day).execute()


# ── what is told ──────────────────────────────────────────────────────────────────────────────────────
def test_a_run_that_is_done_is_told_with_its_counts(told: Told) -> None:
    ended(RunState.COMPLETED, arrived=187)
    assert told.round() == [Event.STARTED, Event.DONE]
    (shown,) = told.sender.shown
    assert shown.title == "Clinic: done"
    assert shown.body.startswith("212 rows checked, 187 claims arrived before ")
    assert (shown.tone, told.sender.sent) == (Tone.SUCCESS, [])


def test_a_run_that_needs_a_person_is_told_to_everybody(told: Told) -> None:
    ended(RunState.NEEDS_REVIEW, arrived=184, need=3)
    assert Event.NEEDS_PERSON in told.round()
    assert [address for address, _message in told.sender.sent] == [IT, OFFICE]
    message = told.sender.sent[0][1]
    assert message.title == "Clinic: needs a person"
    assert "184 claims arrived" in message.body
    assert "3 claims need you." in message.body
    assert message == told.sender.shown[0]


def test_a_failure_is_told_without_the_sites_words(told: Told) -> None:
    ended(RunState.FAILED, reason=Refused(site="ClaimPort", words="Maria Huber is not insured"))
    told.round()
    message = told.sender.sent[0][1]
    assert (message.title, message.tone) == ("Clinic: failed", Tone.FAILURE)
    assert "Refused by ClaimPort" in message.body
    assert "Huber" not in repr(told.sender)
    assert "Huber" not in repr([row.params for row in NoticeRow.select()])


def test_each_cause_is_told_once_over_looks_and_restarts(told: Told, home: Home) -> None:
    ended(RunState.FAILED, reason=SiteDown(site="desk", status=503))
    told.round()
    assert told.round() == []
    again = Told(home)
    assert again.round() == []
    assert (len(told.sender.sent), again.sender.sent) == (2, [])


def test_a_run_that_fails_again_is_told_again(told: Told) -> None:
    run_id = ended(RunState.FAILED, reason=SiteDown(site="desk", status=503))
    told.round()
    runs.move_run(run_id, RunState.PENDING)
    runs.move_run(run_id, RunState.FAILED, SiteDown(site="desk", status=503).as_json())
    later = utc_now() + timedelta(minutes=5)
    RunRow.update(ended_at=later).where(RunRow.id == run_id).execute()
    assert told.round(later) == [Event.FAILED]


def test_rehearsals_are_nobodys_business(told: Told) -> None:
    ended(RunState.FAILED, options={"rehearse": True})
    assert told.round() == []


def test_what_lay_before_the_first_look_is_history(home: Home) -> None:
    run_id = ended(RunState.FAILED)
    RunRow.update(ended_at=NOW - timedelta(hours=2)).where(RunRow.id == run_id).execute()
    offices = MappingProxyType({"main": Office("main", "UTC")})
    first = Notices(home, Settings(offices), sender=FakeSender())
    assert first.look(NOW) == []


def test_settings_say_who_else_is_told(home: Home) -> None:
    told = Told(home, tell=MappingProxyType({"done": ("office",), "failed": ()}))
    ended(RunState.COMPLETED, arrived=1)
    ended(RunState.FAILED, day=TODAY - timedelta(days=1))
    told.round()
    assert [address for address, _message in told.sender.sent] == [OFFICE]
    assert told.sender.shown == []


def test_several_notices_become_one_message(told: Told) -> None:
    ended(RunState.COMPLETED, arrived=1)
    ended(RunState.FAILED, day=TODAY - timedelta(days=1), reason=SiteDown(site="desk", status=503))
    told.round()
    (shown,) = told.sender.shown
    assert (shown.title, shown.tone) == ("Predawn: 2 notices", Tone.FAILURE)
    assert "Clinic: done" in shown.body
    assert "Clinic: failed" in shown.body


# ── the deadline ──────────────────────────────────────────────────────────────────────────────────────
def history(seconds: float = 3600) -> None:
    """Enough past mornings of an hour each."""
    for number in range(FEWEST_RUNS):
        day = TODAY - timedelta(days=20 - number)
        run_id = ended(RunState.COMPLETED, day=day)
        at = datetime.combine(day, time(5), UTC)
        end = at + timedelta(seconds=seconds + 60 * (number % 3))
        RunRow.update(created_at=at, started_at=at, ended_at=end).where(RunRow.id == run_id).execute()
        TaskRow.update(started_at=at, ended_at=end).where(TaskRow.run == run_id).execute()


def run_made_at(at: datetime, state: RunState = RunState.PENDING) -> str:
    run_id = planned(at.date(), manifest={**MANIFEST, "deadline": "08:00"})
    RunRow.update(created_at=at).where(RunRow.id == run_id).execute()
    assert runs.get(run_id).state == state
    return run_id


def test_a_run_that_waits_too_long_is_at_risk_then_impossible_each_told_once(home: Home) -> None:
    told = Told(home)
    history()
    five = datetime.combine(TODAY + timedelta(days=1), time(5), UTC)
    run_id = run_made_at(five)
    offline = Offline(site="ClaimPort", host="claims.example").as_json()
    runs.move_run(run_id, RunState.PENDING, offline)
    seen = {
        (five + timedelta(minutes=minute)).strftime("%H:%M"): events
        for minute in range(0, 200, 5)
        if (
            events := [
                e
                for e in told.round(five + timedelta(minutes=minute))
                if e in {Event.AT_RISK, Event.IMPOSSIBLE}
            ]
        )
    }
    assert list(seen.values()) == [[Event.AT_RISK], [Event.IMPOSSIBLE]]
    assert "06:45" <= min(seen) <= "07:00"  # an hour's work, and the deadline is at eight
    assert "07:00" <= max(seen) <= "07:05"
    bodies = [message.body for address, message in told.sender.sent if address == OFFICE]
    late = [body for body in bodies if body.startswith("Expected between")]
    assert len(late) == 2
    assert all("It waits: ClaimPort cannot be reached from here" in body for body in late)
    assert all("settle that first" in body for body in late)


def test_without_history_a_late_run_is_told_all_the_same(told: Told) -> None:
    five = datetime.combine(TODAY + timedelta(days=1), time(5), UTC)
    run_made_at(five)
    assert Event.AT_RISK not in told.round(five)
    assert told.round(five + timedelta(hours=2)) == [Event.AT_RISK]
    assert told.round(five + timedelta(hours=3)) == [Event.IMPOSSIBLE]


def test_a_run_by_hand_for_a_day_gone_by_has_no_deadline_to_hold(told: Told) -> None:
    planned(TODAY - timedelta(days=3))
    assert told.round() == []


def test_what_the_schedule_begins_after_its_deadline_is_late_and_told(told: Told) -> None:
    """The computer slept until nine: the run begins, and whoever waits for it must know."""
    nine = datetime.combine(TODAY, time(9), UTC)
    run_made_at(nine)
    RunRow.update(actor=the_schedule().as_json()).execute()
    assert told.round(nine) == [Event.IMPOSSIBLE]
    assert told.sender.shown[0].title == "Clinic: is not done by 08:00"


# ── quiet hours, silence, heartbeat ───────────────────────────────────────────────────────────────────
def test_what_happens_in_quiet_hours_is_told_after_them(home: Home) -> None:
    at = datetime.combine(TODAY, time(12), UTC)
    told = Told(home, quiet=Quiet(time(11), time(13)))
    run_id = ended(RunState.COMPLETED, arrived=1)
    RunRow.update(ended_at=at).where(RunRow.id == run_id).execute()
    told.round(at)
    assert told.sender.shown == []
    told.notices.send(at + timedelta(hours=1))
    assert len(told.sender.shown) == 1


def test_days_without_success_are_told_and_skipped_ones_owe_nothing(told: Told) -> None:
    enrolled()
    day = MONDAY
    outcomes = [Outcome.RAN, FAILED, Outcome.SKIPPED, Outcome.MISSED, FAILED, FAILED, FAILED]
    seen = []
    for outcome in outcomes:
        settled(day, *(outcome if isinstance(outcome, tuple) else (outcome, None)))
        found = told.round(datetime.combine(day, time(9), UTC))
        seen.append(Event.NOTHING_SUCCEEDED in found)
        day += timedelta(days=1)
    # The Friday's failure is the third owed day without success, the second was the Thursday's.
    assert seen == [False, False, False, True, False, True, False]
    said = [f"{message.title}\n{message.body}" for message in told.sender.shown]
    assert any("nothing has succeeded for 2 business days" in text for text in said)


def test_a_missed_day_is_told_once_with_its_reason(told: Told) -> None:
    enrolled()
    at = datetime.combine(MONDAY, time(9), UTC)
    settled(MONDAY, Outcome.MISSED, reason("not_begun", failure=None), at)
    assert [told.round(at), told.round(at)] == [[Event.MISSED], []]
    assert told.sender.sent[0][1].title == "Clinic: missed for Mon 23 Nov"
    assert "could not begin in time" in told.sender.sent[0][1].body


def test_a_start_that_a_later_one_serves_for_is_not_missed(told: Told) -> None:
    at = datetime.combine(MONDAY, time(9), UTC)
    settled(MONDAY, Outcome.MISSED, reason("superseded", slot="13:00"), at)
    assert told.round(at) == []


def test_a_start_that_gets_no_run_is_told_before_its_deadline(told: Told) -> None:
    """The plan fails, say: nobody would know before the day is missed."""
    enrolled()
    settled(MONDAY, Outcome.OWED, None)
    five = datetime.combine(MONDAY, time(5), UTC)
    assert [told.round(five + timedelta(minutes=minute)) for minute in (0, 119, 120, 150, 180)] == [
        [], [], [Event.AT_RISK], [], [Event.IMPOSSIBLE],
    ]  # fmt: skip
    body = told.sender.sent[-1][1].body
    assert "It waits: it has not begun yet" in body


def test_a_pause_is_told_to_the_desktop_without_saying_who(told: Told) -> None:
    enrolled()
    pauses.pause("clinic", date(2026, 12, 1), SOMEBODY)
    assert [told.round(), told.round()] == [[Event.PAUSED], []]
    (shown,) = told.sender.shown
    assert (shown.title, told.sender.sent) == ("Clinic: paused", [])
    assert "until Tue 1 Dec" in shown.body
    assert SOMEBODY.name not in repr(shown)


def test_a_heartbeat_hears_of_each_start_and_end(home: Home) -> None:
    told = Told(home, heartbeat_url="https://hc.example/{automation}")
    ended(RunState.COMPLETED, arrived=1)
    ended(RunState.FAILED, day=TODAY - timedelta(days=1))
    told.round()
    root = "https://hc.example/clinic"
    assert told.sender.pings == [f"{root}/start", root, f"{root}/start", f"{root}/fail"]


def test_other_parts_may_add_what_they_know(home: Home) -> None:
    full = Happening(Event.NOT_READY, "disk/2026-11-23", "", "main", {"count": 1, "findings": []})
    told = Told(home)
    told.notices = Notices(home, told.settings, sender=told.sender, sources=[lambda _now: [full]])
    assert [told.round(), told.round()] == [[Event.NOT_READY], []]


# ── what does not arrive ──────────────────────────────────────────────────────────────────────────────
def test_what_does_not_arrive_is_tried_again_later_and_the_others_are_not_told_twice(told: Told) -> None:
    told.sender.broken = {OFFICE}
    ended(RunState.FAILED)
    now = utc_now()
    told.round(now)
    assert [address for address, _message in told.sender.sent] == [IT]
    told.sender.broken = set()
    told.notices.send(now + timedelta(seconds=10))  # too early for another try
    assert len(told.sender.sent) == 1
    told.notices.send(now + timedelta(seconds=31))
    assert [address for address, _message in told.sender.sent] == [IT, OFFICE]


def test_after_a_day_it_is_given_up_and_that_is_seen(told: Told) -> None:
    told.sender.broken = {OFFICE}
    ended(RunState.FAILED)
    now = utc_now()
    told.round(now)
    for hours in range(1, 30):
        told.notices.send(now + timedelta(hours=hours))
    (row,) = [one for one in notices.recent(10) if one["addressee"] == "office"]
    assert (row["state"], row["problem"]) == ("given_up", "fake")
    assert row["tries"] < 30


def test_a_locked_keyring_holds_back_addresses_only(
    told: Told, vault: MemoryVault, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(_home: Home) -> MemoryVault:
        raise VaultLocked()

    monkeypatch.setattr(host_notices, "open_vault", locked)
    ended(RunState.FAILED)
    now = utc_now()
    told.round(now)
    assert (len(told.sender.shown), told.sender.sent) == (1, [])
    monkeypatch.setattr(host_notices, "open_vault", lambda _home: vault)
    told.notices.send(now + timedelta(minutes=1))
    assert [address for address, _message in told.sender.sent] == [IT, OFFICE]


def test_a_crash_between_sending_and_remembering_tells_again(
    told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Better twice than never."""

    def die(*_args: Any) -> None:
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr(notices, "told", die)
        ended(RunState.FAILED)
        with pytest.raises(SystemExit):
            told.round()
    told.notices.send(utc_now())
    assert len(told.sender.shown) == 2


# ── a full disk ───────────────────────────────────────────────────────────────────────────────────────
def full(*_args: Any) -> None:
    raise DiskLow(free_mb=0, wanted_mb=200)


def test_that_nothing_can_be_stored_is_told_all_the_same_and_once(
    told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(host_notices, "PACE_SECONDS", 0.01)
    monkeypatch.setattr(notices, "know", full)
    ended(RunState.FAILED)
    told.notices.start()
    until(lambda: len(told.sender.sent) == 2, 10)
    for _ in range(3):
        told.notices.wake()
    told.notices.stop()
    assert told.notices.defect is None
    assert [address for address, _message in told.sender.sent] == [IT, OFFICE]
    (shown,) = told.sender.shown
    assert shown.title == "Predawn: not ready for the next run"
    assert "disk" in shown.body


def test_what_was_told_is_not_told_again_because_the_disk_is_full(
    told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended(RunState.FAILED)
    with monkeypatch.context() as patched:
        patched.setattr(notices, "told", full)
        with pytest.raises(DiskLow):
            told.round()
        with pytest.raises(DiskLow):
            told.round()
        assert len(told.sender.shown) == 1
    told.round()
    assert (len(told.sender.shown), len(told.sender.sent)) == (1, 2)
    assert notices.due(utc_now()) == []


def test_what_keeps_a_part_of_the_host_from_its_work_is_told(home: Home) -> None:
    told = Told(home)
    part = told.notices
    part.trouble = DiskLow(free_mb=0, wanted_mb=200)
    source = Troubles(lambda: [part])
    told.notices = Notices(home, told.settings, sender=told.sender, sources=[source])
    assert [told.round(), told.round()] == [[Event.NOT_READY], []]


# ── the thread ────────────────────────────────────────────────────────────────────────────────────────
def test_the_thread_tells_when_it_is_rung_and_ends_when_it_is_told_to(
    told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(host_notices, "PACE_SECONDS", 0.05)
    told.notices.start()
    try:
        ended(RunState.FAILED)
        told.notices.wake()
        until(lambda: len(told.sender.sent) == 2, 10)
    finally:
        told.notices.stop()
    assert told.notices.defect is None


def test_a_defect_of_the_thread_is_kept_for_the_face(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_now: datetime) -> list[Happening]:
        raise ZeroDivisionError

    monkeypatch.setattr(told.notices, "look", broken)
    told.notices.start()
    until(lambda: told.notices.defect is not None, 10)
    told.notices.stop()
    assert isinstance(told.notices.defect, ZeroDivisionError)


def test_however_often_it_is_rung_it_looks_at_its_own_pace(
    told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each record of a run rings; looking each time would slow the work."""
    looks: list[datetime] = []
    monkeypatch.setattr(host_notices, "PACE_SECONDS", 0.2)
    monkeypatch.setattr(told.notices, "look", looks.append)
    told.notices.start()
    began = utc_now()
    while len(looks) < 3:
        told.notices.wake()
        assert utc_now() - began < timedelta(seconds=10)
    told.notices.stop()
    assert looks[2] - looks[0] >= timedelta(seconds=0.4)


def test_the_store_of_this_thread_is_open(home: Home) -> None:
    close_store()
    open_store(home.root / "ledger.db", home.root / "evidence.db")
    assert notices.next_at() is None
