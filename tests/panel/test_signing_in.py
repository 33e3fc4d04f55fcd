"""Passwords, second factors, invitations: each holds, and guessing is slow."""

from __future__ import annotations

from typing import Any, Literal

import httpx
import pyotp
import pytest

from tests.panel.serving import PASSWORD, SECRET, Panel
from ui.panel.server import passwords, sealing, signing_in
from ui.panel.server.config import Config, PanelSettingsError, with_file
from ui.panel.server.tables import people
from ui.panel.server.tables.database import write
from ui.panel.server.tables.fields import utc_now
from ui.panel.server.tables.schema import SessionRow, ThrottleRow


def known(panel: Panel, login: str = "otto", secret: str | None = SECRET) -> int:
    number = panel.person(login, north="operator").person
    stored = passwords.hashed(PASSWORD)
    sealed = None if secret is None else sealing.seal(number, secret)
    write(lambda: people.change(number, password_hash=stored, totp_secret=sealed))
    return number


def sign_in(
    client: httpx.Client, password: str = PASSWORD, code: str | None = None, login: str = "otto"
) -> Any:
    return client.post("/api/session", json={"login": login, "password": password, "code": code})


def test_the_second_factor_is_asked_for_and_no_code_serves_twice(panel: Panel) -> None:
    known(panel)
    client = panel.client()
    assert sign_in(client).json()["code"] == "second_factor_wanted"
    code = pyotp.TOTP(SECRET).now()
    answer = sign_in(client, code=code)
    assert answer.status_code == 200, answer.text
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert client.get("/api/session").json()["login"] == "otto"
    assert sign_in(panel.client(), code=code).json()["code"] == "wrong_code"


def test_guessing_is_slowed_down_and_says_how_long(panel: Panel, monkeypatch: pytest.MonkeyPatch) -> None:
    known(panel)
    client, moment = panel.client(), utc_now()
    for module in (signing_in, people):  # all tries in one moment, however busy the machine is
        monkeypatch.setattr(module, "utc_now", lambda: moment)
    statuses = [sign_in(client, "wrong").status_code for _ in range(12)]
    assert statuses[:5] == [401] * 5
    assert statuses[5:] == [429] * 7
    answer = sign_in(client)
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) >= 1
    write(lambda: ThrottleRow.update(until_at=moment).execute())
    assert sign_in(client).json()["code"] == "second_factor_wanted"


def test_who_is_unknown_takes_as_long_and_hears_the_same(
    panel: Panel, monkeypatch: pytest.MonkeyPatch
) -> None:
    known(panel)
    client, reckoned, really = panel.client(), [], passwords.fits

    class Counting(passwords.PasswordHasher):
        def verify(self, stored: str | bytes, password: str | bytes) -> Literal[True]:
            reckoned.append(password)
            return super().verify(stored, password)

    monkeypatch.setattr(passwords, "_hasher", Counting(time_cost=1, memory_cost=64))
    assert sign_in(client, "wrong", login="nobody").json() == sign_in(client, "wrong").json()
    assert reckoned == ["wrong", "wrong"]
    assert not really(None, PASSWORD)


def test_the_first_admin_is_set_up_once_by_the_link_of_the_console(panel: Panel) -> None:
    client = panel.client()
    token = panel.first.partition("#")[2]
    wanted = {"token": token, "login": "ada", "name": "Ada", "password": PASSWORD}
    assert client.get("/api/setup").json() == {"open": True}
    assert client.post("/api/invitation/state", json={"token": token}).json()["first"]
    assert client.post("/api/invitation", json={**wanted, "password": "short"}).status_code == 422
    session = client.post("/api/invitation", json=wanted).json()
    assert (session["roles"], session["second_factor"]) == ({"*": "admin"}, "to_set_up")
    assert panel.client().post("/api/invitation", json=wanted).status_code == 404
    headers = {"X-CSRF-Token": session["csrf"]}
    assert client.get("/api/people").json()["code"] == "second_factor_to_set_up"
    factor = client.post("/api/session/second-factor", headers=headers).json()
    assert factor["svg"].startswith("<svg")
    wrong = client.post("/api/session/second-factor/confirm", json={"code": "000000"}, headers=headers)
    assert wrong.status_code == 403
    code = pyotp.TOTP(factor["secret"]).now()
    set_up = client.post("/api/session/second-factor/confirm", json={"code": code}, headers=headers)
    assert set_up.json()["second_factor"] == "set"
    assert client.get("/api/people").status_code == 200
    assert client.get("/api/setup").json() == {"open": False}


def test_an_invitation_serves_once_and_a_new_one_ends_what_was(panel: Panel) -> None:
    admin, client = panel.person("ada", everywhere="admin"), panel.client()
    body = {"login": "vera", "name": "Vera", "roles": {"north": "viewer"}}
    made = admin.send("POST", "/api/people", body).json()
    assert admin.send("POST", "/api/people", body).json()["code"] == "login_taken"
    wanted = {"token": made["path"].partition("#")[2], "password": PASSWORD}
    assert client.post("/api/invitation", json=wanted).json()["second_factor"] == "none"
    assert panel.client().post("/api/invitation", json=wanted).status_code == 404
    assert client.get("/api/dashboard").status_code == 200
    again = admin.send("POST", f"/api/people/{made['person']['id']}/invitation")
    assert again.status_code == 201
    assert client.get("/api/dashboard").status_code == 401


def test_taking_a_role_ends_the_sessions_and_somebody_remains_admin(panel: Panel) -> None:
    admin, other = panel.person("ada", everywhere="admin"), panel.person("eve", everywhere="admin")
    changed = admin.send("PATCH", f"/api/people/{other.person}", {"roles": {"north": "viewer"}})
    assert changed.status_code == 200
    assert other.client.get("/api/dashboard").status_code == 401
    assert (
        admin.send("PATCH", f"/api/people/{admin.person}", {"disabled": True}).json()["code"]
        == "not_yourself"
    )
    north = panel.person("nora", north="admin")
    assert (
        north.send("PATCH", f"/api/people/{other.person}", {"roles": {"south": "viewer"}}).status_code == 403
    )
    assert north.send("PATCH", f"/api/people/{admin.person}", {"name": "X"}).status_code == 404


def test_a_session_ends_by_age_and_when_nobody_uses_it(panel: Panel) -> None:
    face = panel.person("vera", north="viewer")
    long_ago = utc_now().replace(year=2020)
    for column in ("seen_at", "expires_at"):
        write(lambda column=column: SessionRow.update(**{column: long_ago}).execute())
        assert face.client.get("/api/session").status_code == 401
        write(lambda: SessionRow.update(seen_at=utc_now(), expires_at=utc_now().replace(year=2090)).execute())
        assert face.client.get("/api/session").status_code == 200


def test_another_host_name_on_loopback_is_refused(panel: Panel) -> None:
    answer = panel.client().get("/api/setup", headers={"Host": "evil.example"})
    assert answer.status_code == 400


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "panel.example"])
def test_plain_http_is_for_this_computer_only(host: str, tmp_path: Any) -> None:
    with pytest.raises(PanelSettingsError):
        Config(tmp_path, host=host).require_sound()
    Config(tmp_path, host=host, proxy="192.0.2.9").require_sound()


def test_settings_with_passwords_are_for_their_owner_only(tmp_path: Any) -> None:
    file = tmp_path / "panel.toml"
    file.write_text('[notices]\ntell = ["json://localhost"]\n')
    file.chmod(0o644)
    with pytest.raises(PanelSettingsError, match="chmod"):
        with_file(Config(tmp_path))
    file.chmod(0o600)
    assert with_file(Config(tmp_path)).notices.tell == ("json://localhost",)
    file.write_text("[notices]\nsilent_minuets = 5\n")
    with pytest.raises(PanelSettingsError, match="silent_minuets"):
        with_file(Config(tmp_path))
