"""What the window says: every code that a page utters has words, and no words lie idle."""

import re
import tomllib
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TEXTS = ROOT / "resources" / "i18n"
SOURCE = "\n".join(file.read_text() for file in (ROOT / "ui" / "desktop").rglob("*.py"))
# Codes that are put together: how such a code begins, where the rest of it stands.
BUILT = ("page_", "day_", "weekday_", "grade_", "health_", "next_", "why_", "site_", "addressee_", "span_",
         "step_", "code_", "problem_", "pictures_days", "facts_years", "trouble_")  # fmt: skip


def pages() -> dict[str, object]:
    return tomllib.loads((TEXTS / "en.pages.toml").read_text())["window"]


def test_every_code_has_words() -> None:
    said = set(re.findall(r'texts\.window\(\s*"([a-z_0-9]+)"', SOURCE))
    known = {
        code for file in TEXTS.glob("en*.toml") for code in tomllib.loads(file.read_text()).get("window", {})
    }
    assert said - known == set()


def test_no_words_of_the_pages_lie_idle() -> None:
    idle = {code for code in pages() if f'"{code}"' not in SOURCE and not code.startswith(BUILT)}
    assert idle == set()


def test_no_code_has_words_twice() -> None:
    found = Counter(
        code for file in TEXTS.glob("en*.toml") for code in tomllib.loads(file.read_text()).get("window", {})
    )
    assert {code for code, times in found.items() if times > 1} == set()


def test_no_words_of_the_pages_name_a_command() -> None:
    assert [code for code, words in pages().items() if "predawn " in str(words)] == []
