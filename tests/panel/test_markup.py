"""What workstations and people write is shown as text: 300 payloads in every field, 0 run, 0 reports."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from agent.sync import wire
from tests.panel.browsing import watched
from tests.panel.payloads import mark, payloads
from tests.panel.serving import Face, Panel, Station, line, now, review, run

ALL = payloads()
RUNS = 25


@pytest.fixture(scope="module")
def poisoned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Panel, Face, Station]]:
    """A panel that was told nothing but payloads."""
    with Panel(tmp_path_factory.mktemp("poisoned")) as panel:
        station = panel.workstation(
            ALL[299][:80], about=wire.About(ALL[298], ALL[297], site_words=True, zones={"main": ALL[295]})
        )
        admin = panel.person("ada", everywhere="admin")
        for number in range(RUNS):
            _tell(station, number)
        items = admin.get("/api/reviews")["items"]
        for number, item in enumerate(items[:10]):
            text = {"text": ALL[290 + number % 7]}
            assert admin.send("POST", f"/api/reviews/{item['id']}/comments", text).is_success
        wanted = {"login": "eve", "name": ALL[296][:80], "roles": {"north": "viewer"}}
        assert admin.send("POST", "/api/people", wanted).is_success
        yield panel, admin, station


def _repair(element: str, shown: str) -> wire.RepairTold:
    return wire.RepairTold((element,), (wire.CandidateTold(1, element, "commit", (1, 2, 3, 4), shown),), (1,))


def _tell(station: Station, number: int) -> None:
    """One run, with a payload in each of its texts; every payload is used by one run at least."""
    texts = iter(ALL[number * 12 :] + ALL)
    ident = f"aa{number:02d}-evil"
    failure = wire.Said("refused", {"site": next(texts), "words": next(texts)})
    told = run(
        ident,
        "NEEDS_REVIEW",
        automation=f"evil-{number}",
        title=next(texts),
        by=next(texts),
        noun=(next(texts), next(texts)),
        reason=failure,
        tasks=(wire.TaskTold(next(texts), "upload", next(texts), "failed", 2, failure),),
        totals=(wire.FigureTold(next(texts), next(texts), next(texts), "1", "1", "2"),),
        versions={"agent": next(texts)},
        started_at=now(),
    )
    station.tell(
        runs=(told,),
        reviews=(
            review(
                number,
                run=ident,
                task=told.tasks[0].name,
                question="refused",
                params={"site": told.title, "words": told.by},
                answers=("leave_out", "accept_repair", told.title[:50]),
                repair=_repair(*told.noun) if number % 2 else None,
            ),
        ),
        lines=(
            line("FAILED", run=ident, params={"reason": {"code": "refused", "params": {"site": told.by}}}),
            line("done", kind="task", run=ident, params={"task": told.tasks[0].name}),
        ),
        agenda=wire.Agenda((wire.Owned(f"evil-{number}", "main", told.title, True, paused_by=told.by),)),
    )


def test_payloads_are_text_on_every_page(browser: Browser, poisoned: tuple[Panel, Face, Station]) -> None:
    panel, admin, station = poisoned
    paths = [
        "/",
        "/runs",
        "/runs/log",
        "/trigger",
        "/review",
        "/insights",
        "/workstations",
        "/people",
        "/audit",
    ]
    paths += [f"/runs/{station.number}/aa{number:02d}-evil" for number in range(RUNS)]
    shown = ""
    with watched(browser, panel.address, admin.token) as seen:
        for path in paths:
            page = seen.open(path)
            page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
            shown += page.locator("main").inner_text()
            assert seen.complaints() == [], path
    assert [number for number in range(len(ALL)) if mark(number) not in shown] == []


def test_the_payloads_would_run_where_texts_were_markup(browser: Browser, tmp_path: Path) -> None:
    """Control: on a page that writes them as markup, without a policy, most of the active ones run."""
    page = browser.new_page()
    ran = 0
    active = [text for text in ALL if " onmouseover=" not in text and "<" in text and "<a href" not in text]
    try:
        page.goto("about:blank")
        for text in active[:: len(active) // 40]:
            page.set_content(f"<title></title><p>{text}</p>")
            page.evaluate("new Promise((done) => setTimeout(done, 20))")
            ran += page.evaluate("window.ran === 1")
            page.evaluate("window.ran = 0")
    finally:
        page.close()
    assert ran >= 20


def test_the_policy_stops_what_a_page_would_let_in(
    browser: Browser, poisoned: tuple[Panel, Face, Station]
) -> None:
    """Control: what would be markup, style or script in our own page is refused, each refusal is heard."""
    panel, admin, _ = poisoned
    with watched(browser, panel.address, admin.token) as seen:
        page = seen.open("/people")
        with pytest.raises(Exception, match="TrustedHTML"):
            page.evaluate("document.body.innerHTML = '<img src=x onerror=window.ran=1>'")
        page.evaluate(
            "(text) => document.head.appendChild(document.createElement('style')).append(text)", "a{}"
        )
        with pytest.raises(Exception, match="TrustedScript"):
            page.evaluate("setTimeout('window.ran = 1', 0)")
        complaints = " ".join(seen.complaints())
        assert "a payload ran" not in complaints
        assert "require-trusted-types-for" in complaints
        assert "style-src" in complaints
        page.evaluate("() => { window.ran = 1; }")
        assert "a payload ran" in " ".join(seen.complaints())
