"""What an answer needs beside itself, gathered from the command line, the prompt or standard input."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from agent.cli.new_files import require_file
from agent.cli.opening import contents_or_none
from agent.core.answers import Needs
from agent.system.paths import Home
from resources.i18n import texts

Values = Mapping[str, Any]


def row_cells(home: Home, item: Values) -> list[tuple[str, str, str | None]]:
    """Return the cells of a row that cannot be right: field, text, and what is wrong with it, if anything.

    Who looked stands in the audit log. Raises what opening evidence raises.
    """
    from agent.cli.person import at_terminal  # noqa: PLC0415
    from agent.host.proofs import open_proof  # noqa: PLC0415

    row: Values = json.loads(open_proof(home, item["evidence"][0], at_terminal()).content)
    wrong = {problem["field"]: str(problem["problem"]) for problem in row["problems"]}
    return [(name, text, wrong.get(name)) for name, text in row["cells"].items()]


@dataclass(frozen=True)
class Parts:
    """What the person has given with the command; whatever is missing is asked for at the terminal."""

    home: Home
    item: Values
    reason: str | None
    file: Path | None
    fields: tuple[str, ...]
    candidate: tuple[int, ...]
    from_stdin: bool

    def gather(self, needs: Needs) -> dict[str, Any]:
        """Return the command's further args; raises UsageError, Told, what the vault raises."""
        from agent.host import handing_in  # noqa: PLC0415

        match needs:
            case Needs.REASON:
                return {"reason": self.reason or self._prompted("ask_reason")}
            case Needs.FILE:
                if self.file is None:
                    raise click.UsageError(texts.say("file_wanted"))
                require_file(self.file)
                content = self.file.read_bytes()
                return handing_in.hand_in_file(self.home, self.item["id"], self.file.name, content)
            case Needs.VALUE:
                return handing_in.hand_in_values(self.home, self.item["id"], self._values())
            case Needs.SECRET:
                return handing_in.new_password(self.home, self.item["id"], self._password())
            case Needs.CANDIDATE:
                if not self.candidate:
                    raise click.UsageError(texts.say("candidate_wanted"))
                return {"candidate": self.candidate[0], "candidates": list(self.candidate)}
        return {}

    def _values(self) -> dict[str, str]:
        """Return the new texts by field: lines of standard input, or asked for one by one."""
        known = self._known()
        if self.from_stdin:
            given = dict(line.rstrip("\r\n").partition("=")[::2] for line in sys.stdin if "=" in line)
        else:
            wanted = self.fields or self._broken() or tuple(known)
            given = {
                name: click.prompt(texts.say("ask_value", {"field": name}), default=known.get(name), err=True)
                for name in wanted
            }
        unknown = [name for name in given if name not in known]
        changed = {name: text for name, text in given.items() if text != known.get(name)}
        if unknown or not changed:
            raise click.UsageError(texts.say("values_wanted", {"fields": ", ".join(known)}))
        return changed

    def _known(self) -> dict[str, str]:
        """Return the texts that stand there now, by field."""
        if self.item["record"] is not None:
            held = contents_or_none(self.home, self.item["run"]).get(self.item["record"]) or {"fields": {}}
            return dict(held["fields"])
        return {name: cell for name, cell, _wrong in row_cells(self.home, self.item)}

    def _broken(self) -> tuple[str, ...]:
        return tuple(self.item["params"].get("fields") or ())

    def _password(self) -> str:
        if self.from_stdin:
            password = sys.stdin.readline().rstrip("\r\n")
            if not password:
                raise click.UsageError(texts.say("password_empty"))
            return password
        told = texts.say("ask_new_password")
        answer: str = click.prompt(told, hide_input=True, confirmation_prompt=True, err=True)
        return answer

    def _prompted(self, code: str) -> str:
        answer: str = click.prompt(texts.say(code), err=True)
        return answer
