"""The wheel is enough: the built page is in it, its sources are not, and ``predawn panel`` serves from it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import httpx
import pytest

from tests.panel.conftest import STATIC

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel as an installer lays it down, in a folder of its own."""
    assert (STATIC / "index.html").is_file(), "build the page first: python -m installer.panel_page build"
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder / "built")]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=200)
    (wheel,) = (folder / "built").glob("predawn-*.whl")
    zipfile.ZipFile(wheel).extractall(folder / "site")
    return folder / "site"


def test_the_built_page_is_in_the_wheel_and_its_sources_are_not(unpacked: Path) -> None:
    static = unpacked / "ui" / "panel" / "server" / "static"
    names = {file.relative_to(static) for file in static.rglob("*") if file.is_file()}
    assert names == {file.relative_to(STATIC) for file in STATIC.rglob("*") if file.is_file()}
    assert not (unpacked / "ui" / "panel" / "web").exists()
    assert not (unpacked / "tests").exists()


def test_the_panel_serves_its_page_from_the_wheel(unpacked: Path, tmp_path: Path) -> None:
    # Without -m from the checkout, in another folder: what is imported is the wheel's.
    start = (
        "import agent, sys; from agent.cli.main import main;"
        f"assert agent.__path__[0].startswith({str(unpacked)!r}), agent.__path__; sys.exit(main())"
    )
    env = {
        **os.environ,
        "PYTHONPATH": str(unpacked),
        "PREDAWN_HOME": str(tmp_path / "home"),
        "PYTHONUNBUFFERED": "1",
    }
    command = [sys.executable, "-P", "-c", start, "panel", "--port", "0", "--folder", str(tmp_path / "panel")]
    with (tmp_path / "said").open("w+") as said:
        running = subprocess.Popen(
            command, env=env, cwd=tmp_path, stdout=subprocess.PIPE, stderr=said, text=True
        )
        try:
            assert running.stdout is not None
            address = running.stdout.readline().strip()
            assert address, (tmp_path / "said").read_text()
            with httpx.Client(base_url=address, trust_env=False, timeout=40) as client:
                page = client.get("/")
                scripts = re.findall(r'src="([^"]+\.js)"', page.text)
                assert scripts
                for name in scripts:
                    answer = client.get(f"/{name.lstrip('/')}")
                    assert answer.status_code == 200
                    assert answer.headers["content-encoding"] == "gzip"
        finally:
            running.terminate()
            assert running.wait(20) == 0, (tmp_path / "said").read_text()
            assert running.stdout is not None
            running.stdout.close()
