"""Telling people: a desktop notice, e-mail and whatever else apprise knows, a heartbeat's ping.

The only importer of apprise, which comes late: it takes most of a second. An address (apprise calls it a URL,
``mailto://…``) holds a password or a token, so no word of it is logged or told. Nothing here tries twice: the
host does, from its rows.
"""

from __future__ import annotations

import logging
import sys
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

from agent.core.failures import BrokenAddress, NoticeUndelivered

if TYPE_CHECKING:
    import apprise

_PATIENCE_SECONDS = 10.0
_BUS_SECONDS = 5.0
_APP = "Predawn"


class Tone(StrEnum):
    """How a notice looks where that can be shown; the values are apprise's own."""

    INFO = "info"
    SUCCESS = "success"
    WARNING = "warning"
    FAILURE = "failure"


@dataclass(frozen=True)
class Message:
    """What a person reads: plain text, one line and some more."""

    title: str
    body: str
    tone: Tone = Tone.INFO


class Sender(Protocol):
    """What the host needs of the world outside; a call that fails raises NoticeUndelivered(problem)."""

    def desktop(self, message: Message) -> None:
        """Show a notice on this computer's desktop."""

    def send(self, address: str, message: Message) -> None:
        """Send to one address; raises BrokenAddress for one that cannot be understood."""

    def ping(self, url: str) -> None:
        """Tell a heartbeat address that this computer lives."""


class RealSender:
    """The real one."""

    def desktop(self, message: Message) -> None:
        """Show a notice on the desktop of whoever is signed in. Raises NoticeUndelivered."""
        if not sys.platform.startswith("linux"):
            raise NoticeUndelivered(problem="no_desktop")  # there the tray shows it (ui.desktop)
        _show_by_bus(message)

    def send(self, address: str, message: Message) -> None:
        """Send a message by apprise. Raises BrokenAddress, NoticeUndelivered."""
        import apprise  # noqa: PLC0415 (0.7 s)

        caller = apprise.Apprise(asset=_asset())
        caller.add(_plugin(address))
        done = caller.notify(
            title=message.title,
            body=message.body,
            notify_type=apprise.NotifyType(message.tone.value),
            body_format=apprise.NotifyFormat.TEXT,
        )
        if not done:
            raise NoticeUndelivered(problem=service_of(address))

    def ping(self, url: str) -> None:
        """Ask for a heartbeat address. Raises NoticeUndelivered."""
        try:
            if urlsplit(url).scheme not in {"http", "https"}:
                raise NoticeUndelivered(problem="heartbeat")
            request = urllib.request.Request(url, headers={"User-Agent": _APP})  # noqa: S310 (checked above)
            with urllib.request.urlopen(request, timeout=_PATIENCE_SECONDS):  # noqa: S310
                pass
        except (OSError, ValueError) as error:  # urllib's own errors are OSErrors
            raise NoticeUndelivered(problem="heartbeat") from error


@dataclass
class FakeSender:
    """The fake: remembers what was told; ``broken`` addresses (or "desktop") raise."""

    shown: list[Message] = field(default_factory=list)
    sent: list[tuple[str, Message]] = field(default_factory=list)
    pings: list[str] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)

    def desktop(self, message: Message) -> None:
        """Remember a desktop notice."""
        self._fail_if_broken("desktop")
        self.shown.append(message)

    def send(self, address: str, message: Message) -> None:
        """Remember what was sent where."""
        self._fail_if_broken(address)
        self.sent.append((address, message))

    def ping(self, url: str) -> None:
        """Remember a ping."""
        self._fail_if_broken(url)
        self.pings.append(url)

    def _fail_if_broken(self, address: str) -> None:
        if address in self.broken:
            raise NoticeUndelivered(problem="fake")


def require_address(address: str) -> str:
    """Return the name of the service that an address belongs to, such as ``E-Mail``. Raises BrokenAddress."""
    return str(_plugin(address).service_name)


def service_of(address: str) -> str:
    """Return how an address begins (``mailto``): all of it that may be shown."""
    return address.partition(":")[0][:20]


def heartbeat_url(url: str, automation: str, ping: str) -> str:
    """Return the address of one ping, as healthchecks wants it: ``…/start``, ``…`` alone, ``…/fail``.

    ``{automation}`` in the address becomes the automation's name, so that each may have a check of its own.
    """
    base = url.replace("{automation}", automation).rstrip("/")
    return base if ping == "success" else f"{base}/{ping}"


def _plugin(address: str) -> apprise.NotifyBase:
    import apprise  # noqa: PLC0415

    logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)  # its warnings repeat parts of the address
    plugin = apprise.Apprise.instantiate(address, asset=_asset())
    if not isinstance(plugin, apprise.NotifyBase):
        raise BrokenAddress(service=service_of(address))
    return plugin


def _asset() -> apprise.AppriseAsset:
    import apprise  # noqa: PLC0415

    # Not asynchronous: we are in a thread of our own, and an event loop in it would be one more thing to end.
    return apprise.AppriseAsset(app_id=_APP, app_desc=_APP, async_mode=False, secure_logging=True)


def _show_by_bus(message: Message) -> None:
    """Call org.freedesktop.Notifications on the session bus (the desktop notifications specification 1.2)."""
    from jeepney import DBusAddress, new_method_call  # noqa: PLC0415
    from jeepney.io.blocking import open_dbus_connection  # noqa: PLC0415
    from jeepney.wrappers import DBusErrorResponse, unwrap_msg  # noqa: PLC0415

    address = DBusAddress(
        "/org/freedesktop/Notifications",
        bus_name="org.freedesktop.Notifications",
        interface="org.freedesktop.Notifications",
    )
    urgency = 2 if message.tone is Tone.FAILURE else 1
    values: tuple[object, ...] = (
        _APP,
        0,
        "",
        message.title,
        message.body,
        [],
        {"urgency": ("y", urgency)},
        -1,
    )
    try:
        with open_dbus_connection(bus="SESSION") as bus:
            call = new_method_call(address, "Notify", "susssasa{sv}i", values)
            unwrap_msg(bus.send_and_get_reply(call, timeout=_BUS_SECONDS))
    except (OSError, KeyError, TimeoutError, ValueError, DBusErrorResponse) as error:
        raise NoticeUndelivered(problem="no_desktop") from error
