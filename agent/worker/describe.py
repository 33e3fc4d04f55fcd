"""What the host learns of an automation without ever importing it: its manifest."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from agent.core.failures import UnknownSite
from agent.sdk import Automation, Destination
from agent.system.fingerprint import fingerprint


def manifest(automation: Automation, folder: Path, sites: Mapping[str, Path]) -> dict[str, Any]:
    """Return name, schedule, tasks and fingerprints as plain values; raises UnknownSite."""
    used = sorted({task.site for task in automation.tasks.values() if task.site is not None})
    for name in used:
        if name not in sites:
            raise UnknownSite(name=name, known=", ".join(sites))
    return {
        "name": automation.name,
        "title": automation.title,
        **automation.words(),
        "parameters": [parameter.as_json() for parameter in automation.parameters],
        "tasks": [
            {"name": task.name, "kind": task.kind.value, "site": task.site, "inputs": list(task.inputs)}
            for task in automation.tasks.values()
        ],
        "record_types": {
            task.work.record_type.__name__: {"noun": list(task.work.record_type.noun)}
            for task in automation.tasks.values()
            if isinstance(task.work, type) and issubclass(task.work, Destination)
        },
        "versions": {
            "automation": fingerprint(folder),
            "sites": {name: fingerprint(sites[name]) for name in used},
        },
    }
