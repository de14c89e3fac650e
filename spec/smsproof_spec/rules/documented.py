"""The vendors' own words about segments, beside the standard and never mixed up with it."""

from .segments import measure


def documented_segments(text: str) -> int:
    """Messangi's page model: 160 septets or 70 UTF-16 units a segment, with no room taken by headers.

    raises    TextError("lone-surrogate").
    source    S2:76; AMB-MS-20, -23, -24.
    """
    whole = measure(text)
    return max(1, -(-whole.units // (160 if whole.encoding == "gsm7" else 70)))
