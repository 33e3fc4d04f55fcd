"""What the offices have set of an automation, in the home's settings; judged by what its author declares."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from agent.core.actors import Actor
from agent.core.failures import BrokenSettings, Failure
from agent.core.parameters import Parameter, Value, from_json, plain
from agent.host import auditing
from agent.host.describing import describe
from agent.store import audit
from agent.system.paths import Home
from agent.system.settings import Office, Settings, load_settings, settings_text
from agent.system.settings_file import change
from agent.system.toml_lines import line_of


def declared(manifest: Mapping[str, Any]) -> dict[str, Parameter]:
    """Return an automation's parameters by name."""
    return {value["name"]: from_json(value) for value in manifest.get("parameters", ())}


def of_office(home: Home, office: Office, manifest: Mapping[str, Any]) -> dict[str, Value]:
    """Return every parameter with the office's value, or its default; raises BrokenSettings."""
    known, name = declared(manifest), str(manifest["name"])
    given = office.parameters.get(name, {})
    for word in given:
        if word not in known:
            names = ", ".join(known) or "it has none"
            raise _broken(home, _path(office.name, name, word), f"{name} has no parameter {word}; {names}")
    found = {}
    for word, parameter in known.items():
        try:
            found[word] = parameter.read(given.get(word, parameter.default))
        except ValueError as error:
            raise _broken(home, _path(office.name, name, word), str(error)) from error
    return found


def problems(home: Home, folder: Path) -> list[Failure]:
    """Return what is wrong in the settings of an automation's parameters, an office at a time."""
    found: list[Failure] = []
    try:
        settings, manifest = load_settings(home), describe(home, folder)
    except Failure as failure:
        return [failure]
    for office in settings.offices.values():
        try:
            of_office(home, office, manifest)
        except BrokenSettings as failure:
            found.append(failure)
    return found


def set_one(
    home: Home, actor: Actor, office: str, manifest: Mapping[str, Any], name: str, given: object
) -> Settings:
    """Set an office's value, or with None let the default hold again; it is written down who did.

    The store is open. Raises BrokenSettings for a value that the automation does not allow (then nothing is
    written), and what :func:`agent.system.settings_file.change` and :func:`agent.host.auditing.open_keys` do.
    """
    automation = str(manifest["name"])
    path = _path(office, automation, name)
    try:
        value = None if given is None else plain(declared(manifest)[name].read(given))
    except ValueError as error:
        raise _broken(home, path, str(error)) from error
    auditing.open_keys(home)  # first: what cannot be written down is not changed
    settings = change(home, {path: value})
    told = {"automation": automation, "office": office, "parameter": name}
    audit.append(actor, "parameter_changed", {**told, "value": "" if value is None else value})
    auditing.note_settings(home, actor)
    auditing.keep_witness(home)
    return settings


def _path(office: str, automation: str, name: str) -> tuple[str, ...]:
    return ("offices", office, "parameters", automation, name)


def _broken(home: Home, path: tuple[str, ...], problem: str) -> BrokenSettings:
    line = line_of(settings_text(home) or "", path)
    return BrokenSettings(file=str(home.settings), line=line, key=".".join(path), problem=problem)
