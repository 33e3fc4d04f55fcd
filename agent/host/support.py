"""A bundle for support: versions, what ``doctor`` finds, settings, states, the log's end; nobody's data.

No secret, no record, no key, no site's words, no person's name is in it (:mod:`agent.host.support_words`).
"""

from __future__ import annotations

import io
import json
import os
import platform
import sys
import zipfile
from collections.abc import Iterable, Mapping
from datetime import datetime
from importlib import metadata
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from agent.core.failures import BrokenSettings
from agent.host import planning
from agent.host.preflight import Grade, examine
from agent.host.support_words import Harmless
from agent.store import queries
from agent.store.database import is_prepared, open_store, schema_version
from agent.system.automations import automation_folders, site_folders
from agent.system.log import STRUCK_OUT
from agent.system.paths import Home
from agent.system.settings import Settings, load_settings

_TAIL_BYTES = 400_000
_RUNS, _RUN_LOGS = 50, 5
_PACKAGES = ("apsw", "cryptography", "keyring", "peewee", "playwright", "pyside6-essentials")


def support_bundle(home: Home, now: datetime) -> bytes:
    """Return the bundle, a zip. What cannot be read is said in it in its place; nothing is changed."""
    try:
        settings: Settings | BrokenSettings = load_settings(home)
    except BrokenSettings as failure:
        settings = failure
    offices = () if isinstance(settings, BrokenSettings) else settings.offices
    harmless = Harmless([*automation_folders(home), *site_folders(home), *offices])
    findings = examine(home, now)
    opened = is_prepared(home.database) and not any(
        one.check == "database" and one.grade is Grade.PROBLEM for one in findings
    )
    if opened:
        open_store(home.database, home.evidence)
    found = queries.run_list(_RUNS) if opened else []
    files: dict[str, Any] = {
        "about.json": _about(now, opened=opened),
        "health.json": [
            {
                "check": one.check,
                "grade": one.grade.value,
                "code": one.code,
                "params": harmless.value(one.params),
            }
            for one in findings
        ],
        "settings.json": _settings(settings),
        "runs.json": [_run(harmless, queries.run(run["id"])) for run in found],
        "log/agent.txt": harmless.log(_tail(home.logs / "agent.log")),
    }
    for run in found[:_RUN_LOGS]:
        files[f"log/{run['id']}.txt"] = harmless.log(_tail(home.logs / f"{run['id']}.log"))
    return _zip(files)


def _about(now: datetime, *, opened: bool) -> dict[str, object]:
    return {
        "made_at": now.isoformat(timespec="seconds"),
        "predawn": _version("predawn"),
        "build": planning.build(),
        "data": schema_version() if opened else None,
        "python": platform.python_version(),
        "frozen": bool(getattr(sys, "frozen", False)),
        "system": f"{platform.system()} {platform.release()}",
        "processor": platform.machine(),
        "packages": {name: _version(name) for name in _PACKAGES},
        "struck_out": f"{STRUCK_OUT} stands for what did not leave the computer",
    }


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _settings(settings: Settings | BrokenSettings) -> Mapping[str, object]:
    """Return what the settings say, without who signs in and whatever an address holds beside its host."""
    if isinstance(settings, BrokenSettings):
        return {"broken_at_line": settings.params["line"]}
    notices = settings.notices
    return {
        "offices": {
            name: {
                "zone": office.zone,
                "country": office.country,
                "region": office.region,
                "closed": [day.isoformat() for day in office.closed],
                "open": [day.isoformat() for day in office.open],
                "half_days": [day.isoformat() for day in office.half_days],
                "automations": office.automations,
            }
            for name, office in settings.offices.items()
        },
        "sites": {
            name: {"host": _host(site.url), "account": STRUCK_OUT if site.account else None}
            for name, site in settings.sites.items()
        },
        "notices": {
            "heartbeat": _host(notices.heartbeat_url),
            "silent_days": notices.silent_days,
            "quiet": notices.quiet is not None,
            "check": notices.check is not None,
            "told": sorted(notices.tell),
        },
    }


def _host(url: str | None) -> str | None:
    if url is None:
        return None
    try:
        return urlsplit(url).hostname
    except ValueError:
        return STRUCK_OUT


def _run(harmless: Harmless, run: Mapping[str, Any]) -> dict[str, object]:
    return {
        "id": run["id"],
        "automation": harmless.word(run["automation"]),
        "business_date": run["business_date"],
        "state": run["state"],
        "reason": harmless.value(run["reason"]),
        "created_at": run["created_at"],
        "started_at": run["started_at"],
        "ended_at": run["ended_at"],
        "records": run["records"],
        "versions": harmless.value({"agent": run["versions"].get("agent") == planning.build()}),
        "tasks": [
            {
                "kind": task["kind"],
                "state": task["state"],
                "attempts": task["attempts"],
                "seconds": task["seconds"],
                "step": harmless.value(task["step"]),
                "failure": harmless.value(task["failure"]),
            }
            for task in run["tasks"]
        ],
        "questions": [
            {"question": item["question"], "answer": item["answer"], "asked_at": item["created_at"]}
            for item in run["reviews"]
        ],
    }


def _tail(file: Path) -> str:
    """Return the end of a log; its first, cut line is left away."""
    try:
        with file.open("rb") as stream:
            size = stream.seek(0, os.SEEK_END)
            stream.seek(max(0, size - _TAIL_BYTES))
            text = stream.read().decode("utf-8", errors="replace")
    except FileNotFoundError:
        return ""
    return text if size <= _TAIL_BYTES else text.partition("\n")[2]


def _zip(files: Mapping[str, object]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, value in files.items():
            archive.writestr(name, _text(name, value))
    return held.getvalue()


def _text(name: str, value: object) -> str:
    if name.endswith(".json"):
        return json.dumps(value, ensure_ascii=False, indent=1)
    lines: Iterable[str] = value if isinstance(value, list) else []
    return "\n".join(lines) + "\n"
