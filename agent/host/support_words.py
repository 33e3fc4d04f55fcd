"""What may leave this computer for support: only what is known to be a word of the program itself.

Nothing is searched for and struck out here, because a secret that nobody thought of would pass. The other way
round: what is not known to be harmless is struck out, whatever it is.
"""

from __future__ import annotations

import builtins
import re
from collections.abc import Iterable, Mapping
from enum import StrEnum
from pathlib import Path

from agent.core import failures, states
from agent.core.failures import Failure
from agent.core.notices import Event
from agent.core.occurrences import Outcome
from agent.system.log import STRUCK_OUT

_ENUMS: tuple[type[StrEnum], ...] = (
    states.RunState, states.TaskState, states.TaskKind, states.RecordState, Event, Outcome,
)  # fmt: skip
_OF_THE_PROGRAM = frozenset(
    {"True", "False", "None", "desktop", "heartbeat", "starting", "settling", "downloading", "reading_back",
     "looking_first", "looking_up", "entering", "signing_in", "working", "daemon-reload", "enable"}
    | {member.value for kind in _ENUMS for member in kind}
    | Failure.codes()
)  # fmt: skip
_NUMBER = re.compile(r"-?\d{1,4}(\.\d{1,3})?")  # longer ones number people, claims, accounts
_LARGE = frozenset({"pid", "pids", "size", "bytes", "free_mb", "wanted_mb", "port"})
_RUN = re.compile(r"20\d{6}-[a-z0-9]{4}")  # a run's id: its day and four random signs
_MIGRATION = re.compile(r"\d{4}_[a-z]{2,12}")

_LINE = re.compile(r"(?P<at>\d{4}-\d\d-\d\dT[\d:.]+Z) (?P<level>[A-Z]+) (?P<room>\S+) (?P<rest>.*)")
_OURS = re.compile(r"(core|system|store|host|worker|sync|cli)(\.[a-z_]+)*")
_CODE = re.compile(r"[a-z]+(_[a-z]+)*")
_PLACE = re.compile(r'\s*\|?\s*File "(?P<file>[^"]*)", line (?P<line>\d{1,5}), in \S+')
_KIND = re.compile(r"\s*\|?\s*(?P<kind>[A-Za-z_.]+)(:|$)")
_KINDS = frozenset(
    {"BusyError", "CorruptError", "DatabaseError", "Error", "FullError", "IntegrityError", "IOError",
     "KeyringError", "KeyringLocked", "OperationalError", "SealBroken", "TargetClosedError", "TimeoutError"}
    | {name for name, kind in vars(builtins).items() if isinstance(kind, type)}
    | {name for name, kind in vars(failures).items() if isinstance(kind, type)}
)  # fmt: skip
_PROGRAM = Path(__file__).resolve().parents[2]
_PARTS = re.compile(r"[^\s=,;()\[\]{}\"']+|.", re.DOTALL)


class Harmless:
    """Knows the program's own words, and the names of this home's automations, sites and offices."""

    def __init__(self, names: Iterable[str]) -> None:
        self._known = _OF_THE_PROGRAM | frozenset(names)

    def word(self, text: str, key: str = "") -> str:
        """Return a word if it is known to be harmless, else ``▇▇▇``."""
        known = text in self._known or _NUMBER.fullmatch(text) or _RUN.fullmatch(text)
        large = key in _LARGE and text.isdecimal()
        return text if known or large or _MIGRATION.fullmatch(text) else STRUCK_OUT

    def value(self, value: object, key: str = "") -> object:
        """Return plain values (of a failure, say) with every text and large number of them looked at."""
        if isinstance(value, Mapping):
            named = {str(name): inner for name, inner in value.items()}
            return {name: self.value(inner, name) for name, inner in named.items() if _CODE.fullmatch(name)}
        if isinstance(value, list | tuple):
            return [self.value(inner, key) for inner in value]
        if value is None or isinstance(value, bool):
            return value
        cleaned = self.word(str(value), key)
        return value if cleaned == str(value) else cleaned

    def log(self, text: str) -> list[str]:
        """Return a log's lines as far as they are the program's own; what authors print stays here."""
        kept: list[str] = []
        ours = False
        for line in text.splitlines():
            match = _LINE.fullmatch(line)
            if match is not None:
                ours = _OURS.fullmatch(match["room"]) is not None
                head = f"{match['at']} {match['level']}"
                kept.append(
                    f"{head} {match['room']} {self._told(match['rest'])}" if ours else f"{head} {STRUCK_OUT}"
                )
            elif ours:
                kept += self._trace(line)
        return kept

    def _told(self, rest: str) -> str:
        """Return a line's code and parameters, each value looked at."""
        code, _, params = rest.partition(" ")
        told, key, before = [code if _CODE.fullmatch(code) else STRUCK_OUT], "", ""
        parts = _PARTS.findall(params)
        for place, part in enumerate(parts):
            names = place + 1 < len(parts) and parts[place + 1] == "=" and _CODE.fullmatch(part)
            if len(part) == 1 and not part.isalnum():
                shown = part
            elif names and before in {"", " ", "(", ","}:
                key, shown = part, part
            else:
                shown = self.word(part, key)
            told.append(shown if place else f" {shown}")
            before = part
        return re.sub(rf"{STRUCK_OUT}([ ,:;.]*{STRUCK_OUT})+", STRUCK_OUT, "".join(told))

    @staticmethod
    def _trace(line: str) -> list[str]:
        """Return of a trace where it was and of which kind; never what it says."""
        if place := _PLACE.match(line):
            file = Path(place["file"])
            ours = file.is_relative_to(_PROGRAM / "agent") and file.suffix == ".py" and file.is_file()
            shown = file.relative_to(_PROGRAM).as_posix() if ours else STRUCK_OUT
            return [f"    | {shown}, line {place['line']}"]
        kind = _KIND.match(line)
        name = kind["kind"].rpartition(".")[2] if kind else ""
        return [f"    | {name}"] if name in _KINDS else []
