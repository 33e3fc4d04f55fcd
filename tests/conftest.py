"""Fixtures that every kind of test may use."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from resources.practice.server import Practice

# An example's time says more about what else the machine does than about the rule; the stage has a budget.
settings.register_profile("predawn", deadline=None)
settings.load_profile("predawn")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let what a test printed or logged pass between processes, whatever signs it holds."""
    report = yield
    report.sections = [
        (head, text.encode("utf-8", "backslashreplace").decode()) for head, text in report.sections
    ]
    return report


@pytest.fixture
def practice(tmp_path: Path) -> Iterator[Practice]:
    """Serve the two practice systems, with a quick export."""
    with Practice(tmp_path / "practice", export_seconds=0.1) as running:
        yield running
