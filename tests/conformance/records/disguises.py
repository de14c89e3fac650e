"""What a value may look like when a peer echoes it: written with the standard library, sharing nothing with the redactor."""

from __future__ import annotations

import base64
import html
import json
import textwrap
from urllib.parse import quote


def everything(value: str) -> dict[str, str]:
    """The same value as many peers would write it."""
    data = value.encode()
    return {
        "as it is": value,
        "another case": value.swapcase(),
        "JSON": json.dumps(value),
        "JSON, every character escaped": "".join(f"\\u{ord(char):04x}" for char in value),
        "JSON in JSON": json.dumps(json.dumps(value)),
        "Python": repr(data),
        "Python, ASCII": ascii(value),
        "URL": quote(value, safe=""),
        "URL, every byte": "".join(f"%{byte:02x}" for byte in data),
        "URL twice": quote(quote(value, safe=""), safe=""),
        "HTML": html.escape(value),
        "HTML, every character": "".join(f"&#{ord(char)};" for char in value),
        "HTML, hexadecimal": "".join(f"&#x{ord(char):X};" for char in value),
        "wrapped": "\n".join(textwrap.wrap(value, 5)),
        "wrapped and escaped": "\\r\\n".join(textwrap.wrap(value, 5)),
        "soft line ends": "=\r\n".join(textwrap.wrap(value, 5)),
        "spaced": " ".join(value),
        "NUL between": "\0".join(value),
        "backwards": value[::-1],
        "base64": base64.b64encode(data).decode(),
        "base64 behind one byte": base64.b64encode(b":" + data).decode(),
        "base64 behind two bytes": base64.b64encode(b"a:" + data + b"??>").decode(),
        "base64 for URLs": base64.urlsafe_b64encode(b"user:" + data).decode(),
        "base64 without padding, in a URL": quote(base64.b64encode(data).decode().rstrip("="), safe=""),
        "hexadecimal": data.hex(),
        "hexadecimal, upper case": data.hex().upper(),
        "Latin-1 read of UTF-8": data.decode("latin-1"),
    }
