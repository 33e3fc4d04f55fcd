"""``python -m ui.panel.server.openapi``: the browser's interface as OpenAPI, for whoever writes a face."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from ui.panel.server.app import Config, build

if __name__ == "__main__":
    json.dump(build(Config(Path())).openapi(), sys.stdout, indent=1)
    sys.stdout.write("\n")
