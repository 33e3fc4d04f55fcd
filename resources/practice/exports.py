"""Making the file of an export, and what the download faults make of it."""

import hashlib
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Literal

from resources.practice.data import Day, clinic_range, previous_business_day
from resources.practice.faults import Switchboard
from resources.practice.formats import FORMATS
from resources.practice.reports import appointments_csv, day_text, money_text

_ERROR_PAGE = b"""<html><head><title>Meridian - Error</title></head><body>
<h2>Server Error in '/' Application.</h2><p>Timeout expired. The timeout period elapsed prior to completion of
the operation or the server is not responding.</p><hr><b>Version Information:</b> 4.2.1187</body></html>
"""
EVERY_DOCTOR = "(all)"


@dataclass(frozen=True)
class ExportJob:
    """A report that is being prepared; `ready_at` is on the server's monotonic clock, in seconds."""

    report: Literal["appointments", "billing"]
    first: date
    last: date
    doctor: str
    path: str
    ready_at: float
    form: str = "page"


@dataclass(frozen=True)
class ReportFile:
    """A file as it is sent. `broken`: the connection ends before it does; `stalls`: its end never comes."""

    name: str
    media_type: str
    content: bytes
    rows: int
    total: Decimal | None
    fault: str | None
    broken: bool = False
    stalls: bool = False

    def facts(self, job: ExportJob) -> dict[str, object]:
        """What the journal keeps of it."""
        return {
            "report": job.report,
            "from": day_text(job.first),
            "to": day_text(job.last),
            "rows": self.rows,
            "total": None if self.total is None else str(self.total),
            "bytes": len(self.content),
            "sha256": hashlib.sha256(self.content).hexdigest(),
            "fault": self.fault,
        }


def make_file(job: ExportJob, switchboard: Switchboard, seed: int) -> ReportFile:
    """The file of a job. Each download fault sees one occasion; all that fire take effect."""
    first, last, faults = job.first, job.last, []
    if switchboard.take("stale_download", job.path):
        faults.append("stale_download")
        first = last = previous_business_day(job.first)
    spoilt: tuple[int, str] | None = None
    if bad := switchboard.take("bad_cell", job.path):
        faults.append("bad_cell")
        spoilt = (int(bad.number("row")), bad.text("text"))
    share = 1.0
    if few := switchboard.take("few_rows", job.path):
        faults.append("few_rows")
        share = few.number("share")
    off = switchboard.take("wrong_total", job.path) is not None
    if off:
        faults.append("wrong_total")
    file = _true_file(job, first, last, share, off=off, seed=seed)
    if spoilt:
        file = _with_bad_cell(file, clinic_range(first, last, seed), job.report, *spoilt)
    return _damaged(file, job, switchboard, faults)


def _true_file(job: ExportJob, first: date, last: date, share: float, *, off: bool, seed: int) -> ReportFile:
    day = clinic_range(first, last, seed)
    if job.report == "appointments":
        visits = tuple(row for row in day.appointments if job.doctor in (EVERY_DOCTOR, row.doctor))
        visits = visits[: round(len(visits) * share)]
        content = appointments_csv(visits, stated=len(visits) + off)
        return ReportFile("appointments.csv", "text/csv", content, len(visits), None, None)
    bills = day.billing[: round(len(day.billing) * share)]
    total = sum((row.amount for row in bills), Decimal("0.00"))
    form = FORMATS[job.form]
    content = form.write(bills, first, last, total + off)
    return ReportFile(form.name, form.media_type, content, len(bills), total, None)


def _with_bad_cell(file: ReportFile, day: Day, report: str, number: int, text: str) -> ReportFile:
    """The file with another text in one cell of its `number`-th row; what it states stays true."""
    if report == "billing":
        row = day.billing[number - 1]
        key, cell = row.claim_no, money_text(row.amount)
    else:
        visit = day.appointments[number - 1]
        key, cell = visit.appointment_no, day_text(visit.visit_date)
    begin = file.content.index(key.encode())
    head, tail = file.content[:begin], file.content[begin:]
    return replace(file, content=head + tail.replace(cell.encode(), text.encode("cp1252"), 1))


def _damaged(file: ReportFile, job: ExportJob, switchboard: Switchboard, faults: list[str]) -> ReportFile:
    content, broken, stalls = file.content, False, False
    if switchboard.take("wrong_type_download", job.path):
        faults.append("wrong_type_download")
        content = _ERROR_PAGE
    if switchboard.take("empty_download", job.path):
        faults.append("empty_download")
        content = b""
    if cut := switchboard.take("cut_download", job.path):
        faults.append("cut_download")
        content = content[: int(len(content) * cut.number("share"))]
        style = cut.text("style")
        broken, stalls = style == "broken", style == "stalls"
    fault = " ".join(faults) or None
    return ReportFile(file.name, file.media_type, content, file.rows, file.total, fault, broken, stalls)
