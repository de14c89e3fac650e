"""smsutil answers the vectors."""

import json
import sys

import smsutil

for line in sys.stdin:
    question = json.loads(line)
    result = smsutil.split(question["text"])
    gsm = result.encoding == "gsm0338"
    units = result.total_bytes if gsm else result.total_bytes // 2
    print(
        json.dumps(
            {"id": question["id"], "encoding": "gsm7" if gsm else "ucs2", "units": units, "segments": len(result.parts)}
        )
    )
