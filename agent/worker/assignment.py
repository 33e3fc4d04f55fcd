"""What a worker is told: one task of one run, and only the secrets that this task needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from agent.browser.signing_in import Account
from agent.core.calendar import Period
from agent.sdk.run import Run
from agent.store.lease import Lease
from agent.system.seal import Key


@dataclass(frozen=True)
class Assignment:
    """One line of JSON on the worker's standard input, as values."""

    home: Path
    folder: Path
    site_folders: Mapping[str, Path]
    site_urls: Mapping[str, str]
    lease: Lease
    task: str
    run: Run
    options: Mapping[str, Any]
    versions: Mapping[str, Any]
    build: str
    browser: Mapping[str, Any] | None
    account: Account | None
    data_key: Key
    index_key: Key
    session_key: Key
    epoch: int


def from_json(value: Mapping[str, Any]) -> Assignment:
    """Read an assignment; a missing name is a defect of ours and raises KeyError."""
    run = value["run"]
    first, last = (date.fromisoformat(day) for day in run["period"])
    account = value["account"]
    return Assignment(
        home=Path(value["home"]),
        folder=Path(value["folder"]),
        site_folders={name: Path(folder) for name, folder in value["site_folders"].items()},
        site_urls=value["site_urls"],
        lease=Lease(**value["lease"]),
        task=value["task"],
        run=Run(
            id=run["id"],
            automation=run["automation"],
            office=run["office"],
            zone=run["zone"],
            business_date=date.fromisoformat(run["business_date"]),
            period=Period(first, last),
        ),
        options=value["options"],
        versions=value["versions"],
        build=value["build"],
        browser=value["browser"],
        account=Account(**account) if account else None,
        data_key=Key.from_text(value["data_key"]),
        index_key=Key.from_text(value["index_key"]),
        session_key=Key.from_text(value["session_key"]),
        epoch=value["epoch"],
    )
