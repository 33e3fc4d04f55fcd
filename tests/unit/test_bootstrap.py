"""The two commands: usage, the environment's stamp, system packages, and what a person is told."""

import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from installer import bootstrap, environment, panel_page, system_packages
from installer.progress import InstallError, Progress
from installer.system_packages import Rights

BOOTSTRAP = Path(bootstrap.__file__)


def start(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(BOOTSTRAP), *arguments], capture_output=True, text=True, check=False, cwd="/"
    )


@pytest.mark.parametrize("arguments", [(), ("pannel",), ("install", "now"), ("test", "--only", "nothing")])
def test_wrong_usage_ends_with_2_and_says_how(arguments: tuple[str, ...]) -> None:
    answer = start(*arguments)
    assert answer.returncode == 2
    assert answer.stderr.startswith("usage: ")


def test_an_old_python_is_told_so_before_anything_else(tmp_path: Path) -> None:
    """The first lines run under any Python 3 and end with 4."""
    head = BOOTSTRAP.read_text().partition("import argparse")[0]
    pretended = head.replace("import sys\n", "import sys\nsys.version_info = (3, 9, 2)\n", 1)
    (tmp_path / "old.py").write_text(pretended)
    answer = subprocess.run(
        [sys.executable, "old.py"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert answer.returncode == 4
    assert "Problem: this is Python 3.9; Predawn needs 3.11" in answer.stderr
    assert "What to do: " in answer.stderr


def test_demo_gets_its_options_untouched(monkeypatch: pytest.MonkeyPatch) -> None:
    became: list[list[str]] = []
    monkeypatch.setattr(bootstrap, "install", lambda *, for_tests, with_page: None)
    monkeypatch.setattr(bootstrap, "_become", lambda command: became.append(command) or 7)
    assert bootstrap.main(["demo", "--headed", "--", "-x", "--help"]) == 7
    assert became[0][1:] == ["demo", "--headed", "--", "-x", "--help"]


def test_the_stamp_changes_with_lock_project_python_and_place(tmp_path: Path) -> None:
    def checkout(name: str, lock: str = "a==1", project: str = "[project]") -> Path:
        (tmp_path / name).mkdir()
        (tmp_path / name / "requirements.lock").write_text(lock)
        (tmp_path / name / "pyproject.toml").write_text(project)
        return tmp_path / name

    first = checkout("first")
    prints = [environment.fingerprint(first, "3.11.7"), environment.fingerprint(first, "3.12.1")]
    prints.append(environment.fingerprint(checkout("second"), "3.11.7"))
    (first / "requirements.lock").write_text("a==2")
    prints.append(environment.fingerprint(first, "3.11.7"))
    (first / "pyproject.toml").write_text("[project] # more")
    prints.append(environment.fingerprint(first, "3.11.7"))
    assert len(set(prints)) == 5


def test_an_environment_whose_python_went_away_is_not_trusted(tmp_path: Path) -> None:
    """A dangling link to a removed Python is no version, and no version is not new enough."""
    interpreter = environment.python(tmp_path)
    interpreter.parent.mkdir(parents=True)
    interpreter.symlink_to(tmp_path / "removed")
    assert environment._version(tmp_path) == ""
    assert not environment._is_new_enough("")
    assert not environment._is_new_enough("3.10.14")
    assert environment._is_new_enough("3.14.0")


def test_dependencies_that_cannot_be_had_name_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither uv nor pip works: the error carries the last words and the command to try by hand."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(tmp_path / ".venv")], check=True)
    monkeypatch.setattr(environment, "_find_uv", lambda root, step: None)
    monkeypatch.setattr(environment, "_has_pip", lambda root: True)
    progress = Progress(tmp_path / "build" / "install.log")
    with pytest.raises(InstallError) as caught, progress.step("Locked dependencies") as step:
        environment._install_dependencies(tmp_path, step)
    assert "No module named pip" in caught.value.title
    assert "--require-hashes" in caught.value.next_step
    assert caught.value.exit_code == 4


class Machine:
    """A pretended Debian: what is installed, and what apt says."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, installed: set[str], browser: str) -> None:
        self.installed = installed
        self.unknown: set[str] = set()
        self.commands: list[tuple[str, ...]] = []
        monkeypatch.setattr(system_packages, "installed", lambda: self.installed)
        monkeypatch.setattr(system_packages, "_apt", self._apt)
        monkeypatch.setattr(system_packages, "find_browser", lambda python: browser)
        monkeypatch.setattr(system_packages.shutil, "which", lambda name: f"/usr/bin/{name}")

    def _apt(self, step: object, prefix: tuple[str, ...], *arguments: str) -> bool:
        self.commands.append((*prefix, *arguments))
        wanted = {name for name in arguments[1:] if not name.startswith("-")}
        if wanted & self.unknown:
            for name in wanted & self.unknown:
                step.run([sys.executable, "-c", f"print('E: Unable to locate package {name}')"])  # type: ignore[attr-defined]
            return False
        self.installed |= wanted
        return True


EVERYTHING = {
    *system_packages.DRIVER,
    *system_packages.QT,
    *system_packages.FONTS,
    *system_packages.KEYRING,
    *system_packages.SCREEN,
    *system_packages.BROWSER,
}


def prepare(rights: Rights, tmp_path: Path, *, for_tests: bool) -> None:
    progress = Progress(tmp_path / "install.log")
    system_packages.prepare(tmp_path / "no-python", rights, progress, for_tests=for_tests)


def test_a_complete_machine_is_left_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    machine = Machine(monkeypatch, installed=set(EVERYTHING), browser="/usr/bin/chromium")
    prepare(Rights(()), tmp_path, for_tests=True)
    assert machine.commands == []


def test_the_browser_found_is_the_one_the_agent_uses(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    browser = tmp_path / "chromium"
    browser.write_text("")
    browser.chmod(0o755)
    monkeypatch.setenv("PREDAWN_BROWSER", str(browser))
    assert system_packages.find_browser(Path(sys.executable)) == str(browser)


def test_a_wish_for_a_browser_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREDAWN_BROWSER", "/opt/nothing")
    with pytest.raises(InstallError, match="PREDAWN_BROWSER names “/opt/nothing”"):
        system_packages.find_browser(Path(sys.executable))


def test_only_what_is_missing_is_installed_by_one_command(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    machine = Machine(monkeypatch, installed=EVERYTHING - {"libegl1", "dbus"}, browser="/opt/edge")
    prepare(Rights(()), tmp_path, for_tests=True)
    assert machine.commands == [
        ("update",),
        ("install", "--yes", "--no-install-recommends", "libegl1", "dbus"),
    ]


def test_the_demo_needs_no_keyring_service(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    machine = Machine(monkeypatch, installed=EVERYTHING - {"dbus"}, browser="/opt/edge")
    prepare(Rights(()), tmp_path, for_tests=False)
    assert machine.commands == []


def test_without_rights_the_tests_name_the_exact_command(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    Machine(monkeypatch, installed=EVERYTHING - {"libegl1", "dbus"}, browser="/opt/edge")
    with pytest.raises(InstallError) as caught:
        prepare(Rights(None), tmp_path, for_tests=True)
    assert caught.value.exit_code == 4
    assert caught.value.next_step.endswith("sudo apt-get install --no-install-recommends libegl1 dbus")


def test_without_rights_the_demo_goes_on_and_names_the_command(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An office user who has a browser but no rights still gets the demo."""
    Machine(monkeypatch, installed=EVERYTHING - {"libegl1"}, browser="/opt/edge")
    prepare(Rights(None), tmp_path, for_tests=False)
    assert "sudo apt-get install --no-install-recommends libegl1" in capsys.readouterr().out


def test_without_rights_and_the_drivers_library_the_demo_ends_with_4(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Playwright's driver would not start: better said now."""
    Machine(monkeypatch, installed=EVERYTHING - {"libatomic1"}, browser="/opt/edge")
    with pytest.raises(InstallError, match="libatomic1"):
        prepare(Rights(None), tmp_path, for_tests=False)


def test_without_browser_and_rights_it_ends_with_4(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The last resort, Playwright's download, fails here too: there is no Python to start it."""
    Machine(monkeypatch, installed=EVERYTHING - {"chromium"}, browser="")
    with pytest.raises(InstallError) as caught:
        prepare(Rights(None), tmp_path, for_tests=False)
    assert caught.value.exit_code == 4
    assert "there is no browser" in caught.value.title
    assert "install --no-install-recommends chromium" in caught.value.next_step


def test_a_package_unknown_to_this_release_does_not_keep_the_others_away(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    machine = Machine(
        monkeypatch, installed=EVERYTHING - {"libegl1", "fonts-wqy-microhei"}, browser="/opt/edge"
    )
    machine.unknown = {"fonts-wqy-microhei"}
    progress = Progress(tmp_path / "install.log")
    left = system_packages.install(["libegl1", "fonts-wqy-microhei"], Rights(()), progress)
    assert left == ["fonts-wqy-microhei"]
    assert machine.commands[-1][-1] == "libegl1"


def test_a_renamed_package_counts_as_what_it_provides(monkeypatch: pytest.MonkeyPatch) -> None:
    """Debian 13 has libglib2.0-0t64 in place of libglib2.0-0."""
    listing = (
        "installed\tlibglib2.0-0t64\tlibglib2.0-0 (= 2.84.4-3), other-name\n"
        "installed\tdbus\t\n"
        "config-files\tchromium\t\n"
    )

    def answer(command: Sequence[str], **_: object) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess(command, 0, stdout=listing)

    monkeypatch.setattr(system_packages.subprocess, "run", answer)
    assert system_packages.installed() == {"libglib2.0-0t64", "libglib2.0-0", "other-name", "dbus"}


def test_a_checkout_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "build").write_text("a file where a folder should be")
    with pytest.raises(InstallError, match="cannot be written"):
        Progress(tmp_path / "build" / "install.log")


def test_a_step_past_the_deadline_is_ended(tmp_path: Path) -> None:
    """The command is ended and the person is told which step it was."""
    progress = Progress(tmp_path / "install.log", deadline=0.0)
    with pytest.raises(InstallError, match="Slow step"), progress.step("Slow step") as step:
        step.run([sys.executable, "-c", "import signal; signal.pause()"])


def page_sources(root: Path) -> Path:
    """A checkout that has a page's sources, and as much of packages as the stamps look at."""
    web = root / panel_page.WEB
    (web / "src").mkdir(parents=True)
    (web / "node_modules").mkdir()
    (root / panel_page.STATIC).mkdir(parents=True)
    (web / "public").mkdir()
    for name in panel_page._SOURCES:
        (web / name / "a.ts" if (web / name).is_dir() else web / name).write_text(name)
    return web


def test_the_page_is_built_once_and_again_when_a_source_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another lock installs the packages, any other source builds the page; a failure leaves no mark."""
    web = page_sources(tmp_path)
    monkeypatch.setattr(panel_page, "node_and_npm", lambda root: (Path("bin/node"), Path("npm.js")))
    monkeypatch.setattr(panel_page, "_browser", lambda root: "")
    did: list[str] = []
    succeeds = True

    def run(command: Sequence[str], env: Mapping[str, str]) -> bool:
        assert env["PATH"].startswith("bin")
        did.append(command[4])
        return succeeds

    assert panel_page.build(tmp_path, run)
    assert panel_page.built(tmp_path)
    (web / "src" / "a.ts").write_text("changed")
    assert not panel_page.built(tmp_path)
    succeeds = False
    assert not panel_page.build(tmp_path, run)
    assert not panel_page.built(tmp_path)
    (web / "package-lock.json").write_text("changed")
    assert not panel_page.build(tmp_path, run)
    assert did == ["ci", "run", "run", "ci"]
