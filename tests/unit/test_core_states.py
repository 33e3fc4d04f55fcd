"""The tables of transitions are closed, what is final stays final, and a run's outcome follows its tasks."""

from collections.abc import Mapping
from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.core.states import (
    AT_WORK,
    DELIVERED_RECORDS,
    FREE_RECORDS,
    OPEN_RUNS,
    RECORD_TRANSITIONS,
    RUN_TRANSITIONS,
    SETTLED_RECORDS,
    TASK_TRANSITIONS,
    NotAllowedError,
    RecordState,
    RunState,
    TaskKind,
    TaskState,
    outcome,
    require,
    sources,
    stage,
)

Table = Mapping[StrEnum, frozenset[StrEnum]]
TABLES = [(RunState, RUN_TRANSITIONS), (TaskState, TASK_TRANSITIONS), (RecordState, RECORD_TRANSITIONS)]
FIRST = {RunState: RunState.PENDING, TaskState: TaskState.WAITING, RecordState: RecordState.PLANNED}
TASKS = st.lists(st.sampled_from(TaskState), max_size=8)


def reachable(table: Table, start: StrEnum) -> set[StrEnum]:
    """Every state that can be reached from ``start``, itself included."""
    seen, ahead = {start}, [start]
    while ahead:
        ahead += (found := table[ahead.pop()] - seen)
        seen |= found
    return seen


@pytest.mark.parametrize(("states", "table"), TABLES)
def test_a_table_speaks_of_every_state_and_of_no_other(states: type[StrEnum], table: Table) -> None:
    assert set(table) == set(states)
    assert set().union(*table.values()) <= set(states)


@pytest.mark.parametrize(("states", "table"), TABLES)
def test_every_state_can_be_reached(states: type[StrEnum], table: Table) -> None:
    assert reachable(table, FIRST[states]) == set(states)


@pytest.mark.parametrize(("states", "table"), TABLES[1:])
def test_no_task_or_record_moves_to_where_it_is(states: type[StrEnum], table: Table) -> None:
    assert [state for state in states if state in table[state]] == []


@pytest.mark.parametrize(
    ("table", "final"),
    [
        (RUN_TRANSITIONS, {RunState.COMPLETED, RunState.CANCELLED}),
        (TASK_TRANSITIONS, {TaskState.CANCELLED}),
        (RECORD_TRANSITIONS, {RecordState.SKIPPED}),
    ],
)
def test_exactly_the_final_states_have_no_way_out(table: Table, final: set[StrEnum]) -> None:
    assert {state for state, allowed in table.items() if not allowed} == final


@pytest.mark.parametrize(("states", "table"), TABLES)
def test_require_and_sources_say_what_the_table_says(states: type[StrEnum], table: Table) -> None:
    for old in states:
        for new in states:
            assert (old in sources(table, new)) == (new in table[old])  # type: ignore[type-var]
            if new in table[old]:
                require(table, old, new)  # type: ignore[type-var]
            else:
                with pytest.raises(NotAllowedError):
                    require(table, old, new)  # type: ignore[type-var]


def test_a_record_is_sent_from_planned_only() -> None:
    """No doubt, question or refusal leads to a second click without being planned anew."""
    assert sources(RECORD_TRANSITIONS, RecordState.INTENDED) == {RecordState.PLANNED}


def test_a_confirmed_record_is_never_planned_again_by_the_machine() -> None:
    """From CONFIRMED and VERIFIED the only ways lead to the other of the two, or to a person."""
    for state in DELIVERED_RECORDS:
        assert RECORD_TRANSITIONS[state] <= DELIVERED_RECORDS | {RecordState.IN_REVIEW}


def test_an_intended_record_is_answered_or_in_doubt() -> None:
    assert RECORD_TRANSITIONS[RecordState.INTENDED] == {RecordState.CONFIRMED, RecordState.IN_DOUBT}


def test_what_is_free_was_not_delivered() -> None:
    assert not FREE_RECORDS & DELIVERED_RECORDS
    assert not FREE_RECORDS & {RecordState.INTENDED, RecordState.IN_DOUBT, RecordState.IN_REVIEW}


def test_what_is_settled_is_either_there_or_skipped() -> None:
    assert {RecordState.VERIFIED, RecordState.SKIPPED} == SETTLED_RECORDS


def test_open_runs_are_those_that_have_neither_ended_nor_failed() -> None:
    assert set(RunState) - OPEN_RUNS == {RunState.COMPLETED, RunState.FAILED, RunState.CANCELLED}
    assert AT_WORK <= OPEN_RUNS


@pytest.mark.parametrize("kind", TaskKind)
def test_each_kind_of_task_has_a_stage_of_work(kind: TaskKind) -> None:
    assert stage(kind) in AT_WORK


@given(TASKS)
def test_a_run_goes_on_exactly_while_a_task_waits_or_works(tasks: list[TaskState]) -> None:
    assert (outcome(tasks) is None) == any(task in {TaskState.WAITING, TaskState.RUNNING} for task in tasks)


@given(TASKS)
def test_completed_needs_every_task_done(tasks: list[TaskState]) -> None:
    assert (outcome(tasks) is RunState.COMPLETED) == all(task is TaskState.DONE for task in tasks)


@given(TASKS)
def test_the_order_and_number_of_tasks_change_no_outcome(tasks: list[TaskState]) -> None:
    assert outcome(tasks) == outcome(reversed(tasks)) == outcome(tasks * 2)


@given(TASKS)
def test_a_wish_to_stop_outweighs_a_failure_and_that_a_question(tasks: list[TaskState]) -> None:
    order = [TaskState.CANCELLED, TaskState.FAILED, TaskState.NEEDS_REVIEW, TaskState.BLOCKED]
    heaviest = next((state for state in order if state in tasks), None)
    final = outcome(tasks)
    if final is not None and heaviest is not None:
        asked = {TaskState.NEEDS_REVIEW, TaskState.BLOCKED}
        assert final.name == ("NEEDS_REVIEW" if heaviest in asked else heaviest.name)


@given(TASKS)
def test_every_outcome_can_follow_every_stage_of_work(tasks: list[TaskState]) -> None:
    final = outcome(tasks)
    if final is not None:
        for working in AT_WORK:
            require(RUN_TRANSITIONS, working, final)
