"""The window's pages, in the order of its navigation. A page is made when it is first shown."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ui.desktop.desk import Desk
    from ui.desktop.pages.base import Page


@dataclass(frozen=True)
class Entry:
    """One page: its code, ``module:Class`` below ``ui.desktop.pages``; ``below`` is the one it belongs to.

    A page that is below another one has no place of its own in the navigation.
    """

    code: str
    place: str
    below: str | None = None

    def make(self, desk: Desk) -> Page:
        """Make the page."""
        module, _, name = self.place.partition(":")
        page: Page = getattr(importlib.import_module(f"ui.desktop.pages.{module}"), name)(desk)
        return page


PAGES = (
    Entry("today", "today:TodayPage"),
    Entry("review", "review:ReviewPage"),
    Entry("runs", "runs:RunsPage"),
    Entry("run", "run:RunPage", below="runs"),
    Entry("gallery", "gallery:GalleryPage"),
    Entry("automations", "automations:AutomationsPage"),
    Entry("sites", "sites:SitesPage"),
    Entry("settings", "settings:SettingsPage"),
    Entry("health", "health:HealthPage"),
    Entry("welcome", "welcome:WelcomePage", below="today"),
)
