"""``predawn sites``: who signs in where; a password goes to the vault and nowhere else."""

import json

import pytest

from agent.store import accounts
from agent.store.database import close_store
from agent.system.paths import Home
from agent.system.vault import Passwords, open_vault

from .conftest import Predawn, commands_given, value_of

SECRET = "correct-horse-battery"
SET = ("sites", "set", "claimport", "--account", "robot", "--from-stdin")


def test_the_first_password_makes_the_home_and_is_kept_in_the_vault(
    demo_home: Home, command: Predawn
) -> None:
    result = command(*SET, input=f"{SECRET}\n")
    assert result.exit_code == 0
    assert Passwords(open_vault(demo_home)).get("main", "claimport", "robot").value == SECRET
    (found,) = [site for site in value_of(command("sites", "--json")) if site["name"] == "claimport"]
    assert (found["account"], found["password_version"], found["locked"]) == ("robot", 1, False)


def test_a_password_is_seen_nowhere_but_in_the_vault(demo_home: Home, command: Predawn) -> None:
    result = command(*SET, input=f"{SECRET}\n")
    close_store()
    assert SECRET not in result.stdout + result.stderr
    holding = {
        path.name
        for path in demo_home.root.rglob("*")
        if path.is_file() and SECRET.encode() in path.read_bytes()
    }
    assert holding == {demo_home.vault_file.name}


def test_a_new_password_begins_the_count_of_tries_anew(stored: Home, command: Predawn) -> None:
    command(*SET, input="first\n")
    accounts.AccountRow.update(tries=2).execute()
    assert "no further try" in command("sites").stdout
    command("sites", "set", "claimport", "--from-stdin", input="second\n")  # the account is known by now
    account = accounts.find("main", "claimport")
    assert account is not None
    assert (account.name, account.tries, account.password_version) == ("robot", 0, 2)


def test_a_password_can_be_typed_twice_at_a_prompt(stored: Home, command: Predawn) -> None:
    result = command("sites", "set", "claimport", "--account", "robot", input=f"{SECRET}\n{SECRET}\n")
    assert result.exit_code == 0
    assert SECRET not in result.stdout + result.stderr


@pytest.mark.parametrize("given", ["", "\n"])
def test_an_empty_password_is_refused(stored: Home, command: Predawn, given: str) -> None:
    assert command(*SET, input=given).exit_code == 2
    assert accounts.find("main", "claimport") is None


def test_without_an_account_standard_input_is_not_read(stored: Home, command: Predawn) -> None:
    result = command("sites", "set", "claimport", "--from-stdin", input=f"{SECRET}\n")
    assert result.exit_code == 2
    assert "--account" in result.stderr


def test_settings_name_address_and_account(stored: Home, command: Predawn) -> None:
    stored.settings.write_text('[sites.claimport]\nurl = "https://claims.example"\naccount = "robot"\n')
    (found,) = [site for site in value_of(command("sites", "--json")) if site["name"] == "claimport"]
    assert (found["url"], found["account"], found["title"]) == (
        "https://claims.example",
        "robot",
        "ClaimPort",
    )
    assert command("sites", "set", "claimport", "--from-stdin", input="x\n").exit_code == 0


def test_with_several_offices_one_must_be_named(stored: Home, command: Predawn) -> None:
    stored.settings.write_text('[offices.north]\nzone = "UTC"\n[offices.south]\nzone = "UTC"\n')
    assert command(*SET, input="x\n").exit_code == 2
    assert command(*SET, "--office", "south", input="x\n").exit_code == 0
    assert accounts.find("south", "claimport") is not None
    assert "Office" in command("sites").stdout


def test_a_book_that_cannot_be_read_is_still_listed(stored: Home, command: Predawn) -> None:
    book = stored.automations / "sites" / "odd" / "site.toml"
    book.parent.mkdir(parents=True)
    book.write_text("title = ")
    assert "cannot be read" in command("sites").stdout
    assert json.loads(command("sites", "--json").stdout)


def test_a_sign_in_that_cannot_be_tried_says_why(stored: Home, command: Predawn) -> None:
    """Without a host this command is one; the wish is a row like the window's, and stands in the log."""
    unknown = command("sites", "test", "nowhere")
    assert (unknown.exit_code, commands_given()) == (2, 0)
    missing = command("sites", "test", "claimport")
    assert missing.exit_code == 4, missing.stderr
    assert "sites set" in missing.stderr
    assert commands_given() == 1
    assert [entry["verb"] for entry in value_of(command("audit", "list", "--json"))] == ["test_sign_in"]
    assert command("audit", "verify").exit_code == 0
