"""A real Request Tracker for the live tests: where it can't be, a skip with a reason, or a failure in CI."""

import os
from collections.abc import Iterator

import pytest

from tests.live.installation import install, why_not
from tests.live.request_tracker import RequestTracker


@pytest.fixture(scope="session")
def live_machine() -> None:
    """Request Tracker's programs are on this machine; installed once, or skipped (see `skip_or_fail`)."""
    skip_or_fail(why_not())
    install()


def skip_or_fail(reason: str | None) -> None:
    """Go on when there is no reason; else skip, or fail where PREDAWN_REQUIRE_LIVE=1 forbids skipping."""
    if reason is None:
        return
    if os.environ.get("PREDAWN_REQUIRE_LIVE") == "1":
        pytest.fail(f"live tests are required here, but: {reason}")
    pytest.skip(reason)


@pytest.fixture
def claims_desk(live_machine: None) -> Iterator[RequestTracker]:
    """A running claims desk of the test's own, as on the first morning: 63 tickets that staff entered."""
    with RequestTracker() as desk:
        yield desk
