"""Whether a run will be done in time, for those who look at it while it waits or works."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from agent.core.deadline import Forecast, Verdict
from agent.core.failures import BrokenSettings
from agent.faces.moments import Moments
from agent.system.paths import Home
from resources.i18n import texts


def forecast_of(home: Home, run_id: str) -> Forecast | None:
    """Return the forecast of a run; None for one at rest, or where broken settings name no office."""
    from agent.host.outlook import Outlook  # noqa: PLC0415
    from agent.store import runs  # noqa: PLC0415
    from agent.system.settings import load_settings  # noqa: PLC0415

    try:
        settings = load_settings(home)
    except BrokenSettings:
        return None  # a listing must not fail for it; whatever needs the settings says so
    return Outlook(settings).of(runs.get(run_id), datetime.now(UTC))


def sentence(forecast: Forecast, moments: Moments) -> str:
    """Return a forecast in one line: "Expected done 06:10-06:25; deadline 08:00"."""
    params = {name: moments.at(value) for name, value in _moments(forecast).items()}
    if params["earliest"] == params["latest"] and forecast.verdict is Verdict.ON_TRACK:
        params["latest"] = ""  # within one minute: one time says it
    return texts.standing("forecasts", forecast.verdict.value, params)


def as_json(forecast: Forecast | None) -> dict[str, Any] | None:
    """Return a forecast as plain values, moments as ISO text in UTC."""
    if forecast is None:
        return None
    return {
        "verdict": forecast.verdict.value,
        **{f"{name}_at": value for name, value in _moments(forecast).items()},
        "chance": forecast.chance,
        "left_over": forecast.left_over,
        "helps": [which.value for which in forecast.helps],
    }


def _moments(forecast: Forecast) -> dict[str, str | None]:
    known = {
        "earliest": forecast.earliest_at,
        "middle": forecast.middle_at,
        "latest": forecast.latest_at,
        "latest_start": forecast.latest_start_at,
        "deadline": forecast.deadline_at,
    }
    return {
        name: None if value is None else value.astimezone(UTC).isoformat(timespec="seconds")
        for name, value in known.items()
    }
