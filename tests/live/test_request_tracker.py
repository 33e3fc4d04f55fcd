"""The claims desk itself: what the live tests rely on."""

import os
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import psutil
import pytest

from tests.live.conftest import skip_or_fail
from tests.live.installation import why_not
from tests.live.request_tracker import ROOT_PREFIX, ROOTS, RequestTracker, sweep


def test_a_fresh_desk_holds_what_staff_entered_and_nothing_of_the_robot(claims_desk: RequestTracker) -> None:
    """Sixty claims and three enquiries by the clerk, fields exactly as entered, leading zeros kept."""
    claims = claims_desk.tickets()
    assert len(claims) + len(claims_desk.tickets(queue="Enquiries")) == claims_desk.tickets_at_start
    assert claims_desk.tickets(by=claims_desk.user) == []
    with claims_desk.stopped_answering(), pytest.raises(TimeoutError):
        urllib.request.urlopen(claims_desk.url, timeout=0.5)
    assert claims[0].subject == "C400001 O'Neil"
    assert claims[0].fields == {
        "Claim Number": "C400001", "Patient Number": "000037", "Service Code": "1E5", "Amount": "27.01",
        "Visit Date": "2026-09-02", "Claim Type": "Diagnostics",
    }  # fmt: skip


def test_a_stopped_desk_leaves_nothing_and_another_one_runs_on(claims_desk: RequestTracker) -> None:
    """Each has its own port, data root and server; stopped, its processes and its folder are gone."""
    with RequestTracker() as other:
        root = other.root
        server = psutil.Process(int((root / "server.pid").read_text()))
        family = [server, *server.children(recursive=True)]
    assert not root.exists()
    assert not [one for one in family if one.is_running() and one.status() != psutil.STATUS_ZOMBIE]
    with urllib.request.urlopen(claims_desk.url, timeout=10) as page:
        assert b"Login" in page.read()


def test_a_desk_whose_test_run_was_killed_is_swept(live_machine: None) -> None:
    """The server of a maker that died by kill -9 is ended by the next one, its data root removed."""
    maker = subprocess.Popen(
        [sys.executable, "-m", "tests.live.request_tracker"], stdout=subprocess.PIPE, text=True,
        cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert maker.stdout is not None
    address = maker.stdout.readline().split("/  ")[0]
    (root,) = ROOTS.glob(f"{ROOT_PREFIX}{maker.pid}-*")
    server = psutil.Process(int((root / "server.pid").read_text()))
    maker.send_signal(signal.SIGKILL)
    maker.wait()
    maker.stdout.close()
    assert server.is_running()
    sweep()
    assert not root.exists()
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen(address, timeout=10)


@pytest.mark.parametrize(
    ("required", "outcome"), [("1", pytest.fail.Exception), ("0", pytest.skip.Exception)]
)
def test_elsewhere_the_live_tests_are_skipped_unless_they_are_required(
    required: str, outcome: type[BaseException], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not root: a skip that says so; under PREDAWN_REQUIRE_LIVE=1 a failure that says so."""
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setenv("PREDAWN_REQUIRE_LIVE", required)
    with pytest.raises(outcome, match=r"needs root|not Debian"):
        skip_or_fail(why_not())
