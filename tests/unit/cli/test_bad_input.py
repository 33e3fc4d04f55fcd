"""What an author or a machine got wrong is told at once: what, where, what next; the ledger is untouched."""

import shutil
from collections.abc import Callable

import pytest

from agent.store import queries
from agent.system.automations import automation_folders, site_folders
from agent.system.paths import WANTED_FREE_BYTES, Home

from .conftest import Predawn

Spoil = Callable[[str], str]


def _replaced(old: str, new: str) -> Spoil:
    def spoil(source: str) -> str:
        assert old in source
        return source.replace(old, new, 1)

    return spoil


def _without(start: str, end: str) -> Spoil:
    def spoil(source: str) -> str:
        first = source.index(start)
        return source[:first] + source[source.index(end, first) :]

    return spoil


def _copy(home: Home, spoil_code: Spoil | None = None, spoil_book: Spoil | None = None) -> str:
    """Put a copy of the shipped automation and ClaimPort's book into the home, one of them spoilt."""
    folder = home.automations / "spoilt"
    shutil.copytree(automation_folders(home)["clinic-morning-sync"], folder)
    code = folder / "automation.py"
    source = code.read_text().replace('"clinic-morning-sync"', '"spoilt"')
    code.write_text(spoil_code(source) if spoil_code else source)
    book = home.automations / "sites" / "claimport"
    shutil.copytree(site_folders(home)["claimport"], book)
    if spoil_book:
        (book / "site.toml").write_text(spoil_book((book / "site.toml").read_text()))
    return "spoilt"


CODE: dict[str, tuple[Spoil, list[str]]] = {
    "misspelt element": (
        _replaced('site.commit("save")', 'site.commit("svae")'),
        ["has no element “svae”", "Did you mean “save”?", "automation.py"],
    ),
    "two tasks of one name": (
        _replaced("def billing(site", "def appointments(site"),
        ["two tasks are named appointments", "automation.py, line "],
    ),
    "a parameter that no task gives": (
        _replaced("def claims(appointments: Download, billing", "def claims(appointment: Download, billing"),
        ["claims takes appointment, but no task above it is named so", "automation.py, line "],
    ),
    "a destination without look-up": (
        _without("    def look_up(", "    def list_all("),
        ["ClaimPort has no look_up", "automation.py, line "],
    ),
    "a schedule that is none": (
        _replaced('"05:00 mon-fri"', '"at dawn"'),
        ["“at dawn” is not a schedule such as 05:00 mon-fri", "automation.py, line "],
    ),
}
BOOK: dict[str, tuple[Spoil, list[str]]] = {
    "not TOML": (
        _replaced('label = "Amount"', "label = Amount"),
        ["site.toml, line ", "cannot be understood"],
    ),
    "an unknown key": (
        _replaced('label = "Amount"', 'lable = "Amount"'),
        ["“lable” means nothing here; did you mean “label”?", "site.toml, line 33 (elements.amount.lable)"],
    ),
    "no commit element": (
        _replaced('name = "Save claim", kind = "commit"', 'name = "Save claim"'),
        ["ClaimPort has no element of kind commit: nothing could be saved"],
    ),
}


@pytest.mark.parametrize("verb", ["check", "run"])
@pytest.mark.parametrize("case", [*CODE, *BOOK])
def test_a_mistake_of_an_author_is_told_before_the_morning(
    stored: Home, command: Predawn, case: str, verb: str
) -> None:
    """Exit 2 with file, line and what to do, at ``check`` and at ``run`` alike; no run is stored."""
    spoil, words = CODE.get(case) or BOOK[case]
    name = _copy(stored, spoil, None) if case in CODE else _copy(stored, None, spoil)
    result = command(verb, name)
    assert result.exit_code == 2, result.output
    for word in [*words, "then try: predawn check"]:
        assert word in result.output
    assert "Traceback" not in result.output
    assert queries.run_list() == []


def test_an_unspoilt_copy_checks_clean(stored: Home, command: Predawn) -> None:
    """The control: without a mistake the same automation has no problems."""
    result = command("check", _copy(stored))
    assert (result.exit_code, result.output.strip()) == (0, "spoilt: no problems")


def test_no_browser_ends_with_4(stored: Home, command: Predawn, monkeypatch: pytest.MonkeyPatch) -> None:
    """A browser that is not there is told before anything is planned."""
    for site, user in (("meridian", "frontdesk"), ("claimport", "north-robot")):
        set_it = command("sites", "set", site, "--account", user, "--from-stdin", input="secret\n")
        assert set_it.exit_code == 0, set_it.output
    monkeypatch.setenv("PREDAWN_BROWSER", "no-such-browser")
    result = command("run", "clinic-morning-sync")
    assert result.exit_code == 4
    assert "No browser was found" in result.stderr
    assert "Install Microsoft Edge, Google Chrome or Chromium" in result.stderr
    assert queries.run_list() == []


def test_a_full_disk_ends_with_4(stored: Home, command: Predawn, monkeypatch: pytest.MonkeyPatch) -> None:
    """Too little room is told before anything is begun."""
    usage = shutil._ntuple_diskusage(10**12, 10**12, WANTED_FREE_BYTES // 2)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage)
    result = command("run", "clinic-morning-sync")
    assert result.exit_code == 4
    assert "The disk is nearly full" in result.stderr
    assert "Make room: 100 MB are free, 200 MB are wanted." in result.stderr
