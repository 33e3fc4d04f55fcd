"""Fixtures that every kind of test may use."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from resources.practice.server import Practice


@pytest.fixture
def practice(tmp_path: Path) -> Iterator[Practice]:
    """Serve the two practice systems, with a quick export."""
    with Practice(tmp_path / "practice", export_seconds=0.1) as running:
        yield running
