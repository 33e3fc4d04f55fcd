"""The quick way of the doses makes the very SQL that peewee makes."""

from pathlib import Path

import peewee
import pytest

from agent.store.tables import EVIDENCE_TABLES, LEDGER_TABLES, OccurrenceRow, RecordRow, RunRow, TaskRow
from tests import quick_sql
from tests.store.ground import opened

QUERIES = [
    *(model.select() for model in (*LEDGER_TABLES, *EVIDENCE_TABLES)),
    RunRow.select().where((RunRow.id == "a") & RunRow.state.in_(["PENDING", "FAILED"])).limit(2),
    RunRow.select().join(OccurrenceRow, on=(OccurrenceRow.run == RunRow.id)).where(RunRow.slot == "05:00"),
    RecordRow.select(RecordRow.state).join(TaskRow).where(TaskRow.name == "enter"),
    RecordRow.select().where(RecordRow.run.in_(RunRow.select().where(RunRow.state == "PENDING"))),
]


def test_the_texts_are_peewee_s(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with opened(tmp_path):
        slow = [query.clone().sql() for query in QUERIES]
        monkeypatch.setattr(peewee.ModelSelect, "__sql_selection__", quick_sql._selection)
        assert [query.clone().sql() for query in QUERIES] == slow
        assert len(quick_sql._rendered) > 10  # it was the quick way
