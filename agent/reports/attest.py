"""Is this the file that was asked for? What an author expects of a download, checked before a record is made.

:func:`attest_file` needs no contract and is for the moment of the download, when a fresh try may help.
:func:`attest_rows` is exact, and comes with the contract of the rows. Both are pure.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from agent.core.accepted import History
from agent.core.failures import (
    DownloadCut,
    DownloadStale,
    DownloadWrongType,
    StatedTotalDiffers,
    UnusualReport,
)
from agent.reports.cells import label
from agent.reports.drift import Drift, drift, headings_of
from agent.reports.expectation import Days, Expect, Period
from agent.reports.footers import amount_beside_word, count_in, names_total, words
from agent.reports.headings import squeeze
from agent.reports.kinds import Day
from agent.reports.periods import days_in, named_periods, title_lines
from agent.reports.reading import ReportFile, TypedRows
from agent.reports.table import Address

__all__ = ["Days", "Expect", "Period", "attest", "attest_file", "attest_history", "attest_rows"]

_NEAR = dt.timedelta(days=366)  # days further away are dates of birth
_FEW = 2  # rows: a group of no more has one in common with the next by chance


def attest_file(report: ReportFile, expect: Expect) -> None:
    """Raise when the file cannot be what was expected, as far as that shows without a contract.

    DownloadWrongType: another kind of file, encoding or header. DownloadCut: too small, or a total or count
    that must be stated is not there. DownloadStale: the file names another period, or none of its days lies
    within the period, however read.
    """
    if expect.kinds and report.kind not in expect.kinds:
        raise DownloadWrongType(file=report.name, expected=" or ".join(expect.kinds), found=report.kind)
    if expect.encoding is not None and (report.encoding or "").split(" ")[0] != expect.encoding:
        found = report.encoding or "no text"
        raise DownloadWrongType(file=report.name, expected=f"text in {expect.encoding}", found=found)
    if report.size < expect.min_bytes:
        found = f"{report.size:,} bytes"
        raise DownloadCut(file=report.name, expected=f"at least {expect.min_bytes:,} bytes", found=found)
    if expect.header:
        _attest_header(report, expect.header)
    if (expect.stated_total is not None or expect.stated_count) and not _states_something(report):
        raise DownloadCut(file=report.name, expected="a stated total or number of rows", found="none")
    if expect.dates is not None:
        _attest_days(report, Days(expect.dates.first, expect.dates.last))


def _attest_header(report: ReportFile, wanted: Sequence[str]) -> None:
    nearest: tuple[str, ...] = ()
    for table in report.tables:
        for row in table.ends:
            labels = {squeeze(label(cell)): label(cell) for cell in row.filled}
            found = [labels[squeeze(name)] for name in wanted if squeeze(name) in labels]
            if len(found) == len(wanted):
                return
            nearest = max(nearest, tuple(found), key=len)  # only headings that were asked for are told
    expected = "the columns " + ", ".join(wanted)
    told = "of these only " + ", ".join(nearest) if nearest else "none of them"
    raise DownloadWrongType(file=report.name, expected=expected, found=told)


def attest_history(
    report: ReportFile,
    expect: Expect,
    history: History,
    *,
    sha256: str,
    business_date: dt.date,
    any_count: bool = False,
) -> Drift:
    """Compare a file with the earlier ones of this download; return how its headings have changed.

    DownloadStale: it is, byte for byte, the accepted file of another business day (``Expect.may_repeat``
    allows it). UnusualReport: it has far fewer or far more rows than usual (``any_count``: a person said that
    this is right).
    """
    alike = expect.may_repeat or not _holds_records(report)  # two days without a record are the same file
    twin = None if alike else history.twin(sha256, business_date)
    if twin is not None:
        found = f"the file of {twin.business_date.isoformat()}, byte for byte"
        raise DownloadStale(file=report.name, expected="a file of this day", found=found)
    usual = None if any_count else history.usual_rows(business_date)
    if usual is not None and not usual[0] <= report.rows <= usual[1]:
        raise UnusualReport(file=report.name, found=report.rows, low=usual[0], high=usual[1])
    now = headings_of(report.tables)
    return drift(history.header, now) if history.header and now else Drift()


def _holds_records(report: ReportFile) -> bool:
    """Say whether there are at least two rows as wide as a record: the headings are one."""
    for table in report.tables:
        wide = [row for row in table.ends if len(row.filled) >= max(2, table.width / 2)]
        if len([row for row in wide if not names_total(row)]) > 1:
            return True
    return False


def _states_something(report: ReportFile) -> bool:
    if any(count_in(line) is not None or amount_beside_word(line) is not None for line in report.lines):
        return True
    rows = (row for table in report.tables for row in table.ends)
    return any(names_total(row) or count_in(words(row)) is not None for row in rows)


def _attest_days(report: ReportFile, wanted: Days) -> None:
    periods = named_periods(title_lines(report.lines, report.tables))
    if any(period.may_be(wanted) for period in periods):
        return
    if periods:
        raise DownloadStale(file=report.name, expected=str(wanted), found=periods[0].text)
    cells = [days for table in report.tables for days in days_in(table)]
    near = [days for days in cells if any(abs(day - wanted.first) < _NEAR for day in days)]
    if near and not any(day in wanted for days in near for day in days):
        raise DownloadStale(file=report.name, expected=f"days within {wanted}", found="only other days")


def attest_rows(typed: TypedRows, expect: Expect) -> None:
    """Raise when the typed rows are not what was expected.

    DownloadCut: fewer rows than expected, or a total or count that must be stated is missing.
    StatedTotalDiffers: a total or count of the file does not agree with its rows.
    DownloadStale: a day lies outside the period. DownloadWrongType: a group of rows stands there twice.
    """
    if typed.count < expect.min_rows:
        raise DownloadCut(
            file=typed.file, expected=f"at least {expect.min_rows} rows", found=str(typed.count)
        )
    if expect.dates is not None:
        _attest_row_days(typed, Days(expect.dates.first, expect.dates.last), expect.date_field)
    field = expect.stated_total
    if field is not None and typed.stated_total.get(field) is None:
        header = typed.headers.get(field, field)
        raise DownloadCut(file=typed.file, expected=f"a stated total of {header}", found="none")
    if expect.stated_count and typed.stated_count is None:
        raise DownloadCut(file=typed.file, expected="a stated number of rows", found="none")
    for count in typed.counts:
        if not count.agrees:
            raise StatedTotalDiffers(
                file=typed.file, what="rows", expected=str(count.number), found=str(count.found)
            )
    for total in typed.totals:
        if total.agrees is False:
            header, show = typed.headers[total.field], typed.columns[total.field].show
            raise StatedTotalDiffers(
                file=typed.file, what=header, expected=show(total.amount), found=show(total.found)
            )
    _refuse_doubled_group(typed)


def _refuse_doubled_group(typed: TypedRows) -> None:
    """A part of the file that stands there twice brings its own total along, so that every total agrees.

    It may begin in the middle of a row: that one then reads otherwise. Two groups of one row each may be
    alike by chance.
    """
    if typed.invalid:
        return  # the rows are not to be used as they are
    for start, middle, end in zip((0, *typed.breaks), typed.breaks, typed.breaks[1:], strict=False):
        first, second = typed.rows[start:middle], typed.rows[middle:end]
        if not 1 < len(first) == len(second):
            continue
        other = sum(one.values != two.values for one, two in zip(first, second, strict=True))
        if other == 0 or (other == 1 and len(first) > _FEW):
            found = f"rows {first[0].number} to {first[-1].number} once more from row {second[0].number} on"
            raise DownloadWrongType(file=typed.file, expected="each row once", found=found)


def _attest_row_days(typed: TypedRows, wanted: Days, date_field: str | None) -> None:
    for field in _day_fields(typed, date_field):
        days = ((row, row.values[field]) for row in typed.rows)
        outside = [row for row, day in days if day is not None and day not in wanted]
        if outside:
            raise DownloadStale(
                file=typed.file,
                expected=f"days within {wanted}",
                found=_told(outside[0].address(field), len(outside)),
            )


def _told(address: Address, count: int) -> str:
    """Name the place, not the day: it may be personal."""
    more = f" and {count - 1} more" if count > 1 else ""
    return f"another day in row {address.row}, column {address.column}{more}"


def _day_fields(typed: TypedRows, date_field: str | None) -> Sequence[str]:
    if date_field is not None:
        if not isinstance(typed.columns.get(date_field), Day):
            raise ValueError(f"Expect.date_field: the contract has no day column {date_field!r}")
        return [date_field]
    return [name for name, column in typed.columns.items() if isinstance(column, Day) and not column.personal]


def attest(report: ReportFile, typed: TypedRows | None, expect: Expect) -> None:
    """Do both checks: that of the file, and that of its rows where a contract has typed them.

    DownloadStale also when days are expected but neither the file nor the contract names any.
    """
    attest_file(report, expect)
    if typed is None:
        return
    attest_rows(typed, expect)
    if expect.dates is not None and not _day_fields(typed, expect.date_field):
        wanted = Days(expect.dates.first, expect.dates.last)
        if not named_periods(title_lines(report.lines, report.tables)):
            raise DownloadStale(file=report.name, expected=str(wanted), found="no day at all")
