"""The floors of the page's own code: a page that reaches into another one is refused by its lint."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from installer.panel_page import WEB, node_and_npm

ROOT = Path(__file__).parents[2]
PLANTED = {
    "runs": "import { Queue } from '../review/queue';\n\nexport const planted = Queue;\n",
    "api": "import { Feed } from '../live/feed';\n\nexport const planted = Feed;\n",
}


@pytest.mark.long
def test_a_page_that_reaches_into_another_is_refused() -> None:
    node, _ = node_and_npm(ROOT)
    web = ROOT / WEB
    files = [web / "src" / "app" / room / "planted.ts" for room in PLANTED]
    try:
        for file, text in zip(files, PLANTED.values(), strict=True):
            file.write_text(text)
        eslint = web / "node_modules" / "eslint" / "bin" / "eslint.js"
        answer = subprocess.run(
            [node, eslint, "--format", "json", *files],
            cwd=web,
            env={**os.environ, "NO_COLOR": "1"},
            check=False,
            capture_output=True,
            text=True,
        )
    finally:
        for file in files:
            file.unlink(missing_ok=True)
    assert answer.stdout.count("may import only from floors below its own") == len(PLANTED), answer.stderr
