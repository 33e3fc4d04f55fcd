"""The recovery code: shown once at the first start, so that a lost profile or computer loses no evidence.

A face begins (:func:`begin` returns the code, which is nowhere stored), then confirms: the person has saved
it, or accepts the loss. The home keeps the master key wrapped by it, so a backup and the code open everything
on another computer. The store is open; who does what stands in the audit log.
"""

from __future__ import annotations

import base64
import secrets
from enum import StrEnum

from agent.core import recovery_code as codes
from agent.core.actors import Actor
from agent.core.failures import WrongRecoveryCode, WrongState
from agent.host.auditing import keep_witness, open_keys
from agent.store import audit
from agent.store import home as home_row
from agent.store.database import transaction
from agent.store.fields import utc_now
from agent.system.paths import Home
from agent.system.seal import Key, SealBroken, key_of_text, unwrap, wrap


class Standing(StrEnum):
    """What became of the code."""

    WANTED = "wanted"  # never shown, or shown and not confirmed
    SAVED = "saved"
    LOSS_ACCEPTED = "loss_accepted"
    NOT_NEEDED = "not_needed"  # the demo's key lies in a file


def standing(home: Home) -> Standing:
    """Return whether set-up still has to show a code."""
    if home.is_demo:
        return Standing.NOT_NEEDED
    known = home_row.recovery()
    if known.get("wrapped"):
        return Standing.SAVED
    return Standing.LOSS_ACCEPTED if known.get("loss_accepted") else Standing.WANTED


def begin(home: Home, actor: Actor) -> str:
    """Return a new code to show once. An earlier one goes on working until :func:`confirm_saved`.

    Raises what :func:`~agent.host.auditing.open_keys` does.
    """
    keys = open_keys(home, make=True)
    code = codes.new_code(secrets.choice)
    shown = base64.b64encode(wrap(_key(code), keys.master, _bound_to())).decode("ascii")
    with transaction():
        home_row.set_recovery({**home_row.recovery(), "shown": shown})
        audit.append(actor, "recovery_code_shown", {})
    keep_witness(home)
    return code


def confirm_saved(home: Home, code: str, actor: Actor) -> None:
    """The person has written the shown code down and types it again: from now on it opens this home.

    Raises WrongRecoveryCode, WrongState when none was shown.
    """
    open_keys(home)
    shown = home_row.recovery().get("shown")
    if shown is None:
        raise WrongState(what="recovery code", state="not shown", wanted="shown")
    _opened(shown, code)
    with transaction():
        home_row.set_recovery({"wrapped": shown, "at": _now(), "by": actor.as_json()})
        audit.append(actor, "recovery_code_saved", {})
    keep_witness(home)


def accept_loss(home: Home, actor: Actor) -> None:
    """The person does without: if this computer's keyring is lost, so is all that is sealed."""
    open_keys(home, make=True)
    with transaction():
        home_row.set_recovery({"loss_accepted": {"at": _now(), "by": actor.as_json()}})
        audit.append(actor, "key_loss_accepted", {})
    keep_witness(home)


def opens(code: str) -> bool:
    """Tell whether a code opens this home; raises WrongRecoveryCode for one that is mistyped."""
    if not home_row.recovery().get("wrapped"):
        return False
    try:
        return home_row.is_key(master_by(code))
    except WrongRecoveryCode as failure:
        if failure.params["group"] is not None:
            raise
        return False


def master_by(code: str) -> Key:
    """Return the open store's master key by its code; raises WrongRecoveryCode, also where none was saved."""
    wrapped = home_row.recovery().get("wrapped")
    if wrapped is None:
        raise WrongRecoveryCode(group=None)
    return _opened(wrapped, code)


def _opened(wrapped: str, typed: str) -> Key:
    try:
        code = codes.read_code(typed)
    except codes.WrongCode as error:
        raise WrongRecoveryCode(group=error.group) from error
    try:
        return unwrap(_key(code), base64.b64decode(wrapped), _bound_to())
    except SealBroken as error:
        raise WrongRecoveryCode(group=None) from error


def _key(code: str) -> Key:
    return key_of_text(code, f"recovery/{home_row.home_id()}")


def _bound_to() -> str:
    return f"recovery/{home_row.home_id()}"


def _now() -> str:
    return utc_now().isoformat(timespec="seconds")
