"""A home to look at pages in: with a store, its vault the demo's file, so that no keyring is needed."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from agent.store.database import close_store, prepare_store
from agent.system.paths import Home


@contextmanager
def demo_home(language: str = "en") -> Iterator[Home]:
    """Make one for a command of this process; it is gone afterwards."""
    with tempfile.TemporaryDirectory() as place:
        home = Home(Path(place) / "home")
        os.environ["PREDAWN_HOME"] = str(home.root)
        home.mark_demo()
        home.prepare()
        home.settings.write_text(
            f'[offices.main]\nzone = "UTC"\ncountry = "GB"\n[window]\nlanguage = "{language}"\n'
        )
        prepare_store(home.database, home.evidence)
        yield home
        close_store()
