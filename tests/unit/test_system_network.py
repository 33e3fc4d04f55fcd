"""Whether a host can be reached, told within the time given."""

import socket
import time
from collections.abc import Iterator
from typing import NoReturn

import pytest

from agent.core.failures import Offline
from agent.system.network import reachable, require_reachable


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_a_listening_host_is_reachable(port: int) -> None:
    assert reachable(f"http://127.0.0.1:{port}/page?x=1")
    require_reachable("meridian", f"https://127.0.0.1:{port}/")


def test_a_host_that_refuses_is_not(port: int) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, not listening: nobody else can take it meanwhile
        assert not reachable(f"http://127.0.0.1:{taken.getsockname()[1]}/")


@pytest.mark.parametrize("url", ["", "meridian", "http://", "ftp://host/", "http://h:99999/", "http://[::1"])
def test_what_is_no_web_address_is_not_reachable(url: str) -> None:
    assert not reachable(url)


def test_a_name_look_up_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    def hang(*_args: object) -> NoReturn:
        time.sleep(1)
        raise OSError

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    began = time.monotonic()
    assert not reachable("http://meridian.example/", timeout_seconds=0.1)
    assert time.monotonic() - began < 0.8


def test_offline_names_site_and_host(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agent.system.network.reachable", lambda _url: False)
    with pytest.raises(Offline) as caught:
        require_reachable("meridian", "https://meridian.example:8443/start")
    assert caught.value.params == {"site": "meridian", "host": "meridian.example"}


def test_behind_a_proxy_the_proxy_is_asked(monkeypatch: pytest.MonkeyPatch, port: int) -> None:
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{port}")
    assert reachable("http://meridian.invalid/")
    monkeypatch.setenv("no_proxy", "meridian.invalid")
    monkeypatch.setattr(socket, "getaddrinfo", _unknown)
    assert not reachable("http://meridian.invalid/")


def _unknown(*_args: object) -> NoReturn:
    raise socket.gaierror


def test_this_computer_itself_is_never_behind_a_proxy(monkeypatch: pytest.MonkeyPatch, port: int) -> None:
    """The practice systems run here."""
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    assert reachable(f"http://127.0.0.1:{port}/")
