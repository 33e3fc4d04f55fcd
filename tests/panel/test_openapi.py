"""The interface keeps its word: whatever is sent, the answer is one that OpenAPI names, no defect of ours."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import ignored_auth
from schemathesis.config import SchemathesisConfig

from tests.panel.serving import Panel, agenda, line, review, run
from ui.panel.server.app import build
from ui.panel.server.config import Config

SCHEMA = build(Config(Path())).openapi()
DOSE = 5
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
whole = schemathesis.openapi.from_dict(SCHEMA).exclude(path=ENDLESS)
FEW = SchemathesisConfig.from_dict({"phases": {"coverage": {"enabled": False}}})
small = schemathesis.openapi.from_dict(SCHEMA, config=FEW).exclude(path=ENDLESS)


@small.parametrize()
@settings(max_examples=DOSE, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_answer_is_one_that_is_described(house: Panel, case: schemathesis.Case) -> None:
    answers_as_described(house, case)


@pytest.mark.long
@whole.parametrize()
@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
def test_so_is_each_of_many_at_every_border(house: Panel, case: schemathesis.Case) -> None:
    answers_as_described(house, case)


def answers_as_described(house: Panel, case: schemathesis.Case) -> None:
    face = house.person(f"admin-{next(NUMBERS)}", everywhere="admin")  # the one before may have signed out
    case.call_and_validate(
        base_url=house.address,
        cookies={"predawn_session": face.token},
        headers={"X-CSRF-Token": face.csrf},
        excluded_checks=[ignored_auth],  # routes by roles have a test of their own
    )
