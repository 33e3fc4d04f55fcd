"""Files that no report is: each is refused for its reason, in time and in memory, and nothing is written."""

from collections.abc import Callable
from pathlib import Path

import pytest

from agent.core.failures import DownloadCut, DownloadUnsafe, DownloadWrongType, Report
from agent.reports import bounded, limits
from agent.reports.columns import money, text
from agent.reports.reading import read, typed_rows
from tests.hostile_files import GOOD_ROW, HEAD, archive, book, good_book, hostile, sheet
from tests.reports_hostile import MEGABYTES, SECONDS, in_a_process

COLUMNS = {"no": text(), "amount": money()}
SLOW = {"sparse", "long text", "wide text", "large", "bomb", "open quote"}
NAMES = [name for name, _ in hostile()]


def test_there_are_forty_of_them_and_more() -> None:
    assert len(set(NAMES)) == len(NAMES) >= 40


def test_each_is_refused_in_time_and_within_memory() -> None:
    """All in one process, so that the peak is that of the worst, and of all that a former one left behind."""
    told = in_a_process(*(name for name in NAMES if name not in SLOW))
    assert [found["name"] for found in told if not found["refusal"]] == []
    assert [found for found in told if float(str(found["seconds"])) > SECONDS] == []
    assert max(float(str(found["megabytes"])) for found in told) < MEGABYTES


def test_the_file_they_are_made_of_is_read() -> None:
    """Negative control: it is what was done to it that is refused."""
    (row,) = typed_rows(read(good_book(), "report"), COLUMNS).rows
    assert (row.no, str(row.amount)) == ("x", "1.50")


@pytest.mark.parametrize(
    ("name", "kind", "words"),
    [
        ("macros", DownloadUnsafe, "macros"),
        ("package with password", DownloadUnsafe, "password"),
        ("old password", DownloadUnsafe, "password"),
        ("zip in zip", DownloadUnsafe, "other files inside"),
        ("laughs 2003", DownloadUnsafe, "entities"),
        ("half", DownloadCut, "broken zip"),
        ("old half", DownloadCut, "without its last part"),
        ("program", DownloadWrongType, "a program"),
        ("deep page", DownloadUnsafe, "nested too deep"),
    ],
)
def test_the_reason_is_told(name: str, kind: type[Report], words: str) -> None:
    with pytest.raises(kind, match=words) as refused:
        typed_rows(read(dict(hostile())[name](), "report.xlsx"), COLUMNS)
    assert refused.value.params["file"] == "report.xlsx"


def test_nothing_is_written_while_a_file_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    for name in ("other folder", "absolute", "embedded"):
        with pytest.raises(DownloadUnsafe):
            read(dict(hostile())[name](), "../report.xlsx")
    read(good_book(), "report.xlsx")
    assert list(tmp_path.rglob("*")) == []


@pytest.mark.parametrize(
    ("limit", "content"),
    [
        ("MAX_BYTES", good_book),
        ("MAX_UNPACKED", good_book),
        ("MAX_ENTRIES", good_book),
        ("MAX_SMALL_PART", good_book),
        ("MAX_ROWS", good_book),
        ("MAX_CELLS", good_book),
        ("MAX_COLUMNS", lambda: book(sheet(HEAD + GOOD_ROW.replace('r="B2"', 'r="E2"')))),
        ("MAX_ROWS", lambda: b"No;Amount\r\nx;1.50\r\n"),
        ("MAX_COLUMNS", lambda: b"No;Amount\r\nx;1.50\r\n"),
        ("MAX_PAGE_CELLS", lambda: b"<table><tr><th>No<th>Amount<tr><td>x<td>1.50</table>"),
        ("MAX_DEPTH", lambda: b"<table><tr><th>No<th>Amount<tr><td>x<td>1.50</table>"),
    ],
)
def test_each_limit_is_what_refuses(
    limit: str, content: Callable[[], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same file is read under the usual limits, and refused when one of them is 1."""
    assert typed_rows(read(content(), "report"), COLUMNS).count == 1
    monkeypatch.setattr(limits, limit, 1)
    with pytest.raises((DownloadUnsafe, DownloadWrongType)):
        typed_rows(read(content(), "report"), COLUMNS)


def test_a_part_packed_too_well_is_refused_by_its_ratio_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    content = archive(("xl/workbook.xml", bytes(5 * 2**20)))
    with pytest.raises(DownloadUnsafe, match="times its size"):
        read(content, "report")
    monkeypatch.setattr(limits, "MAX_RATIO", 10**6)
    with pytest.raises(DownloadWrongType):
        read(content, "report")


def for_ever() -> None:
    """Read a file that has no end."""
    with bounded.bounded("report", seconds=0.05):
        while True:
            pass


@pytest.mark.timeout(0)  # pytest's own alarm would be in the way; without ours this test never ends
def test_reading_ends_when_its_time_is_over() -> None:
    with pytest.raises(DownloadUnsafe, match="too long"):
        for_ever()


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the memory of a process is told by Linux")
def test_reading_ends_when_its_memory_is_used_up() -> None:
    with pytest.raises(DownloadUnsafe, match="memory"), bounded.bounded("report", memory=64 * 2**20):
        assert bytearray(256 * 2**20)
    assert bytearray(256 * 2**20)  # afterwards the wall is gone
