"""When a failed task is tried again: longer and longer, never for ever, never when the deadline is lost."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from agent.core.backoff import JITTER, LONGEST_PAUSE_SECONDS, pause_before
from agent.core.failures import HANDLING, Action, Handling, SiteDown, handling

NOW = datetime(2026, 11, 23, 5, 12, tzinfo=UTC)
RULES = st.builds(
    Handling,
    st.integers(1, 6),
    st.floats(0.1, 60),
    st.sampled_from(Action),
    st.booleans(),
)
DRAWS = st.floats(0, 1)
TRIES = st.integers(1, 200)
AHEAD = st.integers(1, 20_000)


@given(RULES, TRIES, DRAWS)
def test_without_a_deadline_tries_are_bounded(rule: Handling, tries: int, draw: float) -> None:
    pause = pause_before(rule, tries, draw=draw, now=NOW)
    assert (pause is not None) == (tries < rule.attempts)


@given(RULES, TRIES, DRAWS, AHEAD, st.floats(0, 900))
def test_no_try_begins_that_could_not_end_before_the_deadline(
    rule: Handling, tries: int, draw: float, ahead: int, lasts: float
) -> None:
    deadline = NOW + timedelta(seconds=ahead)
    pause = pause_before(rule, tries, draw=draw, now=NOW, deadline_at=deadline, lasts_seconds=lasts)
    if pause is not None:
        assert NOW + timedelta(seconds=pause + lasts) < deadline


@given(RULES, TRIES, DRAWS, AHEAD)
def test_a_pause_keeps_within_its_jitter_and_its_limit(
    rule: Handling, tries: int, draw: float, ahead: int
) -> None:
    pause = pause_before(rule, tries, draw=draw, now=NOW, deadline_at=NOW + timedelta(seconds=ahead))
    if pause is not None:
        middle = min(rule.pause_seconds * 2.0 ** min(tries - 1, 30), LONGEST_PAUSE_SECONDS)
        assert middle * (1 - JITTER) <= pause <= middle * (1 + JITTER)


@given(RULES, st.integers(1, 60), DRAWS)
def test_pauses_grow(rule: Handling, tries: int, draw: float) -> None:
    far = NOW + timedelta(days=300)
    pauses = [pause_before(rule, one, draw=draw, now=NOW, deadline_at=far) for one in (tries, tries + 1)]
    if None not in pauses:
        assert pauses[0] <= pauses[1]  # type: ignore[operator]


@given(RULES, TRIES, DRAWS, st.integers(0, 20_000))
def test_a_deadline_gone_by_changes_nothing(rule: Handling, tries: int, draw: float, ago: int) -> None:
    """A run by hand for another day is tried as often as one without a deadline."""
    gone = NOW - timedelta(seconds=ago)
    assert pause_before(rule, tries, draw=draw, now=NOW, deadline_at=gone) == pause_before(
        rule, tries, draw=draw, now=NOW
    )


@given(st.data())
def test_a_patient_rule_goes_on_until_its_deadline_and_then_ends(data: st.DataObject) -> None:
    """Lived by the clock: tries go on, and the last one ends in time."""
    rule, deadline, now, tries = handling(SiteDown), NOW + timedelta(hours=2), NOW, 1
    while True:
        pause = pause_before(
            rule, tries, draw=data.draw(DRAWS), now=now, deadline_at=deadline, lasts_seconds=40
        )
        if pause is None:
            break
        now, tries = now + timedelta(seconds=pause + 40), tries + 1
    assert now < deadline
    assert tries > 20 > rule.attempts
    assert deadline - now < timedelta(seconds=LONGEST_PAUSE_SECONDS * (1 + JITTER) + 40)


def test_only_what_a_site_gets_over_by_itself_is_waited_for_patiently() -> None:
    assert {kind.__name__ for kind, rule in HANDLING.items() if rule.patient} == {"PageTimeout", "SiteDown"}
