"""A run's page: each tab, the life of a record, what its buttons store, evidence and certificate."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QLabel, QPushButton, QTabWidget, QWidget
from pytestqt.qtbot import QtBot

from agent.core.failures import SiteDown, VaultLocked
from agent.core.states import RunState
from agent.host import auditing
from agent.store import audit, runs
from agent.store.tables import CommandRow, RecordRow
from agent.system.paths import Home
from resources.i18n import texts
from tests.desktop.mornings import DAY, Mornings
from ui.desktop.pages.base import Page
from ui.desktop.pages.run import RunPage
from ui.desktop.widgets.run_certificate import CertificateTab
from ui.desktop.widgets.run_evidence import EvidenceTab, PictureDialog
from ui.desktop.widgets.table import Table

Show = Callable[[type[Page]], Page]


@pytest.fixture
def opened(shown: Show, qtbot: QtBot) -> Callable[[str], Page]:
    def open_run(run_id: str) -> Page:
        page = shown(RunPage)
        page.open(run_id)
        page.refresh(frozenset({f"run/{run_id}"}))
        qtbot.waitUntil(lambda: run_id in texts_on(page))
        return page

    return open_run


def texts_on(page: Page) -> str:
    shown = [*page.findChildren(QLabel), *page.findChildren(QPushButton)]
    return "\n".join(widget.text() for widget in shown if widget.isVisibleTo(page))


def tab(page: Page, name: str):
    tabs = page.findChild(QTabWidget)
    place = next(place for place in range(tabs.count()) if tabs.tabText(place) == name)
    tabs.setCurrentIndex(place)
    return tabs.widget(place)


def cells(table: Table, row: int) -> list[str]:
    model = table.model()
    return [model.index(row, column).data() for column in range(model.columnCount())]


def table_named(parent, name: str) -> Table:
    return next(table for table in parent.findChildren(Table) if table.accessibleName() == name)


def press(qtbot: QtBot, page: Page, words: str) -> None:
    found = next(each for each in page.findChildren(QPushButton) if each.text() == words)
    qtbot.mouseClick(found, Qt.MouseButton.LeftButton)


def test_tasks_counts_and_totals_stand_side_by_side(
    opened: Callable[[str], Page], mornings: Mornings, qtbot: QtBot
) -> None:
    page = opened(mornings.entered(3, verified=2))
    overview = tab(page, "Overview")
    tasks, counts = table_named(overview, "Overview"), table_named(overview, "Where it stands")
    assert [cells(tasks, row)[1] for row in range(3)] == ["billing", "claims", "ClaimPort"]
    assert cells(tasks, 2)[0].endswith("2 of 3 claims")
    assert [cells(counts, row) for row in range(3)] == [
        ["To enter", "1"],
        ["Arrived", "2"],
        ["Rows left out with a reason", "1"],
    ]
    totals = tab(page, "Totals").findChild(Table)
    assert cells(totals, 0) == ["Not yet", "ClaimPort", "Claims", "4", "1", "3", "2", "2", "0"]


def test_unequal_totals_of_an_ended_run_are_marked(
    opened: Callable[[str], Page], mornings: Mornings, qtbot: QtBot
) -> None:
    run_id = mornings.entered(3, verified=2)
    runs.move_run(run_id, RunState.FAILED, SiteDown(site="claimport", status=503).as_json())
    page = opened(run_id)
    totals = tab(page, "Totals").findChild(Table)
    assert cells(totals, 0)[0] == "Unequal"
    press(qtbot, page, "Retry")
    qtbot.waitUntil(lambda: CommandRow.select().count() == 1)
    assert (CommandRow.get_by_id(1).verb, CommandRow.get_by_id(1).args) == ("retry", {"run": run_id})


def test_a_key_is_found_and_tells_its_life(
    opened: Callable[[str], Page], mornings: Mornings, qtbot: QtBot
) -> None:
    page = opened(mornings.done(3))
    records = tab(page, "Records")
    table = table_named(records, "Records")
    qtbot.waitUntil(lambda: table.model().rowCount() == 3)
    qtbot.keyClicks(records._search, "100002")
    qtbot.waitUntil(lambda: table.model().rowCount() == 1)
    assert cells(table, 0)[:4] == ["Arrived", "2", "C100002", "CP-2"]
    qtbot.waitUntil(lambda: "Claim C100002: Arrived" in texts_on(page))
    qtbot.waitUntil(lambda: texts_on(page).count("no person changed it") == 3)
    told = texts_on(page)
    assert "€12.50 was read from billing.xls (row 3, column Amount (€))" in told
    assert "by Predawn on FRONT-2 as north-robot; confirmation CP-2" in told
    assert "000123" not in told


def test_who_sees_personal_values_stands_in_the_audit_log_once_for_each_record(
    opened: Callable[[str], Page], mornings: Mornings, home: Home, qtbot: QtBot
) -> None:
    run_id = mornings.done(3)
    page = opened(run_id)
    records = tab(page, "Records")
    table = table_named(records, "Records")
    qtbot.waitUntil(lambda: table.model().rowCount() == 3)
    records.choose(1)
    qtbot.waitUntil(lambda: "Claim C100002: Arrived" in texts_on(page))
    assert audit.entries() == []  # personal values are masked: no look
    for _ in range(2):
        records._personal.click()
        qtbot.waitUntil(lambda: "000123" in texts_on(page))
        records._personal.click()
        qtbot.waitUntil(lambda: "000123" not in texts_on(page))
    (entry,) = audit.entries()
    assert (entry.verb, entry.actor.via) == ("values_shown", "window")
    assert entry.params == {"run": run_id, "count": 1, "record": 2}
    records._personal.click()
    records.choose(2)
    qtbot.waitUntil(lambda: "Claim C100003: Arrived" in texts_on(page))  # then the vault knows of the look
    assert audit.entries()[0].params["record"] == 3
    verdict = auditing.verify(home)
    assert (verdict.count, verdict.witnessed, verdict.fault) == (2, 2, None)


def test_a_look_that_cannot_be_written_down_is_not_allowed(
    opened: Callable[[str], Page],
    mornings: Mornings,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    page = opened(mornings.done(3))
    records = tab(page, "Records")
    qtbot.waitUntil(lambda: table_named(records, "Records").model().rowCount() == 3)

    def locked(*_given: object) -> None:
        raise VaultLocked

    monkeypatch.setattr(auditing, "note", locked)
    records._personal.click()
    records.choose(1)
    qtbot.waitUntil(lambda: texts.failure("vault_locked", {}).title in texts_on(page))
    assert "000123" not in texts_on(page)


def test_a_record_leads_to_its_picture_where_one_was_kept(
    opened: Callable[[str], Page], mornings: Mornings, qtbot: QtBot
) -> None:
    run_id = mornings.entered(3, verified=2)
    RecordRow.update(picture="feed").where((RecordRow.run == run_id) & (RecordRow.ordinal == 2)).execute()
    page = opened(run_id)
    records = tab(page, "Records")
    table = table_named(records, "Records")
    qtbot.waitUntil(lambda: table.model().rowCount() == 3)
    see = next(each for each in page.findChildren(QPushButton) if each.text() == "See its picture")
    for row, there in ((0, False), (1, True), (2, False)):
        table.selectRow(row)
        qtbot.waitUntil(lambda row=row: f"{100001 + row}" in records._heading.text())
        assert see.isVisibleTo(page) is there
    table.selectRow(1)
    qtbot.waitUntil(lambda: see.isVisibleTo(page))
    with qtbot.waitSignal(page.desk.wanted) as wanted:
        press(qtbot, page, "See its picture")
    assert wanted.args == ["gallery", "feed"]


def test_rows_that_were_left_out_stand_with_their_reason(
    opened: Callable[[str], Page], mornings: Mornings, qtbot: QtBot
) -> None:
    page = opened(mornings.done(2))
    records = tab(page, "Records")
    qtbot.waitUntil(lambda: records._state.findData("LEFT_OUT") > 0)
    records._state.setCurrentIndex(records._state.findData("LEFT_OUT"))
    left = table_named(records, "Rows left out")
    qtbot.waitUntil(lambda: left.isVisibleTo(page))
    assert cells(left, 0) == ["billing.xls, row 9", "cancelled visit"]


def test_ten_thousand_records_are_listed_and_searched(
    opened: Callable[[str], Page], mornings: Mornings, qtbot: QtBot
) -> None:
    page = opened(mornings.many(10_000))
    records = tab(page, "Records")
    table = table_named(records, "Records")
    qtbot.waitUntil(lambda: table.model().rowCount() == 10_000, timeout=60_000)
    qtbot.keyClicks(records._search, "C109999")
    qtbot.waitUntil(lambda: table.model().rowCount() == 1)


def test_the_log_is_read_in_pages_and_searched(
    opened: Callable[[str], Page], mornings: Mornings, home: Home, qtbot: QtBot
) -> None:
    run_id = mornings.done(1)
    line = "2026-11-26T05:00:00Z INFO worker entered number={}\n"
    odd = "2026-11-26T05:00:01Z ERROR worker answer_lost\n    | Traceback\n"
    text = "".join(map(line.format, range(1000))) + odd + "unfinished"
    (home.logs / f"{run_id}.log").write_text(text)
    page = opened(run_id)
    log = tab(page, "Log")
    table = log.findChild(Table)
    qtbot.waitUntil(lambda: table.model().rowCount() == 1002)
    qtbot.waitUntil(lambda: cells(table, 1000) == [cells(table, 1000)[0], "Error", "worker answer_lost"])
    log._search.setText("number=99")
    qtbot.waitUntil(lambda: table.model().rowCount() == 11)
    qtbot.waitUntil(lambda: cells(table, 0)[2] == "worker entered number=99")


def test_a_copy_of_evidence_is_written_down_and_never_over_a_file(
    opened: Callable[[str], Page], mornings: Mornings, home: Home, qtbot: QtBot, tmp_path: Path
) -> None:
    run_id = mornings.done(1)
    page = opened(run_id)
    proofs = tab(page, "Evidence")
    assert isinstance(proofs, EvidenceTab)
    ident = proofs._rows.row(0).about["id"]
    proofs.save(ident, tmp_path / "copy.xls")
    qtbot.waitUntil(lambda: "Saved to" in texts_on(page))
    assert (tmp_path / "copy.xls").read_bytes() == b"row"
    assert [entry.verb for entry in audit.entries()][-1:] == ["evidence_opened"]
    proofs.save(ident, tmp_path / "copy.xls")
    qtbot.waitUntil(lambda: "is there already" in texts_on(page))


def test_a_certificate_is_exported_once_the_run_is_done(
    opened: Callable[[str], Page], mornings: Mornings, qtbot: QtBot, tmp_path: Path
) -> None:
    run_id = mornings.done(2)
    page = opened(run_id)
    certificate = tab(page, "Certificate")
    assert isinstance(certificate, CertificateTab)
    certificate.export(tmp_path)
    qtbot.waitUntil(lambda: "Written:" in texts_on(page), timeout=60_000)
    signed = json.loads((tmp_path / f"certificate-{run_id}.json").read_bytes())
    assert json.loads(signed["facts"] if "facts" in signed else json.dumps(signed))
    assert (tmp_path / f"certificate-{run_id}.xlsx").stat().st_size > 1000
    certificate.export(tmp_path)
    qtbot.waitUntil(lambda: "is there already" in texts_on(page))


def test_a_run_at_work_cannot_be_certified(
    opened: Callable[[str], Page], mornings: Mornings, qtbot: QtBot
) -> None:
    page = opened(mornings.entered(1, verified=0, day=DAY))
    tab(page, "Certificate")
    assert "There is one once the run is done or stopped." in texts_on(page)
    assert "Export certificate …" not in texts_on(page)


def test_a_picture_opens_in_a_window_of_its_own(qtbot: QtBot) -> None:
    parent, picture = QWidget(), QPixmap(300, 200)
    qtbot.addWidget(parent)
    dialog = PictureDialog("refused.png", picture, parent)
    dialog.open()
    assert dialog.isVisible()
    assert dialog.windowTitle() == "refused.png"
