"""Which browser is taken, in which order, and what is said when there is none."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from agent.core.failures import BrowserMissing
from agent.system.browsers import Browser, find_browser, headless_shell

pytestmark = pytest.mark.skipif(os.name == "nt", reason="names on the path are looked for on Linux only")


def program(path: Path, said: str = "Chromium 156.0.7632.10 built on Debian") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\necho '{said}'\n")
    path.chmod(0o755)
    return path


def path_with(folder: Path, *names: str) -> Callable[[str], str | None]:
    """A which() that knows just these names (and paths that exist), each an empty program."""
    found = {name: str(program(folder / name)) for name in names}
    return lambda name: found.get(name) or (name if os.path.isabs(name) and Path(name).is_file() else None)  # noqa: PTH117


@pytest.mark.parametrize(
    ("installed", "taken"),
    [
        (["chromium", "google-chrome", "microsoft-edge", "chromium-headless-shell"], "edge"),
        (["chromium", "google-chrome-stable"], "chrome"),
        (["chromium-browser", "chromium-headless-shell"], "chromium"),
    ],
)
def test_edge_comes_before_chrome_before_chromium(tmp_path: Path, installed: list[str], taken: str) -> None:
    browser = find_browser({"HOME": str(tmp_path)}, path_with(tmp_path, *installed))
    assert browser.kind == taken
    assert browser.path.is_file()


def test_without_any_the_places_looked_at_are_told(tmp_path: Path) -> None:
    """A headless shell alone is not taken: it must be asked for."""
    with pytest.raises(BrowserMissing) as caught:
        find_browser({"HOME": str(tmp_path)}, path_with(tmp_path, "chromium-headless-shell"))
    looked = str(caught.value.params["looked"])
    for name in ("microsoft-edge", "google-chrome", "chromium"):
        assert name in looked


def test_the_named_browser_is_taken_before_all(tmp_path: Path) -> None:
    named = program(tmp_path / "mine" / "chromium-nightly")
    browser = find_browser({"PREDAWN_BROWSER": str(named)}, path_with(tmp_path, "microsoft-edge"))
    assert (browser.kind, browser.path) == ("chromium", named)


def test_a_named_browser_that_is_not_there_is_not_quietly_replaced(tmp_path: Path) -> None:
    with pytest.raises(BrowserMissing) as caught:
        find_browser({"PREDAWN_BROWSER": "/no/such"}, path_with(tmp_path, "chromium"))
    assert caught.value.params == {"looked": "/no/such"}


def test_playwright_s_download_comes_last_and_its_newest_first(tmp_path: Path) -> None:
    environ = {"HOME": str(tmp_path), "PLAYWRIGHT_BROWSERS_PATH": str(tmp_path / "pw")}
    program(tmp_path / "pw" / "chromium-999" / "chrome-linux" / "chrome")
    newest = program(tmp_path / "pw" / "chromium-1200" / "chrome-linux64" / "chrome")
    shell = program(
        tmp_path / "pw" / "chromium_headless_shell-1200" / "chrome-linux" / "chrome-headless-shell"
    )
    nothing = path_with(tmp_path)
    browser = find_browser(environ, nothing)
    assert (browser.kind, browser.path) == ("chromium", newest)
    beside = headless_shell(browser, environ, nothing)
    assert beside is not None
    assert (beside.kind, beside.path) == ("headless-shell", shell)
    assert find_browser(environ, path_with(tmp_path, "chromium")).path == tmp_path / "chromium"


def test_a_headless_shell_is_told_when_installed(tmp_path: Path) -> None:
    browser = Browser("chromium", Path("/usr/bin/chromium"), sandbox=True)
    environ = {"HOME": str(tmp_path)}
    assert headless_shell(browser, environ, path_with(tmp_path)) is None
    shell = headless_shell(browser, environ, path_with(tmp_path, "chromium-headless-shell"))
    assert shell is not None
    assert headless_shell(shell, environ, path_with(tmp_path)) is shell


@pytest.mark.parametrize(
    ("said", "version"),
    [
        ("Chromium 156.0.7632.10 built on Debian", "156.0.7632.10"),
        ("Microsoft Edge 150.0.1", "150.0.1"),
        ("no number", None),
    ],
)
def test_the_version_is_what_the_browser_says(tmp_path: Path, said: str, version: str | None) -> None:
    assert Browser("chromium", program(tmp_path / "b", said), sandbox=True).version == version


def test_a_browser_that_cannot_be_started_has_no_version(tmp_path: Path) -> None:
    assert Browser("chromium", tmp_path / "missing", sandbox=True).version is None


@pytest.mark.parametrize(("user", "sandbox"), [(0, False), (1000, True)])
def test_the_sandbox_is_off_for_root_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, user: int, sandbox: bool
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: user)
    monkeypatch.setattr("sys.platform", "linux")
    assert find_browser({"HOME": str(tmp_path)}, path_with(tmp_path, "chromium")).sandbox is sandbox
