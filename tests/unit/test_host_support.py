"""The bundle for support helps, and nothing of anybody leaves with it: canaries in every place it reads."""

import io
import json
import logging
import re
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from agent.cli.main import predawn
from agent.core.failures import SignInRefused
from agent.host import preflight, support, support_words
from agent.host.support import support_bundle
from agent.host.support_words import Harmless
from agent.store import accounts, reviews, runs
from agent.store.database import close_store, prepare_store
from agent.system.log import STRUCK_OUT, open_log
from agent.system.paths import Home
from tests.store.ground import begin, plan_run

NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
CANARIES = {
    "password": "Xq7-canary-pass",
    "account": "canary.account",
    "token": "canarytoken99",
    "patient": "Mary Canary-Smith",
    "patient_no": "0777123",
    "code": "482913",
    "claim": "C7733551",
    "site_words": "CanaryWord",
    "print": "canaryprint",
    "windows": r"C:\Users\canaryuser",
    "class": "CanaryError",
    "single": "canary",
}
SETTINGS = """\
[offices.main]
zone = "Europe/Vienna"
country = "AT"
[sites.meridian]
url = "https://{account}:{password}@meridian.example/{token}?k={token}"
account = "{account}"
[notices]
heartbeat_url = "https://hc.example/ping/{token}"
[notices.tell]
done = ["{single}"]
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Home]:
    """A home in which every place that the bundle reads holds canaries."""
    found = Home(tmp_path / "canaryuser" / "home")
    found.root.parent.mkdir()
    found.mark_demo()
    found.prepare()
    found.settings.write_text(SETTINGS.format(**CANARIES))
    prepare_store(found.database, found.evidence)
    accounts.set_account("main", "meridian", CANARIES["account"], 1)
    refused = SignInRefused(
        site="meridian", account=CANARIES["account"], words=f"{CANARIES['site_words']} {CANARIES['patient']}"
    )
    run = plan_run(title=CANARIES["patient"], automation="clinic-morning-sync")
    lease = begin(run)
    step = {"code": "entering", "params": {"number": 3, "of": 187, "claim": CANARIES["claim"]}, "since": 1.5}
    runs.note_step(lease.task_id, step)
    runs.fail_task(lease, refused)
    reviews.ask(run, lease.task_id, "task_failed", {"failure": refused.as_json()}, ("retry", "stop"))
    _log(found.logs / "agent.log", "agent.host.supervisor", refused)
    _log(found.logs / f"{run}.log", "agent.worker.task", refused)
    monkeypatch.setattr(preflight, "require_reachable", lambda _site, _url: None)
    yield found
    close_store()


def _log(file: Path, room: str, refused: Exception) -> None:
    """What is logged in a bad morning, by us and by an author: a canary wherever one may turn up."""
    handler = open_log(file, secrets=tuple)
    for name in (room, "author", "author.error", "urllib3.pool", "canaryroom"):
        logger = logging.getLogger(name)
        logger.addHandler(handler)
        logger.propagate = False
        try:
            logger.warning("run_ended run=%s state=%s", "20261123-ab12", "FAILED")
            logger.warning("refused why=%s", refused)
            logger.warning("worker_gone pid=%s claim=%s", 31337, CANARIES["claim"])
            ours = name == room  # whose codes and names of parameters are literals of our own
            word, key = ("looked", "what") if ours else (CANARIES["print"], CANARIES["single"])
            logger.warning("%s %s=%s", word, key, CANARIES["single"])
            logger.warning("took seconds=%s code=%s no=%s", 12.5, CANARIES["code"], CANARIES["patient_no"])
            logger.warning('not_planned why="%s" at=%s', CANARIES["patient"], CANARIES["windows"])
            logger.warning("opened url=https://x/?t=%s\n%s\n    | %s", *[CANARIES["token"]] * 3)
            try:
                kind = type(CANARIES["class"], (ValueError,), {})
                raise kind(f'{CANARIES["patient"]}\n  File "/{CANARIES["single"]}", line 4829134, in x')
            except ValueError:
                logger.exception("task_failed code=%s", CANARIES["password"])
            logger.warning("%s_died", word)
            logger.warning("%s: a sentence where a code should stand", CANARIES["windows"])
        finally:
            logger.removeHandler(handler)
            logger.propagate = True
    handler.close()


def unpacked(bundle: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(bundle)) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def leaked(files: dict[str, str]) -> set[str]:
    everything = "\n".join([*files, *files.values()]).casefold()
    return {name for name, canary in CANARIES.items() if canary.casefold() in everything}


def test_no_canary_leaves_with_it(home: Home) -> None:
    assert leaked(unpacked(support_bundle(home, NOW))) == set()


GUARDS: dict[str, Callable[[pytest.MonkeyPatch], object]] = {
    "words": lambda patch: patch.setattr(Harmless, "word", lambda _self, text, _key="": text),
    "settings": lambda patch: patch.setattr(support, "_host", lambda url: url),
    "log": lambda patch: patch.setattr(Harmless, "log", lambda _self, text: text.splitlines()),
    "rooms": lambda patch: patch.setattr(support_words, "_OURS", re.compile(".*")),
    "codes": lambda patch: patch.setattr(support_words, "_CODE", re.compile(r"\S+")),
}


@pytest.mark.parametrize("guard", GUARDS)
def test_each_guard_holds_something_back(home: Home, guard: str, monkeypatch: pytest.MonkeyPatch) -> None:
    GUARDS[guard](monkeypatch)
    assert leaked(unpacked(support_bundle(home, NOW)))


def test_it_tells_what_support_needs(home: Home) -> None:
    files = unpacked(support_bundle(home, NOW))
    about, (run,) = json.loads(files["about.json"]), json.loads(files["runs.json"])
    assert about["predawn"]
    assert about["data"].startswith("00")
    assert (run["automation"], run["state"]) == ("clinic-morning-sync", "UPLOADING")
    (task,) = run["tasks"]
    assert task["failure"]["code"] == "sign_in_refused"
    assert task["failure"]["params"] == {"site": "meridian", "account": STRUCK_OUT, "words": STRUCK_OUT}
    assert task["step"]["params"]["number"] == 3
    assert json.loads(files["settings.json"])["sites"]["meridian"]["host"] == "meridian.example"
    password = next(one for one in json.loads(files["health.json"]) if one["code"] == "password_missing")
    assert password["params"] == {"site": "meridian", "account": STRUCK_OUT}


def test_the_log_keeps_codes_places_and_kinds(home: Home) -> None:
    told = unpacked(support_bundle(home, NOW))["log/agent.txt"]
    assert "WARNING host.supervisor run_ended run=20261123-ab12 state=FAILED" in told
    assert f"refused why=sign_in_refused(site=meridian, account={STRUCK_OUT}, words={STRUCK_OUT})" in told
    assert f"worker_gone pid=31337 claim={STRUCK_OUT}" in told
    assert "took seconds=12.5" in told
    traced = Harmless([]).log(
        "2026-11-24T05:00:00.123Z ERROR host.clock clock_died\n"
        "    | Traceback (most recent call last):\n"
        f'    |   File "{Path(support.__file__)}", line 12, in look\n'
        '    |   File "/home/mary/.venv/lib/x.py", line 3, in y\n'
        "    | agent.core.failures.DiskLow: ('disk_low', {})\n"
        "    | ValueError: Mary\n"
    )
    told = [line.strip("| ") for line in traced[1:]]
    assert told == ["agent/host/support.py, line 12", f"{STRUCK_OUT}, line 3", "DiskLow", "ValueError"]


def test_what_is_broken_hides_nothing_else(home: Home) -> None:
    home.settings.write_text(f"[offices.main]\nzone = {CANARIES['password']}")
    close_store()
    home.database.write_bytes(b"no database" * 999)
    files = unpacked(support_bundle(home, NOW))
    assert json.loads(files["settings.json"]) == {"broken_at_line": 2}
    assert json.loads(files["runs.json"]) == []
    found = {one["code"] for one in json.loads(files["health.json"])}
    assert {"broken_settings", "database_damaged"} <= found
    assert leaked(files) == set()


def test_a_home_that_was_never_started_stays_unmade(tmp_path: Path) -> None:
    fresh = Home(tmp_path / "fresh")
    assert "about.json" in unpacked(support_bundle(fresh, NOW))
    assert not fresh.root.exists()


def test_only_the_log_s_end_is_taken(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(support, "_TAIL_BYTES", 200)
    told = unpacked(support_bundle(home, NOW))["log/agent.txt"].splitlines()
    assert 1 <= len(told) <= 5


def test_doctor_writes_it_and_never_over_another_file(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PREDAWN_HOME", str(home.root))
    target = tmp_path / "support.zip"
    done = CliRunner().invoke(predawn, ["doctor", "--bundle", str(target)])
    assert done.exit_code == 0, done.stderr
    assert "runs.json" in unpacked(target.read_bytes())
    assert target.stat().st_mode & 0o777 == 0o600
    again = CliRunner().invoke(predawn, ["doctor", "--bundle", str(target)])
    assert again.exit_code == 2
