"""Which version of Predawn this panel is."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version


def _installed() -> str:
    try:
        return version("predawn")
    except PackageNotFoundError:  # from a folder of sources
        return "0"


VERSION = _installed()
