"""One panel a test; its port and its file are its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.panel.serving import Panel


@pytest.fixture
def panel(tmp_path: Path) -> Iterator[Panel]:
    with Panel(tmp_path / "panel") as running:
        yield running
