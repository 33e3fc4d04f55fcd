"""A window over a home of its own, offscreen; runs are written into it as the agent itself writes them."""

from __future__ import annotations

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from collections.abc import Callable, Iterator
from functools import partialmethod
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from agent.store.database import close_store, prepare_store
from agent.system.bell import EVERYTHING
from agent.system.paths import Home
from resources.i18n import texts
from tests.desktop.mornings import Mornings
from ui.desktop.bridge import Bridge
from ui.desktop.desk import Desk
from ui.desktop.hosting import Hosting
from ui.desktop.pages.base import Page

LOOK = frozenset({EVERYTHING})
PATIENCE_MS = 60_000


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait longer than five seconds before anything counts as not happening: the machine may be busy."""
    for name in ("waitUntil", "waitSignal"):
        longer = partialmethod(getattr(QtBot, name), timeout=PATIENCE_MS)
        monkeypatch.setattr(QtBot, name, longer)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Home]:
    """A home with a store; its vault is the demo's file, so that no keyring is needed."""
    found = Home(tmp_path / "home")
    monkeypatch.setenv("PREDAWN_HOME", str(found.root))
    found.mark_demo()
    found.prepare()
    found.settings.write_text('[offices.main]\nzone = "UTC"\n[window]\nlanguage = "en"\n')
    prepare_store(found.database, found.evidence)
    yield found
    close_store()
    texts.speak(None)


@pytest.fixture
def mornings(home: Home) -> Mornings:
    """Writes runs into the home."""
    return Mornings(home)


@pytest.fixture
def desk(home: Home, qtbot: QtBot) -> Iterator[Desk]:  # an application must be there
    """A desk without a host."""
    from agent.system.settings import load_settings  # noqa: PLC0415

    made = Desk(home, Bridge(home.bell), Hosting(home), load_settings(home))
    yield made
    made.close()


@pytest.fixture
def shown(desk: Desk, qtbot: QtBot) -> Callable[[type[Page]], Page]:
    """Makes a page and shows it."""

    def show(kind: type[Page]) -> Page:
        page = kind(desk)
        qtbot.addWidget(page)
        page.resize(1100, 700)
        page.show()
        page.refresh(LOOK)
        return page

    return show
