"""A downloaded file beside the earlier ones of its download: checked when it comes, noted when it stays."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass, field

from agent.core.accepted import Accepted
from agent.core.failures import UnusualReport
from agent.reports.attest import Expect, attest_file, attest_history
from agent.reports.drift import headings_of
from agent.reports.reading import ReportFile
from agent.store import accepted_files
from agent.worker.assignment import Assignment

_LOG = logging.getLogger("agent.worker")


@dataclass
class Accepting:
    """The files of one download task. Raises what the attestation does."""

    assignment: Assignment
    task: str
    _seen: dict[str, Accepted] = field(default_factory=dict)

    def check(self, report: ReportFile, content: bytes, expect: Expect | None) -> None:
        """Attest a file by itself and beside its history; changed headings are a line in the log."""
        if expect is not None:
            attest_file(report, expect)
        run, digest = self.assignment.run, hashlib.sha256(content).hexdigest()
        changed = attest_history(
            report,
            expect or Expect(),
            accepted_files.history(run.automation, run.office, self.task),
            sha256=digest,
            business_date=run.business_date,
            any_count=UnusualReport.code in self.assignment.options.get("accepted", ()),
        )
        if changed:
            _LOG.warning("columns_changed file=%s %s", report.name, changed)
        header = headings_of(report.tables)
        self._seen[digest] = Accepted(run.business_date, digest, report.rows, header)

    def note(self, sha256: str) -> None:
        """Keep what is known of the file that the task returned; raises FenceLost."""
        run = self.assignment.run
        accepted_files.add(
            self.assignment.lease,
            self._seen[sha256],
            automation=run.automation,
            office=run.office,
            task=self.task,
        )
