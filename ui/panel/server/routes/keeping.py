"""What admins look after: workstations and their codes, people, the audit."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request

from ui.panel.server import enrolment, staff
from ui.panel.server.access import Admin, Viewer
from ui.panel.server.models.base import Id
from ui.panel.server.models.people import AuditPage, Invited, Person, PersonChange, PersonIn
from ui.panel.server.models.workstations import CodeWish, EnrolmentCode, Rename, WorkstationDetail
from ui.panel.server.refusals import described

router = APIRouter(prefix="/api", tags=["keeping"])


@router.get("/workstations", responses=described(401, 403))
def workstations(who: Viewer) -> list[WorkstationDetail]:
    """Return the workstations of this person's offices, revoked ones last."""
    return enrolment.workstations_of(who)


@router.patch("/workstations/{workstation}", responses=described(401, 403, 404, 422))
def rename(who: Admin, workstation: Id, wanted: Rename) -> WorkstationDetail:
    """Give a workstation another name."""
    return enrolment.rename(who, workstation, wanted.name)


@router.delete("/workstations/{workstation}", status_code=204, responses=described(401, 403, 404, 422))
def revoke(who: Admin, workstation: Id) -> None:
    """Revoke a workstation: its token holds no more, from its next request on."""
    enrolment.revoke(who, workstation)


@router.get("/enrolment-codes", responses=described(401, 403))
def codes(who: Admin) -> list[EnrolmentCode]:
    """Return the codes that may still be used, without the codes themselves."""
    return enrolment.codes(who)


@router.post("/enrolment-codes", status_code=201, responses=described(401, 403, 404, 422))
def make_code(request: Request, who: Admin, wanted: CodeWish) -> EnrolmentCode:
    """Make a one-time code, good for an hour; it is told once, here."""
    return enrolment.make_code(who, wanted, str(request.base_url))


@router.delete("/enrolment-codes/{code}", status_code=204, responses=described(401, 403, 404, 422))
def withdraw_code(who: Admin, code: Id) -> None:
    """Withdraw a code before it is used."""
    enrolment.withdraw_code(who, code)


@router.get("/people", responses=described(401, 403))
def people(who: Admin) -> list[Person]:
    """Return who may sign in at this person's offices."""
    return staff.people(who)


@router.post("/people", status_code=201, responses=described(401, 403, 404, 409, 422))
def add_person(who: Admin, wanted: PersonIn) -> Invited:
    """Add somebody; the link that sets the first password is told once, here."""
    return staff.add(who, wanted)


@router.patch("/people/{person}", responses=described(401, 403, 404, 409, 422))
def change_person(who: Admin, person: Id, wanted: PersonChange) -> Person:
    """Change name or roles, or let somebody sign in no more: open sessions end at once."""
    return staff.change(who, person, wanted)


@router.post("/people/{person}/invitation", status_code=201, responses=described(401, 403, 404, 409, 422))
def invite_again(who: Admin, person: Id) -> Invited:
    """Forget somebody's password and second factor, and make a new link."""
    return staff.invite_again(who, person)


@router.get("/audit", responses=described(401, 403, 422))
def audit(
    who: Admin,
    q: Annotated[str, Query(max_length=200)] = "",
    after: Annotated[str | None, Query(pattern=r"^[0-9]{1,16}$")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 100,
) -> AuditPage:
    """Return who did what at this person's offices, newest first."""
    return staff.audit(who, q, after, limit)
