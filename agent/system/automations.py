"""Where automations and sites are found: those that ship with Predawn, and the home's own."""

from __future__ import annotations

import tomllib
from pathlib import Path

from agent.core.failures import BrokenBook, UnknownAutomation, UnknownSite
from agent.system.paths import Home

_SHIPPED = Path(__file__).resolve().parents[2] / "automations"
_SITES = "sites"


def automation_name(folder: Path) -> str:
    """Return the name of the automation in a folder: ``clinic_morning_sync`` → ``clinic-morning-sync``."""
    return folder.name.replace("_", "-")


def automation_folders(home: Home) -> dict[str, Path]:
    """Return every automation by name; one of the home's own hides a shipped one of the same name."""
    found: dict[str, Path] = {}
    for root in (_SHIPPED, home.automations):
        for file in sorted(root.glob("*/automation.py")):
            found[automation_name(file.parent)] = file.parent
    return found


def find_automation(home: Home, name: str) -> Path:
    """Return the folder of an automation by its name or its folder's; raises UnknownAutomation."""
    known = automation_folders(home)
    wanted = name.replace("_", "-")
    if wanted not in known:
        raise UnknownAutomation(name=name, known=", ".join(known))
    return known[wanted]


def site_folders(home: Home) -> dict[str, Path]:
    """Return the folder of every site's book by name; the home's own hide shipped ones."""
    found: dict[str, Path] = {}
    for root in (_SHIPPED, home.automations):
        for file in sorted((root / _SITES).glob("*/site.toml")):
            found[file.parent.name] = file.parent
    return found


def book_url(folder: Path) -> str:
    """Return the address that a site's book names; raises BrokenBook."""
    file = folder / "site.toml"
    try:
        return str(tomllib.loads(file.read_text(encoding="utf-8"))["url"])
    except (OSError, ValueError, KeyError) as error:
        raise BrokenBook(file=str(file), line=1, key="url", problem=str(error)) from error


def find_site(home: Home, name: str) -> Path:
    """Return the folder of a site's book; raises UnknownSite."""
    known = site_folders(home)
    if name not in known:
        raise UnknownSite(name=name, known=", ".join(known))
    return known[name]
