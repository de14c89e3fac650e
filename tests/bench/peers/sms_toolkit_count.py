"""sms-toolkit answers the vectors."""

import json
import sys

from sms_toolkit import constants, profile_message, utils

for line in sys.stdin:
    question = json.loads(line)
    profile = profile_message(question["text"])
    gsm7 = utils.determine_encoding_for_string(question["text"]) == constants.GSM_ENCODING
    print(
        json.dumps(
            {
                "id": question["id"],
                "encoding": "gsm7" if gsm7 else "ucs2",
                "units": profile["message_length"],
                "segments": profile["num_segments"],
            }
        )
    )
