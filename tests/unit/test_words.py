"""Every code that the agent can utter has words, and the words use only what the code carries."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.core import failures
from agent.core.answers import ANSWERS, NEEDS, ROW_ANSWERS, TAKEN_ANSWERS
from agent.core.failures import Failure
from agent.core.states import RecordState, RunState, TaskKind, TaskState
from agent.host.auditing import SETTINGS_CHANGED
from agent.store.audit import RESTORED
from agent.store.commands import VERBS
from resources.i18n import texts

ROOT = Path(__file__).resolve().parents[2]
KINDS = {
    kind.code: kind
    for kind in vars(failures).values()
    if isinstance(kind, type) and issubclass(kind, Failure)
}
QUESTIONS = {
    "doubled_in_batch", "changed_since_delivered", "open_elsewhere", "refused", "found_different",
    "found_several", "cannot_tell", "gone_after_confirm", "no_control", "attempts_used_up",
    "task_failed", "changed_code", "limit_reached", "first_run", "unusual_count", "no_look_up",
    "delivered_unseen", "parents_left_out", "parents_unknown",
    "unusual_report",
}  # fmt: skip
FACES = (ROOT / "agent" / "cli", ROOT / "agent" / "faces", ROOT / "ui" / "desktop")
STEPS = {
    "starting", "signing_in", "working", "downloading", "looking_first", "entering", "settling", "looking_up",
    "reading_back",
}  # fmt: skip


def calls(*rooms: str) -> Iterator[ast.Call]:
    """Every call in the agent's own code, or in some of its rooms."""
    for file in (ROOT / "agent").rglob("*.py"):
        if rooms and file.parent.name not in rooms:
            continue
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call):
                yield node


def name_of(call: ast.Call) -> str:
    """The last name of what is called: ``_ask`` for ``self._ask(…)``."""
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def constants(call: ast.Call) -> list[str]:
    """The plain texts among a call's arguments."""
    return [arg.value for arg in call.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]


def answer_codes(call: ast.Call) -> set[str]:
    """The texts of all tuples among a call's arguments."""
    tuples = [arg for arg in call.args if isinstance(arg, ast.Tuple)]
    return {part.value for found in tuples for part in found.elts if isinstance(part, ast.Constant)}


def documented(kind: type[Failure]) -> set[str]:
    """The parameters that a failure's docstring lists in parentheses."""
    groups = re.findall(r"\(([a-z_]+(?:, [a-z_]+)*)\)", kind.__doc__ or "")
    return {name for group in groups for name in group.split(", ")}


@pytest.mark.parametrize("code", sorted(Failure.codes() | {"failure"}))
def test_every_failure_has_a_title_and_says_what_to_do_next(code: str) -> None:
    assert code in texts.codes("failures")
    told = texts.failure(code, dict.fromkeys(documented(KINDS[code]), "X"))
    assert told.title
    assert told.next.endswith((".", "?")) or "predawn" in told.next
    assert "…" not in told.title + told.next


@pytest.mark.parametrize("code", sorted(Failure.codes()))
def test_words_use_only_parameters_that_the_failure_documents(code: str) -> None:
    assert texts.parameters("failures", code) - texts.IMPLICIT <= documented(KINDS[code]) | {"counted_by"}


def test_no_words_for_a_failure_that_does_not_exist() -> None:
    assert texts.codes("failures") == Failure.codes() | {"failure"}


def test_failures_are_raised_with_the_parameters_they_document() -> None:
    by_name = {kind.__name__: kind for kind in KINDS.values()}
    raised = [call for call in calls() if name_of(call) in by_name and not call.args]
    assert len(raised) > 20
    wrong = [
        f"{name_of(call)}({', '.join(keyword.arg or '**' for keyword in call.keywords)})"
        for call in raised
        if {keyword.arg for keyword in call.keywords if keyword.arg} - documented(by_name[name_of(call)])
    ]
    assert not wrong


def test_every_question_asked_in_the_code_has_words() -> None:
    asked = {
        code
        for call in calls("host", "store", "worker")
        if name_of(call) in {"Question", "_ask", "ask"}
        for code in constants(call)[:1]
    }
    assert asked
    assert asked | QUESTIONS <= texts.codes("questions") | Failure.codes()


def test_every_answer_offered_in_the_code_has_words() -> None:
    offered = {
        code
        for call in calls("host", "store", "worker")
        if name_of(call) in {"Question", "_ask"}
        for code in answer_codes(call)
    }
    assert offered >= {"leave_out", "send_it", "retry", "it_is_there"}
    listed = {code for codes in (*ANSWERS.values(), ROW_ANSWERS, TAKEN_ANSWERS) for code in codes}
    assert offered | listed | {"finish_by_hand", "withdrawn", *NEEDS} - {"accept_repair"} <= texts.codes(
        "answers"
    )


def test_every_step_taken_in_the_code_has_words() -> None:
    taken = {code for call in calls() if name_of(call) == "step" for code in constants(call)[:1]}
    assert taken | STEPS <= texts.codes("steps")


@pytest.mark.parametrize(
    ("section", "states"),
    [
        ("run_states", RunState),
        ("task_states", TaskState),
        ("record_states", RecordState),
        ("task_kinds", TaskKind),
    ],
)
def test_every_state_has_words(section: str, states: type[RunState]) -> None:
    assert texts.codes(section) == {state.value for state in states}


def test_faces_say_only_sentences_that_exist_and_none_lies_idle() -> None:
    source = "\n".join(file.read_text() for place in FACES for file in place.rglob("*.py"))
    said = set(re.findall(r"""(?:say|Told)\(\s*"([a-z_]+)\"""", source))
    ending = set(re.findall(r"""Told\(\s*"([a-z_]+)\"""", source))
    known = texts.codes("sentences")
    assert said | {f"{code}_next" for code in ending} <= known
    idle = {code for code in known if f'"{re.sub(r"^(head|place)_|_next$", "", code)}"' not in source}
    assert not {code for code in idle if f'"{code}"' not in source}


def test_a_question_about_a_failed_task_tells_the_failure() -> None:
    cause = {"code": "element_missing", "params": {"site": "Meridian", "element": "export"}}
    told = texts.question("task_failed", {"task": "billing", "failure": cause})
    assert told == "“billing” could not go on: Meridian looks different: “export” is not on the page"


def test_one_record_is_not_told_as_many() -> None:
    claims = ("claim", "claims")
    assert texts.failure("records_need_person", {"count": 1}, noun=claims).title == "1 claim needs you"
    assert texts.failure("records_need_person", {"count": 3}, noun=claims).title == "3 claims need you"
    assert (texts.count(1, claims), texts.count(1870, claims)) == ("1 claim", "1,870 claims")


def test_a_command_names_the_site_and_a_sentence_its_title() -> None:
    params = {"site": "ClaimPort", "site_name": "claimport", "account": "robot"}
    told = texts.failure("password_missing", params)
    assert told.title == "No password is stored for ClaimPort, account robot"
    assert told.next == "Store it with: predawn sites set claimport --account robot"


def test_an_unknown_code_of_another_version_is_still_told() -> None:
    assert texts.failure("from_the_future", {}).title
    assert texts.question("from_the_future", {}) == "from the future"


@given(st.text(alphabet=st.characters(exclude_characters="{}[]"), min_size=1))
def test_a_parameter_is_put_in_as_it_is(value: str) -> None:
    assert texts.fill("<{a}>[ ({a})]", {"a": value}) == f"<{value}> ({value})"


@pytest.mark.parametrize("missing", [{}, {"a": None}, {"a": ""}])
def test_an_optional_part_goes_when_its_parameter_is_unknown(missing: dict[str, object]) -> None:
    assert texts.fill("said[: “{a}”].", missing) == "said."


def test_whatever_the_audit_log_may_hold_has_words() -> None:
    """Every verb that is written, and every command that is."""
    written = {
        text
        for call in calls()
        if isinstance(call.func, ast.Attribute)
        and ast.unparse(call.func) in {"audit.append", "auditing.note"}
        for text in constants(call)
    }
    assert {"password_set", "evidence_opened"} <= written
    assert written | set(VERBS) | {RESTORED, SETTINGS_CHANGED} == texts.codes("audit_verbs")
