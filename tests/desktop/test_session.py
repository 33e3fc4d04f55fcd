"""A session from start to end: bad input is told on a clear page, a second start brings up the first."""

from collections.abc import Callable, Iterator
from pathlib import Path

import apsw
import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from agent.core.failures import OfficeTaken, VaultLocked
from agent.store.database import close_store
from agent.system import office_claim
from agent.system.instance import InstanceLock
from agent.system.office_claim import User
from agent.system.paths import Home
from agent.system.settings import load_settings
from ui.desktop.app import _settings
from ui.desktop.door import Door
from ui.desktop.session import Session

Start = Callable[[], Session]


@pytest.fixture
def fresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A demo's home that was never started."""
    home = Home(tmp_path / "home")
    monkeypatch.setenv("PREDAWN_HOME", str(home.root))
    home.mark_demo()
    home.settings.write_text('[offices.main]\nzone = "UTC"\n[window]\nlanguage = "en"\n')
    return home


@pytest.fixture
def start(fresh: Home, qtbot: QtBot) -> Iterator[Start]:
    sessions: list[Session] = []

    def begin() -> Session:
        for earlier in sessions:
            earlier._door.close()  # of a process that has ended
        door = Door(fresh)
        assert door.open()
        session = Session(fresh, _settings(fresh), door, background=False)
        sessions.append(session)
        session.begin()
        return session

    yield begin
    for session in sessions:
        session.hosting.stop_now()
        session.close()
        session.window.hide()
        session.deleteLater()
    close_store()


def words_in(session: Session) -> str:
    return "\n".join(
        label.text() for label in session.window.findChildren(QLabel) if label.isVisibleTo(session.window)
    )


def wait_for_words(qtbot: QtBot, session: Session, words: str) -> None:
    qtbot.waitUntil(lambda: words in words_in(session), timeout=60_000)


def wait_for_pages(qtbot: QtBot, session: Session) -> None:
    qtbot.waitUntil(lambda: session.window.page is not None, timeout=60_000)
    wait_for_words(qtbot, session, "Today")


def test_a_session_starts_its_host_and_shows_today(start: Start, qtbot: QtBot) -> None:
    session = start()
    wait_for_pages(qtbot, session)
    assert session.hosting.is_at_work
    assert session.window.isVisible()


def test_corrupt_settings_are_told_and_mended_ones_taken(start: Start, fresh: Home, qtbot: QtBot) -> None:
    good = fresh.settings.read_text()
    fresh.settings.write_text("[offices.main\n")
    session = start()
    wait_for_words(qtbot, session, "The settings cannot be understood")
    assert "Nothing is lost" in words_in(session)
    assert "Traceback" not in words_in(session)
    fresh.settings.write_text(good)
    session.window.tried_again.emit()
    wait_for_pages(qtbot, session)


def test_a_home_that_cannot_be_written_is_told(
    start: Start, fresh: Home, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_args: object, **_more: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("tempfile.TemporaryFile", refuse)
    wait_for_words(qtbot, start(), "Predawn cannot write to its own folder")


def test_a_full_disk_is_told(start: Start, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agent.system.paths.WANTED_FREE_BYTES", 1 << 62)
    wait_for_words(qtbot, start(), "The disk is nearly full")


def test_a_locked_keyring_is_told_and_goes_on_once_it_is_open(
    start: Start, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(*_args: object, **_more: object) -> None:
        raise VaultLocked

    with monkeypatch.context() as patched:
        patched.setattr("agent.host.agent.master_key", locked)
        session = start()
        wait_for_words(qtbot, session, "The keyring is locked")
    session.window.tried_again.emit()
    wait_for_pages(qtbot, session)


def test_data_of_a_newer_version_are_left_alone(start: Start, fresh: Home, qtbot: QtBot) -> None:
    session = start()
    wait_for_pages(qtbot, session)
    session.hosting.stop_now()
    connection = apsw.Connection(str(fresh.database))
    connection.execute("UPDATE schema_migration SET name = '9999_far' WHERE name LIKE '0005%'")
    connection.close()
    again = start()
    wait_for_words(qtbot, again, "Predawn's data were written by a newer version")


def test_data_that_are_none_are_told(start: Start, fresh: Home, qtbot: QtBot) -> None:
    fresh.prepare()
    fresh.database.write_bytes(b"no database at all, however long it is" * 200)
    wait_for_words(qtbot, start(), "do not pass their own check")


def test_a_second_start_brings_up_the_first_window(start: Start, fresh: Home, qtbot: QtBot) -> None:
    session = start()
    wait_for_pages(qtbot, session)
    session.window.hide()
    assert not Door(fresh).open()
    qtbot.waitUntil(session.window.isVisible)


def test_a_window_whose_host_could_not_start_comes_up_too(
    start: Start, fresh: Home, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agent.system.paths.WANTED_FREE_BYTES", 1 << 62)
    session = start()
    wait_for_words(qtbot, session, "The disk is nearly full")
    session.window.hide()
    assert not Door(fresh).open()
    qtbot.waitUntil(session.window.isVisible)


def test_a_start_after_the_end_is_a_first_one(start: Start, fresh: Home, qtbot: QtBot) -> None:
    session = start()
    wait_for_pages(qtbot, session)
    session.end()
    assert Door(fresh).open()


def test_beside_a_host_without_a_window_it_only_looks(start: Start, fresh: Home, qtbot: QtBot) -> None:
    first = start()
    wait_for_pages(qtbot, first)
    first.hosting.stop_now()
    with InstanceLock(fresh.lock):
        session = start()
        wait_for_words(qtbot, session, "Predawn already works in another process of yours")
        assert not session.hosting.is_at_work


def test_a_second_user_is_told_and_gets_no_ledger(
    start: Start, fresh: Home, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (fresh.root / "demo").unlink()
    shared = tmp_path / "shared"
    shared.mkdir()
    monkeypatch.setenv("PREDAWN_SHARED", str(shared))
    office_claim.claim(Home(tmp_path / "first"))
    mine = office_claim._this_user()
    monkeypatch.setattr(office_claim, "_this_user", lambda: User(mine.number + 1, "second"))
    session = start()
    wait_for_words(qtbot, session, "Predawn already works here for the office")
    assert f"It belongs to {mine.name} on this computer" in words_in(session)
    assert not fresh.database.exists()


def test_the_first_user_keeps_the_office(tmp_path: Path) -> None:
    environ = {"PREDAWN_SHARED": str(tmp_path)}
    home = Home(tmp_path / "home")
    office_claim.claim(home, environ)
    office_claim.claim(home, environ)
    mine = office_claim._this_user()
    with pytest.raises(OfficeTaken):
        office_claim.claim(home, environ, User(mine.number + 1, "second"))


def test_a_home_that_was_named_claims_no_office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(office_claim, "shared_place", lambda _environ: tmp_path)
    office_claim.claim(Home(tmp_path / "home"), {"PREDAWN_HOME": "x"})
    assert list(tmp_path.iterdir()) == []


def test_a_missing_settings_file_is_no_trouble(fresh: Home) -> None:
    fresh.settings.unlink()
    assert load_settings(fresh).window.language is None
