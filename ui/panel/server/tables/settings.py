"""The panel's own few settings."""

from __future__ import annotations

from typing import Any

from ui.panel.server.tables.schema import SettingRow


def get(key: str) -> Any:  # noqa: ANN401  # plain JSON
    """Return a setting's value, None if there is none."""
    row = SettingRow.get_or_none(SettingRow.key == key)
    return None if row is None else row.value


def put(key: str, value: Any) -> None:  # noqa: ANN401
    """Store a setting; only in a job."""
    SettingRow.delete().where(SettingRow.key == key).execute()
    SettingRow.create(key=key, value=value)


def remove(key: str) -> None:
    """Forget a setting; only in a job."""
    SettingRow.delete().where(SettingRow.key == key).execute()
