"""Our own defects: a clerk sees a sentence, support finds the details in a file."""

from __future__ import annotations

import os
import tempfile
import traceback
from datetime import UTC, datetime
from pathlib import Path

from agent.system.paths import find_home


def keep_details(error: BaseException) -> Path:
    """Write the traceback where support finds it: the home's logs, or the temporary folder if need be."""
    told = "".join(traceback.format_exception(error))
    stamp = f"{datetime.now(UTC):%Y%m%dT%H%M%S}"
    logs = find_home().logs
    folder = logs if os.access(logs, os.W_OK) else Path(tempfile.gettempdir())
    with tempfile.NamedTemporaryFile(  # made with mode 0600
        "w", dir=folder, prefix=f"details-{stamp}-", suffix=".txt", delete=False, encoding="utf-8"
    ) as file:
        file.write(told)
    return Path(file.name)
