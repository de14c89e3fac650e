"""Small receivers for the fault matrix: one right for each vendor, the others wrong in one way each, by name.

Each wrong one overrides one step of the right one, so that what is wrong with it is what its class says.
"""

from collections.abc import Mapping
from typing import Final

from smsproof_conformance.receivers.miniatures import inbound, status
from smsproof_conformance.receivers.miniatures.inbound import CODE
from smsproof_conformance.receivers.miniatures.miniature import Miniature
from smsproof_conformance.receivers.miniatures.receiver import serving

RECEIVERS: Final[Mapping[str, Mapping[str, Miniature]]] = {
    "intelepeer": {miniature.name: miniature for miniature in inbound.MINIATURES},
    "messangi": {miniature.name: miniature for miniature in status.MINIATURES},
}
"""By vendor and name."""

__all__ = ["CODE", "RECEIVERS", "Miniature", "serving"]
