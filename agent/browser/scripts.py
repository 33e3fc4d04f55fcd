"""The scripts that run on pages: files beside this one, so that they can be read as what they are."""

from __future__ import annotations

from pathlib import Path


def script(name: str) -> str:
    """Return a script's source: one JavaScript function, with a comment above it."""
    return Path(__file__).with_name(f"{name}.js").read_text(encoding="utf-8")
