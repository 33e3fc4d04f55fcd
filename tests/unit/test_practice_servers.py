"""Both practice systems over HTTP, without a browser: pages, faults, journal, starting and stopping."""

import http.client
import json
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest

from resources.practice.data import clinic_day
from resources.practice.faults import FaultError
from resources.practice.reports import appointments_csv, billing_xls
from resources.practice.server import PortTakenError, Practice

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
MONDAY = date(2026, 3, 2)


@dataclass
class Answer:
    status: int
    text: str
    body: bytes
    headers: dict[str, str]


@dataclass
class Browser:
    """A caller with cookies that follows redirects."""

    url: str
    cookies: dict[str, str] = field(default_factory=dict)

    def ask(self, path: str, form: dict[str, str] | None = None, **headers: str) -> Answer:
        body = None if form is None else urlencode(form).encode()
        return self.send("GET" if form is None else "POST", path, body, {**(FORM if body else {}), **headers})

    def send(
        self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> Answer:
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=10)
        try:
            cookies = "; ".join(f"{key}={value}" for key, value in self.cookies.items())
            connection.request(method, path, body, {"Cookie": cookies, **(headers or {})})
            answer = connection.getresponse()
            content = answer.read()
        finally:
            connection.close()
        for cookie in answer.headers.get_all("set-cookie", []):
            key, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[key] = value
        if answer.status in (302, 303):
            return self.send("GET", answer.headers["location"])
        text = content.decode(answer.headers.get_content_charset("latin-1"))
        return Answer(
            answer.status, text, content, {key.lower(): value for key, value in answer.headers.items()}
        )


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Practice]:
    with Practice(tmp_path_factory.mktemp("practice"), export_seconds=0.0) as practice:
        yield practice


@pytest.fixture
def practice(shared: Practice) -> Practice:
    for url in (shared.meridian_url, shared.claimport_url):
        Browser(url).ask("/_practice/reset", {})
    return shared


def clinic(practice: Practice) -> Browser:
    browser = Browser(practice.meridian_url)
    answer = sign_in_clinic(browser)
    assert "frameset" in answer.text
    return browser


def sign_in_clinic(browser: Browser, password: str = "meridian-2024") -> Answer:
    fields = {"ctl00$cphMain$txtUser": "frontdesk", "ctl00$cphMain$txtPass": password}
    return browser.ask("/login.aspx", fields)


def house(practice: Practice) -> Browser:
    browser = Browser(practice.claimport_url)
    answer = sign_in_house(browser)
    assert 'id="cp_Menu"' in answer.text
    return browser


def sign_in_house(browser: Browser, password: str = "claimport-2024") -> Answer:
    return browser.ask("/signin.php", {"user": "north-robot", "password": password})


def enter(browser: Browser, claim_no: str = "C000001", amount: str = "120.00") -> Answer:
    page_1 = {"claim_no": claim_no, "patient_no": "001234", "patient_name": "O'Brien, Siân"}
    draft = re.search(r'name="draft" value="(\d+)"', browser.ask("/claim/new.php", page_1).text)
    assert draft is not None
    page_2 = {"draft": draft[1], "visit_date": "02/03/2026", "service_code": "1E5", "amount": amount}
    return browser.ask("/claim/save.php", page_2)


def export(browser: Browser, report: str, first: str = "02/03/2026", last: str = "02/03/2026") -> Answer:
    fields = {"ctl00$cphMain$txtFrom": first, "ctl00$cphMain$txtTo": last}
    answer = browser.ask(f"/reports/{report}.aspx", fields)
    job = re.search(r"wait\.aspx\?job=(\d+)", answer.text)
    return browser.ask(f"/reports/wait.aspx?job={job[1]}") if job else answer


def cells(answer: Answer) -> list[list[str]]:
    return [
        re.findall(r"<td[^>]*>([^<]*)</td>", row) for row in re.findall(r"<tr><td>\d.*?</tr>", answer.text)
    ]


def test_a_saved_claim_is_confirmed_journalled_found_and_listed(practice: Practice):
    browser = house(practice)
    answer = enter(browser, amount="1234.50")
    number = re.search(r'id="cp_x31">(\d+)<', answer.text)
    assert number is not None
    (entry,) = practice.journal("claimport")
    assert entry["confirmation"] == int(number[1])
    assert (entry["claim_no"], entry["patient_name"], entry["amount"]) == (
        "C000001",
        "O'Brien, Siân",
        "1,234.50",
    )
    assert (entry["user"], entry["session"] is not None, entry["fault"]) == ("north-robot", True, None)
    for page in ("/claim/find.php?claim_no=C000001", "/claims.php"):
        (row,) = cells(browser.ask(page))
        assert row[:3] == [number[1], "C000001", "001234"]
        assert row[4:7] == ["02/03/2026", "1E5", "1,234.50"]


def test_a_double_is_accepted_without_a_word_and_both_are_shown(practice: Practice):
    browser = house(practice)
    assert "Claim saved" in enter(browser).text
    assert "Claim saved" in enter(browser).text
    answer = browser.ask("/claim/find.php?claim_no=C000001")
    assert "2 claims found" in answer.text
    assert len(cells(answer)) == 2


def test_a_refused_claim_is_not_saved_and_the_form_stays(practice: Practice):
    answer = enter(house(practice), amount="12.5")
    assert "Amount is not a valid amount" in answer.text
    assert 'value="12.5"' in answer.text
    assert practice.journal("claimport") == []


def test_the_list_has_50_a_page_newest_first_with_a_stated_total(practice: Practice):
    values = {"patient_no": "001234", "patient_name": "X", "service_code": "0073", "amount": "1.00"}
    for place in range(120):
        practice.enter_claim(
            {**values, "claim_no": f"C{place:06d}", "visit_date": f"{place % 2 + 1:02d}/03/2026"}
        )
    browser = house(practice)
    pages = [browser.ask(f"/claims.php?page={number}") for number in (1, 2, 3)]
    assert [len(cells(page)) for page in pages] == [50, 50, 20]
    assert cells(pages[0])[0][1] == "C000119"
    assert "Showing 101-120 of 120" in pages[2].text
    assert ["Next page" in page.text for page in pages] == [True, True, False]
    assert "of 60" in browser.ask("/claims.php?from=02/03/2026&to=02/03/2026").text
    assert "Visit date is not a valid date" in browser.ask("/claims.php?from=2").text


@pytest.mark.parametrize("report", ["appointments", "billing"])
def test_a_report_comes_as_a_file_with_its_name_and_is_journalled(practice: Practice, report: str):
    answer = export(clinic(practice), report)
    day = clinic_day(MONDAY, 7)
    wanted = (
        appointments_csv(day.appointments)
        if report == "appointments"
        else billing_xls(day.billing, MONDAY, MONDAY)
    )
    assert answer.body == wanted
    assert re.search(rf'filename="{report}\.(csv|xls)"', answer.headers["content-disposition"])
    (entry,) = practice.journal("meridian")
    assert (entry["report"], entry["rows"], entry["bytes"]) == (
        report,
        len(day.appointments if report == "appointments" else day.billing),
        len(wanted),
    )


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        ("", "02/03/2026", "From date is not a valid date"),
        ("02/03/2026", "2026-03-02", "To date is not a valid date"),
        ("03/03/2026", "02/03/2026", "The dates are not a valid range"),
    ],
)
def test_wrong_dates_are_refused(practice: Practice, first: str, last: str, words: str):
    assert words in export(clinic(practice), "billing", first, last).text


def test_a_slow_export_says_please_wait(practice: Practice):
    practice.faults("meridian", "slow_export", seconds=60)
    answer = export(clinic(practice), "billing")
    assert "Please wait" in answer.text
    assert practice.journal("meridian") == []


def test_the_screen_table_is_paged_by_post_back(practice: Practice):
    fields = {"ctl00$cphMain$txtFrom": "02/03/2026", "ctl00$cphMain$txtTo": "02/03/2026"}
    target = {"__EVENTTARGET": "gvAppts", "__EVENTARGUMENT": "Page$5"}
    browser = clinic(practice)
    assert "Showing 1-50 of 205" in browser.ask("/appointments.aspx", fields).text
    last = browser.ask("/appointments.aspx", {**fields, **target}).text
    assert "Showing 201-205 of 205" in last
    assert ">Next<" not in last


def test_a_signed_out_caller_sees_no_page_of_either_system(practice: Practice):
    for path in ("/banner.aspx", "/menu.aspx", "/main.aspx", "/appointments.aspx", "/reports/billing.aspx"):
        assert "Your session has expired" in Browser(practice.meridian_url).ask(path).text
    for path in ("/reports/wait.aspx?job=1", "/reports/file.aspx?job=1"):
        assert "Your session has expired" in Browser(practice.meridian_url).ask(path).text
    for path in ("/claim/new.php", "/claim/find.php?claim_no=C000001", "/claims.php"):
        assert "Your session has timed out" in Browser(practice.claimport_url).ask(path).text
    assert "timed out" in Browser(practice.claimport_url).ask("/claim/save.php", {"draft": "1"}).text


def test_signing_out_ends_the_session(practice: Practice):
    browser = house(practice)
    browser.ask("/signout.php")
    assert "timed out" in browser.ask("/claims.php").text


def test_three_wrong_passwords_lock_the_account_and_every_try_is_noted(practice: Practice):
    browser = Browser(practice.claimport_url)
    for _ in range(2):
        assert "is wrong" in sign_in_house(browser, "wrong").text
    assert "is locked" in sign_in_house(browser, "wrong").text
    assert "is locked" in sign_in_house(browser).text
    assert [entry["outcome"] for entry in practice.sign_ins("claimport")[-4:]] == ["refused"] * 2 + [
        "locked"
    ] * 2
    browser.ask("/_practice/unlock", {})
    assert 'id="cp_Menu"' in sign_in_house(browser).text


def test_the_right_password_is_refused_under_its_fault(practice: Practice):
    practice.faults("meridian", "wrong_password")
    browser = Browser(practice.meridian_url)
    assert "Sign-in failed" in sign_in_clinic(browser).text
    assert "frameset" in sign_in_clinic(browser).text
    practice.faults("meridian", "locked_account")
    assert "is locked" in sign_in_clinic(browser).text


def outcome(browser: Browser) -> str:
    """What the caller learns from a save: its words, or how the connection ended."""
    try:
        answer = enter(browser)
    except (ConnectionError, http.client.HTTPException):
        return "broken"
    known = ("Claim saved", "timed out", "not a valid", "Internal Server Error", "Service Unavailable")
    return next(words for words in known if words in answer.text)


@pytest.mark.parametrize(
    ("fault", "how", "seen", "saved"),
    [
        ("refuse", {}, "not a valid", 0),
        ("commit_then_error", {}, "Internal Server Error", 1),
        ("commit_then_error", {"answer": "session"}, "timed out", 1),
        ("commit_late", {"seconds": 60}, "Internal Server Error", 0),
        ("answer_lost", {}, "broken", 1),
        ("saved_without_saving", {}, "Claim saved", 0),
        ("altered", {}, "Claim saved", 1),
        ("drop", {"path": "save"}, "broken", 0),
        ("server_error", {"path": "save"}, "Service Unavailable", 0),
        ("session_expired", {"path": "save"}, "timed out", 0),
        ("latency", {"path": "save", "seconds": 0.05}, "Claim saved", 1),
    ],
)
def test_what_a_save_fault_shows_and_what_it_stores(
    practice: Practice, fault: str, how: dict[str, str], seen: str, saved: int
):
    browser = house(practice)
    practice.faults("claimport", fault, **how)
    assert outcome(browser) == seen
    assert len(practice.journal("claimport")) == saved
    assert practice.fault_state("claimport")[fault]["fired"] == 1


def test_a_save_fault_hits_the_saves_it_was_armed_for(practice: Practice):
    browser = house(practice)
    practice.faults("claimport", "answer_lost", at=[2, 4])
    assert [outcome(browser) for _ in range(5)] == [
        "Claim saved",
        "broken",
        "Claim saved",
        "broken",
        "Claim saved",
    ]
    assert [entry["fault"] for entry in practice.journal("claimport")] == [
        None,
        "answer_lost",
        None,
        "answer_lost",
        None,
    ]


def test_an_altered_claim_is_stored_one_penny_lower(practice: Practice):
    practice.faults("claimport", "altered")
    enter(house(practice), amount="120.00")
    assert practice.journal("claimport")[0]["amount"] == "119.99"


def test_a_late_claim_is_stored_after_its_seconds(practice: Practice):
    practice.faults("claimport", "commit_late", seconds=0.1)
    browser = house(practice)
    enter(browser)
    assert practice.journal("claimport") == []
    deadline = time.monotonic() + 10
    while not practice.journal("claimport"):
        assert time.monotonic() < deadline
    assert practice.journal("claimport")[0]["fault"] == "commit_late"
    assert "1 claim found" in browser.ask("/claim/find.php?claim_no=C000001").text


def test_a_broken_download_ends_before_its_stated_length(practice: Practice):
    practice.faults("meridian", "cut_download", style="broken")
    with pytest.raises((ConnectionError, http.client.IncompleteRead)):
        export(clinic(practice), "billing")


def test_faults_are_put_and_read_as_json(practice: Practice):
    browser = Browser(practice.claimport_url)
    wanted = {"answer_lost": {"at": [3]}, "latency": {"always": True, "seconds": 0.5}}
    assert browser.send("PUT", "/_practice/faults", json.dumps(wanted).encode()).status == 200
    state = json.loads(browser.ask("/_practice/faults").text)
    assert {name: fault["how"] for name, fault in state.items()} == wanted
    assert browser.send("PUT", "/_practice/faults", b"{}").text == "{}"


@pytest.mark.parametrize(
    "body", [b"", b"[]", b'{"hang": 1}', b'{"nonsense": {}}', b'{"hang": {"times": -1}}']
)
def test_wrong_json_is_refused_and_changes_nothing(practice: Practice, body: bytes):
    practice.faults("claimport", "hang", path="nowhere")
    answer = Browser(practice.claimport_url).send("PUT", "/_practice/faults", body)
    assert answer.status == 400
    assert json.loads(answer.text)["error"]
    assert list(practice.fault_state("claimport")) == ["hang"]


def test_the_page_for_people_arms_and_clears(practice: Practice):
    browser = Browser(practice.claimport_url)
    fields = {"fault": "commit_late", "mode": "at", "n": "3", "chance": "1", "path": "", "seconds": "8"}
    assert "armed; fired 0 of 0 occasions" in browser.ask("/_practice/switch", fields).text
    state = practice.fault_state("claimport")["commit_late"]
    assert (state["how"]["at"], state["how"]["seconds"]) == (3, "8")
    assert browser.ask("/_practice/switch", {"fault": "latency", "seconds": "soon"}).status == 400
    browser.ask("/_practice/off", {"fault": "commit_late"})
    assert practice.fault_state("claimport") == {}


def test_the_switchboard_refuses_a_form_from_another_site(practice: Practice):
    answer = Browser(practice.claimport_url).ask("/_practice/reset", {}, Origin="http://elsewhere.example")
    assert answer.status == 403


def test_the_switchboard_is_no_occasion_for_faults(practice: Practice):
    practice.faults("claimport", "server_error", always=True)
    browser = Browser(practice.claimport_url)
    assert browser.ask("/_practice/journal").text == "[]"
    assert browser.ask("/signin.php").status == 503
    assert practice.fault_state("claimport")["server_error"]["occasions"] == 1


def test_a_restart_keeps_claims_and_ends_sessions(tmp_path: Path):
    with Practice(tmp_path) as practice:
        enter(house(practice))
    with Practice(tmp_path) as practice:
        browser = house(practice)
        assert "1 claim found" in browser.ask("/claim/find.php?claim_no=C000001").text
        enter(browser)
        assert [entry["confirmation"] for entry in practice.journal("claimport")] == [88001, 88002]


def test_stopping_ends_hanging_answers_and_stores_late_claims(tmp_path: Path):
    practice = Practice(tmp_path).start()
    browser = house(practice)
    practice.faults("claimport", "commit_late", seconds=60)
    enter(browser)
    practice.faults("claimport", "hang", path="claims.php")
    with socket.create_connection(
        (urlsplit(practice.claimport_url).hostname, urlsplit(practice.claimport_url).port)
    ) as caller:
        caller.sendall(b"GET /claims.php HTTP/1.1\r\nHost: x\r\n\r\n")
        deadline = time.monotonic() + 10
        while not practice.fault_state("claimport")["hang"]["fired"]:
            assert time.monotonic() < deadline
        begun = time.monotonic()
        practice.stop()
        assert time.monotonic() - begun < 5
    assert len(practice.journal("claimport")) == 1


def test_a_taken_port_is_named_and_nothing_stays_open(tmp_path: Path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(PortTakenError, match=str(port)) as error:
            Practice(tmp_path, claimport_port=port).start()
    assert error.value.port == port


def test_the_same_port_serves_again_right_after_a_stop(tmp_path: Path):
    with Practice(tmp_path) as practice:
        port = urlsplit(practice.claimport_url).port
        house(practice)
    with Practice(tmp_path, claimport_port=port) as practice:
        house(practice)


def test_a_file_of_faults_is_read_at_start_and_a_wrong_one_is_refused(tmp_path: Path):
    path = tmp_path / "faults.json"
    path.write_text('{"claimport": {"refuse": {"times": 2}}}', encoding="utf-8")
    with Practice(tmp_path) as practice:
        assert list(practice.fault_state("claimport")) == ["refuse"]
    for wrong in ('{"claimprot": {}}', '{"claimport": {"refuse": {"time": 2}}}', "nonsense"):
        path.write_text(wrong, encoding="utf-8")
        with pytest.raises(FaultError):
            Practice(tmp_path).start()


def test_the_command_says_where_it_serves_and_ends_on_request(tmp_path: Path):
    command = [sys.executable, "-m", "resources.practice", "--data", str(tmp_path)]
    with subprocess.Popen(
        [*command, "--meridian-port", "0", "--claimport-port", "0"], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(2)]
        url = lines[1].split()[1]
        assert "north-robot / claimport-2024" in lines[1]
        assert Browser(url).ask("/").status == 200
        taken = subprocess.run(
            [*command, "--meridian-port", "0", "--claimport-port", url.rpartition(":")[2]],
            capture_output=True,
            text=True,
            check=False,
        )
        assert (taken.returncode, "is taken" in taken.stderr) == (4, True)
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0


def test_attached_they_end_with_the_program_that_started_them(tmp_path: Path):
    command = [sys.executable, "-m", "resources.practice", "--attached", "--data", str(tmp_path)]
    with subprocess.Popen(
        [*command, "--meridian-port", "0", "--claimport-port", "0"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        told = json.loads(process.stdout.readline())
        assert [(one["site"], one["user"]) for one in told] == [
            ("meridian", "frontdesk"),
            ("claimport", "north-robot"),
        ]
        assert Browser(told[1]["url"]).ask("/").status == 200
        assert process.poll() is None
        process.stdin.close()
        assert process.wait(10) == 0


def test_a_page_costs_no_delayed_acknowledgement(practice: Practice):
    """Without TCP_NODELAY each answer on a kept connection would take 40 ms."""
    connection = http.client.HTTPConnection(urlsplit(practice.claimport_url).netloc, timeout=10)
    seconds = []
    for _ in range(20):
        begun = time.perf_counter()
        connection.request("GET", "/signin.php")
        connection.getresponse().read()
        seconds.append(time.perf_counter() - begun)
    connection.close()
    assert min(seconds) < 0.03


def test_practice_knows_nothing_of_the_agent():
    code = "import sys, resources.practice.server; sys.exit('agent' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
