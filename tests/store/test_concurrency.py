"""Several processes write at once: each waits its turn, none is told that the database is locked."""

import os
import subprocess
import sys
from pathlib import Path

from agent.core.states import RecordState
from agent.store.tables import BlobRow, LedgerKeyRow, RecordRow, ReviewRow, RunRow

ROOT = Path(__file__).resolve().parents[2]
PROCESSES, RECORDS = 4, 30
WRITER = """
import sys
from pathlib import Path
from agent.store import evidence, reviews, runs
from agent.store.database import open_store
from tests.store.ground import DATA, begin, claim, ledger_of, plan_run

home, name, records = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
open_store(home / "ledger.db", home / "evidence.db")
lease = begin(plan_run(automation=name))
print("ready", flush=True)
sys.stdin.readline()
ledger = ledger_of(lease)
ledger.plan([claim(f"{name}-{number}") for number in range(records)] + [claim("shared")], [])
for entry in ledger.entries()[:records]:
    ledger.intend(entry)
    runs.record_totals(lease, {name: {"sent": entry.ordinal}})
    ledger.confirm(entry, None, "hash")
    ledger.verify(entry, None, ["amount"])
    evidence.keep(lease, DATA, b"picture", kind="screenshot", name=name, media_type="image/png")
    reviews.ask(lease.run_id, lease.task_id, f"question {entry.ordinal}", {}, ("retry",))
"""


def test_four_processes_write_at_once_and_nothing_is_lost(store: Path) -> None:
    """All their records are verified, all proofs and questions kept, and one of them holds the shared key."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(store.parent), f"clinic-{number}", str(RECORDS)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment,
        )
        for number in range(PROCESSES)
    ]
    for writer in writers:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
    endings = []
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write("go\n")
        writer.stdin.flush()
    endings = [writer.communicate(timeout=120)[1] for writer in writers]
    assert endings == [""] * PROCESSES

    verified = RecordRow.select().where(RecordRow.state == RecordState.VERIFIED).count()
    assert verified == BlobRow.select().count() == PROCESSES * RECORDS
    questions = ReviewRow.select().where(ReviewRow.question.startswith("question")).count()
    assert questions == PROCESSES * RECORDS
    assert all(run.totals[run.automation] == {"sent": RECORDS} for run in RunRow.select())
    # The key that all of them wanted went to one; the others were told that it is open elsewhere.
    assert LedgerKeyRow.select().count() == PROCESSES * RECORDS + 1
    elsewhere = ReviewRow.select().where(ReviewRow.question == "open_elsewhere").count()
    assert elsewhere == PROCESSES - 1
