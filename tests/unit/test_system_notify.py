"""Telling people for real: SMTP, a heartbeat over HTTP, the desktop's bus; what no address gives away."""

import logging
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.core.failures import BrokenAddress, NoticeUndelivered
from agent.system.addresses import Addresses
from agent.system.notify import (
    FakeSender,
    Message,
    RealSender,
    Tone,
    heartbeat_url,
    require_address,
    service_of,
)
from agent.system.vault import MemoryVault
from tests import listeners
from tests.listeners import free_port

SAID = Message("Clinic: failed", "187 claims arrived.\n3 claims need you: answer them.", Tone.FAILURE)
SECRET = "hunter2-very-secret"


@pytest.fixture
def mailbox() -> Iterator[tuple[listeners.Mailbox, str]]:
    with listeners.mailbox() as found:
        yield found


@pytest.fixture
def heard() -> Iterator[tuple[list[str], str]]:
    with listeners.heartbeat() as found:
        yield found


# ── e-mail ────────────────────────────────────────────────────────────────────────────────────────────
def test_a_message_arrives_by_smtp_as_it_was_written(mailbox: tuple[listeners.Mailbox, str]) -> None:
    box, address = mailbox
    RealSender().send(address, SAID)
    (letter,) = box.letters
    assert letter["subject"] == SAID.title
    assert "office@clinic.example" in letter["to"]
    body = letter.get_body(("plain",))
    assert body is not None
    assert body.get_content().split() == SAID.body.split()


def test_a_server_that_does_not_answer_is_a_failure_that_names_the_service_only() -> None:
    address = f"mailto://robot:{SECRET}@127.0.0.1:{free_port()}/?from=agent@clinic.example&to=office@clinic.example&mode=insecure"
    with pytest.raises(NoticeUndelivered) as caught:
        RealSender().send(address, SAID)
    assert caught.value.params == {"problem": "mailto"}


def test_no_word_of_an_address_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    address = f"mailto://robot:{SECRET}@127.0.0.1:{free_port()}/?from=agent@clinic.example&to=office@clinic.example&mode=insecure"
    with pytest.raises(NoticeUndelivered):
        RealSender().send(address, SAID)
    with pytest.raises(BrokenAddress):
        require_address(f"mailto://{SECRET}")
    assert SECRET not in caplog.text


@pytest.mark.parametrize("address", ["", "office@clinic.example", "foo://bar", f"mailto://:{SECRET}@"])
def test_an_address_that_cannot_be_understood_is_refused_without_repeating_it(address: str) -> None:
    with pytest.raises(BrokenAddress) as caught:
        require_address(address)
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(
    ("address", "service"),
    [
        ("mailto://robot:pw@clinic.example?to=office@clinic.example", "E-Mail"),
        ("workflow://prod.example.com:443/abcdef/ghijkl/", "Power Automate"),  # Teams
        ("slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/", "Slack"),
    ],
)
def test_what_offices_use_is_understood(address: str, service: str) -> None:
    assert require_address(address).startswith(service)


def test_of_an_address_only_its_beginning_is_shown() -> None:
    assert service_of(f"mailto://robot:{SECRET}@clinic.example") == "mailto"


# ── heartbeat ─────────────────────────────────────────────────────────────────────────────────────────
def test_pings_go_where_healthchecks_wants_them(heard: tuple[list[str], str]) -> None:
    paths, root = heard
    for ping in ("start", "success", "fail"):
        RealSender().ping(heartbeat_url(f"{root}/ping/{{automation}}/", "clinic", ping))
    assert paths == ["/ping/clinic/start", "/ping/clinic", "/ping/clinic/fail"]


def test_a_ping_that_fails_is_a_failure(heard: tuple[list[str], str]) -> None:
    _paths, root = heard
    for url in (f"{root}/broken", f"http://127.0.0.1:{free_port()}/", "file:///etc/passwd", "http://[::1"):
        with pytest.raises(NoticeUndelivered):
            RealSender().ping(url)


# ── the desktop ───────────────────────────────────────────────────────────────────────────────────────
def test_without_a_desktop_a_desktop_notice_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere/bus")
    with pytest.raises(NoticeUndelivered) as caught:
        RealSender().desktop(SAID)
    assert caught.value.params == {"problem": "no_desktop"}


SHOW = """
import sys, threading
from jeepney import HeaderFields, MessageType, message_bus, new_method_return
from jeepney.io.blocking import open_dbus_connection
from agent.system.notify import Message, RealSender, Tone

desktop = open_dbus_connection()
desktop.send_and_get_reply(message_bus.RequestName("org.freedesktop.Notifications"))

def answer():
    while True:
        message = desktop.receive()
        if message.header.fields.get(HeaderFields.member) == "Notify":
            print(message.header.fields[HeaderFields.signature], message.body)
            desktop.send(new_method_return(message, "u", (1,)))
            return

thread = threading.Thread(target=answer)
thread.start()
RealSender().desktop(Message("Clinic: failed", "187 claims arrived.", Tone.FAILURE))
thread.join()
"""


@pytest.mark.skipif(shutil.which("dbus-run-session") is None, reason="no D-Bus on this machine")
def test_a_desktop_notice_reaches_a_desktop_on_a_bus_of_its_own(tmp_path: Path) -> None:
    environment = {**os.environ, "HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path)}
    shown = subprocess.run(
        ["dbus-run-session", "--", sys.executable, "-c", SHOW],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
        env=environment,
    )
    assert shown.returncode == 0, shown.stderr
    assert shown.stdout.startswith("susssasa{sv}i ('Predawn', 0, '', 'Clinic: failed', '187 claims arrived.'")
    assert "('y', 2)" in shown.stdout


# ── the fake, and where addresses are kept ────────────────────────────────────────────────────────────
def test_the_fake_remembers_and_breaks_where_it_is_told_to() -> None:
    fake = FakeSender(broken={"mailto://b"})
    fake.desktop(SAID)
    fake.send("mailto://a", SAID)
    fake.ping("http://x")
    assert (fake.shown, fake.sent, fake.pings) == ([SAID], [("mailto://a", SAID)], ["http://x"])
    with pytest.raises(NoticeUndelivered):
        fake.send("mailto://b", SAID)


def test_addresses_are_kept_in_the_vault_by_name() -> None:
    addresses = Addresses(MemoryVault())
    assert addresses.all() == {}
    addresses.set("office", "mailto://a")
    addresses.set("it", "slack://b")
    addresses.set("office", "mailto://c")
    assert dict(addresses.all()) == {"it": "slack://b", "office": "mailto://c"}
    assert addresses.delete("it")
    assert not addresses.delete("it")
    assert dict(addresses.all()) == {"office": "mailto://c"}


@pytest.mark.parametrize("text", ["", "not json", "[1]"])
def test_a_secret_written_by_hand_is_as_good_as_none(text: str) -> None:
    vault = MemoryVault()
    vault.set("notices/addresses", text)
    assert Addresses(vault).all() == {}
