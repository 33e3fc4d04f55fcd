"""Twelve kinds of broken download at ten cut points each, and two hundred good files.

    python -m tests.reports_corpus               # all of them
    python -m tests.reports_corpus --seed 7

A broken file that passes both attestations, or a good one that is refused, is printed and fails the command.
The good files are made by other programs' writers where there are some: csv, openpyxl, LibreOffice's way of
writing HTML; the others byte by byte.
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import gzip
import io
import random
import sys
from collections.abc import Callable, Iterator
from decimal import Decimal

from openpyxl import Workbook

from agent.core.accepted import Accepted, History
from agent.core.failures import Asked, Failure, Report
from agent.reports.attest import Days, Expect, attest, attest_file, attest_history
from agent.reports.columns import Column, choice, day, money, text
from agent.reports.reading import read, typed_rows
from tests.old_excel import old_excel

HEADINGS = ["Claim No", "Patient No", "Patient Name", "Visit Date", "Status", "Amount"]
COLUMNS: dict[str, Column] = {
    "claim_no": text(pattern=r"[A-Z]?[0-9E]+"), "patient_no": text(digits=6, personal=True),
    "patient_name": text(personal=True), "visit_date": day("%d/%m/%Y"),
    "status": choice(["attended", "cancelled"]), "amount": money(control_total=True),
}  # fmt: skip
TODAY, BEFORE = dt.date(2026, 11, 2), dt.date(2026, 10, 30)
NAMES = ["Ann Lee", "Zoë Müller", "O'Neil, Bob", 'J. "Jack" Ray', "Total Care Ltd", "Jean-Luc"]
CUTS = [0.02, 0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9, 0.97, 0.995]
EXPECT = Expect(dates=Days(TODAY, TODAY), stated_total="amount", min_rows=1)
Row = tuple[str, str, str, dt.date, str, Decimal]


def records(chance: random.Random, count: int, date: dt.date = TODAY) -> list[Row]:
    """So many claims of a day."""
    return [
        (
            chance.choice([f"C{number:06d}", f"{number:05d}", f"{number}E5"]),
            f"{chance.randrange(10**6):06d}", chance.choice(NAMES), date,
            chance.choice(["attended", "cancelled"]),
            Decimal(chance.randrange(1, 10**6)).scaleb(-2),
        )
        for number in range(1, count + 1)
    ]  # fmt: skip


def total(rows: list[Row]) -> Decimal:
    """What the file states of itself."""
    return sum((row[5] for row in rows), Decimal(0))


def as_csv(rows: list[Row], delimiter: str = ";", encoding: str = "cp1252", end: str = "\r\n") -> bytes:
    """Delimited text with a totals row."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=delimiter, lineterminator=end)
    writer.writerow(HEADINGS)
    writer.writerows([(*row[:3], f"{row[3]:%d/%m/%Y}", row[4], f"{row[5]:,.2f}") for row in rows])
    writer.writerow(["Total", "", "", "", "", f"{total(rows):,.2f}"])
    return buffer.getvalue().encode(encoding)


def as_html(rows: list[Row]) -> bytes:
    """An HTML page that calls itself a workbook."""
    lines = [HEADINGS, *((*r[:3], f"{r[3]:%d/%m/%Y}", r[4], f"{r[5]:.2f}") for r in rows)]
    lines.append(["Total", "", "", "", "", f"{total(rows):.2f}"])
    body = "".join(
        "<tr>" + "".join(f"<td>{_escaped(cell)}</td>" for cell in line) + "</tr>\n" for line in lines
    )
    return f"<html><head><meta charset=utf-8></head><body><table>{body}</table></body></html>".encode()


def as_xml(rows: list[Row]) -> bytes:
    """Excel's XML of 2003."""
    lines = [[("String", heading) for heading in HEADINGS]]
    lines += [
        [*(("String", cell) for cell in r[:3]), ("DateTime", f"{r[3]}T00:00:00.000"), ("String", r[4]),
         ("Number", str(r[5]))]
        for r in rows
    ]  # fmt: skip
    lines.append([("String", "Total"), *[("String", "")] * 4, ("Number", str(total(rows)))])
    body = "".join(
        "<Row>"
        + "".join(f'<Cell><Data ss:Type="{k}">{_escaped(v)}</Data></Cell>' for k, v in line)
        + "</Row>"
        for line in lines
    )
    space = "urn:schemas-microsoft-com:office:spreadsheet"
    return (
        f'<?xml version="1.0"?><Workbook xmlns="{space}" xmlns:ss="{space}"><Worksheet ss:Name="S">'
        f"<Table>{body}</Table></Worksheet></Workbook>"
    ).encode()


def as_xlsx(rows: list[Row]) -> bytes:
    """A workbook by openpyxl."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.append(HEADINGS)
    for row in rows:
        moment = dt.datetime(row[3].year, row[3].month, row[3].day)  # noqa: DTZ001 - as spreadsheets have it
        sheet.append([*row[:3], moment, row[4], row[5]])
    sheet.append(["Total", None, None, None, None, total(rows)])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def as_xls(rows: list[Row]) -> bytes:
    """A workbook of the kind before 2007; its days are text, as many a system writes them."""
    lines = [[*r[:3], f"{r[3]:%d/%m/%Y}", r[4], float(r[5])] for r in rows]
    return old_excel([HEADINGS, *lines, ["Total", None, None, None, None, float(total(rows))]])


WRITERS: dict[str, Callable[[list[Row]], bytes]] = {
    "csv": as_csv,
    "csv, utf-8 with mark": lambda rows: b"\xef\xbb\xbf" + as_csv(rows, ",", "utf-8"),
    "tsv, utf-16": lambda rows: b"\xff\xfe" + as_csv(rows, "\t", "utf-16-le"),
    "csv, line feeds": lambda rows: as_csv(rows, "|", "utf-8", "\n"),
    "html": as_html,
    "xml": as_xml,
    "xlsx": as_xlsx,
    "xls": as_xls,
}


def _escaped(text_: str) -> str:
    return text_.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")


LOGIN = b"<html><body><form><input name=user><input type=password name=pass></form><table><tr><td>Sign<td>in"
ERROR = b"<html><head><title>Server Error</title></head><body><h1>Service unavailable</h1></body></html>"


def broken(rows: list[Row], share: float) -> Iterator[tuple[str, bytes]]:
    """Twelve kinds of download that went wrong; ``share`` is how much of the file came."""
    for kind in ("csv", "tsv, utf-16", "html", "xml", "xlsx", "xls"):
        content = WRITERS[kind](rows).rstrip(b"\r\n") if kind == "csv" else WRITERS[kind](rows)
        yield f"cut {kind}", content[: int(len(content) * share)]
    part = rows[: int(len(rows) * share)]
    short = as_csv(part).splitlines(keepends=True)
    yield "cut between rows", b"".join(short[:-1])
    yield "stale", as_csv([(*row[:3], BEFORE, *row[4:]) for row in part or rows[:1]])
    yield "sign-in page", LOGIN[: 60 + int((len(LOGIN) - 60) * share)]
    yield "error page after rows", as_csv(part).rsplit(b"Total", 1)[0] + ERROR
    wrong = as_csv(rows).rsplit(b";", 1)[0] + f";{total(part) - 1:,.2f}\r\n".encode()
    yield "wrong total", wrong
    packed = gzip.compress(as_csv(rows))
    yield "compressed", packed[: max(20, int(len(packed) * share))]


def refusal(content: bytes, name: str = "report.xls") -> Failure | None:
    """What refuses a file, at its download or with its rows; None when it is accepted."""
    history = History([Accepted(BEFORE, "0" * 64, 40)])
    try:
        report = read(content, name)
        attest_file(report, EXPECT)
        attest_history(report, EXPECT, history, sha256="1" * 64, business_date=TODAY)
        typed = typed_rows(report, COLUMNS)
        attest(report, typed, EXPECT)
    except (Report, Asked) as failure:
        return failure
    return typed.invalid[0] if typed.invalid else None  # type: ignore[return-value] # shown, and a refusal too


def good_files(chance: random.Random, count: int) -> Iterator[tuple[str, bytes, list[Row]]]:
    """So many good files, of every kind in turn, of 1 to 120 rows."""
    kinds = list(WRITERS)
    for number in range(count):
        rows = records(chance, chance.randint(1, 120))
        kind = kinds[number % len(kinds)]
        yield kind, WRITERS[kind](rows), rows


def accepted_exactly(content: bytes, rows: list[Row]) -> str | None:
    """Say what is wrong with how a good file was read; None when every value is right."""
    failure = refusal(content)
    if failure is not None:
        return str(failure)
    typed = typed_rows(read(content, "report"), COLUMNS)
    found = [tuple(row.values.values()) for row in typed.rows]
    return None if found == rows else f"{len(found)} rows that differ"


def main() -> int:
    """The full dose."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seed", type=int, default=1)
    chance = random.Random(parser.parse_args().seed)
    passed, tried = [], 0
    for share in CUTS:
        for kind, content in broken(records(chance, 60), share):
            tried += 1
            if refusal(content) is None:
                passed.append(f"{kind} at {share}")
    wrong = []
    for number, (kind, content, rows) in enumerate(good_files(chance, 200)):
        if (problem := accepted_exactly(content, rows)) is not None:
            wrong.append(f"good file {number}, {kind}: {problem}")
    print(f"{tried - len(passed)} of {tried} broken downloads refused, {200 - len(wrong)} of 200 good exact")
    print("\n".join([*passed, *wrong]))
    return 1 if passed or wrong else 0


if __name__ == "__main__":
    sys.exit(main())
