"""The vendors' own words about segments, beside the standard and never mixed up with it.

IntelePeer counts `numparts` by the standard (P-IP-10). Messangi's page gives every segment its full 160 or 70 and no
header (S2:76), which is less than the standard at some lengths; its newer page does not (P-MS-6).
"""

from .record import Record
from .segments import measure, room

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .segments import Encoding


class Limit(Record):
    """The longest text that a vendor takes; None where its pages name no limit.

    characters  by the page's word, whatever the encoding.
    segments    in the vendor's own counting.
    source      page and lines, and the decision about them.
    """

    characters: int | None
    segments: int | None
    source: str


# 1600 is stated; ten segments are implied by 1600 / 160, and make 700 characters of UCS-2 (AMB-MS-21, -22).
LIMITS = {
    "intelepeer": Limit(None, None, "AMB-IP-39"),
    "messangi": Limit(1600, 10, "S2:142 S2:226; AMB-MS-21, AMB-MS-22"),
}
_PAGE = {"gsm7": 160, "ucs2": 70}


def numparts(text: str) -> int:
    """IntelePeer's `numparts`: the standard's segments.

    raises    TextError("lone-surrogate").
    source    AMB-IP-29, P-IP-10.
    """
    return measure(text).segments


def documented_segments(text: str) -> int:
    """Messangi's page model: 160 septets or 70 UTF-16 units a segment, with no room taken by headers.

    raises    TextError("lone-surrogate").
    source    S2:76; AMB-MS-20, -23, -24.
    """
    whole = measure(text)
    return max(1, -(-whole.units // _PAGE[whole.encoding]))


def documented_differs(encoding: "Encoding", up_to: int) -> tuple[tuple[int, int], ...]:
    """Where the two counts differ: ranges (first, last) of units, both ends included, none above `up_to`.

    No claim about a count is safe inside a range. Lengths only: a pair at a cut can add one more segment to the
    standard's count just below a range.

    source    vendor contracts, table 4A.
    """
    page = _PAGE[encoding]
    space = room()
    shared = space.septets_shared if encoding == "gsm7" else space.units_shared
    ranges: list[tuple[int, int]] = []
    for segments in range(2, up_to // shared + 2):
        # The page says `segments` up to page * segments; the standard has run out of them after shared * segments.
        first = max(shared * segments + 1, page * (segments - 1) + 1, page + 1)
        last = min(page * segments, up_to)
        if first <= last:
            if ranges and first <= ranges[-1][1] + 1:
                ranges[-1] = (ranges[-1][0], last)
            else:
                ranges.append((first, last))
    return tuple(ranges)
