"""Who may do what: sessions by cookie, CSRF by header, roles by office. What is not granted is refused.

Every route of the browser's interface has exactly one of these guards; the test of routes × roles reads them
(``GUARDS`` on the route's function) and tries every combination.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request

from ui.panel.server.models import Role
from ui.panel.server.refusals import Refused, unknown
from ui.panel.server.tables import people

COOKIE = "predawn_session"
CSRF_HEADER = "X-CSRF-Token"
ALL_OFFICES = "*"

_RANK = {Role.VIEWER: 1, Role.OPERATOR: 2, Role.ADMIN: 3}
_READING = frozenset({"GET", "HEAD"})


@dataclass(frozen=True)
class Who:
    """A person who is signed in, with what was granted."""

    person: int
    login: str
    name: str
    roles: dict[str, Role]
    second_factor: str
    session: int
    csrf: str
    since: datetime

    def may(self, role: Role, office: str | None) -> bool:
        """Tell whether ``role`` or more is granted at an office; None asks for all offices."""
        granted = [self.roles.get(ALL_OFFICES)] + ([self.roles.get(office)] if office else [])
        return any(one is not None and _RANK[one] >= _RANK[role] for one in granted)

    def offices(self, role: Role) -> frozenset[str] | None:
        """Return the offices at which ``role`` or more is granted; None stands for all."""
        if self.may(role, None):
            return None
        return frozenset(name for name, one in self.roles.items() if _RANK[one] >= _RANK[role])

    def anywhere(self, role: Role) -> bool:
        """Tell whether ``role`` or more is granted at one office at least."""
        return self.offices(role) is None or bool(self.offices(role))

    def require(self, role: Role, office: str | None) -> None:
        """Raise Refused: as unknown for what the person may not even see, as denied for what only that."""
        if not self.may(Role.VIEWER, office):
            raise unknown()
        if not self.may(role, office):
            raise Refused(403, "denied")


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
    if who.second_factor == "to_set_up":
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
