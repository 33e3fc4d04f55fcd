"""The log: lines that can be searched, and no secret in any of them, however it is written."""

import contextlib
import html
import json
import logging
import stat
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from agent.core.failures import HomeReadOnly
from agent.system.log import STRUCK_OUT, Redactor, event, open_log

UNHURRIED = settings(deadline=None, max_examples=40)  # the machine may be busy

SECRETS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=3, max_size=12).filter(
    lambda text: len(text.strip()) >= 3 and "▇" not in text
)
WRITTEN = {
    "plain": str,
    "in capitals": str.upper,
    "as a path": quote,
    "as an address": lambda text: quote(text, safe=""),
    "as a form": quote_plus,
    "as HTML": html.escape,
    "as HTML text": lambda text: html.escape(text, quote=False),
    "as a template's HTML": lambda text: html.escape(text).replace("&#x27;", "&#39;"),
    "as JSON": lambda text: json.dumps(text)[1:-1],
    "as readable JSON": lambda text: json.dumps(text, ensure_ascii=False)[1:-1],
    "in Python": lambda text: repr(text)[1:-1],
}


@pytest.mark.parametrize("form", WRITTEN)
@UNHURRIED
@given(secret=SECRETS, before=st.text(max_size=5), after=st.text(max_size=5))
def test_no_form_of_a_secret_gets_through(form: str, secret: str, before: str, after: str) -> None:
    written = WRITTEN[form](secret)
    assume(form != "in capitals" or len(written) == len(secret))  # ß has no capital; SS is another word
    cleaned = Redactor([secret]).clean(f"{before}{written}{after}")
    assert written not in cleaned
    assert STRUCK_OUT in cleaned


@pytest.mark.parametrize("form", WRITTEN)
def test_a_name_with_every_trap_is_struck_out_in_every_form(form: str) -> None:
    written = WRITTEN[form]('Seán O\'Brien & <"Söhne"> 50%\\x')
    assert Redactor(['Seán O\'Brien & <"Söhne"> 50%\\x']).clean(f"a {written} b") == f"a {STRUCK_OUT} b"


@UNHURRIED
@given(st.lists(SECRETS, min_size=1, max_size=4), st.text(max_size=60))
def test_clean_leaves_none_of_its_values_and_cleaning_twice_changes_nothing(
    secrets: list[str], text: str
) -> None:
    redactor = Redactor(secrets)
    cleaned = redactor.clean(" ".join([text, *secrets, text]))
    for part in cleaned.split(STRUCK_OUT):
        assert not any(secret in part for secret in secrets)
    assert redactor.clean(cleaned) == cleaned


def test_the_longest_is_struck_out_first() -> None:
    assert Redactor(["Anna", "Anna Berg"]).clean("Anna Berg, Anna") == f"{STRUCK_OUT}, {STRUCK_OUT}"


def test_short_values_are_left_because_they_are_everywhere() -> None:
    assert Redactor(["7", "ab", "  x ", ""]).clean("7 abc x") == "7 abc x"


def test_other_text_is_untouched() -> None:
    assert Redactor(["s.cret"]).clean("secret") == "secret"
    assert Redactor().clean("anything") == "anything"


def test_a_value_over_two_lines_is_struck_out_also_line_by_line() -> None:
    cleaned = Redactor(["Main Street 5\n1010 Vienna"]).clean("a Main Street 5 b 1010 Vienna c")
    assert cleaned == f"a {STRUCK_OUT} b {STRUCK_OUT} c"


def test_an_accent_written_in_two_signs_is_the_same_value() -> None:
    assert Redactor(["Jos\u00e9"]).clean("Jose\u0301") == STRUCK_OUT


def test_a_value_added_twice_is_removed_twice() -> None:
    redactor = Redactor()
    redactor.add("secret")
    redactor.add("secret")
    redactor.remove("secret")
    assert redactor.clean("secret") == STRUCK_OUT
    redactor.remove("secret")
    redactor.remove("secret")
    assert redactor.clean("secret") == "secret"
    redactor.add("secret")
    assert redactor.clean("secret") == STRUCK_OUT


def test_the_current_record_s_values_are_known_inside_its_block_only() -> None:
    redactor = Redactor(["password"])
    with contextlib.suppress(KeyError), redactor.striking(["00123456", "Ann"]):
        assert redactor.clean("00123456 Ann password") == f"{STRUCK_OUT} {STRUCK_OUT} {STRUCK_OUT}"
        {}["ends the block by an error"]
    assert redactor.clean("00123456 Ann password") == f"00123456 Ann {STRUCK_OUT}"


def test_threads_do_not_disturb_each_other() -> None:
    redactor = Redactor()
    wrong: list[str] = []

    def work(name: str) -> None:
        for number in range(200):
            value = f"{name}-{number}"
            with redactor.striking([value]):
                if value in redactor.clean(f"<{value}>"):
                    wrong.append(value)

    threads = [threading.Thread(target=work, args=(name,)) for name in ("left", "right", "third")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


@pytest.fixture
def logger() -> Iterator[logging.Logger]:
    made = logging.getLogger("agent.host.supervisor")
    made.setLevel(logging.INFO)
    made.propagate = False
    yield made
    for handler in list(made.handlers):
        made.removeHandler(handler)
        handler.close()
    made.propagate = True


def test_a_line_has_time_level_room_code_and_parameters(tmp_path: Path, logger: logging.Logger) -> None:
    logger.addHandler(open_log(tmp_path / "logs" / "host.log", secrets=tuple))
    event(logger, logging.INFO, "run_started", run="r7", note="two words", empty="", zero=0)
    line = (tmp_path / "logs" / "host.log").read_text(encoding="utf-8")
    time, rest = line.split(" ", 1)
    assert time[10] == "T"
    assert time.endswith("Z")
    assert rest == 'INFO host.supervisor run_started run=r7 note="two words" empty="" zero=0\n'


def test_secrets_are_struck_out_of_messages_arguments_and_traces(
    tmp_path: Path, logger: logging.Logger
) -> None:
    known: list[str] = []
    redactor = Redactor(["00123456"])
    logger.addHandler(open_log(tmp_path / "a.log", secrets=lambda: known, redactor=redactor))
    known.append("hunter22")  # asked anew at every line
    logger.warning("signing in with %s for %s", "hunter22", "00123456")
    try:
        int("HUNTER22")
    except ValueError:
        logger.exception("defect")
    logger.info("stack", stack_info=True)
    text = (tmp_path / "a.log").read_text(encoding="utf-8")
    assert "hunter22" not in text.lower()
    assert "00123456" not in text
    assert text.count(STRUCK_OUT) >= 3
    assert "ValueError" in text


def test_one_event_cannot_forge_another_line(tmp_path: Path, logger: logging.Logger) -> None:
    """Text of a site or an author is set in; only our own lines begin with a time."""
    logger.addHandler(open_log(tmp_path / "a.log", secrets=tuple))
    logger.info("printed\n2026-01-01T00:00:00.000Z INFO host forged\r\nand\rthis\x1b[2J\u2028and \x85this")
    lines = (tmp_path / "a.log").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 3
    assert [line.startswith("20") for line in lines] == [True, False, False]
    assert "\x1b" not in "".join(lines)


def test_the_file_is_the_owner_s_alone_also_after_rotating(
    tmp_path: Path, logger: logging.Logger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agent.system.log._FILE_BYTES", 2000)
    logger.addHandler(open_log(tmp_path / "a.log", secrets=tuple))
    for number in range(200):
        logger.info("line %d %s", number, "x" * 40)
    files = sorted(tmp_path.iterdir())
    assert len(files) == 5
    if sys.platform != "win32":
        assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert all(file.stat().st_size <= 2000 for file in files)


def test_odd_text_is_written_not_lost(tmp_path: Path, logger: logging.Logger) -> None:
    logger.addHandler(open_log(tmp_path / "a.log", secrets=tuple))
    logger.info("half a sign: \udcff")
    assert "half a sign: \\udcff" in (tmp_path / "a.log").read_text(encoding="utf-8")


def test_a_log_that_cannot_be_opened_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(HomeReadOnly):
        open_log(tmp_path / "file" / "a.log", secrets=tuple)


@pytest.mark.parametrize("form", WRITTEN)
def test_the_names_of_a_whole_report_are_struck_out_as_one_is(form: str) -> None:
    """Thousands of values take another way through the search."""
    names = [f"Saint-Clair, Änna <{number}>" for number in range(3000)]
    redactor = Redactor()
    written = WRITTEN[form](names[1234])
    assert redactor.clean(f"a {written} b", names) == f"a {STRUCK_OUT} b"
    assert redactor.clean("nothing of it", names) == "nothing of it"
