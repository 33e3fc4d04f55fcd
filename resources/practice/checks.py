"""What ClaimPort checks of a claim on the server, and the plain words in which it refuses one."""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from resources.practice.reports import money_text

_DAY = re.compile(r"(\d{2})/(\d{2})/(\d{4})", re.ASCII)
_AMOUNT = re.compile(r"(\d{1,3}(,\d{3})+|\d+)\.\d{2}", re.ASCII)
_LARGEST = Decimal("99999.99")


def refusal_of_page_1(values: Mapping[str, str]) -> str:
    """Why the first page is refused; empty when it is fine."""
    if not re.fullmatch(r"C\d{6}", values["claim_no"], re.ASCII):
        return "Claim number is not a valid claim number"
    if not re.fullmatch(r"\d{6}", values["patient_no"], re.ASCII):
        return "Patient number is not a valid patient number"
    if not 1 <= len(values["patient_name"]) <= 60:
        return "Patient name is not a valid name"
    return ""


def refusal_of_page_2(values: Mapping[str, str]) -> str:
    """Why the second page is refused; empty when it is fine."""
    if day_of(values["visit_date"]) is None:
        return "Visit date is not a valid date"
    if not re.fullmatch(r"[0-9A-Z]{3,6}", values["service_code"], re.ASCII):
        return "Service code is not a valid service code"
    if not _AMOUNT.fullmatch(values["amount"]) or not 0 < _decimal(values["amount"]) <= _LARGEST:
        return "Amount is not a valid amount"
    return ""


def shown_amount(amount: str) -> str:
    """A checked amount as the claims house keeps and shows it: `1,234.50`."""
    return money_text(_decimal(amount))


def one_penny_less(amount: str) -> str:
    """A checked amount, one penny lower (a fault)."""
    return money_text(_decimal(amount) - Decimal("0.01"))


def day_of(typed: str) -> date | None:
    """The day that `dd/mm/yyyy` means, or None."""
    found = _DAY.fullmatch(typed)
    try:
        return date(int(found[3]), int(found[2]), int(found[1])) if found else None
    except ValueError:
        return None


def _decimal(amount: str) -> Decimal:
    return Decimal(amount.replace(",", ""))
