"""Run one small client, by vendor and name."""

import json
import os
import sys
from pathlib import Path

from smsproof_conformance.clients.miniatures import CLIENTS

_, vendor, name = sys.argv
CLIENTS[vendor][name].make().run(json.loads(Path(os.environ["SMSPROOF_SCENARIO"]).read_text(encoding="utf-8"))["steps"])
