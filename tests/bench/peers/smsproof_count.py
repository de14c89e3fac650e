"""smsproof answers its own vectors; the row is there so that the table is complete."""

import json
import sys

from smsproof_spec.rules import measure

for line in sys.stdin:
    question = json.loads(line)
    cost = measure(question["text"])
    print(json.dumps({"id": question["id"], "encoding": cost.encoding, "units": cost.units, "segments": cost.segments}))
