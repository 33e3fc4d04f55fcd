"""Whatever dies and whatever the site does: each record is there once, and nothing is vouched for in vain."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from agent.core.failures import Failure
from agent.core.states import RecordState
from agent.store import reviews
from agent.store.ledger import Entry, Ledger
from agent.store.tables import LEDGER
from agent.worker.delivery import Delivery
from tests.store.claim_desk import Crash, Desk, ListedDesk, Target, Worker, at_work, claims, states
from tests.store.ground import crash

VERIFIED = RecordState.VERIFIED
WRITES = ("intend", "confirm", "verify", "doubt", "doubt_intended", "note_absence", "plan_again", "trust")
MOST_ROUNDS = 20
SUBMITS = st.sampled_from(
    ["well", "lost", "lost_saved", "lost_late", "refused", "refused_early", "fill", "down"]
)
LOOKS = st.sampled_from(["well", "well", "well", "cannot_tell", "down"])
SESSIONS = st.sampled_from(["well", "well", "blind"])


class Deaths:
    """Kills the worker at steps counted from its start: in the site, and around each write of the ledger."""

    def __init__(self, at: list[int]) -> None:
        self.at, self.count = list(at), 0
        self.steps: list[str] = []
        self.died_at: list[str] = []

    def tick(self, step: str) -> None:
        """One more step; here the worker may die."""
        self.steps.append(step)
        self.count += 1
        if self.at and self.count == self.at[0]:
            del self.at[0]
            self.count = 0
            self.died_at.append(step)
            raise Crash(step)

    def around(self, name: str, write: Callable[..., Any]) -> Callable[..., Any]:
        """Die before a write, or after its commit."""

        def written(ledger: Ledger, *args: Any) -> Any:
            self.tick(f"before {name}")
            result = write(ledger, *args)
            self.tick(f"after {name}")
            return result

        return written


def work_until_done(worker: Worker, deaths: Deaths) -> None:
    """Start worker after worker, as the host does, until one comes to its end."""
    worker.site.tick = deaths.tick
    with pytest.MonkeyPatch.context() as patch:
        for name in WRITES:
            patch.setattr(Ledger, name, deaths.around(name, getattr(Ledger, name)))
        for _ in range(MOST_ROUNDS):
            try:
                worker.delivery().run()
            except (Crash, Failure):
                worker.lease = crash(worker.lease)
            else:
                return
    raise AssertionError("it never came to an end")


def require_exact(target: Target, worker: Worker) -> None:
    """Nothing twice, nothing altered, nothing vouched for that is not there, nothing forgotten."""
    numbers = [claim.claim_no for _, claim in target.saved]
    assert len(set(numbers)) == len(numbers), f"entered twice: {numbers}"
    wanted = {claim.claim_no: claim for claim in claims(9)}
    assert all(claim == wanted[claim.claim_no] for _, claim in target.saved)
    entries = worker.ledger.entries()
    for entry in entries:
        if entry.state is VERIFIED:
            assert entry.payload["key"] in numbers
    open_records = {item.record_id for item in reviews.open_items()}
    assert [
        entry.id for entry in entries if entry.state is not VERIFIED and entry.id not in open_records
    ] == []


def crash_points(folder: Path, submits: list[str]) -> list[str]:
    """Every step of an undisturbed delivery, by name."""
    deaths = Deaths([])
    with at_work(folder) as worker:
        worker.plan(claims(2))
        worker.site.submits = list(submits)
        work_until_done(worker, deaths)
    return deaths.steps


@pytest.mark.parametrize("answer", ["well", "lost", "lost_saved", "lost_late"])
def test_a_worker_may_die_at_any_step(tmp_path: Path, answer: str) -> None:
    """At each step in turn, between any two writes and any two words with the site: the target is exact."""
    submits = ["well", answer]
    (tmp_path / "whole").mkdir()
    steps = crash_points(tmp_path / "whole", submits)
    assert {"before intend", "after intend", "clicking", "saved", "text", "before confirm"} <= set(steps)
    for number, step in enumerate(steps, start=1):
        folder = tmp_path / str(number)
        folder.mkdir()
        with at_work(folder) as worker:
            LEDGER.execute_sql("PRAGMA synchronous = off")
            worker.plan(claims(2))
            worker.site.submits = list(submits)
            deaths = Deaths([number])
            work_until_done(worker, deaths)
            assert deaths.died_at == [step]
            require_exact(worker.site.target, worker)
            assert worker.site.target.numbers() == ["C1", "C2"] or RecordState.IN_REVIEW in states(worker)


def morning(
    folder: Path,
    destination: type[Desk],
    submits: list[str],
    looks: list[str],
    sessions: list[str],
    deaths: list[int],
    there: list[int],
) -> None:
    """One upload of four claims through these troubles; the target must be exact after it."""
    with at_work(folder) as worker:
        LEDGER.execute_sql("PRAGMA synchronous = off")
        worker.destination = destination
        for number in there:
            worker.site.target.save(claims(4)[number])
        worker.plan(claims(4))
        worker.site.submits, worker.site.looks, worker.site.sessions = (
            list(submits),
            list(looks),
            list(sessions),
        )
        if there:  # then nobody may say that nothing has been entered yet
            worker.accepted = {}
        work_until_done(worker, Deaths(deaths))
        worker.site.target.wait(1000)  # what is still on its way lands now
        require_exact(worker.site.target, worker)


MORNINGS = given(
    destination=st.sampled_from([Desk, ListedDesk]),
    submits=st.lists(SUBMITS, max_size=6),
    looks=st.lists(LOOKS, max_size=6),
    sessions=st.lists(SESSIONS, max_size=5),
    deaths=st.lists(st.integers(1, 60), max_size=3),
    there=st.lists(st.integers(0, 3), max_size=2, unique=True),
)
QUICK = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@QUICK
@MORNINGS
def test_through_any_troubles_the_target_is_exact(
    tmp_path_factory: pytest.TempPathFactory, **troubles: Any
) -> None:
    """Lost answers, refusals, broken look-ups, late commits and dying workers, in any order."""
    morning(tmp_path_factory.mktemp("morning"), **troubles)


def test_with_blind_retries_the_same_mornings_find_a_double(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: where a doubt is sent again at once, a record stands in the target twice."""

    def blind(self: Delivery, entry: Entry) -> bool:
        self._ledger.plan_again(entry)
        return True

    monkeypatch.setattr(Delivery, "_decide", blind)

    @settings(QUICK, max_examples=500, database=None, phases=[Phase.generate])
    @MORNINGS
    def mornings(**troubles: Any) -> None:
        morning(tmp_path_factory.mktemp("blind"), **troubles)

    with pytest.raises(AssertionError, match="entered twice"):
        mornings()
