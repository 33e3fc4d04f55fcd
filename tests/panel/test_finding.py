"""What a search finds is what a simple look through everything finds, newest first, page by page."""

from __future__ import annotations

import random
from typing import Any

import httpx
import pytest

from tests.panel.serving import Face, Panel, Station, line, run
from ui.panel.server.tables.index import words_of
from ui.panel.server.tables.ingest import Ingest
from ui.panel.server.tables.schema import PANEL, RunRow

_STATES = ("PENDING", "DOWNLOADING", "UPLOADING", "COMPLETED", "FAILED", "CANCELLED")
_TITLES = (
    "Clinic morning sync", "Müller & Søn prices", "Insurance answers", "Insured months", "Monats-Abschluß 7",
)  # fmt: skip
_PLACES = (("FRONT-2", "north"), ("BACK-1", "south"))
_ASKED = (
    "clinic", "cl", "c", "insur", "insure", "insurance answ", "mull", "MÜLLER", "sø", "months front", "zebra",
    "morning morning", "abschluß", "7", "front 2 fail", "failed clinic", "2026", "20261118 back", "'\"*:(",
)  # fmt: skip


def _fill(panel: Panel, chance: random.Random) -> list[Station]:
    stations = [panel.workstation(name, office) for name, office in _PLACES]
    for station in stations:
        told = [
            run(f"20261118-{number:04}", chance.choice(_STATES), title=chance.choice(_TITLES))
            for number in range(60)
        ]
        lines = [line(one.state, run=one.run, params={"step": chance.random()}) for one in told]
        station.tell(runs=tuple(told), lines=tuple(lines))
        again = [run(one.run, chance.choice(_STATES), title=one.title) for one in told[::3]]
        station.tell(runs=tuple(again))  # found by how it stands now, and by that alone
    return stations


def _everything(face: Face, path: str, **asked: Any) -> list[Any]:
    """Page through all that is found."""
    found, after = [], None
    while True:
        page = face.get(path, limit=25, **asked, **({"after": after} if after else {}))
        found += page["items"]
        after = page["next"]
        if after is None:
            return found


def _holds(text: str, asked: str) -> bool:
    words = words_of(text)
    return all(any(word.startswith(one) for word in words) for one in words_of(asked))


def _runs() -> dict[tuple[int, str], str]:
    return {(row.workstation_id, row.run): row.words for row in RunRow.select()}


def test_what_is_found_is_what_is_there(panel: Panel) -> None:
    chance = random.Random(11)
    first, _second = _fill(panel, chance)
    faces = [panel.person("ada", everywhere="viewer"), panel.person("jo", north="viewer")]
    texts = _runs()
    for face in faces:
        for where in ({}, {"office": "north"}, {"workstation": first.number})[
            :: 2 if face is faces[0] else 1
        ]:
            lines, runs = _everything(face, "/api/log", **where), _everything(face, "/api/runs", **where)
            assert len(runs) == len(lines) == (120 if face is faces[0] and not where else 60)
            for asked in _ASKED:
                wanted = [one for one in runs if _holds(texts[one["workstation"], one["run"]], asked)]
                assert _everything(face, "/api/runs", q=asked, **where) == wanted, asked
                names = ("words", "title", "workstation_name", "run")
                told = [one for one in lines if _holds(" ".join(str(one[name]) for name in names), asked)]
                assert _everything(face, "/api/log", q=asked, **where) == told, asked
    failed = [one for one in _everything(faces[0], "/api/runs") if one["state"] == "FAILED"]
    found = _everything(faces[0], "/api/runs", q="insured", state="FAILED")
    assert found == [one for one in failed if one["title"].startswith("Insured")]
    assert found


def test_a_beginning_of_very_many_words_finds_them_too(panel: Panel) -> None:
    station, face = panel.workstation("FRONT-2"), panel.person("jo", north="viewer")
    told = [run(f"20261118-monat{number}", title="T") for number in range(150)]
    station.tell(runs=tuple(told))
    assert PANEL.execute_sql("SELECT count(*) FROM word WHERE text LIKE 'monat%'").fetchone()[0] == 150
    assert len(_everything(face, "/api/runs", q="monat")) == 150
    assert len(_everything(face, "/api/runs", q="monat14")) == 11
    assert _everything(face, "/api/runs", q="monatx") == []


def test_a_word_of_a_batch_that_was_not_stored_is_learnt_when_it_is(
    panel: Panel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Words are learnt in the transaction that stores them: nothing remembers them beside it."""
    station, face = panel.workstation("FRONT-2"), panel.person("jo", north="viewer")
    batch = station.batch(runs=(run("20261118-zebraword"),))
    with monkeypatch.context() as broken:
        broken.setattr(Ingest, "_reviews", lambda _self, _stream: 1 / 0)
        with pytest.raises(httpx.HTTPStatusError):
            station.send(batch).raise_for_status()
    assert _everything(face, "/api/runs", q="zebraw") == []
    station.send(batch)
    assert len(_everything(face, "/api/runs", q="zebraw")) == 1
