"""The evening before: one sign-in within the account's tries, and a look at the pages that the book names."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.core.failures import ElementMissing, Failure, SignInRefused
from agent.host import visiting
from agent.host.preflight import Grade, examine
from agent.store import accounts
from agent.store.database import close_store
from agent.store.fields import utc_now
from agent.system.seal import master_key
from agent.system.settings import load_settings
from agent.system.vault import open_vault
from resources.practice.server import Practice
from tests.morning import SHIPPED, Morning


@pytest.fixture
def evening(tmp_path: Path, practice: Practice) -> Iterator[Morning]:
    """A home whose settings allow both sites to be visited."""
    found = Morning(tmp_path / "home", practice)
    words = found.home.settings.read_text()
    found.home.settings.write_text(words.replace("]\nurl", "]\nvisit = true\nurl"))
    master_key(open_vault(found.home), make=True)
    found.open()
    yield found
    close_store()


def visited(evening: Morning, site: str) -> list[Failure] | None:
    account = accounts.find("main", site)
    assert account is not None
    return visiting.visit(evening.home, load_settings(evening.home), account)


def test_a_site_as_its_book_says_is_found_good_and_keeps_its_session(evening: Morning) -> None:
    found = [one for one in examine(evening.home, utc_now(), visit=True) if one.check == "visit"]
    assert [(one.grade, one.code) for one in found] == [(Grade.GOOD, "site_visited")] * 2
    assert [account.tries for account in accounts.stored()] == [0, 0]
    assert all(account.session is not None for account in accounts.stored())
    assert evening.delivered().total() == 0


def test_an_element_that_is_gone_is_told_by_its_name(evening: Morning) -> None:
    book = evening.home.automations / "sites" / "claimport"
    book.mkdir(parents=True)
    shipped = (SHIPPED / "sites" / "claimport" / "site.toml").read_text()
    (book / "site.toml").write_text(shipped.replace('label = "Claim number"', 'label = "Claim ID"'))
    (wrong,) = visited(evening, "claimport") or []
    assert (type(wrong), wrong.params) == (ElementMissing, {"site": "claimport", "element": "claim_no"})


def test_a_wrong_password_costs_one_try_and_never_more_than_there_are(evening: Morning) -> None:
    evening.set_password("claimport", "north-robot", "old")
    (wrong,) = visited(evening, "claimport") or []
    assert isinstance(wrong, SignInRefused)
    assert [account.tries for account in accounts.stored() if account.site == "claimport"] == [1]
    found = [
        one for one in examine(evening.home, utc_now(), visit=True) if one.params.get("site") == "claimport"
    ]
    assert "sign_in_refused" in {one.code for one in found}
    codes = {
        one.code for one in examine(evening.home, utc_now(), visit=True) if one.check in {"visit", "password"}
    }
    assert "account_locked" in codes  # the third look tries nothing any more
    assert [account.tries for account in accounts.stored() if account.site == "claimport"] == [2]
