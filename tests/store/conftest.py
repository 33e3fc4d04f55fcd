"""A prepared store for each test that asks for one."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.store.ground import opened


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Path]:
    """Both files of a home, made as the host makes them; the ledger's path."""
    with opened(tmp_path) as ledger:
        yield ledger
