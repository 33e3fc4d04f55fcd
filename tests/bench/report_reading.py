"""Reading a large report: processor time beside openpyxl's, and peak memory.

    python -m tests.bench.report_reading               # 100,000 rows of 20 columns
    python -m tests.bench.report_reading --rows 10000

Each measurement is a process of its own. openpyxl (read-only, values only, untyped) reads the same file.
Ours reads, attests, types, checks and addresses it. The file is written by openpyxl, with shared strings as
Excel writes them; ``--inline`` writes the texts into the cells instead. The limits: processor time 0.25,
peak memory 200 MB.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import random
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

from openpyxl import Workbook

HEADERS = [
    "Claim No", "Patient No", "Patient Name", "Visit Date", "Service Code", "Amount", "Copay", "Visits",
    "Doctor", "Status", "Notes", "Entered", "Paid", "Insurer", "Policy", "Phone", "City", "Units", "Rate",
    "Ref",
]  # fmt: skip
FIRST = dt.datetime(2026, 11, 1)  # noqa: DTZ001 - a spreadsheet has no time zone

PEAK = r"""peak = int(re.search(r"VmHWM:\s+(\d+)", open("/proc/self/status").read())[1]) / 1024"""
OPENPYXL = """
import re, sys, time, json, openpyxl
began = time.process_time()
book = openpyxl.load_workbook(sys.argv[1], read_only=True)
cells = sum(len(row) for row in book.worksheets[0].iter_rows(values_only=True))
spent = time.process_time() - began
PEAK
print(json.dumps([spent, peak, cells]))
"""
OURS = """
import datetime as dt, json, pathlib, re, sys, time
from agent.reports.attest import Days, Expect, attest
from agent.reports.columns import choice, day, money, text, whole
from agent.reports.reading import read, typed_rows
began = time.process_time()
columns = {
    "claim_no": text(pattern=r"C[0-9]{6}"), "patient_no": text(digits=6), "patient_name": text(),
    "visit_date": day("%d/%m/%Y"), "service_code": text(), "amount": money(control_total=True),
    "copay": money(),
    "visits": whole(), "doctor": text(), "status": choice(["attended", "cancelled"]),
    "notes": text(optional=True), "entered": day("%d/%m/%Y %H:%M"), "paid": money(), "insurer": text(),
    "policy": text(), "phone": text(), "city": text(), "units": whole(), "rate": money(), "ref": text(),
}
report = read(pathlib.Path(sys.argv[1]).read_bytes(), "claims.xlsx")
november = Days(dt.date(2026, 11, 1), dt.date(2026, 11, 30))
typed = typed_rows(report, columns)
attest(report, typed, Expect(dates=november, min_rows=10))
addresses = sum(len(str(row.address("amount"))) > 0 for row in typed.rows)
spent = time.process_time() - began
assert not typed.invalid and addresses == typed.count, (typed.invalid[:1], typed.count)
PEAK
print(json.dumps([spent, peak, 20 * typed.count]))
"""


def write(path: Path, rows: int, *, inline: bool) -> None:
    """Write a report of so many rows; the same one each time."""
    chance = random.Random(3)
    book = Workbook(write_only=inline)
    sheet = book.create_sheet("Claims") if inline else book.worksheets[0]
    sheet.append(HEADERS)
    for number in range(rows):
        day = FIRST + dt.timedelta(days=number % 28)
        sheet.append([
            f"C{number % 10**6:06d}", f"{number % 99999:06d}", f"Zoë O'Neil {number % 25000}", day,
            f"S{number % 300}", round(chance.random() * 1000, 2), round(chance.random() * 100, 2),
            number % 7 + 1, f"Dr {number % 50}", ("attended", "cancelled")[number % 2],
            f"note {number % 1000}" if number % 3 else None, day + dt.timedelta(hours=number % 24),
            round(chance.random() * 900, 2), f"I{number % 40}", f"P{chance.randrange(10**8)}",
            f"0{chance.randrange(10**9)}", f"City {number % 200}", number % 100,
            round((number % 1000) / 100, 2), f"R{number}",
        ])  # fmt: skip
    book.save(path)


def measured(program: str, path: Path) -> tuple[float, float, int]:
    """Return processor seconds, peak megabytes and cells of a program that reads the file."""
    done = subprocess.run(
        [sys.executable, "-c", program.replace("PEAK", PEAK), str(path)],
        capture_output=True,
        text=True,
        check=True,
    )
    spent, peak, cells = json.loads(done.stdout)
    return spent, peak, cells


def main() -> int:
    """Print both, and say whether the limits hold."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--inline", action="store_true")
    parser.add_argument("--pairs", type=int, default=3, help="the median of so many pairs counts")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "claims.xlsx"
        write(path, given.rows, inline=given.inline)
        shares, peaks = [], []
        for _ in range(given.pairs):  # in turns: on a busy machine a second of one is not a second of another
            theirs, ours = measured(OPENPYXL, path), measured(OURS, path)
            shares.append(ours[0] / theirs[0])
            peaks.append(ours[1])
            print(f"openpyxl, untyped         {theirs[0]:6.1f} s  {theirs[1]:5.0f} MB  {theirs[2]:,} cells")
            print(f"typed, checked, addressed {ours[0]:6.1f} s  {ours[1]:5.0f} MB  {ours[2]:,} cells")
    share, peak = median(shares), max(peaks)
    print(f"share {share:.2f} (at most 0.25), peak {peak:.0f} MB (at most 200)")
    return 0 if share <= 0.25 and peak <= 200 else 1


if __name__ == "__main__":
    sys.exit(main())
