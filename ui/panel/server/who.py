"""Who is signed in, and what was granted by office. What is not granted is refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ui.panel.server.models.base import Role
from ui.panel.server.refusals import Refused, unknown

ALL_OFFICES = "*"

_RANK = {Role.VIEWER: 1, Role.OPERATOR: 2, Role.ADMIN: 3}


def includes(role: Role, wanted: Role) -> bool:
    """Tell whether a role includes another."""
    return _RANK[role] >= _RANK[wanted]


@dataclass(frozen=True)
class Who:
    """A person who is signed in; ``session`` is the session's number, ``csrf`` its token."""

    person: int
    login: str
    name: str
    roles: Mapping[str, Role]
    second_factor: bool
    session: int
    csrf: str

    @property
    def must_set_up(self) -> bool:
        """Whether a second factor is wanted (an operator's or admin's) and not there yet."""
        return not self.second_factor and any(includes(role, Role.OPERATOR) for role in self.roles.values())

    def may(self, role: Role, office: str | None) -> bool:
        """Tell whether ``role`` or more is granted at an office; None asks for all offices."""
        granted = [self.roles.get(ALL_OFFICES), self.roles.get(office) if office else None]
        return any(one is not None and includes(one, role) for one in granted)

    def offices(self, role: Role) -> frozenset[str] | None:
        """Return the offices at which ``role`` or more is granted; None stands for all."""
        if self.may(role, None):
            return None
        return frozenset(name for name, one in self.roles.items() if includes(one, role))

    def anywhere(self, role: Role) -> bool:
        """Tell whether ``role`` or more is granted at one office at least."""
        granted = self.offices(role)
        return granted is None or bool(granted)

    def require(self, role: Role, office: str | None) -> None:
        """Raise Refused: as unknown for what the person may not even see, as denied for what only that."""
        if not self.may(Role.VIEWER, office):
            raise unknown()
        if not self.may(role, office):
            raise Refused(403, "denied")
