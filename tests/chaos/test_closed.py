"""Whatever part of the browser dies under a page: it is told as a crash, not as a page that was late."""

import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from agent.browser.elements import load_book
from agent.browser.engine import Engine
from agent.browser.session import Session
from agent.core.failures import Failure
from agent.system.browsers import find_browser
from tests.chaos.parts import kill, parts_of

BOOK = """title = "Desk"
url = "http://127.0.0.1:9"
signed_in = "heading"

[elements]
heading = { css = "h1" }
"""


@pytest.mark.parametrize("part", ["driver", "browser", "renderer"])
def test_what_was_killed_is_a_crash(part: str, tmp_path: Path) -> None:
    (tmp_path / "site.toml").write_text(BOOK)
    # In a process of its own: two drivers in one are refused, and a killed one leaves its loop in pieces.
    done = subprocess.run(
        [sys.executable, "-P", __file__, part, str(tmp_path)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout.split() == ["page_crashed"] * 2, done.stdout + done.stderr


def _lose(part: str, folder: Path) -> None:
    engine, me = Engine(), psutil.Process()
    found = find_browser()
    engine.launch(found.path, sandbox=found.sandbox)
    session = Session(engine.new_page(None), load_book(folder), lambda *_: None)
    session.page.set_content("<h1>Here</h1>")
    session["heading"].inner_text()
    lost = parts_of(me, part)
    kill(lost)
    psutil.wait_procs(lost, 10)
    for _ in range(2):  # Playwright says it in other words to whoever asks again
        try:
            with session.watched():
                session["heading"].inner_text()
        except Failure as failure:
            sys.stdout.write(f"{failure.code} ")
    sys.stdout.flush()
    # Nothing is closed in good order: there is nobody left to do it.
    kill(me.children(recursive=True))
    os._exit(0)


if __name__ == "__main__":
    _lose(sys.argv[1], Path(sys.argv[2]))
