"""The automations that the kill matrix works on: one comes as far as its situation, and stays there."""

from __future__ import annotations

SITUATIONS = ("idle", "busy script", "mid-download", "mid-submit")

_HEAD = '''"""What the kill matrix works on."""
from datetime import date
from decimal import Decimal
from agent.sdk import (Automation, Batch, Destination, Download, Found, Record, Run, Session, day, money,
    seconds, text)
it = Automation("kill-matrix", title="Kill matrix", schedule="05:00 mon-fri", deadline="08:00",
    covers="previous business day")
'''
_WAITING = '''
@it.download("meridian")
def billing(site: Session, run: Run) -> Download:
    """Come as far as the situation wants, and stay there."""
    {stay}
'''
_STAYS = {
    "idle": "site.page.wait_for_timeout(600_000)",  # the situation itself: a page on which nothing happens
    "busy script": 'site.page.evaluate("while (true) {}")',
    "mid-download": """with site.popup("open_billing") as report:
        report.fill({"from": run.period.first, "to": run.period.last})
        return report.download("export")""",
}
_SUBMITTING = '''
class Claim(Record, key="claim_no", noun=("claim", "claims")):
    """One claim."""
    claim_no: str = text()
    patient_no: str = text()
    patient_name: str = text()
    visit_date: date = day("%d/%m/%Y")
    service_code: str = text()
    amount: Decimal = money()

@it.process
def claims() -> Batch[Claim]:
    """Claims out of nothing."""
    batch = Batch(Claim, may_be_few=True)
    for number in range(80):
        batch.add(Claim(claim_no=f"C{number:06d}", patient_no="004711", patient_name="Jo Doe",
            visit_date=date(2026, 11, 17), service_code="A12", amount=Decimal("1.00")))
    return batch

@it.upload("claimport", of=claims)
class ClaimPort(Destination[Claim]):
    """Each submit is saved, and no answer ever comes."""
    settle = seconds(1)

    def submit(self, site: Session, claim: Claim) -> str | None:
        """Enter one."""
        site.open("claim/new.php")
        first = ("claim_no", "patient_no", "patient_name")
        site.fill({name: getattr(claim, name) for name in first})
        site.follow("next")
        site.fill({name: getattr(claim, name) for name in ("visit_date", "service_code", "amount")})
        site.commit("save")
        return None

    def look_up(self, site: Session, claim: Claim) -> list[Found[Claim]]:
        """Find one."""
        site.open(f"claim/find.php?claim_no={claim.claim_no}")
        if "No claims found" in site["matches"].inner_text():
            return []
        lines = site["match_rows"].all_inner_texts()[1:]
        cells = [[cell.strip() for cell in line.split("\\t")] for line in lines]
        return [Found(Claim, confirmation=one[0], claim_no=one[1], patient_no=one[2], patient_name=one[3],
            visit_date=one[4], service_code=one[5], amount=one[6]) for one in cells]
'''


def source_of(situation: str) -> str:
    """Return the source of the automation that leads to a situation."""
    return _HEAD + (_SUBMITTING if situation == "mid-submit" else _WAITING.format(stay=_STAYS[situation]))
