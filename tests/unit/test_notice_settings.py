"""The part of settings.toml that says who is told what."""

from datetime import time
from pathlib import Path

import pytest

from agent.core.failures import BrokenSettings
from agent.core.notices import Quiet
from agent.system.paths import Home
from agent.system.settings import NoticeSettings, load_settings

GOOD = """\
[notices]
heartbeat_url = "https://hc.example/ping/{automation}"
quiet = "20:00-06:00"
silent_days = 3
check = "16:00"

[notices.tell]
done = ["desktop", "office"]
failed = []
"""


def load(folder: Path, text: str) -> NoticeSettings:
    (folder / "settings.toml").write_text(text, encoding="utf-8")
    return load_settings(Home(folder)).notices


def test_without_a_file_or_a_word_the_table_holds(tmp_path: Path) -> None:
    assert load_settings(Home(tmp_path)).notices == NoticeSettings()
    assert load(tmp_path, "[offices.main]\n") == NoticeSettings(None, None, 2, None, {})


def test_a_good_one_is_read_whole(tmp_path: Path) -> None:
    assert load(tmp_path, GOOD) == NoticeSettings(
        "https://hc.example/ping/{automation}",
        Quiet(time(20), time(6)),
        3,
        time(16),
        {"done": ("desktop", "office"), "failed": ()},
    )


@pytest.mark.parametrize(
    ("text", "line", "key", "says"),
    [
        ("[notices]\nquite = '20:00-06:00'\n", 2, "notices.quite", "did you mean 'quiet'"),
        ("[notices]\nquiet = '20:00'\n", 2, "notices.quiet", "20:00-06:00"),
        ("[notices]\nquiet = '8pm-6am'\n", 2, "notices.quiet", "20:00-06:00"),
        ("[notices]\n\nheartbeat_url = 'hc.example'\n", 3, "notices.heartbeat_url", "web address"),
        ("[notices]\ncheck = 'late'\n", 2, "notices.check", "16:00"),
        ("[notices]\nsilent_days = 0\n", 2, "notices.silent_days", "1 or more"),
        ("[notices]\nsilent_days = true\n", 2, "notices.silent_days", "1 or more"),
        ("[notices.tell]\ndone = 'office'\n", 2, "notices.tell.done", "list"),
        ("[notices.tell]\nfinished = []\n", 2, "notices.tell.finished", "not a setting"),
        ("[notices.tell]\ndone = ['mailto://a:b@c']\n", 2, "notices.tell.done", "predawn notices set"),
    ],
)
def test_a_wrong_one_is_refused_with_its_line(
    tmp_path: Path, text: str, line: int, key: str, says: str
) -> None:
    with pytest.raises(BrokenSettings) as caught:
        load(tmp_path, text)
    assert caught.value.params["line"] == line
    assert caught.value.params["key"] == key
    assert says in str(caught.value.params["problem"])
