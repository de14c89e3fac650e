"""sms-counter (Sweego) answers the vectors."""

import json
import sys

from sms.counter import UTF16, SMSCounter

for line in sys.stdin:
    question = json.loads(line)
    count = SMSCounter().count(question["text"])
    print(
        json.dumps(
            {
                "id": question["id"],
                "encoding": "ucs2" if count.encoding == UTF16 else "gsm7",
                "units": count.sms_size,
                "segments": count.segment,
            }
        )
    )
