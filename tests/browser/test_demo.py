"""The demonstration as a newcomer meets it: killed half-way, started again, exact."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from agent.system.paths import Home
from tests.morning import processes_of, until


def _demo(home: Path) -> subprocess.Popen[str]:
    # A shell lets what it starts in the background ignore Ctrl-C, and a child inherits that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "agent.cli.main", "demo"],
        env={**os.environ, "PREDAWN_HOME": str(home)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def _journal(home: Path) -> list[str]:
    file = home / "practice" / "claimport.jsonl"
    if not file.exists():
        return []
    return [json.loads(line)["claim_no"] for line in file.read_text().splitlines() if line.endswith("}")]


def test_the_demo_delivers_and_goes_on_later(tmp_path: Path) -> None:
    """Two starts, each stopped by Ctrl-C: the second goes on where the first was; nothing is there twice."""
    home = tmp_path / "demo"
    entered = 0
    for _ in range(2):
        running = _demo(home)
        try:
            until(lambda wanted=entered: len(_journal(home)) >= wanted + 5, 120, what="five more claims")
        finally:
            running.send_signal(signal.SIGINT)
            told = running.communicate(timeout=60)[0]
        assert running.returncode == 130, told
        assert processes_of(Home(home)) == []
        entered = len(_journal(home))
    assert "goes on" in told
    assert set(Counter(_journal(home)).values()) == {1}


@pytest.mark.long
@pytest.mark.timeout(600)
def test_the_demo_survives_kill_9_and_ends_exact(tmp_path: Path) -> None:
    """First claim within 15 s; kill -9 half-way; the second start completes; each claim is there once."""
    home = tmp_path / "demo"
    first = _demo(home)
    try:
        until(lambda: len(_journal(home)) >= 20, 120, what="twenty claims")
    finally:
        first.send_signal(signal.SIGKILL)
        told = first.communicate()[0]
    delivered = re.search(r"First claim delivered after ([\d.]+) s", told)
    assert delivered is not None, told
    until(lambda: processes_of(Home(home)) == [], 20, what="the orphans' end")
    second = _demo(home)
    try:
        told = second.communicate(timeout=400)[0]
    finally:
        second.kill()
    assert second.returncode == 0, told
    entered = Counter(_journal(home))
    assert len(entered) > 150
    assert set(entered.values()) == {1}
    assert re.search(rf"{len(entered)} claims arrived", told), told
    assert "evidence" in told
    print(f"first claim after {delivered.group(1)} s")
