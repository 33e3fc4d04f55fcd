"""Loading an author's code from a folder, without putting that folder on the path."""

from __future__ import annotations

import hashlib
import importlib.util
import sys
import traceback
from pathlib import Path
from types import ModuleType

from agent.core.failures import BrokenAutomation, Defect, Failure
from agent.sdk import Automation
from agent.system.automations import automation_name


def load_automation(folder: Path) -> Automation:
    """Return the automation that ``automation.py`` of a folder declares; raises BrokenAutomation."""
    file = folder / "automation.py"
    module = _load(file)
    found = [value for value in vars(module).values() if isinstance(value, Automation)]
    if len(found) != 1:
        problem = f"declares {len(found)} automations; it must be exactly one"
        raise BrokenAutomation(file=str(file), line=1, problem=problem)
    if found[0].name != automation_name(folder):
        problem = f"is named “{found[0].name}”, but its folder wants “{automation_name(folder)}”"
        raise BrokenAutomation(file=str(file), line=found[0].line, problem=problem)
    if not found[0].tasks:
        raise BrokenAutomation(file=str(file), line=found[0].line, problem="has no tasks")
    return found[0]


def load_steps(site_folder: Path) -> ModuleType | None:
    """Return the module ``site.py`` of a site's folder, or None where there is none."""
    file = site_folder / "site.py"
    return _load(file) if file.is_file() else None


def _load(file: Path) -> ModuleType:
    name = f"predawn_author_{file.parent.name}_{hashlib.sha256(str(file).encode()).hexdigest()[:8]}"
    # A package of its own, so that relative imports of siblings work and no foreign name is shadowed.
    spec = importlib.util.spec_from_file_location(name, file, submodule_search_locations=[str(file.parent)])
    if spec is None or spec.loader is None:
        raise BrokenAutomation(file=str(file), line=1, problem="cannot be read")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except Failure:
        raise
    except Exception as error:
        line = _line_in(file.parent, error)[1] or getattr(error, "lineno", 0) or 0
        problem = f"{type(error).__name__}: {error}"
        raise BrokenAutomation(file=str(file), line=line, problem=problem) from error
    return module


def defect(folder: Path, error: BaseException) -> Defect:
    """Return an author's error as a failure: its kind and the last place in the author's own code."""
    file, line = _line_in(folder, error)
    return Defect(kind=type(error).__name__, file=file, line=line)


def _line_in(folder: Path, error: BaseException) -> tuple[str, int]:
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if Path(frame.filename).is_relative_to(folder):
            return Path(frame.filename).name, frame.lineno or 0
    return "", 0
