"""``predawn panel`` as people start it: its first link, its refusals, https, joining by the command line."""

from __future__ import annotations

import datetime
import os
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from agent.core.failures import Offline, PanelAddressUnsafe
from agent.sync.panel import Panel as Line
from agent.system.paths import Home
from tests.panel.serving import Panel
from ui.panel.server.tables import workstations
from ui.panel.server.tables.database import write

PREDAWN = (sys.executable, "-P", "-m", "agent.cli.main")


def predawn(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """One command in a home of its own."""
    env = {**os.environ, "PREDAWN_HOME": str(home)}
    return subprocess.run(
        [*PREDAWN, *words], env=env, capture_output=True, text=True, timeout=60, check=False
    )


@contextmanager
def served(folder: Path, *words: str) -> Iterator[tuple[str, str]]:
    """Serve a panel by its command; gives its address and what it said at its start."""
    env = {**os.environ, "PREDAWN_HOME": str(folder / "home"), "PYTHONUNBUFFERED": "1"}
    command = [*PREDAWN, "panel", "--port", "0", "--folder", str(folder / "panel"), *words]
    with (folder / "said").open("w+") as said:
        running = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=said, text=True)
        try:
            assert running.stdout is not None
            address = running.stdout.readline().strip()
            yield address, (folder / "said").read_text()
        finally:
            running.terminate()
            assert running.wait(20) == 0, (folder / "said").read_text()
            assert running.stdout is not None
            running.stdout.close()


def test_a_panel_that_is_asked_to_end_lets_go_of_who_only_listens(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A page that is open in a browser keeps a line open for as long as it may."""
    with Panel(tmp_path / "panel") as panel:
        face = panel.person("ada", everywhere="admin")
        with face.client.stream("GET", "/api/events") as listening:
            heard = listening.iter_lines()  # held: the line would be closed with it
            assert next(heard).startswith("event:")
            began = time.monotonic()
            panel.end()
            assert time.monotonic() - began < 2
    assert caplog.text == ""


def certificate(folder: Path) -> tuple[Path, Path]:
    """Make a certificate for this computer, which nobody trusts."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    files = folder / "panel.pem", folder / "panel.key"
    files[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    files[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return files


def test_it_starts_with_a_link_for_the_first_admin_over_https(tmp_path: Path) -> None:
    pem, key = certificate(tmp_path)
    with served(tmp_path, "--certificate", str(pem), "--key", str(key)) as (address, said):
        assert address.startswith("https://127.0.0.1:")
        assert f"{address}/invitation#" in said
        token = said.split("#")[1].split()[0]
        context = ssl.create_default_context(cafile=str(pem))
        named = address.replace("127.0.0.1", "localhost")
        with httpx.Client(base_url=named, verify=context, trust_env=False) as client:
            wanted = {"token": token, "login": "ada", "name": "Ada", "password": "a long enough password"}
            answer = client.post("/api/invitation", json=wanted)
            assert answer.status_code == 200
            assert "secure" in answer.headers["set-cookie"].lower()
            assert "strict-transport-security" in answer.headers
        line = Line(named, "a token")
        with pytest.raises(Offline):  # whose certificate nobody here trusts is not spoken to
            line.next_token()
        line.close()


def test_where_passwords_would_travel_in_plain_text_it_does_not_start(tmp_path: Path) -> None:
    done = predawn(tmp_path, "panel", "--host", "0.0.0.0", "--port", "0")
    assert done.returncode == 1
    assert "--certificate" in done.stderr
    with pytest.raises(PanelAddressUnsafe):
        Line("http://panel.example")


def test_a_taken_port_is_told(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen(1)
        done = predawn(tmp_path, "panel", "--port", str(taken.getsockname()[1]))
    assert done.returncode == 4
    assert "port" in done.stderr


def test_a_workstation_joins_and_leaves_by_the_command_line(tmp_path: Path, panel: Panel) -> None:
    home = Home(tmp_path / "home")
    home.mark_demo()  # its vault is a file
    _row, code = write(lambda: workstations.make_code("north", "FRONT-2", "Ada"))
    assert predawn(home.root, "panel", "status").stdout.startswith("This workstation is at no panel")
    wrong = predawn(home.root, "panel", "enrol", panel.address, "AAAA-BBBB-CCCC-DDDD")
    assert wrong.returncode == 4
    assert "code" in wrong.stderr
    joined = predawn(home.root, "panel", "enrol", panel.address, code)
    assert joined.returncode == 0, joined.stderr
    assert "FRONT-2" in joined.stderr
    assert "FRONT-2" in predawn(home.root, "panel", "status").stdout
    audit = predawn(home.root, "audit", "list", "--json").stdout
    assert "panel_joined" in audit
    assert code not in audit
    assert predawn(home.root, "panel", "leave").returncode == 0
    assert predawn(home.root, "panel", "status", "--json").stdout.strip() == "null"
