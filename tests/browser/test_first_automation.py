"""The authors' pages, as their reader follows them: files as printed, commands as typed, a real browser."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from agent import sdk
from agent.browser.elements import load_book
from agent.browser.engine import Engine
from agent.browser.session import Landing
from agent.browser.signing_in import Account, is_signed_in, sign_in
from agent.reports.attest import Expect
from agent.sdk import Download, Session
from agent.system.browsers import find_browser
from agent.system.paths import Home
from agent.worker.loading import load_steps
from resources.practice.server import Practice
from tests import pages

AUTOMATION = "automations/cancelled_visits/automation.py"
PASSWORDS = {"clinic": ("frontdesk", "meridian-2024"), "claims-house": ("north-robot", "claimport-2024")}
CLAIMS = ["C935446", "C935513", "C935525"]  # billed on 2 March 2026 though their visits were cancelled
CANCELLED = 12


@dataclass
class Reader:
    """Someone at a terminal with the tutorial open."""

    home: Home
    practice: Practice

    def predawn(self, *args: str, typed: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", "from agent.cli.main import main; main()", *args],
            env={**os.environ, "PREDAWN_HOME": str(self.home.root)},
            input=typed,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=240,
            check=False,
        )

    def write(self, file: str, parts: int | None = None) -> None:
        pages.write(self.home.root, file, pages.files()[file][:parts])

    def sets_password(self, site: str) -> None:
        account, password = PASSWORDS[site]
        done = self.predawn("sites", "set", site, "--account", account, "--from-stdin", typed=f"{password}\n")
        assert done.returncode == 0, done.stderr

    def checks(self) -> str:
        return self.predawn("check", "cancelled-visits").stdout

    def runs(self, *options: str) -> dict[str, Any]:
        """Run the automation for 3 March 2026 and return what ``show`` says of it."""
        done = self.predawn("run", "cancelled-visits", "--date", "2026-03-03", *options)
        shown = self.predawn("show", done.stdout.split()[0], "--json")
        found: dict[str, Any] = json.loads(shown.stdout)
        assert (done.returncode, found["state"]) == (0, "COMPLETED"), done.stderr
        return found


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    root = tmp_path_factory.mktemp("first")
    home = Home(root / "home")
    home.mark_demo()  # so that passwords lie in a file of this temporary home
    with Practice(root / "practice", export_seconds=0.2) as practice:
        home.settings.write_text(
            f'[offices.main]\nzone = "Europe/London"\n'
            f'[sites.clinic]\nurl = "{practice.meridian_url}"\n'
            f'[sites.claims-house]\nurl = "{practice.claimport_url}"\n'
        )
        yield Reader(home, practice)


def test_the_first_half_ends_with_a_workbook_and_enters_nothing(reader: Reader) -> None:
    reader.write("automations/sites/clinic/site.toml")
    reader.write(AUTOMATION, parts=1)
    assert reader.checks() == "cancelled-visits: no problems\n"
    reader.sets_password("clinic")

    run = reader.runs()

    assert [(task["name"], task["state"]) for task in run["tasks"]] == [
        ("appointments", "done"),
        ("front_desk", "done"),
    ]
    written = reader.home.workbooks / "2026-03-03" / "cancelled-visits-2026-03-02.xlsx"
    sheet = load_workbook(BytesIO(written.read_bytes()))["Cancelled"]
    assert sheet.max_row == 1 + CANCELLED
    assert reader.practice.journal("claimport") == []


def test_the_whole_ends_with_each_claim_entered_once_and_read_back(reader: Reader) -> None:
    for file in pages.files():
        reader.write(file)
    assert reader.checks() == "cancelled-visits: no problems\n"
    reader.sets_password("clinic")
    reader.sets_password("claims-house")

    run = reader.runs()

    assert sorted(str(claim["claim_no"]) for claim in reader.practice.journal("claimport")) == CLAIMS
    assert {claim["service_code"] for claim in reader.practice.journal("claimport")} == {"LATE"}
    assert run["records"]["verified"] == len(CLAIMS)
    assert run["records"]["left_out"] == 184
    assert run["totals"]["ClaimsHouse"]["amount"] == {
        "source": "55247.25",
        "left_out": "53799.90",
        "processed": "1447.35",
        "delivered": "1447.35",
        "target": "1447.35",
        "skipped": "0",
    }


# ── the reference's examples that need a browser ──────────────────────────────────────────────────────────
@dataclass
class Committed:
    """Stands for the engine inside a submit; counts the clicks it let through."""

    clicks: int = 0

    def before_commit(self) -> None:
        self.clicks += 1


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    browser = find_browser()
    engine = Engine()
    engine.launch(browser.path, sandbox=browser.sandbox)
    yield engine
    engine.close()


def kept(name: str, content: bytes, expect: Expect | None) -> Download:
    return Download(name, hashlib.sha256(content).hexdigest(), expect, "", lambda: content)


def signed_in(engine: Engine, root: Path, site: str, url: str) -> Session:
    """A session at one of the tutorial's sites, signed in by its book or its site.py."""
    folder = root / "automations" / "sites" / site
    steps = load_steps(folder)
    landing = Landing(engine.downloads, lambda *_, **__: None)
    session = Session(engine.new_page(), load_book(folder, url), kept, steps=steps, landing=landing)
    assert not is_signed_in(session)
    sign_in(session, Account(site, *PASSWORDS[site]))
    assert is_signed_in(session)
    return session


def test_the_examples_of_the_session_run(engine: Engine, practice: Practice, tmp_path: Path) -> None:
    for file, blocks in pages.files().items():
        pages.write(tmp_path, file, blocks)
    site = signed_in(engine, tmp_path, "claims-house", practice.claimport_url)
    clinic = signed_in(engine, tmp_path, "clinic", practice.meridian_url)
    hook = site.hook = Committed()
    known = {name: getattr(sdk, name) for name in sdk.__all__}
    known |= {"date": date, "Decimal": Decimal, "site": site, "clinic": clinic}
    page = pages.REFERENCE.read_text(encoding="utf-8")
    examples = pages.blocks(page.split("\n## ", 1)[0], "python") + pages.blocks(
        pages.sections(pages.REFERENCE)["Session"], "python"
    )
    assert len(examples) == 2

    for source in examples:
        exec(compile(source, "reference.md, Session", "exec"), known)

    assert hook.clicks == 1
    assert [claim["claim_no"] for claim in practice.journal("claimport")] == ["C935446"]


def test_each_way_to_find_an_element_finds_one(engine: Engine, tmp_path: Path) -> None:
    section = pages.sections(pages.REFERENCE)["site.toml"]
    (html,), (toml,) = pages.blocks(section, "html"), pages.blocks(section, "toml")
    book = load_book(pages.write(tmp_path, "everyway/site.toml", [toml]).parent)
    session = Session(engine.new_page(), book, kept)
    session.page.set_content(html)
    for name, element in book.elements.items():
        element.locator(session.page).wait_for()
        assert element.locator(session.page).count() == 1, name
    session.fill({"day": date(2026, 3, 2), "search": "731", "code": "00731", "editor": "Dear Madam"})
    assert session["day"].input_value() == "02/03/2026"
    assert session["editor"].inner_text().strip() == "Dear Madam"
