"""Second factors' secrets can be read in no file; a lost or wrong key is said, and there is a way on."""

from __future__ import annotations

from pathlib import Path

import pyotp
import pytest

from tests.canaries import Canaries, in_files
from tests.panel.old_file import make_old
from tests.panel.serving import SECRET, Panel, line, run
from tests.panel.test_signing_in import known, sign_in
from ui.panel.server import sealing
from ui.panel.server.config import PanelSettingsError
from ui.panel.server.tables import people
from ui.panel.server.tables.database import write
from ui.panel.server.tables.schema import PersonRow


def _open_in(folder: Path, *secrets: str) -> list[str]:
    canaries = Canaries()
    for secret in secrets:
        canaries.add("second factor", secret)
    return in_files([folder], canaries)


def test_a_second_factor_that_is_set_up_stands_in_no_file(panel: Panel) -> None:
    face = panel.person("otto", north="operator")
    write(lambda: people.change(face.person, totp_secret=None))
    secret = face.send("POST", "/api/session/second-factor").json()["secret"]
    assert _open_in(panel.folder, secret) == []  # shown, not confirmed yet
    code = pyotp.TOTP(secret).now()
    assert face.send("POST", "/api/session/second-factor/confirm", {"code": code}).is_success
    assert _open_in(panel.folder, secret) == []
    write(lambda: people.change(face.person, totp_secret=secret))  # the control: in plain it is found
    assert _open_in(panel.folder, secret) != []


def test_what_an_older_panel_left_open_is_sealed_and_its_log_is_found(tmp_path: Path) -> None:
    with Panel(tmp_path) as panel:
        known(panel)
        station = panel.workstation("FRONT-2")
        station.tell(
            runs=(run(state="FAILED"),), lines=(line("FAILED"), line("COMPLETED", run="20261118-bbbb"))
        )
    make_old(tmp_path / "panel.db", SECRET)
    assert _open_in(tmp_path, SECRET) != []
    with Panel(tmp_path) as panel:
        assert _open_in(tmp_path, SECRET) == []
        assert sign_in(panel.client(), code=pyotp.TOTP(SECRET).now()).status_code == 200
        face = panel.person("jo", north="viewer")
        assert len(face.get("/api/log", q="clinic failed")["items"]) == 1
        assert len(face.get("/api/log", q="20261118", run="20261118-bbbb")["items"]) == 1
        assert len(face.get("/api/runs", q="clinic failed")["items"]) == 1
    assert _open_in(tmp_path, SECRET) == []


def test_a_secret_is_one_persons(panel: Panel) -> None:
    first, second = (panel.person(login, north="operator").person for login in ("otto", "jo"))
    sealed = sealing.seal(first, SECRET)
    assert sealing.opened(first, sealed) == SECRET
    with pytest.raises(sealing.SealBrokenError):
        sealing.opened(second, sealed)
    with pytest.raises(sealing.SealBrokenError):
        sealing.opened(first, sealed[:-8] + "AAAAAAA=")


@pytest.mark.parametrize("trouble", ["gone", "another", "open to others", "cut"])
def test_without_its_key_the_panel_says_so_and_second_factors_can_be_given_up(
    trouble: str, tmp_path: Path
) -> None:
    with Panel(tmp_path) as panel:
        known(panel)
    key = tmp_path / "second-factors.key"
    assert key.stat().st_mode & 0o077 == 0
    kept = key.read_bytes()
    match trouble:
        case "gone":
            key.unlink()
        case "another":
            key.unlink()
            sealing.use(key, make=True)
        case "open to others":
            key.chmod(0o644)
        case _:
            key.write_bytes(kept[:20])
    with pytest.raises(PanelSettingsError, match=r"second-factors\.key"), Panel(tmp_path):
        pass
    if trouble in {"gone", "another"}:
        with Panel(tmp_path, forget_second_factors=True) as panel:
            assert PersonRow.get(PersonRow.login == "otto").totp_secret is None
            session = sign_in(panel.client())
            assert session.json()["second_factor"] == "to_set_up"
    else:
        key.write_bytes(kept)
        key.chmod(0o600)
        with Panel(tmp_path) as panel:
            assert sign_in(panel.client(), code=pyotp.TOTP(SECRET).now()).status_code == 200


def test_the_key_may_lie_elsewhere(tmp_path: Path) -> None:
    folder, key = tmp_path / "panel", tmp_path / "keys" / "panel.key"
    folder.mkdir(mode=0o700)
    settings = folder / "panel.toml"
    settings.write_text(f'[seal]\nkey_file = "{key.as_posix()}"\n')
    settings.chmod(0o600)
    with Panel(folder) as panel:
        known(panel)
        assert sign_in(panel.client(), code=pyotp.TOTP(SECRET).now()).status_code == 200
    assert key.is_file()
    assert not (folder / "second-factors.key").exists()
