"""The site as an automation uses it: the browser's session, and downloads that are kept as evidence."""

from __future__ import annotations

from collections.abc import Callable

from agent.browser.session import Session as BrowserSession
from agent.reports.attest import Expect
from agent.sdk.download import Download

Keep = Callable[[str, bytes, Expect | None], Download]
"""Attests a file's content and stores it sealed; given by the worker."""


class Session(BrowserSession):
    """A site being used: ``site["name"]``, ``fill``, ``commit``, ``popup``, ``download``, ``page``."""

    def download(self, element: str, *, expect: Expect | None = None) -> Download:
        """Click an element and return the file that this very click brings, attested and stored sealed.

        Raises DownloadMissing, DownloadCut, DownloadWrongType, DownloadStale.
        """
        name, content = self.receive(element)
        kept: Download = self._keep(name, content, expect)
        return kept
