"""Small clients for the fault matrix: one right for each vendor, the others wrong in one way each, by name.

`python -m smsproof_conformance.clients.miniatures VENDOR NAME` runs one as the program of `smsproof client`. Each wrong one
overrides one step of the right one.
"""

from collections.abc import Mapping
from typing import Final

from smsproof_conformance.clients.miniatures import intelepeer, messangi
from smsproof_conformance.clients.miniatures.client import Miniature

CLIENTS: Final[Mapping[str, Mapping[str, Miniature]]] = {
    "intelepeer": {miniature.name: miniature for miniature in intelepeer.MINIATURES},
    "messangi": {miniature.name: miniature for miniature in messangi.MINIATURES},
}
"""By vendor and name."""
