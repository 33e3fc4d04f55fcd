"""The interface keeps its word: whatever is sent, the answer is one that OpenAPI names, no defect of ours."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import ignored_auth

from tests.panel.serving import Panel, agenda, line, review, run
from ui.panel.server.app import build
from ui.panel.server.config import Config

SCHEMA = build(Config(Path())).openapi()
DOSE = 8
ENDLESS = "/api/events"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Panel]:
    with Panel(tmp_path_factory.mktemp("panel")) as panel:
        station = panel.workstation("FRONT-2")
        station.tell(
            agenda=agenda(),
            runs=(run(state="NEEDS_REVIEW"),),
            lines=(line(),),
            reviews=(review(1), review(2)),
        )
        yield panel


NUMBERS = count()
schema = schemathesis.openapi.from_dict(SCHEMA).exclude(path=ENDLESS)


@schema.parametrize()
@settings(max_examples=DOSE, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_answer_is_one_that_is_described(house: Panel, case: schemathesis.Case) -> None:
    face = house.person(f"admin-{next(NUMBERS)}", everywhere="admin")  # the one before may have signed out
    case.call_and_validate(
        base_url=house.address,
        cookies={"predawn_session": face.token},
        headers={"X-CSRF-Token": face.csrf},
        excluded_checks=[ignored_auth],  # routes by roles have a test of their own
    )
