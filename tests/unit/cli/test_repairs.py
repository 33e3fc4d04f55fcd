"""``sites repairs``: what is found another way than its book says, the diff for its author, taking back."""

import tomllib
from pathlib import Path

import pytest

from agent.cli.repair_verbs import book_diff
from agent.core.repair import entry_hash
from agent.store import elements
from agent.system.paths import Home
from tests.store.ground import SOMEBODY
from tests.unit.cli.conftest import Predawn, value_of

BOOK = """title = "Desk"
url = "http://127.0.0.1:9"
signed_in = "menu"

[elements]
menu = { css = "#menu" }
save = { role = "button", name = "Save", kind = "commit" }  # the one that saves
day = { label = "Day", kind = "fill", format = "%d/%m/%Y", also = [
    { css = "#day" },
] }
[elements.list]
css = "#list"
"""


@pytest.fixture
def desk(stored: Home) -> Path:
    folder = stored.automations / "sites" / "desk"
    folder.mkdir(parents=True)
    (folder / "site.toml").write_text(BOOK)
    return folder


def base(element: str) -> str:
    return entry_hash(tomllib.loads(BOOK)["elements"][element])


def accept(element: str, kind: str, **locator: str) -> None:
    proposed = {"element": element, "kind": kind, "base": base(element), "locator": locator}
    elements.accept("desk", proposed, SOMEBODY, run="r")


def test_repairs_are_listed_with_how_they_stand(desk: Path, command: Predawn) -> None:
    accept("save", "commit", css="#save2")
    accept("save", "commit", css="#save3")
    found = value_of(command("sites", "repairs", "desk", "--json"))
    assert [(each["id"], each["state"]) for each in found] == [(2, "in_force"), (1, "replaced")]
    assert '{ css = "#save3" }' in command("sites", "repairs").stdout
    (desk / "site.toml").write_text(BOOK.replace('name = "Save"', 'name = "Store"'))
    assert value_of(command("sites", "repairs", "--json"))[0]["state"] == "book_changed"
    assert command("sites", "repairs", "--diff").stdout == ""


def test_a_home_without_repairs_says_so(stored: Home, command: Predawn) -> None:
    assert "as the books say" in command("sites", "repairs").stdout
    assert command("sites", "repairs", "nowhere").exit_code == 2


def test_the_diff_applied_to_the_book_is_what_the_repairs_say(desk: Path) -> None:
    accept("save", "commit", css="#save2", frame="main")
    accept("day", "fill", label='Visit "day"')
    accept("list", "read", css="#rows")
    found = elements.all_repairs("desk")
    lines = book_diff(desk / "site.toml", found).splitlines()
    assert lines[:2] == ["--- a/desk/site.toml", "+++ b/desk/site.toml"]
    added = [line[1:] for line in lines[2:] if line.startswith("+")]
    entries = tomllib.loads("\n".join(added))
    assert entries == {
        "save": {"css": "#save2", "frame": "main", "kind": "commit"},
        "day": {"label": 'Visit "day"', "kind": "fill", "format": "%d/%m/%Y"},
        "list": {"css": "#rows"},
    }
    removed = "\n".join(line[1:] for line in lines[2:] if line.startswith("-"))
    assert "the one that saves" in removed
    assert 'menu = { css = "#menu" }' not in removed


def test_one_is_taken_back(desk: Path, command: Predawn) -> None:
    accept("save", "commit", css="#save2")
    assert command("sites", "repairs", "--forget", "1").exit_code == 0
    assert elements.repairs("desk") == []
    assert command("sites", "repairs", "--forget", "1").exit_code == 2
