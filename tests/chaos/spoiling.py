"""Silent corruption, as it happens: eight kinds, each leaving rows that every contract takes.

A morning's rows are spoiled as values; each place of the way (file, row, form, target) writes them its way.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

NAMES = ("Müller", "Señora Ibáñez", "Œuvrard", "Żuraw", "Ångström", "Çelik", "Grün", "Brontë")


@dataclass(frozen=True)
class Line:
    """One row of the report."""

    claim_no: str
    account: str  # leading zeros, and nothing says how many digits
    patient: str
    visit_date: date
    amount: Decimal

    def shown(self) -> dict[str, str]:
        """The values as the agent writes them: ISO days, two places."""
        return {
            "claim_no": self.claim_no,
            "account": self.account,
            "patient": self.patient,
            "visit_date": self.visit_date.isoformat(),
            "amount": f"{self.amount:.2f}",
        }

    def written(self) -> str:
        """The line as the report has it."""
        return ";".join(
            [self.claim_no, self.account, self.patient, f"{self.visit_date:%d/%m/%Y}", str(self.amount)]
        )


Lines = Sequence[Line]
Spoiled = list[list[Line]]
"""What becomes of each line: nothing, another line, or two."""


def lines(count: int, dice: random.Random, first_number: int) -> list[Line]:
    """Rows in which every kind finds something to spoil."""
    return [
        Line(
            claim_no=f"C{first_number + number:07d}",
            account=f"{dice.randint(1, 9999):07d}",
            patient=f"{dice.choice(NAMES)} {number}",
            visit_date=date(2026, *_day_and_month(dice)),
            amount=Decimal(dice.randint(10, 9999) * 100 + number) / 100,
        )
        for number in range(count)
    ]


def _day_and_month(dice: random.Random) -> tuple[int, int]:
    month, day = dice.sample(range(1, 13), 2)
    return month, day


def report(rows: Lines, total: Decimal) -> bytes:
    """The rows as a file that states its total."""
    head, foot = "Claim no;Account;Patient;Visit date;Amount", f"Total;;;;{total}"
    return ("\r\n".join([head, *(row.written() for row in rows), foot]) + "\r\n").encode()


# ── the kinds ─────────────────────────────────────────────────────────────────────────────────────────────
def _day_and_month_swapped(line: Line) -> Line:
    day = line.visit_date
    return replace(line, visit_date=date(day.year, day.day, day.month))


def _leading_zero_lost(line: Line) -> Line:
    return replace(line, account=line.account.removeprefix("0"))


def _decimal_point_moved(line: Line) -> Line:
    return replace(line, amount=line.amount * 10)


def _truncated(line: Line) -> Line:
    return replace(line, patient=line.patient[: max(1, len(line.patient) // 2)])


def _other_encoding(line: Line) -> Line:
    return replace(line, patient=line.patient.encode().decode("cp1252"))


_ONE: dict[str, Callable[[Line], Line]] = {
    "day and month swapped": _day_and_month_swapped,
    "leading zero lost": _leading_zero_lost,
    "decimal point moved": _decimal_point_moved,
    "truncated": _truncated,
    "other encoding": _other_encoding,
}
KINDS = (*_ONE, "two amounts swapped", "row dropped", "row repeated")


def spoil(kind: str, rows: Lines, dice: random.Random) -> Spoiled:
    """Spoil one row, or two; what becomes of each."""
    after = [[row] for row in rows]
    place, other = dice.sample(range(len(rows)), 2)
    if kind == "row dropped":
        after[place] = []
    elif kind == "row repeated":
        after[place] *= 2
    elif kind == "two amounts swapped":
        after[place] = [replace(rows[place], amount=rows[other].amount)]
        after[other] = [replace(rows[other], amount=rows[place].amount)]
    else:
        after[place] = [_ONE[kind](rows[place])]
    if after == [[row] for row in rows]:
        raise AssertionError(f"{kind}: nothing was spoiled")
    return after


def all_of(spoiled: Spoiled) -> list[Line]:
    """All rows that are there afterwards."""
    return [row for rows in spoiled for row in rows]
