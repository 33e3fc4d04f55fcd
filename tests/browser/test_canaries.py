"""Secrets never leak: driven through what fails, then searched for in everything that was written.

Known are both passwords and a wrong one, the seed and the codes made of it, an answer that only a person
knows, each cookie that a site handed out, and every personal value of the whole report.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from agent.browser.capture import screenshot
from agent.browser.elements import load_book
from agent.browser.engine import Engine
from agent.browser.session import Session
from agent.browser.signing_in import Account, sign_in
from agent.cli.person import at_terminal
from agent.host import proofs
from agent.host.questions import Question, attend
from agent.store import queries
from agent.store.database import close_store
from agent.system.browsers import find_browser
from agent.system.log import STRUCK_OUT
from agent.system.one_time import Seeds
from agent.system.vault import open_vault
from resources.practice.data import clinic_day
from resources.practice.second_factor import STEP_SECONDS, code_of
from resources.practice.server import SEED as CLINIC
from resources.practice.server import Practice
from tests.canaries import (
    Canaries,
    Watching,
    cookies_noted,
    in_files,
    in_text,
    letters_in_common,
    read_letters,
)
from tests.morning import FINAL, SHIPPED, Morning, until

CLAIMS = 2
SEED = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
TUESDAY = date(2026, 11, 17)  # the day that the runs of WEDNESDAY cover
SPEAKS_IN_PROCESS = """batch = Batch(Claim)
    for row in billing.rows(Billing):
        print("row", row.patient_no, row.patient_name)
    if RAISES:
        raise ValueError(f"cannot use {row.patient_name} / {row.patient_no}")"""
SPEAKS_IN_SUBMIT = """site.follow("next")
        print("claim", claim.patient_name, site.page.context.cookies())
        print("said", site.text())
        if RAISES:
            raise ValueError(f"{claim.patient_name} {claim.patient_no} {site.page.context.cookies()}")"""


@dataclass
class Secrets:
    """A morning whose every secret is known, and what it does."""

    morning: Morning
    canaries: Canaries
    watching: Watching
    asked: list[Question] = field(default_factory=list)
    states: list[str] = field(default_factory=list)

    @property
    def practice(self) -> Practice:
        return self.morning.practice

    def write(self, *, process: bool = False, submit: bool = False) -> None:
        """Write an automation that tells whatever it knows, and raises it where it is told to."""
        self.morning.small_sync(
            CLAIMS,
            **{
                "batch = Batch(Claim)": SPEAKS_IN_PROCESS.replace("RAISES", str(process)),
                '"beyond the dose"': 'f"{row.patient_name} is beyond the dose"',
                'site.follow("next")': SPEAKS_IN_SUBMIT.replace("RAISES", str(submit)),
            },
        )

    def lives(self, host: Any) -> dict[str, Any]:
        """Run it to an end."""
        run_id = self.morning.run(host, "small-sync")
        until(lambda: queries.run(run_id)["state"] in FINAL, 180, host)
        run = queries.run(run_id)
        self.states.append(
            next((task["failure"]["code"] for task in run["tasks"] if task["failure"]), "done")
        )
        return run

    def told(self) -> dict[str, str]:
        """What faces would tell: each run and question, with every failure's words."""
        return {found["id"]: repr(queries.run(found["id"])) for found in queries.run_list()} | {
            "reviews": repr(queries.open_reviews())
        }


@pytest.fixture
def secrets(tmp_path: Path, practice: Practice) -> Iterator[Secrets]:
    morning, canaries = Morning(tmp_path / "home", practice), Canaries()
    for site, account in (("meridian", "frontdesk"), ("claimport", "north-robot")):
        password = canaries.add("password", f"pass-{site}-Zq7#w!")
        practice.set_password(site, account, password)
        morning.set_password(site, account, password)
    canaries.add("seed", SEED)
    Seeds(open_vault(morning.home)).set("main", "meridian", "frontdesk", SEED)
    practice.faults("meridian", "second_factor", always=True, seed=SEED)
    answer = canaries.add("answer", "heron-4711-Zq")
    ask_for_the_bird(practice, answer)
    for appointment in clinic_day(TUESDAY, CLINIC).appointments:
        canaries.add("patient", appointment.patient_no)
        canaries.add("patient", appointment.patient_name)
    with cookies_noted(canaries), Watching(morning.home) as watching:
        yield Secrets(morning, canaries, watching)
    close_store()


def first_patient() -> str:
    """The patient of the first claim, whom the site names when it refuses."""
    return clinic_day(TUESDAY, CLINIC).billing[0].patient_name


def ask_for_the_bird(practice: Practice, answer: str) -> None:
    """Let ClaimPort ask what only a person knows."""
    practice.faults("claimport", "second_factor", always=True, question="Which bird?", answer=answer)


@pytest.fixture
def began() -> float:
    return time.time()


def codes_since(began: float) -> list[str]:
    """Every code that can have been typed."""
    steps = range(int(began // STEP_SECONDS), int(time.time() // STEP_SECONDS) + 1)
    return [code_of(SEED, step) for step in steps]


def searched(secrets: Secrets, began: float) -> list[str]:
    """Look everywhere; the vault's file alone, the demo's keyring, may hold what it is for."""
    home, canaries = secrets.morning.home, secrets.canaries
    told = secrets.told() | secrets.watching.told
    assert len(secrets.watching.told) > 10  # workers and browsers were looked at
    close_store()
    found = in_files([home.root, home.work], canaries, but=[home.vault_file]) + in_text(told, canaries)
    for code in codes_since(began):
        logs = {str(file): file.read_text("utf-8", "replace") for file in home.logs.iterdir()}
        found += [f"code: {where}" for where, text in (logs | told).items() if code in text]
    secrets.morning.open()
    return found


def test_no_secret_is_written_anywhere_while_all_goes_wrong(secrets: Secrets, began: float) -> None:
    """An automation that prints and raises whatever it knows, in the checks and in the middle of a claim."""
    answer = next(value for what, value in secrets.canaries.known.items() if what.startswith("answer"))
    with secrets.morning.host() as host:
        secrets.write(process=True)
        secrets.lives(host)
        secrets.write(submit=True)

        def type_it(question: Question) -> None:
            secrets.asked.append(question)
            attending.answer(question.id, answer)

        with attend(secrets.morning.home, type_it) as attending:
            run = secrets.lives(host)
    assert secrets.states == ["defect", "defect"]
    assert len(secrets.asked) == 1
    assert len(secrets.canaries.known) > 200
    spoken = (secrets.morning.home.logs / f"{run['id']}.log").read_text()
    assert spoken.count(f"row {STRUCK_OUT} {STRUCK_OUT}") > 100  # it did speak
    assert f"claim {STRUCK_OUT}" in spoken
    assert f"'value': '{STRUCK_OUT}'" in spoken  # a cookie's
    assert f"ValueError: {STRUCK_OUT} {STRUCK_OUT}" in spoken
    assert searched(secrets, began) == []


def lives_through_everything(secrets: Secrets) -> None:
    """One run for each way in which a secret is at hand while something goes wrong."""
    canaries, practice, morning = secrets.canaries, secrets.practice, secrets.morning
    answer = next(value for what, value in canaries.known.items() if what.startswith("answer"))
    with morning.host() as host:
        secrets.write(process=True)
        secrets.lives(host)
        secrets.write()
        secrets.lives(host)  # nobody knows the bird
        queries.open_reviews()

        def type_it(question: Question) -> None:
            attending.answer(question.id, answer)

        with attend(morning.home, type_it) as attending:
            secrets.write(submit=True)
            cancel_open(morning, host)
            secrets.lives(host)
            for fault, how in (
                ("renamed", {"element": "save", "path": "/claim/new.php"}),
                ("doubled", {"element": "save", "path": "/claim/new.php"}),
                ("server_error", {"path": "/claim/new.php"}),
                ("refuse", {"text": f"{first_patient()} is not a valid patient"}),
                ("dialog", {"path": "/claim/new.php"}),
            ):
                secrets.write()
                practice.faults("claimport", fault, always=True, **how)
                cancel_open(morning, host)
                secrets.lives(host)
                practice.clear_faults()
                practice.faults(
                    "claimport", "second_factor", always=True, question="Which bird?", answer=answer
                )
            cancel_open(morning, host)
            practice.end_sessions("claimport")
            wrong = canaries.add("password", "wrong-Zq7#w!-wrong")
            morning.set_password("claimport", "north-robot", wrong)
            secrets.lives(host)


def cancel_open(morning: Morning, host: Any) -> None:
    """End what waits for a person, so that the next run has the day to itself."""
    for run in queries.run_list():
        if run["state"] == "NEEDS_REVIEW":
            morning.give(host, "cancel", run=run["id"])
            until(lambda run=run: queries.run(run["id"])["state"] == "CANCELLED", 60, host)


def pictures(secrets: Secrets) -> dict[str, str]:
    """What can be read in each picture that was taken."""
    home, read = secrets.morning.home, {}
    folder = home.root.parent
    for run in queries.run_list():
        for proof in queries.evidence(run["id"]):
            if proof["media_type"].startswith("image/"):
                opened = proofs.open_proof(home, proof["id"], at_terminal())
                read[f"{run['id']} {proof['name']}"] = read_letters(opened.content, folder)
    return read


def seen(secrets: Secrets, read: dict[str, str]) -> list[str]:
    """Each canary that can be read in a picture; patients' numbers only where claims are entered."""
    return [
        f"{what}: {where}"
        for where, text in read.items()
        for what, value in secrets.canaries.known.items()
        if letters_in_common(value, text)
    ]


@pytest.mark.long
@pytest.mark.timeout(1500)
@pytest.mark.skipif(
    shutil.which("tesseract") is None, reason="tesseract is missing: apt-get install tesseract-ocr"
)
def test_no_secret_is_in_anything_written_or_in_any_picture(secrets: Secrets, began: float) -> None:
    lives_through_everything(secrets)
    assert set(secrets.states) >= {
        "defect",
        "code_wanted",
        "element_missing",
        "element_ambiguous",
        "sign_in_refused",
    }
    read = pictures(secrets)
    assert len(read) >= 4
    assert seen(secrets, read) == []
    assert searched(secrets, began) == []


@pytest.mark.long
@pytest.mark.timeout(1500)
def test_with_the_guards_off_the_same_search_finds_them(
    secrets: Secrets, began: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Workers start with nothing struck out and nothing masked."""
    off = tmp_path / "guards-off"
    off.mkdir()
    (off / "sitecustomize.py").write_text(
        "import agent.system.log as log\nlog.Redactor.clean = lambda self, text, more=(): text\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(off), prepend=os.pathsep)
    lives_through_everything(secrets)
    found = searched(secrets, began)
    kinds = {hit.split()[0].rstrip(":") for hit in found}
    assert {"patient", "cookie"} <= kinds, kinds


@pytest.mark.long
@pytest.mark.skipif(shutil.which("tesseract") is None, reason="missing: apt-get install tesseract-ocr")
def test_a_picture_without_its_covers_is_found_out_by_its_letters(practice: Practice, tmp_path: Path) -> None:
    """The control for what is read in pictures: the same page, taken plainly and as it is kept."""
    patient = clinic_day(TUESDAY, CLINIC).billing[0]
    browser, engine = find_browser(), Engine()
    engine.launch(browser.path, sandbox=browser.sandbox)
    book = load_book(SHIPPED / "sites" / "claimport", practice.claimport_url)
    session = Session(engine.new_page(), book, lambda *_: None)
    session.open()
    sign_in(session, Account("claimport", "north-robot", "claimport-2024"))
    session.open("claim/new.php")
    session.memory.personal = [patient.patient_no, patient.patient_name]
    session.fill({"patient_no": patient.patient_no, "patient_name": patient.patient_name})
    kept = screenshot(session)
    assert kept is not None
    plain = session.page.screenshot()
    engine.close()
    read = {
        "kept": read_letters(kept.content, tmp_path),
        "plain": read_letters(plain, tmp_path),
    }
    for value in session.memory.personal:
        assert letters_in_common(value, read["plain"])
        assert not letters_in_common(value, read["kept"])
