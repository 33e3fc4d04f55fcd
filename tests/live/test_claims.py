"""The morning's claims in a system that nobody here wrote; what arrived is counted in its own data base."""

import signal
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
import psutil
import pytest

from agent.store import queries, runs
from agent.store.database import close_store
from resources.practice.server import Practice
from tests.chaos.parts import kill
from tests.live.clinic_desk import THURSDAY, TUESDAY, WEDNESDAY, ClinicDesk, billed, contents, wanted
from tests.live.request_tracker import RequestTracker
from tests.live.tickets import Ticket
from tests.morning import FINAL, processes_of, until

CLAIMS = 15
CLAIMS_UNDER_KILLS = 8  # less than half of what is usual would be a question
SLOW = 400  # seconds; here only a machine with six times its load takes more than a quarter of it
pytestmark = pytest.mark.timeout(2 * SLOW)


@pytest.fixture(scope="module")
def clinic_desk(live_machine: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClinicDesk]:
    """One desk, one clinic and one home for all tests here; afterwards no process of the home is left."""
    folder = tmp_path_factory.mktemp("live")
    with RequestTracker() as desk, Practice(folder / "practice", export_seconds=0.1) as practice:
        morning = ClinicDesk(folder / "home", practice, desk)
        yield morning
    assert processes_of(morning.home) == []


def _short_day(clinic_desk: ClinicDesk, day: date, rows: int) -> None:
    """From now on the clinic's reports are short: the first `rows` rows of that day, totals agreeing."""
    share = (rows + 0.1) / len(billed(day))
    clinic_desk.practice.faults("meridian", "few_rows", always=True, share=share)


def _of_robot(clinic_desk: ClinicDesk, day: date) -> list[Ticket]:
    tickets = clinic_desk.desk.tickets(by="robot")
    return [ticket for ticket in tickets if ticket.fields["Visit Date"] == day.isoformat()]


def _assert_exact(clinic_desk: ClinicDesk, run: dict[str, Any], day: date, rows: int) -> None:
    """COMPLETED; in RT's data base each claim once, every field equal, never changed, no other ticket."""
    assert run["state"] == "COMPLETED", (run["state"], run["reason"], run["tasks"], run["reviews"])
    assert run["records"]["verified"] == run["records"]["total"] == rows
    entered = _of_robot(clinic_desk, day)
    assert sorted(map(contents, entered)) == sorted(wanted(row) for row in billed(day, rows))
    total = str(sum(row.amount for row in billed(day, rows)))
    figures = run["totals"]["ClaimsDesk"]
    assert {figures["amount"][place] for place in ("source", "processed", "delivered", "target")} == {total}
    confirmed = {record["confirmation"] for record in queries.records(run["id"])}
    assert confirmed == {str(ticket.number) for ticket in entered}


def test_claims_arrive_in_a_real_system(clinic_desk: ClinicDesk) -> None:
    """Fifteen claims of the clinic's report are fifteen tickets, entered and read back through screens."""
    _short_day(clinic_desk, TUESDAY, CLAIMS)
    with clinic_desk.host() as host:
        run_id = clinic_desk.enter(host, "claims-desk", WEDNESDAY)
        run = clinic_desk.finished(host, run_id, SLOW)
        _assert_exact(clinic_desk, run, TUESDAY, CLAIMS)
    assert len(clinic_desk.desk.tickets(by="robot")) == CLAIMS


def test_killed_in_mid_upload_it_is_exact(clinic_desk: ClinicDesk) -> None:
    """kill -9 of the worker's tree, then of the host, each while a ticket is on its way: all arrive, once."""
    _short_day(clinic_desk, WEDNESDAY, CLAIMS_UNDER_KILLS)
    clinic_desk.open()
    with clinic_desk.host_process("run", "claims-desk", "--date", THURSDAY.isoformat()) as host:
        assert host.stdout is not None
        run_id = host.stdout.readline().strip()
        assert run_id, (clinic_desk.home.root / "host.err").read_text()
        _on_its_way(run_id, after=1)
        killed = runs.get(run_id).tree
        worker = psutil.Process(killed["pid"])
        kill((worker, *worker.children(recursive=True)))
        _until(run_id, lambda: runs.get(run_id).tree != killed, "another worker")
        _on_its_way(run_id, after=4)
        host.send_signal(signal.SIGKILL)
        host.wait()
    with clinic_desk.host_process("agent"):
        until(lambda: queries.run(run_id)["state"] in FINAL, SLOW, what="the end of the run")
    assert runs.get(run_id).recoveries == 1
    _assert_exact(clinic_desk, queries.run(run_id), WEDNESDAY, CLAIMS_UNDER_KILLS)
    close_store()


def _on_its_way(run_id: str, *, after: int) -> None:
    """Wait until so many tickets are there, and a further one's click is noted but not yet its answer."""

    def clicked() -> bool:
        counts = queries.record_counts(run_id)
        return counts["confirmed"] + counts["verified"] >= after and counts["intended"] == 1

    _until(run_id, clicked, "a click")


def _until(run_id: str, condition: Callable[[], bool], what: str) -> None:
    """Wait for something in the middle of a run; a run that has ended has missed it."""

    def seen() -> bool:
        if condition():
            return True
        run = queries.run(run_id)
        assert run["state"] not in FINAL, (what, run["state"], run["reason"], run["tasks"], run["reviews"])
        return False

    until(seen, SLOW, what=what)


def test_the_digest_says_what_the_data_base_says(clinic_desk: ClinicDesk) -> None:
    """The workbook lists every new ticket, oldest first, and sums by type, as RT's data base has them."""
    with clinic_desk.host() as host:
        run_id = clinic_desk.enter(host, "claims-digest", THURSDAY)
        run = clinic_desk.finished(host, run_id, SLOW)
    assert run["state"] == "COMPLETED", (run["state"], run["reason"], run["tasks"])
    (file,) = clinic_desk.home.workbooks.rglob("*.xlsx")
    assert file.name == f"Claims digest {THURSDAY.isoformat()}.xlsx"
    workbook = openpyxl.load_workbook(file)

    new = sorted(
        (ticket for ticket in clinic_desk.desk.tickets() if ticket.status == "new"),
        key=lambda ticket: (ticket.created, ticket.number),
    )
    assert len(new) > CLAIMS
    _, *listed = workbook["New tickets"].values
    assert [_plain(line) for line in listed] == [_plain(_line(ticket)) for ticket in new]

    by_type: dict[str, list[Ticket]] = defaultdict(list)
    for ticket in new:
        by_type[ticket.fields["Claim Type"]].append(ticket)
        by_type["~All"].append(ticket)
    _, *lines = workbook["By type"].values
    assert [_plain(line) for line in lines] == [
        _plain((name.strip("~"), len(tickets), _total(tickets), tickets[0].number, _entered(tickets[0])))
        for name, tickets in sorted(by_type.items())
    ]


def _line(ticket: Ticket) -> tuple[object, ...]:
    fields = ticket.fields
    visit = date.fromisoformat(fields["Visit Date"])
    return (
        ticket.number,
        _entered(ticket),
        fields["Claim Number"],
        fields["Claim Type"],
        fields["Service Code"],
        visit,
        Decimal(fields["Amount"]),
    )


def _entered(ticket: Ticket) -> object:
    return ticket.created.astimezone(ZoneInfo("Europe/London")).replace(tzinfo=None)


def _total(tickets: list[Ticket]) -> Decimal:
    return sum((Decimal(ticket.fields["Amount"]) for ticket in tickets), Decimal(0))


def _plain(line: tuple[object, ...]) -> list[str]:
    """Cells as text: a workbook's days come back with a time, its numbers as whole ones where they can."""
    return [
        f"{cell:.2f}" if isinstance(cell, int | float | Decimal) else str(cell).removesuffix(" 00:00:00")
        for cell in line
    ]
