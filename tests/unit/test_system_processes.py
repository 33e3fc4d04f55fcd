"""Who belongs to a tree: rules over made-up process tables, never touching a real process."""

import os

from hypothesis import given, settings
from hypothesis import strategies as st

from agent.system.process_members import closure
from agent.system.process_table import (
    Entry,
    ProcessIdentity,
    Table,
    lineage,
    read_entry,
    read_table,
    same,
    with_descendants,
)

UNHURRIED = settings(deadline=None)  # the machine may be busy

US = os.getpid()
INIT = 1


def table(*rows: tuple[int, int, int]) -> Table:
    """Rows of (pid, parent, session)."""
    return {pid: Entry(pid, parent, session, 100.0, dead=False) for pid, parent, session in rows}


HOUSE = ((INIT, 0, INIT), (50, INIT, 50), (US, 50, 50))


def test_descendants_are_found_at_any_depth() -> None:
    below = table(*HOUSE, (10_001, US, 10_001), (10_002, 10_001, 10_001), (10_003, 10_002, 10_003))
    assert with_descendants(below, [10_001]) == {10_001, 10_002, 10_003}
    assert with_descendants(below, [99_999]) == set()


def test_a_session_gives_away_its_orphans_and_their_children() -> None:
    orphaned = table(*HOUSE, (10_002, INIT, 10_001), (10_003, 10_002, 10_003), (10_004, INIT, 10_003))
    assert closure(orphaned, [], [10_001]) == {10_002, 10_003, 10_004}


def test_a_session_whose_leader_lives_elsewhere_is_somebody_else_s() -> None:
    reused = table(*HOUSE, (10_001, INIT, 10_001), (10_002, 10_001, 10_001))
    assert closure(reused, [], [10_001]) == set()
    assert closure(reused, [10_002], []) == {10_002}
    assert closure(reused, [10_001], []) == {10_001, 10_002}


def test_we_our_ancestors_and_our_own_session_are_never_ours_to_end() -> None:
    house = table(*HOUSE, (60, 50, 50), (10_001, US, 10_001), (10_002, 10_001, 50))
    assert closure(house, [US, 50, INIT, 10_001], [50, INIT]) == {10_001, 10_002}


@UNHURRIED
@given(
    st.dictionaries(
        st.integers(10_000, 10_020),
        st.tuples(st.integers(10_000, 10_020) | st.sampled_from([INIT, US]), st.integers(10_000, 10_020)),
    ),
    st.sets(st.integers(10_000, 10_020)),
    st.sets(st.integers(10_000, 10_020) | st.sampled_from([50, INIT, 0])),
)
def test_the_closure_is_closed_and_never_reaches_us(
    rows: dict[int, tuple[int, int]], roots: set[int], sessions: set[int]
) -> None:
    """Whatever the table: roots stay, children of members are members, and nobody of our line ever is."""
    made = table(*HOUSE, *((pid, *row) for pid, row in rows.items()))
    found = closure(made, roots, sessions)
    assert roots & made.keys() <= found
    assert not found & lineage(made, US)
    assert all(entry.pid in found for entry in made.values() if entry.parent in found)
    assert closure(made, found, sessions) == found


def test_this_process_is_in_the_real_table() -> None:
    entry = read_table()[US]
    assert (entry.parent, entry.session, entry.dead) == (os.getppid(), os.getsid(0), False)
    assert same(read_entry(US), entry.identity)
    assert not same(read_entry(US), ProcessIdentity(US, entry.started_at - 10))
    assert read_entry(2**22 + 1) is None
    assert US in lineage(read_table(), US)
