"""The front door: all that an automation imports."""

from agent.core.calendar import Period
from agent.core.failures import CannotTell
from agent.core.parameters import Parameter
from agent.reports.attest import Expect
from agent.reports.columns import choice, day, flag, money, own, text, time, whole
from agent.reports.table import Row
from agent.sdk.automation import Automation
from agent.sdk.batch import Batch
from agent.sdk.destination import Destination, Found, Listing, seconds
from agent.sdk.download import Download
from agent.sdk.record import Record
from agent.sdk.run import Run
from agent.sdk.session import Session
from agent.sdk.workbook import Workbook

__all__ = [
    "Automation",
    "Batch",
    "CannotTell",
    "Destination",
    "Download",
    "Expect",
    "Found",
    "Listing",
    "Parameter",
    "Period",
    "Record",
    "Row",
    "Run",
    "Session",
    "Workbook",
    "choice",
    "day",
    "flag",
    "money",
    "own",
    "seconds",
    "text",
    "time",
    "whole",
]
