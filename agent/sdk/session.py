"""The site as an automation uses it: the browser's session, and downloads that are kept as evidence."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

from agent.browser.session import FINISH_SECONDS, START_SECONDS
from agent.browser.session import Session as BrowserSession
from agent.browser.tables import read_table
from agent.reports.attest import Expect
from agent.sdk.download import Download

Keep = Callable[[str, bytes, Expect | None], Download]
"""Attests a file's content and stores it sealed; given by the worker."""


class Session(BrowserSession):
    """A site being used: ``site["name"]``, ``fill``, ``commit``, ``popup``, ``download``, ``page``."""

    def download(
        self,
        element: str,
        *,
        expect: Expect | None = None,
        start: timedelta = timedelta(seconds=START_SECONDS),
        finish: timedelta = timedelta(seconds=FINISH_SECONDS),
    ) -> Download:
        """Click an element and return the file that this very click brings, attested and stored sealed.

        The site may save it, show it in the page or in a new window, or answer a form with it. ``start`` is
        how long it may take to begin, ``finish`` how long it may then take to end.
        Raises DownloadMissing, DownloadCut, DownloadWrongType, DownloadStale, SignedOut.
        """
        name, content = self.receive(
            element, start_seconds=start.total_seconds(), finish_seconds=finish.total_seconds()
        )
        kept: Download = self._keep(name, content, expect)
        return kept

    def table(
        self,
        element: str,
        *,
        following: str | None = None,
        beside: Sequence[str] = (),
        expect: Expect | None = None,
    ) -> Download:
        """Read a table off the page, attested and stored sealed as a downloaded file is.

        ``following`` is the element that leads to the table's next page: when it is gone, hidden or disabled,
        the last one has been read. ``beside`` names elements whose words belong to the report (its period,
        "187 claims"). Raises ElementMissing, PageTimeout when a next page does not come, DownloadStale, …
        """
        with self.watched():
            content = read_table(self, element, following, beside)
        kept: Download = self._keep(f"{element}.html", content, expect)
        return kept
