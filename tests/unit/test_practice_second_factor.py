"""The second step of the practice systems: right codes once, wrong ones never, and by the standard."""

import pyotp
import pytest

from resources.practice.faults import Switchboard
from resources.practice.second_factor import STEP_SECONDS, SecondFactor, code_of

SEED = "JBSWY3DPEHPK3PXP"


@pytest.mark.parametrize("step", [0, 1, 55_000_000, 57_999_999])
def test_the_codes_are_those_of_the_standard(step: int) -> None:
    seed = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    assert code_of(seed, step) == pyotp.TOTP(seed).at(step * STEP_SECONDS)


def test_a_code_is_taken_once_and_the_one_before_it_still() -> None:
    now = [1_000_000.0]
    board = Switchboard("claimport", 1)
    board.arm("second_factor", always=True, seed=SEED)
    factor, step = SecondFactor(board, lambda: now[0]), int(1_000_000 // STEP_SECONDS)
    for code, judged in (
        (code_of(SEED, step - 2), "refused"),
        (code_of(SEED, step - 1), "ok"),
        (code_of(SEED, step - 1), "used"),
        (code_of(SEED, step), "ok"),
        (code_of(SEED, step), "used"),
        ("000000", "refused"),
    ):
        pending = factor.ask("robot", "/")
        assert pending is not None
        assert factor.judge(pending, code) == judged


def test_a_question_wants_its_answer() -> None:
    board = Switchboard("claimport", 1)
    board.arm("second_factor", question="Which bird?", answer="heron")
    factor = SecondFactor(board)
    pending = factor.ask("robot", "/")
    assert pending is not None
    assert factor.judge(pending, "duck") == "refused"
    assert factor.judge(pending, " Heron ") == "ok"
    assert factor.find(pending.ticket) is None
    assert factor.ask("robot", "/") is None
