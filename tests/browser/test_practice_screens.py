"""The practice systems in a real browser: the walk that the docs describe, and what faults do to it."""

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, FrameLocator, Page, sync_playwright

from resources.practice.data import clinic_range
from resources.practice.reports import appointments_csv, billing_xls
from resources.practice.server import Practice

FRIDAY, SUNDAY = date(2026, 2, 27), date(2026, 3, 1)
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Practice]:
    with Practice(tmp_path_factory.mktemp("practice"), export_seconds=0.2) as practice:
        yield practice


@pytest.fixture
def practice(shared: Practice) -> Practice:
    shared.clear_faults()
    return shared


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-first-run"])
        yield browser
        browser.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context()
    context.set_default_timeout(10_000)
    yield context
    context.close()


def menu_of_clinic(context: BrowserContext, practice: Practice) -> FrameLocator:
    page = context.new_page()
    page.goto(practice.meridian_url)
    page.get_by_label("User name").fill("frontdesk")
    page.locator("#ctl00_cphMain_txtPass").fill("meridian-2024")
    page.get_by_role("button", name="Sign in").click()
    menu = page.frame_locator("frame[name=menu]")
    menu.locator("#ctl00_Menu").wait_for()
    return menu


def pop_up(menu: FrameLocator, context: BrowserContext, report: str) -> Page:
    with context.expect_page() as opened:
        menu.get_by_role("link", name=f"{report} report").click()
    return opened.value


def signed_in_at_house(context: BrowserContext, practice: Practice) -> Page:
    page = context.new_page()
    page.goto(practice.claimport_url)
    page.get_by_label("User name").fill("north-robot")
    page.get_by_label("Password").fill("claimport-2024")
    page.get_by_role("button", name="Sign in").click()
    page.locator("#cp_Menu").wait_for()
    return page


def fill_claim(page: Page, claim_no: str) -> None:
    page.get_by_role("link", name="New claim").click()
    page.get_by_label("Claim number").fill(claim_no)
    page.locator("#cp_x12").fill("001234")
    page.get_by_label("Patient name").fill("O'Brien, Siân")
    page.get_by_role("button", name="Next").click()
    page.get_by_label("Visit date").fill("02/03/2026")
    page.locator("#cp_x22").fill("1E5")
    page.get_by_label("Amount").fill("1234.50")


@pytest.mark.parametrize("report", ["Appointments", "Billing"])
def test_a_report_is_downloaded_through_frames_pop_up_dates_and_please_wait(
    context: BrowserContext, practice: Practice, report: str
):
    form = pop_up(menu_of_clinic(context, practice), context, report)
    form.get_by_label("From").fill("27/2/26")
    form.locator("#ctl00_cphMain_txtTo").fill("1.3.2026")
    form.get_by_role("button", name="Export").focus()
    assert form.get_by_label("From").input_value() == "27/02/2026"
    assert form.locator("#ctl00_cphMain_txtTo").input_value() == "01/03/2026"
    with form.expect_download() as download:
        form.get_by_role("button", name="Export").click()
        form.get_by_text("Please wait").wait_for()
    rows = clinic_range(FRIDAY, SUNDAY, 7)
    content = Path(download.value.path()).read_bytes()
    if report == "Billing":
        assert content == billing_xls(rows.billing, FRIDAY, SUNDAY)
        assert download.value.suggested_filename == "billing.xls"
    else:
        assert content == appointments_csv(rows.appointments)
        assert download.value.suggested_filename == "appointments.csv"


def test_the_script_calendar_sets_a_date(context: BrowserContext, practice: Practice):
    form = pop_up(menu_of_clinic(context, practice), context, "Billing")
    form.get_by_label("From").fill("15/02/2026")
    form.get_by_title("Calendar").first.click()
    calendar = form.locator("#ctl00_cphMain_calendar")
    calendar.get_by_role("link", name=">").click()
    calendar.get_by_text("03/2026").wait_for()
    calendar.get_by_role("link", name="9", exact=True).click()
    calendar.get_by_text("03/2026").wait_for(state="detached")  # script links take effect after the click
    assert form.get_by_label("From").input_value() == "09/03/2026"


def test_what_is_no_date_is_thrown_away(context: BrowserContext, practice: Practice):
    form = pop_up(menu_of_clinic(context, practice), context, "Billing")
    form.get_by_label("From").fill("31/02/2026")
    form.get_by_role("button", name="Export").focus()
    assert form.get_by_label("From").input_value() == ""
    assert form.locator("#ctl00_cphMain_lblMessage").inner_text() == "Date not understood"


def test_the_appointments_on_screen_are_paged(context: BrowserContext, practice: Practice):
    menu = menu_of_clinic(context, practice)
    menu.get_by_role("link", name="Appointments on screen").click()
    main = context.pages[0].frame_locator("frame[name=main]")
    main.locator("#ctl00_cphMain_txtFrom").fill("02/03/2026")
    main.locator("#ctl00_cphMain_txtTo").fill("02/03/2026")
    main.get_by_role("button", name="Show").click()
    main.get_by_text("Showing 1-50 of 205").wait_for()
    main.get_by_role("link", name="Next").click()
    main.get_by_text("Showing 51-100 of 205").wait_for()
    assert main.locator("#ctl00_cphMain_gvAppts tr").count() == 51


def test_a_claim_is_saved_looked_up_and_listed(context: BrowserContext, practice: Practice):
    page = signed_in_at_house(context, practice)
    fill_claim(page, "C000001")
    page.get_by_role("button", name="Save claim").click()
    number = page.locator("#cp_x31").inner_text()
    page.get_by_role("link", name="Find claim").click()
    page.get_by_label("Claim number").fill("C000001")
    page.get_by_role("button", name="Find").click()
    found = page.locator("#cp_x44 tr").nth(1).locator("td").all_inner_texts()
    assert found[:7] == [number, "C000001", "001234", "O'Brien, Siân", "02/03/2026", "1E5", "1,234.50"]
    page.get_by_role("link", name="All claims").click()
    assert page.locator("#cp_x55 tr").nth(1).locator("td").all_inner_texts() == found
    assert str(practice.journal("claimport")[-1]["confirmation"]) == number


def saved_under(page: Page, practice: Practice, claim_no: str) -> int:
    """How often one click on Save stored the claim."""
    fill_claim(page, claim_no)
    try:
        page.get_by_role("button", name="Save claim").click()
        page.wait_for_load_state()
    except Error as error:
        assert "ERR_" in str(error)  # noqa: PT017 - the click itself may or may not see the broken answer
    return sum(entry["claim_no"] == claim_no for entry in practice.journal("claimport"))


def test_a_lost_answer_stores_once_and_shows_an_error(context: BrowserContext, practice: Practice):
    page = signed_in_at_house(context, practice)
    practice.faults("claimport", "answer_lost", always=True)
    assert saved_under(page, practice, "C000002") == 1
    assert page.locator("#cp_x31").count() == 0


def test_chromium_itself_sends_a_save_again_when_its_connection_ends_unanswered(
    context: BrowserContext, practice: Practice
):
    """Not our doing, but what a robot must be ready for: one click, two claims, a clean confirmation."""
    page = signed_in_at_house(context, practice)
    practice.faults("claimport", "answer_lost", resend="yes")
    assert saved_under(page, practice, "C000003") == 2
    assert page.locator("#cp_x31").count() == 1


def test_a_broken_download_fails_in_the_browser(context: BrowserContext, practice: Practice):
    form = pop_up(menu_of_clinic(context, practice), context, "Billing")
    practice.faults("meridian", "cut_download", style="broken")
    with form.expect_download() as download:
        form.get_by_role("button", name="Export").click()
    assert download.value.failure()


def test_page_faults_change_what_a_robot_finds(context: BrowserContext, practice: Practice):
    menu = menu_of_clinic(context, practice)
    practice.faults("meridian", "renamed", element="export", always=True)
    practice.faults("meridian", "doubled", element="from", always=True)
    form = pop_up(menu, context, "Billing")
    assert form.get_by_role("button", name="Export").count() == 0
    assert form.get_by_role("button", name="Create file").count() == 1
    assert form.locator("#ctl00_cphMain_txtFrom").count() == 2
    practice.faults("meridian", "moved", element="open_billing", always=True)
    page = context.pages[0]
    page.reload()
    moved = page.frame_locator("frame[name=banner]").get_by_role("link", name="Billing report")
    moved.wait_for()
    page.frame_locator("frame[name=menu]").locator("#ctl00_Menu").wait_for()
    assert page.frame_locator("frame[name=menu]").get_by_role("link", name="Billing report").count() == 0


def test_an_alert_and_a_confirm_come_up(context: BrowserContext, practice: Practice):
    page = signed_in_at_house(context, practice)
    texts: list[str] = []
    page.on("dialog", lambda dialog: (texts.append(f"{dialog.type}: {dialog.message}"), dialog.dismiss()))
    practice.faults("claimport", "dialog", text="Back soon", path="/claims.php")
    page.get_by_role("link", name="All claims").click()
    practice.faults("claimport", "dialog", kind="confirm", text="Really save?", at=[2], path="/claim/new.php")
    assert saved_under(page, practice, "C000004") == 0
    assert texts == ["alert: Back soon", "confirm: Really save?"]


def test_an_expired_session_shows_in_the_frame(context: BrowserContext, practice: Practice):
    menu = menu_of_clinic(context, practice)
    practice.end_sessions("meridian")
    menu.get_by_role("link", name="Appointments on screen").click()
    main = context.pages[0].frame_locator("frame[name=main]")
    main.get_by_text("Your session has expired").wait_for()
    main.get_by_role("link", name="Sign in again").click()
    context.pages[0].get_by_role("button", name="Sign in").wait_for()


def test_a_person_arms_a_fault_on_the_switchboard(context: BrowserContext, practice: Practice):
    page = context.new_page()
    page.goto(f"{practice.claimport_url}/_practice/")
    page.get_by_label("refuse: when").select_option("next N times")
    page.get_by_label("refuse: N").fill("2")
    page.get_by_label("refuse: text").fill("Claim already exists")
    page.get_by_role("button", name="Arm refuse").click()
    assert practice.fault_state("claimport")["refuse"]["how"]["times"] == 2
    page.get_by_role("button", name="refuse off").click()
    assert practice.fault_state("claimport") == {}
