"""What an automation is, asked of a worker: the host never imports an author's code."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from agent.core.failures import Defect, Failure
from agent.system.automations import site_folders
from agent.system.fingerprint import fingerprint
from agent.system.paths import Home

_LONGEST_SECONDS = 60

_known: dict[tuple[Path, Path], Mapping[str, Any]] = {}
"""Manifests by home and folder; one holds as long as the code does whose fingerprints stand in it."""

_asking: dict[tuple[Path, Path], threading.Lock] = {}
"""Clock, queue and window ask for the same at a start: one worker answers them all."""


def describe(home: Home, folder: Path) -> Mapping[str, Any]:
    """Return an automation's manifest; a worker is asked unless its code and its sites' are still the same.

    A worker takes a third of a second, and somebody who clicked on Run now waits for it. Raises UnknownSite,
    BrokenAutomation and what else a worker finds wrong; Defect where it doesn't answer.
    """
    place = home.root, folder
    with _asking.setdefault(place, threading.Lock()):
        known = _known.get(place)
        if known is None or known["versions"] != _versions_now(home, folder, known):
            known = _known[place] = _ask(home, folder)
        return known


def _versions_now(home: Home, folder: Path, known: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the fingerprints as a worker would take them now; None if a site's folder is gone."""
    folders = site_folders(home)
    sites = known["versions"]["sites"]
    if not folders.keys() >= sites.keys():
        return None
    try:
        return {
            "automation": fingerprint(folder),
            "sites": {name: fingerprint(folders[name]) for name in sites},
        }
    except OSError:  # a file that an editor is just replacing: the worker says what is wrong with it
        return None


def _ask(home: Home, folder: Path) -> Mapping[str, Any]:
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "agent.worker", "describe", str(folder)],
            env={**os.environ, "PREDAWN_HOME": str(home.root)},
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=_LONGEST_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:  # an author's endless loop must not stop the host
        raise Defect(kind="TimeoutExpired", file=str(folder), line=0) from error
    try:
        value: Mapping[str, Any] = json.loads(done.stdout)
    except ValueError as error:
        raise Defect(kind="describe", file=str(folder), line=0) from error
    if "failure" in value:
        raise Failure.from_json(value["failure"])
    return value
