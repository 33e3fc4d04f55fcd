"""The panel at the other end of the line: what may be asked of it, and what its answers mean."""

from __future__ import annotations

import json
import random
from typing import TypeVar

from agent.core.backoff import doubled
from agent.core.failures import AgentTooOld, NotReady, Offline, PanelRefused, PanelTooOld, PanelUnknown
from agent.sync import wire
from agent.system.network import Dialler, Reply
from agent.system.vault import Vault

_T = TypeVar("_T")

WAIT_SECONDS = 25.0
_SPARE_SECONDS = 10.0
_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 2.0, 60.0


def pause_after(vain: int) -> float:
    """Return the seconds to wait after so many tries in vain (1 or more).

    Drawn: else all workstations of a panel that comes back knock at the same moment, and then again each
    time they tell something.
    """
    draw = random.random()  # noqa: S311  # no secret
    return doubled(_FIRST_PAUSE_SECONDS, vain, longest_seconds=_LONGEST_PAUSE_SECONDS, draw=draw)


class Panel:
    """One line to the panel, for one thread.

    Everything may raise Offline, PanelUnknown, PanelRefused, AgentTooOld, PanelTooOld.
    """

    def __init__(self, url: str, token: str | None = None) -> None:
        """Raise PanelAddressUnsafe for an address that is none, or not safe."""
        self._dialler = Dialler(url)
        self._headers = {} if token is None else {"Authorization": f"Bearer {token}"}

    def enrol(self, wanted: wire.Enrol) -> wire.Enrolled:
        """Exchange a one-time code for a token."""
        return _read(wire.Enrolled, self._ask("POST", "/wire/enrol", wire.write(wanted)))

    def tell(self, batch: wire.Batch) -> wire.Taken:
        """Tell what happened and how things stand."""
        return _read(wire.Taken, self._ask("POST", "/wire/batch", wire.write(batch)))

    def orders(self) -> wire.Orders:
        """Return the commands that wait; without any, wait for a while."""
        path = f"/wire/orders?wait={WAIT_SECONDS:g}"
        return _read(wire.Orders, self._ask("GET", path, timeout_seconds=WAIT_SECONDS + _SPARE_SECONDS))

    def picture(self, ident: str, told: wire.PictureTold, content: bytes) -> None:
        """Show a masked picture."""
        headers = {
            "X-Predawn-Run": told.run,
            "X-Predawn-Days": str(told.days),
            "X-Predawn-At": told.at.isoformat(),
            "X-Predawn-Kind": told.kind,
        }
        if told.task is not None:
            headers["X-Predawn-Task"] = told.task
        self._ask("PUT", f"/wire/picture/{ident}", content, headers=headers)

    def next_token(self) -> str:
        """Return another token; the present one holds until that is used."""
        return _read(wire.Token, self._ask("POST", "/wire/token")).token

    def hang_up(self) -> None:
        """Let go of an answer that is waited for; from any thread."""
        self._dialler.hang_up()

    def close(self) -> None:
        """Close the line; from the thread that speaks."""
        self._dialler.close()

    def _ask(
        self,
        method: str,
        path: str,
        content: bytes = b"",
        *,
        headers: dict[str, str] | None = None,
        timeout_seconds: float | None = None,
    ) -> Reply:
        reply = self._dialler.ask(
            method, path, content, {**self._headers, **(headers or {})}, timeout_seconds
        )
        if reply.status in {200, 204}:
            return reply
        if reply.status == 401:
            raise PanelUnknown
        if reply.status >= 500 or reply.status == 429:  # a proxy without its server says so too
            raise Offline(site="panel", host=None)
        if reply.status == 409:
            raise _other_version(reply)
        raise PanelRefused(status=reply.status)


def _other_version(reply: Reply) -> NotReady:
    """Return which of the two is to be updated, as the panel says."""
    try:
        code = json.loads(reply.content).get("code")
    except (ValueError, AttributeError):  # a page of some proxy's, say
        return PanelRefused(status=reply.status)
    kinds: dict[object, type[NotReady]] = {"version_old": AgentTooOld, "version_new": PanelTooOld}
    return kinds[code]() if code in kinds else PanelRefused(status=reply.status)


def _read(kind: type[_T], reply: Reply) -> _T:
    try:
        return wire.read(kind, reply.content)
    except wire.NotUnderstood as error:  # a page of some proxy's, say
        raise PanelRefused(status=reply.status) from error


def token_of(vault: Vault, name: str) -> str:
    """Return the token from the vault. Raises PanelUnknown when it is not there, or what the vault raises."""
    token = vault.get(name)
    if token is None:
        raise PanelUnknown
    return token
