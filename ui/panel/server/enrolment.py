"""Workstations as admins look after them: codes, names, revoking."""

from __future__ import annotations

from agent.sync.wire import VERSION
from ui.panel.server import live, telling, wording
from ui.panel.server.models.base import Role, Standing
from ui.panel.server.models.live import Change
from ui.panel.server.models.workstations import CodeWish, EnrolmentCode, Witness, WorkstationDetail
from ui.panel.server.refusals import unknown
from ui.panel.server.tables import audit, workstations
from ui.panel.server.tables.database import write
from ui.panel.server.tables.fields import utc_now
from ui.panel.server.tables.schema import CodeRow, WorkstationRow
from ui.panel.server.who import Who


def workstations_of(who: Who) -> list[WorkstationDetail]:
    """Return the workstations that a person may see, revoked ones last."""
    rows = workstations.seen_by(who.offices(Role.VIEWER), revoked=True)
    return sorted((_detail(row) for row in rows), key=lambda one: one.standing is Standing.REVOKED)


def rename(who: Who, number: int, name: str) -> WorkstationDetail:
    """Give a workstation another name. Raises Refused (403, 404)."""
    row = _administered(who, number)

    def job() -> None:
        workstations.change(number, name=name)
        told = {"before": row.name, "name": name}
        audit.note("renamed", who.name, person=who.person, office=row.office, params=told)

    write(job)
    live.ring(Change(kind="workstation", workstation=number))
    return _detail(_administered(who, number))


def revoke(who: Who, number: int) -> None:
    """Let a workstation's tokens hold no more, from its next request on. Raises Refused (403, 404)."""
    row = _administered(who, number)

    def job() -> None:
        workstations.change(number, revoked_at=utc_now(), next_hash=None)
        audit.note("revoked", who.name, person=who.person, office=row.office, params={"name": row.name})

    if row.revoked_at is None:
        write(job)
        live.ring(Change(kind="workstation", workstation=number))


# ── codes ─────────────────────────────────────────────────────────────────────────────────────────────
def codes(who: Who) -> list[EnrolmentCode]:
    """Return the codes that may still be used, without the codes themselves."""
    rows = workstations.open_codes(utc_now())
    return [_code(row) for row in rows if who.may(Role.ADMIN, row.office)]


def make_code(who: Who, wanted: CodeWish, address: str) -> EnrolmentCode:
    """Make a one-time code, told here once. Raises Refused (403, 404)."""
    who.require(Role.ADMIN, wanted.office)

    def job() -> tuple[CodeRow, str]:
        told = {"name": wanted.name}
        audit.note("code_made", who.name, person=who.person, office=wanted.office, params=told)
        return workstations.make_code(wanted.office, wanted.name, who.name)

    row, plain = write(job)
    command = f"predawn panel enrol {address.rstrip('/')} {plain}"
    return _code(row).model_copy(update={"code": plain, "command": command})


def withdraw_code(who: Who, number: int) -> None:
    """Let a code be used no more. Raises Refused (403, 404)."""
    row = workstations.code(number)
    if row is None:
        raise unknown()
    who.require(Role.ADMIN, row.office)

    def job() -> None:
        workstations.withdraw_code(number)
        told = {"name": row.name}
        audit.note("code_withdrawn", who.name, person=who.person, office=row.office, params=told)

    write(job)


def _administered(who: Who, number: int) -> WorkstationRow:
    row = workstations.get(number)
    if row is None:
        raise unknown()
    who.require(Role.ADMIN, row.office)
    return row


def _code(row: CodeRow) -> EnrolmentCode:
    return EnrolmentCode(
        id=row.id,
        office=row.office,
        name=row.name,
        expires_at=row.expires_at,
        by=row.by,
        code=None,
        command=None,
    )


def _detail(row: WorkstationRow) -> WorkstationDetail:
    how = telling.standing(row)
    allows = {"allows_site_words": row.site_words, "allows_pictures": row.pictures}
    return WorkstationDetail(
        id=row.id,
        name=row.name,
        office=row.office,
        zone=telling.zone_of(row),
        machine=row.machine,
        agent_version=row.agent_version,
        standing=how,
        sign=telling.standing_sign(how),
        words=wording.say(how.value),
        enrolled_at=row.enrolled_at,
        enrolled_by=row.enrolled_by,
        seen_at=row.seen_at,
        revoked_at=row.revoked_at,
        automations=sorted({one.title for one in workstations.owned(row.id)}),
        allows=[wording.say(code) for code, allowed in allows.items() if allowed],
        behind="" if row.wire >= VERSION else wording.say("speaks_older", {"workstation": row.name}),
        witness=_witness(row),
    )


def _witness(row: WorkstationRow) -> Witness | None:
    if row.audit_at is None or row.audit_count is None or row.audit_head is None:
        return None
    found = row.audit_problem
    problem = "" if found is None else wording.say(found["code"], found["params"])
    return Witness(count=row.audit_count, head=row.audit_head, at=row.audit_at, problem=problem)
