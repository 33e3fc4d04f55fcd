"""What an automation is stays known as long as its code and its sites' books are what they were."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from agent.core.failures import BrokenAutomation
from agent.host import describing
from agent.system.paths import Home

CODE = """
from agent.sdk import Automation, Download, Run, Session

tick = Automation("tick", title="{title}", schedule="05:00 mon-fri", deadline="08:00")

@tick.download("desk")
def report(site: Session, run: Run) -> Download: ...
"""
BOOK = """
title = "Desk"
url = "{url}"
signed_in = "menu"
[elements]
user = {{ label = "User", kind = "fill" }}
password = {{ label = "Password", kind = "fill" }}
sign_in = {{ role = "button", name = "Sign in" }}
menu = {{ css = "#menu" }}
"""


class Desk:
    """A home with one automation at one site; counts how often a worker was asked."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.home, self.asked = Home(root), 0
        self.automation = self.home.automations / "tick"
        self.site = self.home.automations / "sites" / "desk"
        for folder in (self.automation, self.site):
            folder.mkdir(parents=True)
        self.write()
        ask = describing._ask

        def counted(home: Home, folder: Path) -> Mapping[str, Any]:
            self.asked += 1
            return ask(home, folder)

        monkeypatch.setattr(describing, "_ask", counted)

    def write(self, title: str = "Tick", url: str = "https://desk.example") -> None:
        (self.automation / "automation.py").write_text(CODE.format(title=title))
        (self.site / "site.toml").write_text(BOOK.format(url=url))

    def describe(self) -> Mapping[str, Any]:
        return describing.describe(self.home, self.automation)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    return Desk(tmp_path, monkeypatch)


def test_a_worker_is_asked_once(desk: Desk) -> None:
    first = desk.describe()
    assert (first["title"], list(first["versions"]["sites"])) == ("Tick", ["desk"])
    assert desk.describe() == first
    assert desk.asked == 1


def test_who_asks_at_the_same_time_shares_the_answer(desk: Desk) -> None:
    with ThreadPoolExecutor(3) as pool:
        told = list(pool.map(lambda _: desk.describe(), range(3)))
    assert told == [told[0]] * 3
    assert desk.asked == 1


def test_changed_code_is_described_anew(desk: Desk) -> None:
    first = desk.describe()
    desk.write(title="Tock")
    second = desk.describe()
    assert second["title"] == "Tock"
    assert second["versions"]["automation"] != first["versions"]["automation"]
    assert desk.asked == 2


def test_so_is_a_changed_book(desk: Desk) -> None:
    first = desk.describe()
    desk.write(url="https://other.example")
    assert desk.describe()["versions"]["sites"] != first["versions"]["sites"]
    assert desk.asked == 2


def test_what_is_broken_now_is_not_what_it_was(desk: Desk) -> None:
    desk.describe()
    (desk.automation / "automation.py").write_text("nothing = 1\n")
    with pytest.raises(BrokenAutomation):
        desk.describe()
    with pytest.raises(BrokenAutomation):  # a failure is not kept: what it needs may be mended elsewhere
        desk.describe()
    assert desk.asked == 3
    desk.write()
    assert desk.describe()["title"] == "Tick"
