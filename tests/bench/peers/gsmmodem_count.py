"""python-gsmmodem-new answers the vectors: the PDUs that it would send."""

import json
import sys

from gsmmodem.pdu import encodeGsm7, encodeSmsSubmitPdu

for line in sys.stdin:
    question = json.loads(line)
    text = question["text"]
    try:
        pdus = encodeSmsSubmitPdu("+10000000000", text, reference=0)
    except Exception as error:  # it fails on some texts; no answer is its answer
        print(f"{question['id']}: {error!r}", file=sys.stderr)
        continue
    try:
        units, encoding = len(encodeGsm7(text)), "gsm7"
    except ValueError:
        units, encoding = len(text.encode("utf-16-be")) // 2, "ucs2"
    print(json.dumps({"id": question["id"], "encoding": encoding, "units": units, "segments": len(pdus)}))
