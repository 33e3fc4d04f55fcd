"""How much longer the engine takes than a bare Playwright script that does the same clicks and read-backs.

    python -m tests.bench.engine_share [--pairs 5]

Each pair is one whole morning by the engine and one by the script, interleaved, each with practice systems
of its own, the same browser with the same flags and the same way of filling. Prints one JSON value: seconds
of each, the ratio pair by pair, and the median.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

from playwright.sync_api import Page, sync_playwright

from agent.browser.elements import Book, load_book
from agent.browser.engine import FLAGS
from agent.browser.filling import fill
from agent.reports.reading import read, typed_rows
from agent.store import queries
from agent.system.browsers import find_browser
from agent.worker.loading import load_automation
from resources.practice.server import Practice
from tests.morning import FINAL, SHIPPED, WEDNESDAY, Morning

_TIMEOUT = 15_000
_DAY = "17/11/2026"  # the business day before WEDNESDAY


def engine(folder: Path) -> float:
    """Run the shipped automation through the host; returns seconds from the wish to COMPLETED."""
    with Practice(folder / "practice") as practice:
        morning = Morning(folder / "home", practice)
        with morning.host() as host:
            began = time.monotonic()
            run = _ended(morning.run(host, "clinic-morning-sync"))
            taken = time.monotonic() - began
        assert len(practice.journal("claimport")) == run["records"]["verified"]
        return taken


def _ended(run_id: str) -> dict[str, Any]:
    """Look twice a second: at every turn of a busy loop the rows would cost a fifth of the machine."""
    while (run := queries.run(run_id))["state"] != "COMPLETED":
        assert run["state"] not in FINAL, run["reason"]
        time.sleep(0.5)
    return run


def script(folder: Path) -> float:
    """Do the same by hand-written Playwright: no ledger, no checkpoints, no evidence; returns seconds."""
    began = time.monotonic()
    with Practice(folder / "practice") as practice, sync_playwright() as playwright:
        began = time.monotonic()
        browser = find_browser()
        chromium = playwright.chromium.launch(
            executable_path=browser.path, chromium_sandbox=browser.sandbox, args=FLAGS
        )
        page = chromium.new_page()
        meridian = load_book(SHIPPED / "sites" / "meridian", practice.meridian_url)
        claimport = load_book(SHIPPED / "sites" / "claimport", practice.claimport_url)
        claims = _claims(page, meridian)
        _sign_in(page, claimport, "north-robot", "claimport-2024")
        _list(page, claimport)
        for claim in claims:
            _enter(page, claimport, claim)
        listed = _list(page, claimport)
        taken = time.monotonic() - began
        assert {claim["claim_no"] for claim in claims} == listed
        assert len(practice.journal("claimport")) == len(claims)
        chromium.close()
        return taken


def _fill(page: Page, book: Book, values: dict[str, Any]) -> None:
    fields = [(book.element(name), value) for name, value in values.items()]
    fill(page, book.site, fields, lambda _name: None, _TIMEOUT)


def _sign_in(page: Page, book: Book, user: str, password: str) -> None:
    page.goto(book.url)
    book.element("user").locator(page).fill(user)
    book.element("password").locator(page).fill(password)
    book.element("sign_in").locator(page).click()
    book.element(book.signed_in).locator(page).wait_for()


def _claims(page: Page, book: Book) -> list[dict[str, Any]]:
    _sign_in(page, book, "frontdesk", "meridian-2024")
    automation = load_automation(SHIPPED / "clinic_morning_sync")
    kinds = automation.tasks["claims"].work.__globals__
    files = {}
    for report in ("appointments", "billing"):
        with page.expect_popup() as opened:
            book.element(f"open_{report}").locator(page).click()
        popup = opened.value
        _fill(popup, book, {"from": _DAY, "to": _DAY})
        with popup.expect_download() as coming:
            book.element("export").locator(popup).click()
        files[report] = read(coming.value.path().read_bytes(), report)
        popup.close()
    visits = {
        row.appt_no: row for row in typed_rows(files["appointments"], kinds["Appointment"].columns).rows
    }
    return [
        row.values
        for row in typed_rows(files["billing"], kinds["Billing"].columns).rows
        if visits[row.appt_no].status == "attended"
    ]


def _enter(page: Page, book: Book, claim: dict[str, Any]) -> None:
    page.goto(f"{book.url}/claim/new.php", wait_until="domcontentloaded")
    _fill(page, book, {name: claim[name] for name in ("claim_no", "patient_no", "patient_name")})
    book.element("next").locator(page).click()
    _fill(page, book, {name: claim[name] for name in ("visit_date", "service_code", "amount")})
    book.element("save").locator(page).click()
    assert book.element("confirmation").locator(page).inner_text()


def _list(page: Page, book: Book) -> set[str]:
    page.goto(f"{book.url}/claims.php", wait_until="domcontentloaded")
    found = _rows(page, book)
    following = book.element("next_page").locator(page)
    while following.count():
        with page.expect_navigation(wait_until="domcontentloaded"):
            following.click()
        found |= _rows(page, book)
    return found


def _rows(page: Page, book: Book) -> set[str]:
    lines = book.element("list_rows").locator(page).all_inner_texts()
    return {line.split("\t")[1].strip() for line in lines[1:]}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=5)
    pairs = parser.parse_args().pairs
    assert WEDNESDAY.weekday() < 5
    taken: dict[str, list[float]] = {"engine": [], "script": []}
    for number in range(pairs):
        # Interleaved, and each first in turn, so that a drift of the machine meets both alike.
        for name in ("engine", "script") if number % 2 else ("script", "engine"):
            with tempfile.TemporaryDirectory() as folder:
                taken[name].append(round({"engine": engine, "script": script}[name](Path(folder)), 2))
    ratios = [round(ours / bare, 3) for ours, bare in zip(taken["engine"], taken["script"], strict=True)]
    print(json.dumps({**taken, "ratios": ratios, "median": median(ratios)}))


if __name__ == "__main__":
    main()
