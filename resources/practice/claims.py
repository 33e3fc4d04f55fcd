"""The claims that the claims house holds: what its journal says, by number and in order of entry."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from resources.practice.journal import Journal, read_journal

FIELDS = ("claim_no", "patient_no", "patient_name", "visit_date", "service_code", "amount")
FIRST_CONFIRMATION = 88001


@dataclass(frozen=True)
class Claim:
    """A stored claim. `visit_date` is dd/mm/yyyy, `amount` as shown (`1,234.50`), `entered_at` UTC."""

    confirmation: int
    claim_no: str
    patient_no: str
    patient_name: str
    visit_date: str
    service_code: str
    amount: str
    entered_by: str
    entered_at: str


class Claims:
    """All claims; saving one writes the journal first. It never asks whether a claim is there already."""

    def __init__(self, path: Path) -> None:
        self._journal = Journal(path)
        self._lock = Lock()
        self._rows: list[Claim] = []
        self._by_number: dict[str, list[Claim]] = {}
        for entry in read_journal(path):
            self._keep(entry)
        self._next = max((row.confirmation for row in self._rows), default=FIRST_CONFIRMATION - 1) + 1

    def number(self) -> int:
        """The next confirmation number; it is used up by asking."""
        with self._lock:
            self._next += 1
            return self._next - 1

    def save(
        self, values: Mapping[str, str], *, user: str, session: int | None, fault: str | None = None
    ) -> Claim:
        """Store one claim; `fault` names the fault under which it was stored, for the journal."""
        confirmation = self.number()
        with self._lock:
            entry = self._journal.append(
                {
                    "confirmation": confirmation,
                    **{name: values[name] for name in FIELDS},
                    "user": user,
                    "session": session,
                    "fault": fault,
                }
            )
            return self._keep(entry)

    def find(self, claim_no: str) -> list[Claim]:
        """All claims with exactly this number, oldest first."""
        with self._lock:
            return list(self._by_number.get(claim_no, ()))

    def newest_first(self) -> list[Claim]:
        """All claims, the last one entered first."""
        with self._lock:
            return self._rows[::-1]

    def reset(self) -> None:
        """Forget all claims; the old journal stays beside the new one."""
        with self._lock:
            self._journal.put_aside()
            self._rows.clear()
            self._by_number.clear()
            self._next = FIRST_CONFIRMATION

    def close(self) -> None:
        """Close the journal."""
        self._journal.close()

    def _keep(self, entry: Mapping[str, object]) -> Claim:
        number = entry["confirmation"]
        if not isinstance(number, int):
            raise TypeError(f"journal without a confirmation number: {number}")
        texts = {name: str(entry[name]) for name in FIELDS}
        claim = Claim(number, **texts, entered_by=str(entry["user"]), entered_at=str(entry["at"]))
        self._rows.append(claim)
        self._by_number.setdefault(claim.claim_no, []).append(claim)
        return claim
