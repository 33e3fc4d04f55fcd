"""The pages that the repair corpus is made of: the practice systems', and those of third-party packages.

The packages are installed into an environment of their own below ``build`` and render their own pages there
(``repair_pages/*.py``); nothing of theirs is kept in this repository.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, Page

from resources.practice.server import Practice

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build" / "repair-corpus"
PRACTICE = ("meridian", "claimport")
_RENDERERS = Path(__file__).with_name("repair_pages")
_SCRIPTS = (
    ("django_admin.py",),
    ("django_admin.py", "jazzmin"),
    ("django_admin.py", "grappelli"),
    ("flask_admin_pages.py",),
    ("sqladmin_pages.py",),
)


def sources(browser: Browser) -> dict[str, str]:
    """Return every page by its name (``django-admin.user``), made at the first call."""
    folder = BUILD / "pages"
    if not list(folder.glob("flask-admin.*")):
        _render_third_party(folder)
    if not list(folder.glob("meridian.*")):
        visit_practice(browser, folder)
    return {file.stem: file.read_text(encoding="utf-8") for file in sorted(folder.glob("*.html"))}


def _render_third_party(folder: Path) -> None:
    environment = BUILD / "venv"
    python = environment / "bin" / "python"
    uv = Path(sys.executable).with_name("uv")
    subprocess.run([uv, "venv", "-q", environment], check=True)
    wanted = ["-r", str(_RENDERERS / "requirements.txt")]
    subprocess.run([uv, "pip", "install", "-q", "-p", python, *wanted], check=True)
    for script, *words in _SCRIPTS:
        subprocess.run([python, _RENDERERS / script, folder, *words], check=True)


def visit_practice(browser: Browser, folder: Path) -> None:
    """Write each page of the practice systems into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home, Practice(Path(home), export_seconds=0.1) as practice:
        page = browser.new_page()
        for name, html in (*_meridian(page, practice), *_claimport(page, practice)):
            (folder / f"{name}.html").write_text(html, encoding="utf-8")
        page.close()


def _meridian(page: Page, practice: Practice) -> Iterator[tuple[str, str]]:
    page.goto(f"{practice.meridian_url}/login.aspx")
    yield "meridian.sign-in", page.content()
    page.fill("#ctl00_cphMain_txtUser", "frontdesk")
    page.fill("#ctl00_cphMain_txtPass", "meridian-2024")
    page.click("#ctl00_cphMain_btnLogin")
    page.wait_for_load_state()
    for name in ("menu", "banner", "appointments", "reports/appointments", "reports/billing"):
        page.goto(f"{practice.meridian_url}/{name}.aspx")
        yield f"meridian.{name.replace('/', '-')}", page.content()


def _claimport(page: Page, practice: Practice) -> Iterator[tuple[str, str]]:
    url = practice.claimport_url
    page.goto(url)
    yield "claimport.sign-in", page.content()
    page.fill("#cp_x01", "north-robot")
    page.fill("#cp_x02", "claimport-2024")
    page.click("#cp_x03")
    yield "claimport.home", page.content()
    page.goto(f"{url}/claim/new.php")
    yield "claimport.new-1", page.content()
    page.fill("#cp_x11", "C935400")
    page.fill("#cp_x12", "057088")
    page.fill("#cp_x13", "Lee, Ann")
    page.click("#cp_x14")
    yield "claimport.new-2", page.content()
    page.fill("#cp_x21", "02/03/2026")
    page.fill("#cp_x22", "LATE")
    page.fill("#cp_x23", "120.00")
    page.click("#cp_x24")
    yield "claimport.saved", page.content()
    page.goto(f"{url}/claim/find.php?claim_no=C935400")
    yield "claimport.find", page.content()
    page.goto(f"{url}/claims.php")
    yield "claimport.list", page.content()
