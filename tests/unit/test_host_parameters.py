"""What offices have set of an automation: taken within its declaration, named where it is not."""

import json
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner

from agent.cli.check_verbs import check
from agent.core.failures import BrokenSettings
from agent.host import parameters
from agent.host.describing import describe
from agent.system.paths import Home
from agent.system.settings import load_settings
from tests.unit.test_host_describing import BOOK

CODE = """
from decimal import Decimal
from agent.sdk import Automation, Download, Parameter, Run, Session

tick = Automation(
    "tick", title="Tick", schedule="05:00 mon-fri", deadline="08:00",
    parameters=[
        Parameter("least_amount", Decimal("5.00"), "Claims below it are left out.", least=Decimal(0)),
        Parameter("ward", "north", "Whose claims.", choices=["north", "south"]),
    ],
)

@tick.download("desk")
def report(site: Session, run: Run) -> Download: ...
"""
TWO = '[offices.main]\nzone = "UTC"\n[offices.north]\nzone = "UTC"\n[offices.north.parameters.tick]\n'


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path)
    for folder, file, text in (
        ("tick", "automation.py", CODE),
        ("sites/desk", "site.toml", BOOK.format(url="https://desk.example")),
    ):
        place = made.automations / folder
        place.mkdir(parents=True)
        (place / file).write_text(text)
    return made


def of(home: Home, office: str) -> dict[str, object]:
    manifest = describe(home, home.automations / "tick")
    return dict(parameters.of_office(home, load_settings(home).offices[office], manifest))


def test_an_office_has_its_own_values_and_the_others_the_usual_ones(home: Home) -> None:
    home.settings.write_text(TWO + 'least_amount = "12.50"\n')
    assert of(home, "main") == {"least_amount": Decimal("5.00"), "ward": "north"}
    assert of(home, "north") == {"least_amount": Decimal("12.50"), "ward": "north"}


@pytest.mark.parametrize(
    ("line", "key", "problem"),
    [
        ('least_amount = "-1"', "least_amount", "takes an amount in quotes from 0"),
        ('ward = "east"', "ward", "takes one of north, south"),
        ("most = 5", "most", "has no parameter most; least_amount, ward"),
        ("least_amount = 12.5", "least_amount", "an amount is in quotes"),
    ],
)
def test_a_wrong_one_is_named_with_its_line(home: Home, line: str, key: str, problem: str) -> None:
    home.settings.write_text(f"{TWO}{line}\n")
    with pytest.raises(BrokenSettings) as refused:
        of(home, "north")
    told = refused.value.params
    assert (told["line"], told["key"]) == (6, f"offices.north.parameters.tick.{key}")
    assert problem in str(told["problem"])


def test_check_names_it(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREDAWN_HOME", str(home.root))
    home.settings.write_text(TWO + 'ward = "south"\n')
    fine = CliRunner().invoke(check, ["tick", "--json"], standalone_mode=False)
    assert json.loads(fine.stdout) == [{"automation": "tick", "problems": []}]
    home.settings.write_text(TWO + 'ward = "east"\n')
    told = CliRunner().invoke(check, ["tick", "--json"], standalone_mode=False)
    (problem,) = json.loads(told.stdout)[0]["problems"]
    assert (problem["code"], problem["params"]["key"]) == (
        "broken_settings",
        "offices.north.parameters.tick.ward",
    )
    assert told.return_value == 2


def test_two_of_one_name_are_the_authors_mistake(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREDAWN_HOME", str(home.root))
    file = home.automations / "tick" / "automation.py"
    file.write_text(CODE.replace('Parameter("ward"', 'Parameter("least_amount"'))
    told = CliRunner().invoke(check, ["tick", "--json"], standalone_mode=False)
    (problem,) = json.loads(told.stdout)[0]["problems"]
    assert "two parameters have one name" in problem["params"]["problem"]
