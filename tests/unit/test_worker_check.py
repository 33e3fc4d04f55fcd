"""`predawn check`: everything that can be known of an automation and its sites without opening one."""

from pathlib import Path
from typing import Any

import pytest

from agent.core.failures import BrokenAutomation, BrokenBook, Failure, UnknownElement, UnknownSite
from agent.worker.check import problems
from agent.worker.describe import manifest
from agent.worker.loading import defect, load_automation

BOOK = """\
title = "Desk"
url = "http://127.0.0.1:1"
signed_in = "menu"

[elements]
user = { label = "User name", kind = "fill" }
password = { label = "Password", kind = "fill" }
sign_in = { role = "button", name = "Sign in" }
menu = { css = "#menu" }
open_report = { role = "link", name = "Report" }
from = { label = "From", kind = "fill" }
export = { role = "button", name = "Export" }
claim_no = { label = "Claim number", kind = "fill" }
save = { role = "button", name = "Save claim", kind = "commit" }
confirmation = { css = "#number" }
next = { role = "link", name = "Next" }
"""
CODE = """\
from agent.sdk import Automation, Batch, Destination, Download, Found, Record, Run, Session, text

clinic = Automation("clinic", title="Clinic", schedule="05:00 mon-fri", deadline="08:00")


class Claim(Record, key="claim_no"):
    claim_no: str = text()


@clinic.download("desk")
def billing(site: Session, run: Run) -> Download:
    with site.popup("open_report") as report:
        report.fill({"from": run.period.first})
        return report.download("export")


@clinic.process
def claims(billing: Download) -> Batch[Claim]:
    batch = Batch(Claim)
    for row in billing.rows(Claim):
        batch.add(Claim.of(row))
    return batch


@clinic.upload("desk", of=claims)
class Desk(Destination[Claim]):
    def submit(self, site: Session, claim: Claim) -> str | None:
        site.fill({"claim_no": claim.claim_no})
        site.commit("save")
        return site["confirmation"].inner_text()

    def look_up(self, site: Session, claim: Claim) -> list[Found[Claim]]:
        return shown_on(site)


def shown_on(page: Session) -> list[Found[Claim]]:
    page.follow("next")
    return []
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An automation and its site's book, both as they should be."""
    (tmp_path / "sites" / "desk").mkdir(parents=True)
    (tmp_path / "sites" / "desk" / "site.toml").write_text(BOOK)
    (tmp_path / "clinic").mkdir()
    (tmp_path / "clinic" / "automation.py").write_text(CODE)
    return tmp_path


def check(folder: Path) -> list[Failure]:
    """Check the automation."""
    return problems(folder / "clinic", {"desk": folder / "sites" / "desk"})


def write(folder: Path, old: str, new: str) -> int:
    """Change the automation's code; returns the line that was changed."""
    assert CODE.count(old) == 1
    (folder / "clinic" / "automation.py").write_text(CODE.replace(old, new))
    return CODE[: CODE.index(old)].count("\n") + 1


def rewrite(folder: Path, old: str, new: str) -> int:
    """Change the site's book; returns the line that was changed."""
    assert BOOK.count(old) == 1
    (folder / "sites" / "desk" / "site.toml").write_text(BOOK.replace(old, new))
    return BOOK[: BOOK.index(old)].count("\n") + 1


def only(failures: list[Failure], kind: type[Failure]) -> dict[str, object]:
    """The parameters of the one problem there is."""
    assert [type(failure) for failure in failures] == [kind]
    return dict(failures[0].params)


def test_what_is_right_has_no_problem(folder: Path) -> None:
    assert check(folder) == []


@pytest.mark.parametrize(
    ("old", "new", "nearest"),
    [
        ('site["confirmation"]', 'site["confirmaton"]', "confirmation"),
        ('{"claim_no": claim', '{"clam_no": claim', "claim_no"),
        ('site.commit("save")', 'site.commit("sav")', "save"),
        ('site.popup("open_report")', 'site.popup("open_reprt")', "open_report"),
        ('report.download("export")', 'report.download("exprot")', "export"),
        ('report.fill({"from"', 'report.fill({"form"', "from"),
        ('page.follow("next")', 'page.follow("nxet")', "next"),
    ],
)
def test_a_misspelt_element_is_told_with_its_line_and_the_nearest_name(
    folder: Path, old: str, new: str, nearest: str
) -> None:
    """In a subscript, fill, commit, pop-up, download or a function that tasks share."""
    line = write(folder, old, new)
    told = only(check(folder), UnknownElement)
    assert told["nearest"] == nearest
    assert told["file"] == str(folder / "clinic" / "automation.py")
    assert told["line"] == line
    assert told["site"] == "desk"


def test_an_element_that_looks_like_none_has_no_nearest_name(folder: Path) -> None:
    write(folder, 'site["confirmation"]', 'site["xyzzy"]')
    assert only(check(folder), UnknownElement)["nearest"] == ""


def test_several_mistakes_are_told_at_once_and_a_shared_one_once(folder: Path) -> None:
    code = CODE.replace('"export"', '"exprot"').replace('"confirmation"', '"confirmaton"')
    code = code.replace('page.follow("next")', 'page.follow("nxet")')
    code = code.replace("return report.download", "shown_on(site)\n        return report.download")
    (folder / "clinic" / "automation.py").write_text(code)
    assert sorted(str(each.params["element"]) for each in check(folder)) == ["confirmaton", "exprot", "nxet"]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('site["confirmation"]', 'site["save"]', "takes effect"),
        ('site.commit("save")', 'site.commit("claim_no")', "not of kind commit"),
        ('{"claim_no": claim', '{"confirmation": claim', "not of kind fill"),
    ],
)
def test_an_element_used_against_its_kind_is_told_with_its_line(
    folder: Path, old: str, new: str, words: str
) -> None:
    line = write(folder, old, new)
    told = [each for each in check(folder) if words in str(each.params["problem"])]
    assert [each.params["line"] for each in told] == [line]


def test_a_commit_in_a_function_that_submit_calls_is_seen(folder: Path) -> None:
    write(folder, 'site.commit("save")', "press(site)")
    file = folder / "clinic" / "automation.py"
    file.write_text(file.read_text() + '\n\ndef press(site: Session) -> None:\n    site.commit("save")\n')
    assert check(folder) == []


def test_a_submit_that_never_commits_is_told(folder: Path) -> None:
    write(folder, '        site.commit("save")\n', "")
    assert "never says site.commit" in str(only(check(folder), BrokenAutomation)["problem"])


def test_a_site_where_nothing_can_be_saved_is_no_destination(folder: Path) -> None:
    rewrite(folder, ', kind = "commit"', "")
    told = [str(each.params["problem"]) for each in check(folder) if "line" in each.params]
    assert any("no element of kind commit" in problem for problem in told)


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ('signed_in = "menu"', 'signed_in = "menue"', "signed_in"),
        ('export = { role = "button"', 'export = { rloe = "button"', "elements.export.rloe"),
        ('menu = { css = "#menu" }', 'menu = { css = "#menu", role = "link" }', "elements.menu"),
        (
            'confirmation = { css = "#number" }',
            'confirmation = { css = "#number", kind = "click" }',
            "elements.confirmation",
        ),
        ('title = "Desk"', 'titel = "Desk"', "titel"),
        ('title = "Desk"', 'title = "Desk', ""),
    ],
)
def test_a_broken_book_is_told_with_file_line_and_key(folder: Path, old: str, new: str, key: str) -> None:
    line = rewrite(folder, old, new)
    told = only(check(folder), BrokenBook)
    assert (told["file"], told["line"], told["key"]) == (
        str(folder / "sites" / "desk" / "site.toml"),
        line,
        key,
    )


@pytest.mark.parametrize("element", ["user", "password", "sign_in"])
def test_a_book_without_the_elements_to_sign_in_needs_steps(folder: Path, element: str) -> None:
    book = "".join(line for line in BOOK.splitlines(keepends=True) if not line.startswith(f"{element} ="))
    (folder / "sites" / "desk" / "site.toml").write_text(book)
    assert only(check(folder), BrokenBook)["key"] == f"elements.{element}"
    (folder / "sites" / "desk" / "site.py").write_text("def sign_in(page, account): ...\n")
    assert check(folder) == []


def test_a_site_without_a_book_is_told_with_those_there_are(folder: Path) -> None:
    write(folder, '@clinic.download("desk")', '@clinic.download("meridian")')
    assert only(check(folder), UnknownSite) == {"name": "meridian", "known": "desk"}


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("def claims(billing", "def billing(billing", "two tasks are named billing"),
        ("def claims(billing: Download)", "def claims(biling: Download)", "takes biling"),
        ('schedule="05:00 mon-fri"', 'schedule="05:00 mo-fri"', "05:00 mo-fri"),
        ("for row in billing.rows(Claim):", "for row in billing.rows(Claim)", "SyntaxError"),
        ("from agent.sdk import", "import no_such_module\nfrom agent.sdk import", "no_such_module"),
        ('Automation("clinic"', 'Automation("clinc"', "its folder wants “clinic”"),
        (
            "class Claim(Record",
            "other = Automation('x', title='', schedule='05:00 mon', deadline='08:00')\nclass Claim(Record",
            "exactly one",
        ),
    ],
)
def test_a_definition_that_cannot_be_is_told_with_its_file(
    folder: Path, old: str, new: str, words: str
) -> None:
    (folder / "clinic" / "automation.py").write_text(CODE.replace(old, new, 1))
    told = only(check(folder), BrokenAutomation)
    assert words in str(told["problem"])
    assert str(told["file"]).endswith("automation.py")
    assert isinstance(told["line"], int)
    assert told["line"] >= 1


def test_a_mistake_at_import_is_told_with_its_line(folder: Path) -> None:
    line = write(folder, "    claim_no: str = text()\n", "    claim_no: str = txt()\n")
    assert only(check(folder), BrokenAutomation)["line"] == line


def test_an_authors_error_is_told_by_the_last_line_of_their_own_code(folder: Path) -> None:
    write(folder, "    batch = Batch(Claim)\n", "    batch = Batch(Claim, int('x'))\n")
    work = load_automation(folder / "clinic").tasks["claims"].work
    with pytest.raises(ValueError, match="invalid literal") as caught:
        work(None)
    told = defect(folder / "clinic", caught.value)
    line = CODE[: CODE.index("    batch = Batch")].count("\n") + 1
    assert told.params == {"kind": "ValueError", "file": "automation.py", "line": line}


def test_two_automations_do_not_shadow_each_others_modules(folder: Path) -> None:
    """Each folder is a package of its own: both may have a `rules.py` beside their automation."""
    for name, word in (("clinic", "one"), ("other", "two")):
        (folder / name).mkdir(exist_ok=True)
        (folder / name / "rules.py").write_text(f"WORD = {word!r}\n")
        code = CODE.replace('"clinic"', f'"{name}"').replace('title="Clinic"', "title=WORD")
        (folder / name / "automation.py").write_text("from .rules import WORD\n" + code)
    assert [load_automation(folder / name).title for name in ("clinic", "other")] == ["one", "two"]


def described(folder: Path) -> dict[str, Any]:
    """The manifest of the automation."""
    clinic = folder / "clinic"
    return manifest(load_automation(clinic), clinic, {"desk": folder / "sites" / "desk"})


def test_the_manifest_says_all_that_the_host_needs(folder: Path) -> None:
    told = manifest(
        load_automation(folder / "clinic"), folder / "clinic", {"desk": folder / "sites" / "desk"}
    )
    assert [task["name"] for task in told["tasks"]] == ["billing", "claims", "Desk"]
    assert (told["schedule"], told["deadline"], told["covers"]) == (
        "05:00 mon-fri", "08:00", "previous business day",
    )  # fmt: skip
    before = told["versions"]
    rewrite(folder, "#menu", "#menu2")
    after = manifest(
        load_automation(folder / "clinic"), folder / "clinic", {"desk": folder / "sites" / "desk"}
    )
    assert after["versions"]["automation"] == before["automation"]
    assert after["versions"]["sites"] != before["sites"]


def test_a_book_with_a_field_for_codes_needs_its_button(folder: Path) -> None:
    book = folder / "sites" / "desk" / "site.toml"
    book.write_text(BOOK + 'one_time_code = { label = "Code", kind = "fill" }\n')
    assert only(check(folder), BrokenBook)["key"] == "elements.send_code"
    book.write_text(book.read_text() + 'send_code = { role = "button", name = "Continue" }\n')
    assert check(folder) == []
