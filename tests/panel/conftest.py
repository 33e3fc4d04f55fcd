"""One panel a test; its port and its file are its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.panel.browsing import chromium
from tests.panel.serving import Panel
from ui.panel.server import passwords

STATIC = Path(__file__).parents[2] / "ui" / "panel" / "server" / "static"


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """The real hasher with little memory: its strength is its library's business."""
    monkeypatch.setattr(passwords, "_hasher", passwords.PasswordHasher(time_cost=1, memory_cost=64))
    monkeypatch.setattr(passwords, "_nobody", [])


@pytest.fixture
def panel(tmp_path: Path) -> Iterator[Panel]:
    with Panel(tmp_path / "panel") as running:
        yield running


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The browser for tests of the pages, which must be built."""
    assert (STATIC / "index.html").is_file(), "build the page first: python -m installer.panel_page build"
    with chromium() as running:
        yield running
