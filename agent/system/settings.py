"""``settings.toml`` of the home: offices and sites, as people write them.

    [offices.main]
    zone = "Europe/Vienna"
    country = "AT"
    region = "9"
    closed = [2026-12-24, 2026-12-31]
    open = [2026-12-08]
    half_days = [2026-12-23]
    automations = ["clinic-morning-sync"]

    [offices.main.parameters.clinic-morning-sync]
    least_amount = "5.00"

    [sites.meridian]
    url = "https://meridian.example"
    account = "robot"

    [notices]
    heartbeat_url = "https://hc.example/ping/{automation}"
    quiet = "20:00-06:00"
    silent_days = 2
    check = "16:00"

    [notices.tell]
    done = ["desktop", "office"]

    [data]
    pictures_days = 90
    facts_years = 7
    may_open = ["ann"]

    [window]
    language = "de"

    [panel]
    site_words = false
    pictures = false
    pictures_days = 30

The file need not exist. A wrong one is refused as a whole, with its line, its key and what is wrong there.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date, datetime, time
from pathlib import Path
from types import MappingProxyType
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from agent.core.calendar import parse_time
from agent.core.failures import BrokenSettings
from agent.core.notices import Event, Quiet
from agent.system.paths import Home
from agent.system.toml_lines import line_of, line_of_error

Path_ = tuple[str, ...]


@dataclass(frozen=True)
class Office:
    """One place: its name, its IANA time zone, and its calendar.

    ``closed`` are days on which it does not work beside weekends and the public holidays of its ``country``
    (ISO 3166-1) and ``region`` (ISO 3166-2 without the country); on ``open`` ones it works all the same; on
    ``half_days`` until noon. ``automations`` are those that run by their schedule; None lets Predawn decide
    (docs/decisions/0005). ``parameters`` are values by automation and name, as they are written: whether they
    may be is the automation's to say (:mod:`agent.host.parameters`).
    """

    name: str
    zone: str
    closed: tuple[date, ...] = ()
    country: str | None = None
    region: str | None = None
    open: tuple[date, ...] = ()
    half_days: tuple[date, ...] = ()
    automations: tuple[str, ...] | None = None
    parameters: Mapping[str, Mapping[str, str | int | bool]] = field(
        default_factory=lambda: MappingProxyType({})
    )


@dataclass(frozen=True)
class SiteSettings:
    """What this workstation says about a site: another address than its book's, the account that signs in.

    ``visit``: the evening before, Predawn may sign in once and look at the pages that its book names.
    """

    url: str | None = None
    account: str | None = None
    visit: bool = False


@dataclass(frozen=True)
class NoticeSettings:
    """Who is told what: only what differs from the table in :mod:`agent.core.notices`.

    ``silent_days`` is the number of business days without success after which people are told, ``check`` the
    office's time at which the next run's needs are looked at (never, unless it is set). The addresses
    themselves are in the vault.
    """

    heartbeat_url: str | None = None
    quiet: Quiet | None = None
    silent_days: int = 2
    check: time | None = None
    tell: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True)
class DataSettings:
    """How long what is kept, and who may take evidence out of its seal.

    ``facts_years`` is for the ledger, the audit log and the files that came; ``pictures_days`` for pictures
    and whatever else shows a page. ``may_open`` are names of accounts of this computer; None lets everybody
    who can open the keyring.
    """

    pictures_days: int = 90
    facts_years: int = 7
    may_open: tuple[str, ...] | None = None


@dataclass(frozen=True)
class WindowSettings:
    """How the window speaks: ``language`` as two letters (ISO 639-1); None follows the system's."""

    language: str | None = None


@dataclass(frozen=True)
class PanelSettings:
    """What may leave this workstation for the panel beside codes and counts: nothing, unless it says so.

    ``site_words``: what sites say and what files are called; ``pictures``: masked pictures of failures, which
    the panel keeps for ``pictures_days``. Keys and contents of records never leave.
    """

    site_words: bool = False
    pictures: bool = False
    pictures_days: int = 30


@dataclass(frozen=True)
class Settings:
    """The whole file, checked."""

    offices: Mapping[str, Office]
    sites: Mapping[str, SiteSettings] = field(default_factory=lambda: MappingProxyType({}))
    notices: NoticeSettings = NoticeSettings()
    data: DataSettings = DataSettings()
    window: WindowSettings = WindowSettings()
    panel: PanelSettings = PanelSettings()


def load_settings(home: Home) -> Settings:
    """Read the home's settings; without a file there is one office, ``main``, in the computer's time zone.

    Raises BrokenSettings(file, line, key, problem).
    """
    text = settings_text(home)
    if text is None:
        return Settings(offices=MappingProxyType({"main": Office("main", computer_zone())}))
    return read_settings(home.settings, text)


def settings_text(home: Home) -> str | None:
    """Return the file as it is written, line ends and all; None without one. Raises BrokenSettings."""
    try:
        with home.settings.open(encoding="utf-8", newline="") as stream:
            return stream.read()
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise BrokenSettings(
            file=str(home.settings), line=1, key="", problem=f"cannot be read: {error}"
        ) from error


def read_settings(file: Path, text: str) -> Settings:
    """Return what a text says that is, or is to be, the settings in ``file``. Raises BrokenSettings."""
    return _Reader(file, text).read()


def computer_zone() -> str:
    """Return the IANA name of this computer's time zone, ``UTC`` if it has none that can be named."""
    import tzlocal  # noqa: PLC0415 (a slow import; most homes name their zone)

    try:
        name = tzlocal.get_localzone_name()
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, LookupError, OSError, TypeError):
        return "UTC"
    return name


class _Reader:
    def __init__(self, file: Path, text: str) -> None:
        self._file = file
        self._text = text

    def read(self) -> Settings:
        try:
            whole = tomllib.loads(self._text)
        except tomllib.TOMLDecodeError as error:
            line = line_of_error(error, self._text)
            problem = str(error)
            raise BrokenSettings(file=str(self._file), line=line, key="", problem=problem) from error
        self._known(whole, (), ("offices", "sites", "notices", "data", "window", "panel"))
        offices = {name: self._office(name, whole) for name in self._table(whole, ("offices",))}
        sites = {name: self._site(name, whole) for name in self._table(whole, ("sites",))}
        if not offices:
            offices = {"main": Office("main", computer_zone())}
        return Settings(
            MappingProxyType(offices),
            MappingProxyType(sites),
            self._notices(whole),
            self._data(whole),
            self._window(whole),
            self._panel(whole),
        )

    def _office(self, name: str, whole: Mapping[str, object]) -> Office:
        here = ("offices", name)
        table = self._table(whole, here)
        self._known(table, here, tuple(entry.name for entry in fields(Office) if entry.name != "name"))
        return Office(
            name,
            self._zone(table, here),
            closed=self._days(table, (*here, "closed")),
            country=self._country(table, here),
            region=self._region(table, here),
            open=self._days(table, (*here, "open")),
            half_days=self._days(table, (*here, "half_days")),
            automations=self._names(table, (*here, "automations")),
            parameters=self._parameters(whole, (*here, "parameters")),
        )

    def _parameters(
        self, whole: Mapping[str, object], here: Path_
    ) -> Mapping[str, Mapping[str, str | int | bool]]:
        found: dict[str, Mapping[str, str | int | bool]] = {}
        for automation in self._table(whole, here):
            table = self._table(whole, (*here, automation))
            for name, value in table.items():
                if not isinstance(value, str | int):  # true and false are of that kind, too
                    problem = "must be text in quotes, a whole number, true or false; an amount is in quotes"
                    raise self._broken((*here, automation, name), problem)
            found[automation.replace("_", "-")] = MappingProxyType(dict(table))  # type: ignore[arg-type]
        return MappingProxyType(found)

    def _zone(self, table: Mapping[str, object], here: Path_) -> str:
        zone = self._text_at(table, (*here, "zone"))
        if zone is None:
            return computer_zone()
        try:
            ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            problem = f"{zone!r} is no time zone; write one like Europe/Vienna"
            raise self._broken((*here, "zone"), problem) from error
        return zone

    def _country(self, table: Mapping[str, object], here: Path_) -> str | None:
        country = self._text_at(table, (*here, "country"))
        if country is not None and not re.fullmatch(r"[A-Z]{2}", country):
            raise self._broken((*here, "country"), f"{country!r} is no country; write two letters like AT")
        return country

    def _region(self, table: Mapping[str, object], here: Path_) -> str | None:
        region = self._text_at(table, (*here, "region"))
        if region is not None and "country" not in table:
            raise self._broken((*here, "region"), "needs a country beside it")
        return region

    def _names(self, table: Mapping[str, object], path: Path_) -> tuple[str, ...] | None:
        names = self._plain_names(table, path)
        return None if names is None else tuple(name.replace("_", "-") for name in names)

    def _plain_names(self, table: Mapping[str, object], path: Path_) -> tuple[str, ...] | None:
        value = table.get(path[-1])
        if value is None:
            return None
        if not isinstance(value, list) or not all(isinstance(name, str) and name for name in value):
            raise self._broken(path, 'must be a list of names, like ["clinic-morning-sync"]')
        return tuple(value)

    def _site(self, name: str, whole: Mapping[str, object]) -> SiteSettings:
        here = ("sites", name)
        table = self._table(whole, here)
        self._known(table, here, ("url", "account", "visit"))
        url = self._text_at(table, (*here, "url"))
        if url is not None and not _is_web_address(url):
            raise self._broken(
                (*here, "url"), f"{url!r} is no web address; it begins with https:// or http://"
            )
        visit = table.get("visit", False)
        if not isinstance(visit, bool):
            raise self._broken((*here, "visit"), "must be true or false")
        return SiteSettings(url, self._text_at(table, (*here, "account")), visit)

    def _data(self, whole: Mapping[str, object]) -> DataSettings:
        here = ("data",)
        table = self._table(whole, here)
        self._known(table, here, tuple(entry.name for entry in fields(DataSettings)))
        for name in ("pictures_days", "facts_years"):
            value = table.get(name, 1)
            if not isinstance(value, int) or isinstance(value, bool) or value < 1:
                raise self._broken((*here, name), "must be a whole number, 1 or more")
        return DataSettings(
            **{name: table[name] for name in ("pictures_days", "facts_years") if name in table},  # type: ignore[arg-type]  # looked at above
            may_open=self._plain_names(table, (*here, "may_open")),
        )

    def _notices(self, whole: Mapping[str, object]) -> NoticeSettings:
        here = ("notices",)
        table = self._table(whole, here)
        self._known(table, here, ("heartbeat_url", "quiet", "silent_days", "check", "tell"))
        url = self._text_at(table, (*here, "heartbeat_url"))
        if url is not None and not _is_web_address(url):
            raise self._broken(
                (*here, "heartbeat_url"), "is no web address; it begins with https:// or http://"
            )
        days = table.get("silent_days", NoticeSettings.silent_days)
        if not isinstance(days, int) or isinstance(days, bool) or days < 1:
            raise self._broken((*here, "silent_days"), "must be a whole number of business days, 1 or more")
        wishes = self._table(whole, (*here, "tell"))
        self._known(wishes, (*here, "tell"), tuple(event.value for event in Event))
        tell = {event: self._addressees(wishes, (*here, "tell", event)) for event in wishes}
        quiet, check = self._quiet(table, (*here, "quiet")), self._clock(table, (*here, "check"))
        return NoticeSettings(url, quiet, days, check, MappingProxyType(tell))

    def _window(self, whole: Mapping[str, object]) -> WindowSettings:
        here = ("window",)
        table = self._table(whole, here)
        self._known(table, here, ("language",))
        language = self._text_at(table, (*here, "language"))
        if language is not None and not re.fullmatch(r"[a-z]{2}", language):
            problem = f"{language!r} is no language; write two letters like de"
            raise self._broken((*here, "language"), problem)
        return WindowSettings(language)

    def _panel(self, whole: Mapping[str, object]) -> PanelSettings:
        here = ("panel",)
        table = self._table(whole, here)
        self._known(table, here, tuple(entry.name for entry in fields(PanelSettings)))
        for name in ("site_words", "pictures"):
            if not isinstance(table.get(name, False), bool):
                raise self._broken((*here, name), "must be true or false")
        days = table.get("pictures_days", PanelSettings.pictures_days)
        if not isinstance(days, int) or isinstance(days, bool) or not 1 <= days <= 400:
            raise self._broken((*here, "pictures_days"), "must be a whole number of days, 1 to 400")
        return PanelSettings(bool(table.get("site_words")), bool(table.get("pictures")), days)

    def _clock(self, table: Mapping[str, object], path: Path_) -> time | None:
        words = self._text_at(table, path)
        try:
            return None if words is None else parse_time(words)
        except ValueError as error:
            raise self._broken(path, f"{words!r} is no time of day; write one like 16:00") from error

    def _quiet(self, table: Mapping[str, object], path: Path_) -> Quiet | None:
        words = self._text_at(table, path)
        if words is None:
            return None
        begins, _, ends = words.partition("-")
        try:
            return Quiet(parse_time(begins.strip()), parse_time(ends.strip()))
        except ValueError as error:
            raise self._broken(path, f"{words!r} is no span of hours; write one like 20:00-06:00") from error

    def _addressees(self, table: Mapping[str, object], path: Path_) -> tuple[str, ...]:
        value = table.get(path[-1])
        if not isinstance(value, list) or not all(isinstance(name, str) and name for name in value):
            raise self._broken(path, 'must be a list of names in quotes, like ["desktop", "office"]')
        if any("://" in name for name in value):
            raise self._broken(
                path, "an address does not belong here; store it with: predawn notices set NAME"
            )
        return tuple(value)

    def _days(self, table: Mapping[str, object], path: Path_) -> tuple[date, ...]:
        value = table.get(path[-1], [])
        if not isinstance(value, list):
            raise self._broken(path, "must be a list of days, like [2026-12-24]")
        for day in value:
            if not isinstance(day, date) or isinstance(day, datetime):
                raise self._broken(path, f"{day!r} is no day; write it without quotes, like 2026-12-24")
        return tuple(sorted(set(value)))

    def _text_at(self, table: Mapping[str, object], path: Path_) -> str | None:
        value = table.get(path[-1])
        if value is None:
            return None
        if not isinstance(value, str) or not value.strip():
            raise self._broken(path, "must be text in quotes, and not empty")
        return value

    def _table(self, whole: Mapping[str, object], path: Path_) -> Mapping[str, object]:
        value: object = whole
        for part in path:
            value = value.get(part, {}) if isinstance(value, Mapping) else None
        if not isinstance(value, Mapping):
            raise self._broken(path, f"must be a table: write [{'.'.join(path)}] above its entries")
        return value

    def _known(self, table: Iterable[str], here: Path_, names: tuple[str, ...]) -> None:
        for key in table:
            if key not in names:
                near = difflib.get_close_matches(key, names, n=1)
                meant = f"; did you mean {near[0]!r}?" if near else f"; known here: {', '.join(names)}"
                raise self._broken((*here, key), f"{key!r} is not a setting{meant}")

    def _broken(self, path: Path_, problem: str) -> BrokenSettings:
        line = line_of(self._text, path)
        return BrokenSettings(file=str(self._file), line=line, key=".".join(path), problem=problem)


def _is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
