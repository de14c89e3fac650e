"""smpplib answers the vectors: what it would put into its submit_sm, headers taken off."""

import json
import sys

from smpplib import consts, gsm
from smpplib.exceptions import MessageTooLong

for line in sys.stdin:
    question = json.loads(line)
    try:
        parts, encoding, esm_class = gsm.make_parts(question["text"])
    except MessageTooLong:
        continue  # no answer: it refuses to count more than 255 parts
    header = 6 if esm_class == consts.SMPP_GSMFEAT_UDHI else 0
    octets = sum(len(part) - header for part in parts)
    gsm7 = encoding == consts.SMPP_ENCODING_DEFAULT
    print(
        json.dumps(
            {
                "id": question["id"],
                "encoding": "gsm7" if gsm7 else "ucs2",
                "units": octets if gsm7 else octets // 2,
                "segments": len(parts),
            }
        )
    )
