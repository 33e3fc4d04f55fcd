"""Signing in and out, first passwords, the second factor."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from ui.panel.server import signing_in
from ui.panel.server.access import COOKIE, Any_, SetUp
from ui.panel.server.models.people import (
    Invitation,
    InvitationState,
    InvitationToken,
    PasswordChange,
    SecondFactor,
    Session,
    SetupState,
    SignIn,
    SixDigitsIn,
)
from ui.panel.server.refusals import described

router = APIRouter(prefix="/api", tags=["session"])


def _with_cookie(request: Request, response: Response, token: str) -> None:
    response.set_cookie(
        COOKIE,
        token,
        max_age=int(signing_in.SESSION_AGE.total_seconds()),
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
        path="/",
    )


@router.get("/setup")
def setup_state() -> SetupState:
    """Tell whether the first admin is still to be made."""
    return SetupState(open=signing_in.waits_for_first())


@router.post("/session", responses=described(401, 403, 422, 429))
def sign_in(request: Request, response: Response, wanted: SignIn) -> Session:
    """Sign in; 401 ``second_factor_wanted`` asks for the six digits as well."""
    token, session = signing_in.sign_in(wanted, _from(request))
    _with_cookie(request, response, token)
    return session


@router.get("/session", responses=described(401))
def session(who: Any_) -> Session:
    """Tell who is signed in."""
    return signing_in.session_of(who)


@router.delete("/session", status_code=204, responses=described(401, 403))
def sign_out(who: Any_, response: Response) -> None:
    """End this session."""
    signing_in.sign_out(who)
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict")


@router.post("/invitation/state", responses=described(404, 422, 429))
def invitation_state(request: Request, wanted: InvitationToken) -> InvitationState:
    """Tell whom a link invites."""
    return signing_in.invited(wanted.token, _from(request))


@router.post("/invitation", responses=described(403, 404, 409, 422, 429))
def accept_invitation(request: Request, response: Response, wanted: Invitation) -> Session:
    """Set the first password; whoever did is signed in."""
    token, session = signing_in.accept(wanted, _from(request))
    _with_cookie(request, response, token)
    return session


@router.post("/session/second-factor", responses=described(401, 403, 409))
def begin_second_factor(who: Any_) -> SecondFactor:
    """Begin to set up the second factor; it holds once its first code was confirmed."""
    return signing_in.begin_second_factor(who)


@router.post("/session/second-factor/confirm", responses=described(401, 403, 409, 422, 429))
def confirm_second_factor(who: Any_, wanted: SixDigitsIn) -> Session:
    """Confirm the second factor by its first code."""
    return signing_in.confirm_second_factor(who, wanted.code)


@router.post("/session/password", status_code=204, responses=described(401, 403, 422, 429))
def change_password(who: SetUp, wanted: PasswordChange) -> None:
    """Change one's own password; every other session of the person ends."""
    signing_in.change_password(who, wanted)


def _from(request: Request) -> str:
    return request.client.host if request.client else ""
