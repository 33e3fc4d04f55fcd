"""The page's own types say what the server's OpenAPI says: same names, same fields."""

from __future__ import annotations

import re
from pathlib import Path

from ui.panel.server.app import Config, build

MODELS = Path(__file__).parents[2] / "ui" / "panel" / "web" / "src" / "app" / "api" / "models"


def test_every_field_of_the_page_is_the_servers() -> None:
    told = build(Config(Path())).openapi()["components"]["schemas"]
    sources = "\n".join(file.read_text() for file in MODELS.glob("*.ts"))
    interfaces = re.findall(r"export interface (\w+) \{(.*?)\n\}", sources, re.DOTALL)
    assert len(interfaces) > 30
    for name, body in interfaces:
        fields = set(re.findall(r"readonly (\w+)\??:", body))
        assert fields == set(told[name]["properties"]), name


def test_every_choice_of_the_page_is_the_servers() -> None:
    told = build(Config(Path())).openapi()["components"]["schemas"]
    sources = "\n".join(file.read_text() for file in MODELS.glob("*.ts"))
    names = {
        "SignKind": "Sign",
        "Role": "Role",
        "Standing": "Standing",
        "Verb": "Verb",
        "CommandState": "CommandState",
    }
    for ours, theirs in names.items():
        (choices,) = re.findall(rf"export type {ours} = (.*?);", sources)
        assert set(re.findall(r"'(\w+)'", choices)) == set(told[theirs]["enum"]), ours
