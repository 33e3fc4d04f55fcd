"""``python -m tests.panel.pictures [--only PAGE]``: every page as it looks, into ``docs/pictures``.

Light and dark, desk and phone, from the seeded morning (`seed.py`). Look at them: no test sees what is ugly.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page
from PySide6.QtCore import QBuffer
from PySide6.QtGui import QImage

from tests.panel import lost, seed
from tests.panel.browsing import DESK, PHONE, Scheme, Watched, chromium, watched
from tests.panel.seed import Morning
from tests.panel.serving import Panel

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"
PAGES = {
    "dashboard": "/",
    "runs": "/runs",
    "log": "/runs/log",
    "run": "run",
    "trigger": "/trigger",
    "confirm": "/trigger",
    "review": "/review",
    "repair": "/review",
    "insights": "/insights",
    "workstations": "/workstations",
    "enrol": "/workstations",
    "people": "/people",
    "audit": "/audit",
    "sign-in": "/sign-in",
}
# Longer pages say no more for being shown to their end.
_MOST_HEIGHT = 1_500
_SITE = """
<body style="margin:0;font:14px Arial;background:#e8eef4">
<div style="background:#24476b;color:#fff;padding:10px 16px;font-size:18px">ClaimPort: Claims entry</div>
<div style="margin:24px;border:1px solid #b33;background:#fff;padding:16px;width:520px">
<b style="color:#b33">503 Service unavailable</b><p>The claims service is being maintained.
Reference:
<span style="background:#222;color:#222">0000000000</span></p></div>
<table style="margin:24px;border-collapse:collapse" cellpadding="6">
<tr><td>Claim number</td><td style="background:#222;width:180px"></td></tr>
<tr><td>Patient number</td><td style="background:#222"></td></tr>
<tr><td>Amount</td><td style="background:#222"></td></tr></table>
"""
_LIST = "<table style='position:absolute;left:24px;top:150px;width:868px' cellpadding=6>" + "".join(
    f"<tr style='background:#fff'><td>{number}/11</td><td style='background:#222'></td><td>open</td></tr>"
    for number in range(10, 20)
)
_HEAD = (
    '<body style="margin:0;font:14px Arial;background:#eef0e6"><div style="background:#3d5a2a;color:#fff;'
    'padding:10px 16px;font-size:18px">Meridian: Billing report</div><style>b,input{position:absolute;'
    "height:34px;box-sizing:border-box;border:1px solid #777;background:#fff;text-align:center;"
    "line-height:32px}</style>"
)


def _put(kind: str, left: int, top: int, width: int, words: str = "") -> str:
    return f'<{kind} style="left:{left}px;top:{top}px;width:{width}px">{words}' + (
        f"</{kind}>" if words else ""
    )


_BEFORE = _HEAD + _put("input", 24, 60, 90) + _put("b", 128, 60, 150, "Export") + _LIST
_TODAY = (
    f"{_HEAD}{_put('input', 128, 92, 170)}{_put('b', 742, 92, 150, 'Save as file')}"
    f"{_LIST}</table>{_put('b', 742, 540, 150, 'Print the list')}"
)


def main() -> None:
    """Take the pictures."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--only", choices=PAGES)
    only = arguments.parse_args().only
    with tempfile.TemporaryDirectory() as folder, Panel(Path(folder)) as panel, chromium() as browser:
        morning = seed.fill(panel, _page(browser, _SITE))
        if only in {None, "repair"}:
            station = panel.workstation("HILL-1", "hill", about=lost.ABOUT)
            lost.lose(station, _page(browser, _TODAY), _page(browser, _BEFORE))
            morning.stations["HILL-1"] = station
        for size, device in ((DESK, "desk"), (PHONE, "phone")):
            for scheme in ("light", "dark"):
                for name in [only] if only else PAGES:
                    _take(browser, panel, morning, name, size, device, scheme)


def _take(
    browser: Browser,
    panel: Panel,
    morning: Morning,
    name: str,
    size: tuple[int, int],
    device: str,
    scheme: Scheme,
) -> None:
    seed.still_here(morning)
    token = None if name == "sign-in" else morning.admin.token
    with watched(browser, panel.address, token, size=size, scheme=scheme) as seen:
        path = PAGES[name]
        if path == "run":
            path = f"/runs/{morning.stations['SOUTH-1'].number}/{seed.FAILED}"
        if name == "repair":
            path = f"/review?workstation={morning.stations['HILL-1'].number}"
        page = _ready(seen, name, path)
        # A tall window rather than a whole page: what is fixed at the bottom stays at the bottom.
        height = page.evaluate("document.documentElement.scrollHeight")
        page.set_viewport_size({"width": size[0], "height": min(max(height, size[1]), _MOST_HEIGHT)})
        page.wait_for_function("() => [...document.images].every((image) => image.complete)")
        file = FOLDER / f"panel-{name}-{device}-{scheme}.png"
        file.write_bytes(_small(page.screenshot()))
        print(f"{file.relative_to(FOLDER.parent.parent)}  {file.stat().st_size // 1000} kB", flush=True)
        assert seen.complaints() == []
        if name == "enrol":
            page.get_by_role("button", name="Done").click()
            page.get_by_role("button", name="Withdraw").click()
            page.get_by_role("button", name="Withdraw").wait_for(state="detached")


def _ready(seen: Watched, name: str, path: str) -> Page:
    page = seen.open(path)
    if name in {"trigger", "confirm"}:
        page.get_by_label("Supplier prices").check()
    if name == "confirm":
        page.get_by_role("button", name="Run now at SOUTH-2").click()
    if name == "enrol":
        page.get_by_role("button", name="Bring in a workstation").click()
        page.get_by_label("What people call it").fill("FRONT-3")
        page.get_by_role("button", name="Make a code").click()
        page.locator(".one-time").wait_for()
    return page


def _small(png: bytes) -> bytes:
    """The same picture without transparency, packed as tightly as PNG can."""
    held = QBuffer()
    QImage.fromData(png).convertToFormat(QImage.Format.Format_RGB888).save(held, "PNG", 0)
    return bytes(held.data().data())


def _page(browser: Browser, content: str) -> bytes:
    """What a site's page may look like, masked as the workstation does it."""
    page = browser.new_page(viewport={"width": 960, "height": 600})
    try:
        page.set_content(content)
        return page.screenshot()
    finally:
        page.close()


if __name__ == "__main__":
    main()
