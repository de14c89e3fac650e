"""Ways in which the emulated Messangi can be wrong, one module for each aspect; importing them declares the faults."""

from smsproof_conformance.emulator.faults.messangi import address as address
from smsproof_conformance.emulator.faults.messangi import batch_answer as batch_answer
from smsproof_conformance.emulator.faults.messangi import batch_request as batch_request
from smsproof_conformance.emulator.faults.messangi import callback as callback
from smsproof_conformance.emulator.faults.messangi import key as key
from smsproof_conformance.emulator.faults.messangi import send_answer as send_answer
from smsproof_conformance.emulator.faults.messangi import send_request as send_request
from smsproof_conformance.emulator.faults.messangi import text as text
