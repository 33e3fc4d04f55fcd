"""Rows that cannot be right: each is put before a person, and read again as the person corrected it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from agent.core.answers import ROW_ANSWERS
from agent.reports.amending import Amendment, Place, texts_of
from agent.reports.table import InvalidRow
from agent.sdk import Download
from agent.store import corrections, reviews
from agent.store.evidence import Proof, open_evidence
from agent.store.lease import Lease
from agent.system.seal import Key

MOST_ASKED = 20
"""More broken rows than this are a broken file: one question, not hundreds."""


def amendments(run_id: str, sha256: str, key: Key) -> dict[Place, Amendment]:
    """Return what people made of the rows of one file of a run; raises SealBroken."""
    found: dict[Place, Amendment] = {}
    for place, correction in corrections.of_rows(run_id).items():
        digest, sheet, number = place.split("/", 1)[0], *place.split("/", 1)[1].rsplit("/", 1)
        if digest != sha256:
            continue  # of another file: what was right there says nothing here
        texts = None if correction.values is None else json.loads(open_evidence(correction.values, key))
        found[sheet, int(number)] = Amendment(
            texts, correction.reason or "", correction.actor.as_json(), correction.at
        )
    return found


def ask(lease: Lease, downloads: Iterable[Download], prove: Callable[[bytes, str], Proof]) -> None:
    """Ask about each broken row of the files that could not be read; raises FenceLost.

    What stands in the row is sealed; the question itself names the place, the column and the problem.
    """
    for download in downloads:
        if len(download.broken) > MOST_ASKED:
            continue
        for row in download.broken:
            place = corrections.place_of(download.sha256, row.address.sheet, row.number)
            content = json.dumps(_told(row), ensure_ascii=False).encode()
            proof = prove(content, f"{download.name}, row {row.number}.json")
            params = {
                "file": download.name,
                "sheet": row.address.sheet,
                "row": row.number,
                "column": row.header or None,
                "problem": row.problem,
                "expected": row.expected,
                "fields": [problem.field for problem in row.problems if problem.field],
                "place": place,
                "evidence": [proof.id],
            }
            answers = ROW_ANSWERS if params["fields"] else tuple(a for a in ROW_ANSWERS if a != "correct")
            with lease.transaction():
                reviews.ask(
                    lease.run_id,
                    lease.task_id,
                    reviews.ROW_QUESTION,
                    params,
                    answers,
                    cause=f"{lease.run_id}/{reviews.ROW_QUESTION}/{place}",
                )


def _told(row: InvalidRow) -> Mapping[str, Any]:
    """Return what a face shows of the row: each cell, and what is wrong with which."""
    return {
        "cells": texts_of(row),
        "problems": [
            {"field": one.field, "column": one.header, "problem": one.problem, "expected": one.expected}
            for one in row.problems
        ],
    }
