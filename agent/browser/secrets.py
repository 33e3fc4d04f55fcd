"""The one place where a secret is typed: whatever goes wrong, the error does not carry it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agent.system.log import Redactor

if TYPE_CHECKING:
    from playwright.sync_api import Error, Locator


def type_secret(locator: Locator, secret: str) -> None:
    """Type a password or a one-time code into a field. Raises Playwright's errors, the secret struck out.

    Playwright's own text of a failed fill names the value; and its error would go on as the cause of ours.
    """
    error = _failed(locator, secret)
    if error is not None:
        raise type(error)(Redactor([secret]).clean(str(error)))


def _failed(locator: Locator, secret: str) -> Error | None:
    """Fill and return what went wrong: raised elsewhere, it has no history that names the value."""
    from playwright.sync_api import Error  # noqa: PLC0415  # keeps agent.sdk light

    try:
        locator.fill(secret)
    except Error as error:
        return error.with_traceback(None)
    return None
