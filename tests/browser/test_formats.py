"""The morning from each file type that the practice clinic writes its report in, through to the target."""

from __future__ import annotations

from pathlib import Path

import pytest

from resources.practice.formats import FORMATS, WIDTHS
from resources.practice.server import Practice
from tests.morning import Morning, assert_exact

CLAIMS = 3


@pytest.mark.long
@pytest.mark.parametrize("form", FORMATS)
def test_the_morning_is_completed_from_a_report_in_each_form(
    form: str, tmp_path: Path, practice: Practice
) -> None:
    """Chosen in the report's window. Text of fixed width needs its author's word, and states no total."""
    morning = Morning(tmp_path / "home", practice)
    fill = 'report.fill({"from": run.period.first, "to": run.period.last})'
    chosen = f'{fill}\n        report.page.get_by_title("File type").select_option("{form}")'
    replaced = {fill: chosen}
    if form == "fixed":
        replaced['stated_total="amount"'] = f"widths={dict(WIDTHS)!r}"
    name = morning.small_sync(CLAIMS, **replaced)
    with morning.host() as host:
        run = morning.finished(host, morning.run(host, name), 300)
    assert_exact(morning, run, CLAIMS)
