"""The two report files, byte for byte as the old system writes them.

Appointments: Windows-1252 text, `;` between fields, CRLF between rows, a totals row last.
Billing: an HTML page that calls itself `.xls`, with merged header cells and a stated total and row count.
"""

import csv
import io
from datetime import date
from decimal import Decimal

from resources.practice.data import Appointment, BillingRow
from resources.practice.markup import Raw, join, render

ENCODING = "cp1252"
APPOINTMENT_COLUMNS = ("Appt No", "Patient No", "Patient Name", "Visit Date", "Doctor", "Status", "Notes")

_BILLING_PAGE = """<html xmlns:x="urn:schemas-microsoft-com:office:excel">
<head><meta http-equiv="Content-Type" content="text/html; charset=windows-1252">
<title>Billing report</title>
<style>td, th {border:.5pt solid black} .t {mso-number-format:"\\@"}</style></head>
<body>
<table border=1 cellspacing=0>
<tr><th colspan=7>Meridian Clinic System &#150; Billing report $first to $last</th></tr>
<tr><th rowspan=2>Claim No</th><th colspan=2>Appointment</th><th colspan=2>Patient</th>\
<th colspan=2>Charge</th></tr>
<tr><th>Appt No</th><th>Visit Date</th><th>Patient No</th><th>Patient Name</th><th>Service Code</th>\
<th>Amount (£)</th></tr>
$rows<tr><td colspan=6><b>Total</b></td><td align=right><b>$total</b></td></tr>
<tr><td colspan=6>Number of rows</td><td align=right>$count</td></tr>
</table>
</body>
</html>
"""
_BILLING_ROW = """<tr><td>$claim_no</td><td class=t>$appointment_no</td><td>$visit_date</td>\
<td class=t>$patient_no</td><td>$patient_name</td><td class=t>$service_code</td>\
<td align=right>$amount</td></tr>
"""


def day_text(day: date) -> str:
    """A date as the clinic writes it: dd/mm/yyyy."""
    return f"{day:%d/%m}/{day.year:04d}"


def money_text(amount: Decimal) -> str:
    """An amount as the clinic writes it: `1,234.50`, no currency sign."""
    return f"{amount:,.2f}"


def appointments_csv(rows: tuple[Appointment, ...], *, stated: int | None = None) -> bytes:
    """The appointments report; its last row is `Total;<number of rows>;;;;;`.

    `stated` replaces the true number of rows there (a fault).
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(APPOINTMENT_COLUMNS)
    for row in rows:
        writer.writerow(
            (
                row.appointment_no,
                row.patient_no,
                row.patient_name,
                day_text(row.visit_date),
                row.doctor,
                row.status,
                row.notes,
            )
        )
    writer.writerow(("Total", len(rows) if stated is None else stated, "", "", "", "", ""))
    return text.getvalue().encode(ENCODING)


def billing_xls(
    rows: tuple[BillingRow, ...], first: date, last: date, *, stated: Decimal | None = None
) -> bytes:
    """The billing report of `first` to `last`; `stated` replaces the true total in its footer (a fault)."""
    total = sum((row.amount for row in rows), Decimal("0.00")) if stated is None else stated
    body = join(
        render(
            _BILLING_ROW,
            claim_no=row.claim_no,
            appointment_no=row.appointment_no,
            visit_date=day_text(row.visit_date),
            patient_no=row.patient_no,
            patient_name=row.patient_name,
            service_code=row.service_code,
            amount=money_text(row.amount),
        )
        for row in rows
    )
    page = render(
        _BILLING_PAGE,
        first=day_text(first),
        last=day_text(last),
        rows=Raw(body),
        total=money_text(total),
        count=len(rows),
    )
    return page.replace("\n", "\r\n").encode(ENCODING)
