"""A certificate says of each record what became of it; it can be read, checked, and not changed unnoticed."""

import json
import shutil
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from agent.core.states import RunState
from agent.store import runs
from agent.system.seal import new_key
from agent.system.vault import open_vault

from .conftest import Predawn, Written

Write = Callable[[], Written]


def figures(amount: str, count: str = "4", **changed: Any) -> dict[str, Any]:
    def figure(total: str, left_out: str, processed: str) -> dict[str, Any]:
        found = {"source": total, "left_out": left_out, "skipped": "0"}
        return found | dict.fromkeys(("processed", "delivered", "target"), processed)

    return {
        "ClaimPort": {
            "count": figure(count, "1", "3"),
            "amount": {**figure(amount, "5.00", "60.00"), **changed},
        }
    }


def finished(write: Write, **changed: Any) -> Written:
    run = write().plan().download().upload(verified=3)
    runs.record_totals(run.lease, figures("65.00", **changed))
    return run.end(RunState.COMPLETED)


@pytest.fixture
def paper(write: Write, command: Predawn, tmp_path: Path) -> Path:
    """A certificate as it was issued, its workbook beside it."""
    result = command("certificate", finished(write).id, "--to", str(tmp_path))
    assert result.exit_code == 0, result.stderr
    return Path(result.stdout.strip())


def cells(paper: Path, sheet: str) -> list[list[Any]]:
    return [[cell.value for cell in row] for row in load_workbook(paper.with_suffix(".xlsx"))[sheet].rows]


def test_the_workbook_tells_what_became_of_each_record(paper: Path) -> None:
    head, first, *rest = cells(paper, "Records")
    assert head[:5] == ["No.", "Site", "Key", "Where it stands", "Confirmation"]
    assert len(rest) == 2
    told = dict(zip(head, first, strict=True))
    assert (told["Key"], told["Where it stands"], told["Confirmation"]) == ("C000001", "Arrived", "88001")
    assert told["Entered by"] == "north-robot on FRONT-2"
    assert (told["amount"], told["amount from"]) == ("10.00", "billing.xls, row 2, column Amount (£)")
    assert told["patient"] == "▇▇▇"
    assert told["note from"] == "computed from billing.xls, row 2"
    summary = dict(cells(paper, "Summary"))
    (unseen,) = [fact for fact in summary if fact.startswith("Never shown by ClaimPort")]
    assert summary[unseen] == "patient"
    assert summary["Personal values"] == "masked"
    assert cells(paper, "Rows left out")[1:] == [["billing.xls, row 9", "cancelled visit"]]


def test_totals_stand_side_by_side_and_say_that_the_source_states_none(paper: Path) -> None:
    head, count, amount = cells(paper, "Totals")
    assert head == [
        "Task", "Total", "The source states", "In the file", "Left out", "Prepared", "Entered",
        "In the target", "Left out by a person", "Agrees",
    ]  # fmt: skip
    assert count[1:] == ["Claims", "the source states no total", 4, 1, 3, 3, 3, 0, "equal"]
    assert amount[3:] == [65, 5, 60, 60, 60, 0, "equal"]


def test_unequal_totals_are_marked_and_not_believed(write: Write, command: Predawn, tmp_path: Path) -> None:
    result = command("certificate", finished(write, target="59.00").id, "--to", str(tmp_path))
    assert "Some totals do not agree" in result.stderr
    paper = Path(result.stdout.strip())
    assert cells(paper, "Totals")[2][-1] == "UNEQUAL: delivered ≠ target"
    checked = command("verify", str(paper))
    assert checked.exit_code == 1
    assert "amount: delivered ≠ target" in checked.stdout


def test_nothing_in_it_is_a_formula(paper: Path) -> None:
    """A note in the data is ``=1+1``: it stays text, and asks no spreadsheet to work it out."""
    sheet = load_workbook(paper.with_suffix(".xlsx"))["Records"]
    notes = [cell for row in sheet.rows for cell in row if cell.value == "=1+1"]
    assert {(cell.data_type, cell.quotePrefix) for cell in notes} == {("s", True)}
    assert len(notes) == 3


def test_what_was_issued_here_is_genuine(paper: Path, command: Predawn) -> None:
    result = command("verify", str(paper))
    assert result.exit_code == 0, result.stdout
    assert "Genuine" in result.stdout
    assert "Signed by this home's own key." in result.stdout
    assert "is the one that was issued" in result.stdout
    judged = json.loads(command("verify", str(paper), "--json").stdout)
    assert (judged["genuine"], judged["own"], judged["workbook"], judged["problems"]) == (
        True,
        True,
        True,
        [],
    )


def test_a_changed_file_or_workbook_is_found(paper: Path, command: Predawn) -> None:
    genuine = paper.read_text()
    paper.write_text(genuine.replace("C000002", "C000009"))
    result = command("verify", str(paper))
    assert result.exit_code == 1
    assert "something was changed" in result.stdout
    paper.write_text(genuine)
    book = paper.with_suffix(".xlsx")
    book.write_bytes(book.read_bytes() + b"\0")
    result = command("verify", str(paper))
    assert result.exit_code == 1
    assert f"{book.name} is not the workbook that was issued" in result.stdout
    book.unlink()
    result = command("verify", str(paper))
    assert result.exit_code == 0
    assert "was not checked" in result.stdout


def test_another_homes_certificate_is_believed_only_by_its_named_key(
    paper: Path, command: Predawn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PREDAWN_HOME", str(tmp_path / "elsewhere"))
    result = command("verify", str(paper))
    assert result.exit_code == 1
    assert "Its key is not known here" in result.stdout
    named = json.loads(paper.read_text())["key"]["fingerprint"]
    assert command("verify", str(paper), "--fingerprint", named).exit_code == 0
    assert command("verify", str(paper), "--fingerprint", "0" * 32).exit_code == 1
    assert not (tmp_path / "elsewhere").exists()


def test_a_certificate_of_a_home_that_lost_its_key_is_not_called_its_own(
    paper: Path, write: Write, command: Predawn, home: Any
) -> None:
    open_vault(home).set("master-key", new_key().to_text())
    result = command("verify", str(paper))
    assert result.exit_code == 1
    assert "keyring does not hold the key" in result.stderr


def test_personal_values_are_in_it_only_when_wanted(write: Write, command: Predawn, tmp_path: Path) -> None:
    run = finished(write)
    command("certificate", run.id, "--to", str(tmp_path))
    masked = (tmp_path / f"certificate-{run.id}.json").read_text()
    assert '"001"' not in masked
    (tmp_path / "all").mkdir()
    command("certificate", run.id, "--to", str(tmp_path / "all"), "--with-personal")
    shown = tmp_path / "all" / f"certificate-{run.id}.json"
    assert '"001"' in shown.read_text()
    assert command("verify", str(shown)).exit_code == 0
    assert (
        stat.S_IMODE(shown.stat().st_mode) == stat.S_IMODE(shown.with_suffix(".xlsx").stat().st_mode) == 0o600
    )


def test_only_finished_runs_have_one_and_nothing_is_overwritten(
    write: Write, command: Predawn, tmp_path: Path
) -> None:
    open_run = write().plan().download().upload(verified=1)
    result = command("certificate", open_run.id, "--to", str(tmp_path))
    assert result.exit_code == 2
    assert list(tmp_path.glob("certificate-*")) == []
    open_run.end(RunState.CANCELLED)
    assert command("certificate", open_run.id, "--to", str(tmp_path)).exit_code == 0
    assert command("certificate", open_run.id, "--to", str(tmp_path)).exit_code == 2
    assert command("verify", str(tmp_path / "none.json")).exit_code == 2


@pytest.mark.long
def test_libreoffice_opens_it_and_works_nothing_out(paper: Path, tmp_path: Path) -> None:
    """Converted to CSV by LibreOffice, the note is still ``=1+1`` and not 2, and zeros lead."""
    program = shutil.which("soffice")
    if program is None:
        pytest.skip("LibreOffice is not installed: apt-get install libreoffice-calc-nogui")
    book = paper.with_suffix(".xlsx")
    convert = [
        program, "--headless", f"-env:UserInstallation=file://{tmp_path}/office", "--convert-to",
        "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1",
        "--outdir", str(tmp_path), str(book),
    ]  # fmt: skip
    subprocess.run(convert, check=True, capture_output=True, timeout=120)
    told = (tmp_path / f"{book.stem}-Records.csv").read_text()
    assert told.count("=1+1") == 3
    assert "C000001" in told
    assert "65" in (tmp_path / f"{book.stem}-Totals.csv").read_text()
