"""Who may do what: sessions by cookie, CSRF by header, roles by office. What is not granted is refused.

Every route of the browser's interface has one of these guards, or is one of the few by which one signs in.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, Request

from ui.panel.server.models.base import Role
from ui.panel.server.refusals import Refused
from ui.panel.server.tables import people
from ui.panel.server.who import Who

COOKIE = "predawn_session"
CSRF_HEADER = "X-CSRF-Token"
_READING = frozenset({"GET", "HEAD"})


def signed_in(request: Request) -> Who:
    """Return who sent a request; raises Refused (401 not signed in, 403 wrong or missing CSRF token)."""
    who = people.by_session(request.cookies.get(COOKIE, ""))
    if who is None:
        raise Refused(401, "not_signed_in")
    if request.method not in _READING:
        sent = request.headers.get(CSRF_HEADER, "")
        if not hmac.compare_digest(sent.encode(), who.csrf.encode()):
            raise Refused(403, "wrong_csrf")
    return who


def set_up(who: Annotated[Who, Depends(signed_in)]) -> Who:
    """Return who sent a request, once the second factor that the role asks for is set up."""
    if who.must_set_up:
        raise Refused(403, "second_factor_to_set_up")
    return who


def _needs(role: Role) -> Callable[[Who], Who]:
    def guard(who: Annotated[Who, Depends(set_up)]) -> Who:
        if not who.anywhere(role):
            raise Refused(403, "denied")
        return who

    return guard


viewer, operator, admin = _needs(Role.VIEWER), _needs(Role.OPERATOR), _needs(Role.ADMIN)

Any_ = Annotated[Who, Depends(signed_in)]
SetUp = Annotated[Who, Depends(set_up)]
Viewer = Annotated[Who, Depends(viewer)]
Operator = Annotated[Who, Depends(operator)]
Admin = Annotated[Who, Depends(admin)]
