"""The vault: only what encrypts is trusted, and a locked or missing keyring is said, never waited for."""

import contextlib
import json
import os
import stat
import threading
from pathlib import Path

import keyring
import keyring.core
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keyring import errors
from keyring.backend import KeyringBackend
from keyring.backends import SecretService, chainer, fail, null

from agent.core.failures import Failure, PasswordMissing, VaultLocked, VaultMissing, VaultRefused
from agent.system import vault as room
from agent.system.paths import Home
from agent.system.seal import master_key
from agent.system.vault import (
    FileVault,
    KeyringVault,
    MemoryVault,
    Password,
    Passwords,
    Vault,
    open_vault,
    password_name,
)

UNHURRIED = settings(deadline=None)  # the machine may be busy


class Windows(KeyringBackend):
    """A fake that passes for the Windows vault: it keeps what it is given, or raises what it is told."""

    priority = 1  # type: ignore[assignment]
    viable = False  # type: ignore[assignment]  # so that nobody else in this process is given it

    def __init__(self, raises: Exception | None = None) -> None:
        super().__init__()
        self.held: dict[tuple[str, str], str] = {}
        self.raises = raises

    def get_password(self, service: str, username: str) -> str | None:
        if self.raises:
            raise self.raises
        return self.held.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        if self.raises:
            raise self.raises
        self.held[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.held[service, username]


Windows.__module__ = "keyring.backends.Windows"


class Plaintext(Windows):
    """One of keyrings.alt's: never to be trusted."""


Plaintext.__module__ = "keyrings.alt.file"


def demo(folder: Path) -> Home:
    home = Home(folder)
    home.mark_demo()
    return home


@pytest.fixture(params=["keyring", "file", "memory"])
def vault(request: pytest.FixtureRequest, tmp_path: Path) -> Vault:
    if request.param == "keyring":
        return KeyringVault("predawn:test", Windows())
    return open_vault(demo(tmp_path)) if request.param == "file" else MemoryVault()


def test_every_vault_keeps_replaces_and_forgets(vault: Vault) -> None:
    assert vault.get("a") is None
    vault.delete("a")
    vault.set("a", "one")
    vault.set("b", "ü\n🗝")
    vault.set("a", "two")
    assert (vault.get("a"), vault.get("b")) == ("two", "ü\n🗝")
    vault.delete("a")
    assert (vault.get("a"), vault.get("b")) == (None, "ü\n🗝")


def test_homes_do_not_share_their_secrets() -> None:
    backend = Windows()
    KeyringVault("predawn:1", backend).set("a", "x")
    assert KeyringVault("predawn:2", backend).get("a") is None


@pytest.mark.parametrize(
    ("backend", "failure", "named"),
    [
        (fail.Keyring(), VaultMissing, "keyring.backends.fail.Keyring"),
        (null.Keyring(), VaultRefused, "keyring.backends.null.Keyring"),
        (Plaintext(), VaultRefused, "keyrings.alt.file.Plaintext"),
    ],
)
def test_what_does_not_encrypt_is_refused_by_name(
    backend: KeyringBackend, failure: type[Failure], named: str
) -> None:
    for act in (lambda v: v.get("a"), lambda v: v.set("a", "x"), lambda v: v.delete("a")):
        with pytest.raises(failure) as caught:
            act(KeyringVault("predawn:test", backend))
        assert caught.value.params == {"backend": named}


def test_a_keyring_that_comes_later_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The host may start before the user's session has one; keyring itself never looks again."""
    monkeypatch.delenv("PYTHON_KEYRING_BACKEND", raising=False)
    monkeypatch.setattr(keyring, "get_keyring", fail.Keyring)
    with pytest.raises(VaultMissing):
        KeyringVault("predawn:test").get("a")
    monkeypatch.setattr(Windows, "viable", True)
    assert KeyringVault("predawn:test").get("a") is None
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    with pytest.raises(VaultMissing):
        KeyringVault("predawn:test").get("a")


def test_a_chosen_keyring_that_cannot_be_loaded_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "no.such.Keyring")
    monkeypatch.setattr(keyring.core, "_keyring_backend", None)
    with pytest.raises(VaultRefused) as caught:
        KeyringVault("predawn:test").get("a")
    assert caught.value.params == {"backend": "no.such.Keyring"}


class Chain(chainer.ChainerBackend):
    """keyring's own chain, of given links."""

    backends: list[KeyringBackend] = []  # type: ignore[assignment]  # noqa: RUF012


Chain.__module__ = "keyring.backends.chainer"


def chained(*links: KeyringBackend) -> KeyringBackend:
    chain = Chain()
    chain.backends = list(links)
    return chain


def test_of_a_chain_only_the_link_that_encrypts_is_used() -> None:
    good, plain = Windows(), Plaintext()
    KeyringVault("predawn:test", chained(plain, good)).set("a", "x")
    assert plain.held == {}
    assert good.held == {("predawn:test", "a"): "x"}


def test_a_chain_without_one_that_encrypts_is_refused() -> None:
    with pytest.raises(VaultRefused):
        KeyringVault("predawn:test", chained(Plaintext(), null.Keyring())).get("a")
    with pytest.raises(VaultMissing):
        KeyringVault("predawn:test", chained()).get("a")


@pytest.mark.parametrize(
    ("raised", "failure"),
    [
        (errors.KeyringLocked("x"), VaultLocked),
        (errors.NoKeyringError("x"), VaultMissing),
        (errors.InitError("x"), VaultMissing),
        (errors.PasswordSetError("x"), VaultMissing),
        (OSError("bus gone"), VaultMissing),
    ],
)
def test_the_keyring_s_errors_are_said_in_our_words(raised: Exception, failure: type[Failure]) -> None:
    with pytest.raises(failure):
        KeyringVault("predawn:test", Windows(raised)).set("a", "x")


def test_a_keyring_that_asks_a_person_nobody_sees_counts_as_locked(monkeypatch: pytest.MonkeyPatch) -> None:
    answered = threading.Event()

    class Asking(Windows):
        """Waits for a person."""

        def get_password(self, service: str, username: str) -> str | None:
            answered.wait(30)
            return None

    Asking.__module__ = "keyring.backends.macOS"
    monkeypatch.setattr(room, "_PROMPT_SECONDS", 0.05)
    with pytest.raises(VaultLocked):
        KeyringVault("predawn:test", Asking()).get("a")
    answered.set()


def test_without_a_bus_the_real_keyring_is_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path}/none")
    with pytest.raises(VaultMissing):
        KeyringVault("predawn:test", SecretService.Keyring()).get("a")


def test_the_file_is_the_owner_s_alone(tmp_path: Path) -> None:
    home = demo(tmp_path)
    vault = open_vault(home)
    vault.set("a", "x")
    assert stat.S_IMODE(home.vault_file.stat().st_mode) == 0o600
    assert {path.name for path in tmp_path.iterdir()} == {"demo", "vault.json"}
    home.vault_file.chmod(0o640)
    for act in (lambda: vault.get("a"), lambda: vault.set("a", "y")):
        with pytest.raises(VaultRefused):
            act()
    assert json.loads(home.vault_file.read_text()) == {"a": "x"}


def test_a_vault_file_is_refused_outside_the_demo(tmp_path: Path) -> None:
    (tmp_path / "vault.json").write_text('{"a": "x"}')
    with pytest.raises(VaultRefused):
        FileVault(tmp_path / "vault.json")
    assert isinstance(open_vault(Home(tmp_path)), KeyringVault)


@pytest.mark.parametrize("content", ["", "[1]", '{"a": ', "\x00"])
def test_a_damaged_vault_file_is_refused_and_left_alone(tmp_path: Path, content: str) -> None:
    home = demo(tmp_path)
    home.vault_file.write_text(content)
    home.vault_file.chmod(0o600)
    with pytest.raises(VaultRefused):
        open_vault(home).set("a", "x")
    assert home.vault_file.read_text() == content


def test_a_link_in_the_vault_file_s_place_is_refused(tmp_path: Path) -> None:
    home = demo(tmp_path / "home")
    (tmp_path / "elsewhere").write_text("{}")
    (tmp_path / "elsewhere").chmod(0o600)
    home.vault_file.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(VaultRefused):
        open_vault(home).get("a")


def test_the_password_version_only_grows(vault: Vault) -> None:
    """Sign-in tries are counted by it: a deleted and renewed password must not inherit old tries."""
    passwords = Passwords(vault)
    with pytest.raises(PasswordMissing) as caught:
        passwords.get("main", "meridian", "robot")
    assert caught.value.params == {"site": "meridian", "account": "robot"}
    assert passwords.set("main", "meridian", "robot", "first") == 1
    assert passwords.set("main", "meridian", "robot", "first") == 2
    passwords.delete("main", "meridian", "robot")
    passwords.delete("main", "claimport", "never set")
    with pytest.raises(PasswordMissing):
        passwords.get("main", "meridian", "robot")
    assert passwords.set("main", "meridian", "robot", "second") == 3
    assert passwords.get("main", "meridian", "robot") == Password("second", 3)


def test_what_somebody_wrote_into_the_keyring_by_hand_counts_as_missing() -> None:
    for text in ("plain", "{}", "[1]", '{"version": "x", "password": "y"}', '{"version": 1, "password": 2}'):
        vault = MemoryVault()
        vault.set(password_name("main", "s", "a"), text)
        with pytest.raises(PasswordMissing):
            Passwords(vault).get("main", "s", "a")


PARTS = st.tuples(*[st.text(max_size=4)] * 3)


@UNHURRIED
@given(PARTS, PARTS)
def test_two_accounts_never_share_a_name(one: tuple[str, str, str], other: tuple[str, str, str]) -> None:
    assert (password_name(*one) == password_name(*other)) == (one == other)


def test_a_password_does_not_show_itself() -> None:
    password = Password("hunter22", 3)
    assert "hunter22" not in f"{password} {password!r} {[password]}"
    assert "3" in repr(password)


@pytest.mark.keyring
@pytest.mark.skipif(
    "predawn-keyring-" not in os.environ.get("XDG_RUNTIME_DIR", ""),
    reason="locks the keyring at its end: only in the private session of installer/keyring_session.py",
)
def test_a_real_keyring_keeps_secrets_and_says_when_it_is_locked(tmp_path: Path) -> None:
    """Against a real Secret Service, unlocked at first."""
    import secretstorage  # noqa: PLC0415 (only on Linux)

    home = Home(tmp_path)
    vault = open_vault(home)
    assert isinstance(vault, KeyringVault)
    key = master_key(vault, make=True)
    assert master_key(open_vault(home)) == key
    passwords = Passwords(vault)
    assert passwords.set("main", "meridian", "robot", "sécret 🗝") == 1
    assert Passwords(open_vault(home)).get("main", "meridian", "robot") == Password("sécret 🗝", 1)
    with contextlib.closing(secretstorage.dbus_init()) as bus:
        collection = secretstorage.get_default_collection(bus)
        labels = [item.get_label() for item in collection.get_all_items()]
        assert any(f"predawn:{home.ident}" in label for label in labels)
        assert not any("sécret" in label for label in labels)
        vault.delete("master-key")
        vault.delete("master-key")
        assert vault.get("master-key") is None
        collection.lock()
        for act in (lambda: vault.get("master-key"), lambda: vault.set("a", "x")):
            with pytest.raises(VaultLocked):
                act()
