"""What LibreOffice writes is read exactly: XLSX, XLS, HTML and CSV of one report with every trap in it.

Long, and only where LibreOffice is installed (Debian: ``apt-get install libreoffice-calc-nogui``):
``pytest -m long tests/unit/test_reports_libreoffice.py``.
"""

import datetime as dt
import shutil
import subprocess
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import Workbook

from agent.reports.cells import Below, Beside, Broken
from agent.reports.columns import choice, day, flag, money, text, time
from agent.reports.reading import read, typed_rows
from tests.reports_corpus import HEADINGS

OFFICE = shutil.which("soffice")
pytestmark = [pytest.mark.long, pytest.mark.skipif(OFFICE is None, reason="LibreOffice is not installed")]
COLUMNS = {
    "claim_no": text(), "patient_no": text(digits=6), "patient_name": text(), "visit_date": day("%d/%m/%Y"),
    "status": choice(["attended", "cancelled"]), "amount": money(), "start": time("%H:%M:%S"),
    "paid": flag(["TRUE", "1"], ["FALSE", "0"]),
}  # fmt: skip
ROWS = [
    (f"{number:05d}" if number % 2 else f"{number}E5", number, f"Zoë O'Neil {number}", dt.date(2026, 11, 2),
     ("attended", "cancelled")[number % 2], Decimal(number * 7) / 100, dt.time(9, number % 60),
     number % 3 == 0)
    for number in range(1, 301)
]  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report in each format, as LibreOffice converts it from ours."""
    here = tmp_path_factory.mktemp("office")
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "Claims"
    sheet.append(["Claims of 02/11/2026"])
    sheet.append([])
    sheet.append([*HEADINGS, "Start", "Paid"])
    for row in ROWS:
        sheet.append([*row[:5], row[5], row[6], row[7]])
        sheet.cell(sheet.max_row, 4).number_format = "dd/mm/yyyy"
        sheet.cell(sheet.max_row, 7).number_format = "hh:mm:ss"
    traps = book.create_sheet("Traps")
    for line in (
        ["=1/0", "=NA()", "=A4&B4", 12345678901234567],
        ["merged", None, "x", "y"],
        [None, None, 1, 2],
    ):
        traps.append(line)
    traps.merge_cells("A2:B3")
    book.create_sheet("Hidden").sheet_state = "hidden"
    book["Hidden"].append(["a", "b"])
    book.save(here / "in.xlsx")
    for kind in ("xls", "xlsx", "html", "csv:Text - txt - csv (StarCalc):44,34,76,1"):
        command = [str(OFFICE), "--headless", f"-env:UserInstallation=file://{here}/profile"]
        command += ["--convert-to", kind, "--outdir", str(here / "out"), str(here / "in.xlsx")]
        subprocess.run(command, check=True, capture_output=True, timeout=180)
    return here / "out"


@pytest.mark.parametrize("kind", ["xls", "xlsx", "csv", "html"])
def test_every_value_arrives_as_it_was_written(folder: Path, kind: str) -> None:
    report = read((folder / f"in.{kind}").read_bytes(), f"in.{kind}")
    columns = dict(COLUMNS)
    if kind in {"csv", "html"}:
        columns["patient_no"] = text()  # a text file says 7: the zeros are gone before we see it
    typed = typed_rows(report, columns)
    wanted = [(no, str(n) if kind in {"csv", "html"} else f"{n:06d}", *rest) for no, n, *rest in ROWS]
    assert report.kind == kind
    assert [problem.address for row in typed.invalid for problem in row.problems] == []
    assert [tuple(row.values.values()) for row in typed.rows] == wanted


@pytest.mark.parametrize("kind", ["xls", "xlsx"])
def test_the_traps_are_seen(folder: Path, kind: str) -> None:
    tables = read((folder / f"in.{kind}").read_bytes(), "in").tables
    assert [table.name for table in tables] == ["Claims", "Traps"]
    rows = [row.cells for row in tables[1].rows]
    assert rows[0][:2] == (Broken("#DIV/0!"), Broken("#N/A"))
    assert rows[1] == ("merged", Beside("merged"), "x", "y")
    assert rows[2] == (Below("merged"), Beside("merged"), 1, 2)
