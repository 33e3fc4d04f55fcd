"""The house rules hold, and each contract that guards them notices a violation.

That the tree as it is keeps every contract is the lint stage's business (`lint-imports`).
"""

import ast
import json
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("agent", "automations", "resources", "ui")
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
CONTRACTS = {contract["id"]: contract["name"] for contract in SETTINGS}
# For each contract: where one forbidden import is planted (a folder, or a file's end), and which.
# It must break no other contract.
VIOLATIONS = {
    "floors": ("agent/core", "agent.system"),
    "roof": ("agent/core", "ui"),
    "resources": ("agent/system", "resources.i18n"),
    "left-wing": ("agent/host", "agent.reports"),
    "right-wing": ("agent/browser", "celery"),
    "front-door": ("automations", "agent.core"),
    "practice": ("resources/practice", "agent.core"),
    "library-peewee": ("agent/reports", "peewee"),
    "library-playwright": ("agent/reports", "playwright.sync_api"),
    "library-apscheduler": ("agent/cli", "apscheduler"),
    "library-holidays": ("agent/store", "holidays"),
    "library-keyring": ("agent/store", "keyring"),
    "library-cryptography": ("agent/reports", "cryptography"),
    "library-reports": ("agent/browser", "openpyxl"),
    "library-system": ("agent/store", "psutil"),
    "library-apprise": ("agent/host", "apprise"),
    "library-wakepy": ("agent/host", "wakepy"),
    "library-bus": ("agent/host", "jeepney"),
    "library-tomlkit": ("agent/store", "tomlkit"),
    "library-starlette": ("agent/store", "starlette"),
    "library-fastapi": ("agent/cli", "pydantic"),
    "library-passwords": ("ui/panel/server", "segno"),
    "library-httpx": ("agent/sync", "httpx"),
    "panel": ("ui/panel/server", "agent.core"),
    "wire": ("agent/sync/wire.py", "agent.core"),
    "library-click": ("agent/store", "click"),
    "library-qt": ("agent/faces", "PySide6"),
    "library-pyotp": ("agent/worker", "pyotp"),
}
LEFT_WING = ("cli", "faces", "host", "sync")
RIGHT_WING = ("browser", "reports", "sdk", "worker")
SHARED = ("core", "store", "system")
ROOMS = (*LEFT_WING, *RIGHT_WING, *SHARED)
NEVER_LEFT = ("agent.browser", "agent.reports", "agent.sdk", "agent.worker", "automations", "playwright")
NEVER_RIGHT = (
    "agent.cli",
    "agent.faces",
    "agent.host",
    "agent.sync",
    "ui",
    "PySide6",
    "apscheduler",
    "celery",
    "fastapi",
)
LOAD_ROOM = """
import importlib, json, pathlib, sys
room = sys.argv[1]
for file in sorted(pathlib.Path(importlib.import_module(room).__path__[0]).rglob("*.py")):
    parts = file.relative_to(importlib.import_module(room).__path__[0]).with_suffix("").parts
    if parts[-1] != "__init__" and not parts[-1][0].isdigit():
        importlib.import_module(".".join((room, *parts)))
print(json.dumps(sorted(sys.modules)))
"""


@pytest.fixture(scope="module")
def copied_tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tree's Python files and settings, to plant violations in."""
    copy = tmp_path_factory.mktemp("house")
    shutil.copy(ROOT / "pyproject.toml", copy)
    for package in PACKAGES:
        for source in (ROOT / package).rglob("*.py"):
            target = copy / source.relative_to(ROOT)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, target)
    return copy


def broken_contracts(tree: Path) -> set[str]:
    """Ids of the contracts that import-linter finds broken in the tree."""
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()"]
    # Python's own `-c` puts the tree first on the path, before the checkout that is installed.
    answer = subprocess.run(
        command, cwd=tree, capture_output=True, text=True, check=False, env={**os.environ, "NO_COLOR": "1"}
    )
    lines = [line.strip() for line in answer.stdout.splitlines()]
    broken = tuple(line.partition(" BROKEN")[0] for line in lines if " BROKEN" in line)
    found = {contract for contract, name in CONTRACTS.items() if name in broken}
    assert answer.returncode in (0, 1), answer.stdout + answer.stderr
    assert f"Contracts: {len(CONTRACTS) - len(found)} kept, {len(found)} broken." in lines, answer.stdout
    return found


def test_every_contract_has_a_planted_violation() -> None:
    assert set(CONTRACTS) <= set(VIOLATIONS)


def test_a_library_that_has_moved_in_has_its_contract() -> None:
    """import-linter refuses a contract about a library that nothing imports: each comes with its library."""
    protected = {name for settings in SETTINGS for name in settings.get("protected_modules", ())}
    imported = {
        name.partition(".")[0]
        for package in PACKAGES
        for source in (ROOT / package).rglob("*.py")
        for name in imported_modules(source.read_text())
    }
    assert imported - sys.stdlib_module_names - set(PACKAGES) == protected


@pytest.mark.parametrize("contract", CONTRACTS)
def test_a_violation_breaks_exactly_its_contract(contract: str, copied_tree: Path) -> None:
    folder, imported = VIOLATIONS[contract]
    place = copied_tree / folder
    planted = place if place.suffix else place / "planted.py"
    before = planted.read_text() if planted.exists() else None
    planted.write_text(f"{before or ''}\nimport {imported}\n")
    try:
        assert broken_contracts(copied_tree) == {contract}
    finally:
        if before is None:
            planted.unlink()
        else:
            planted.write_text(before)


def modules_loaded_by(room: str, folder: Path) -> list[str]:
    """Everything a fresh process holds after it has loaded each module of the room."""
    command = [sys.executable, "-P", "-W", "error", "-c", LOAD_ROOM, f"agent.{room}"]
    answer = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stderr
    loaded: list[str] = json.loads(answer.stdout)
    return loaded


def among(loaded: list[str], forbidden: tuple[str, ...]) -> list[str]:
    return [name for name in loaded if any(f"{name}.".startswith(f"{banned}.") for banned in forbidden)]


def test_every_room_belongs_to_a_wing() -> None:
    """A room that is new must say here which wing it is in, and in the contracts."""
    assert {folder.parent.name for folder in (ROOT / "agent").glob("*/__init__.py")} == set(ROOMS)


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_loads_nothing_of_the_other_wing(room: str, tmp_path: Path) -> None:
    forbidden = {
        **dict.fromkeys(LEFT_WING, NEVER_LEFT),
        **dict.fromkeys(RIGHT_WING, NEVER_RIGHT),
        **dict.fromkeys(SHARED, NEVER_LEFT + NEVER_RIGHT),
    }
    assert among(modules_loaded_by(room, tmp_path), forbidden[room]) == []


def test_the_front_door_opens_without_playwright(tmp_path: Path) -> None:
    command = [sys.executable, "-P", "-c", "import sys, agent.sdk; print('playwright' in sys.modules)"]
    assert subprocess.check_output(command, cwd=tmp_path, text=True).strip() == "False"


def imported_modules(source: str) -> Iterator[str]:
    """Absolute names a source file imports, wherever in the file; relative imports stay in their folder."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield node.module or ""


def strangers(folder: Path, friends: tuple[str, ...]) -> list[str]:
    """Imports in the folder of anything but the standard library and friends."""
    return [
        f"{source.relative_to(folder)}: {name}"
        for source in sorted(folder.rglob("*.py"))
        for name in imported_modules(source.read_text())
        if name.partition(".")[0] not in sys.stdlib_module_names
        and not any(f"{name}.".startswith(f"{friend}.") for friend in friends)
    ]


def imports_that_load(source: str) -> set[str]:
    """Absolute names the file imports when it runs: not those it needs for annotations only."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            node.body = [ast.Pass()]
    return set(imported_modules(ast.unparse(tree)))


def test_only_the_browser_room_loads_playwright() -> None:
    """Others may name its types; the contract leaves those imports to this test."""
    rooms = [file for file in (ROOT / "agent").rglob("*.py") if "browser" not in file.parts]
    assert [file for file in rooms if among(list(imports_that_load(file.read_text())), ("playwright",))] == []


def test_an_import_for_annotations_loads_nothing() -> None:
    source = "import os\nif TYPE_CHECKING:\n    from playwright.sync_api import Page\n"
    assert imports_that_load(source) == {"os"}
    assert imports_that_load(source + "import playwright.sync_api\n") == {"os", "playwright.sync_api"}
    assert imports_that_load("def late():\n    import playwright\n") == {"playwright"}


def test_core_is_made_of_the_standard_library_only() -> None:
    assert strangers(ROOT / "agent" / "core", ("agent.core",)) == []


def test_automations_import_the_front_door_sites_and_the_standard_library_only() -> None:
    assert strangers(ROOT / "automations", ("agent.sdk", "automations")) == []


def test_a_stranger_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "rules.py").write_text("import json\n\ndef late():\n    from attrs import define\n")
    assert strangers(tmp_path, ("agent.core",)) == ["rules.py: attrs"]


def test_package_files_stay_empty() -> None:
    """import-linter does not follow what an `__init__` brings along; the front door is the one exception."""
    packages = [file for package in PACKAGES for file in (ROOT / package).rglob("__init__.py")]
    full = {str(file.relative_to(ROOT)) for file in packages if file.read_text().strip()}
    assert full <= {"agent/sdk/__init__.py"}


def test_no_file_is_named_after_nothing() -> None:
    named = {"utils", "helpers", "common", "manager"}
    folders = (*PACKAGES, "installer", "tests")
    assert [file for folder in folders for file in (ROOT / folder).rglob("*.py") if file.stem in named] == []
