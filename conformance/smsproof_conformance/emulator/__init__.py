"""The emulator: the vendor on your desk. Right by default, wrong on request by name, safe to leave running.

with running("intelepeer") as emulator:
    ...  # emulator.url, emulator.control
"""

from smsproof_conformance.emulator.account import MAX_SEGMENTS, SHARED_CODE, Setup
from smsproof_conformance.emulator.books.credentials import EXPIRED_TOKEN, TOKEN
from smsproof_conformance.emulator.books.inventory import InventoryError, read_inventory
from smsproof_conformance.emulator.books.store import StoreError
from smsproof_conformance.emulator.delivery.signature import Hmac, SignatureError
from smsproof_conformance.emulator.desk import Desk, UnknownName
from smsproof_conformance.emulator.serving.application import Application
from smsproof_conformance.emulator.serving.server import Emulator, running

__all__ = [
    "EXPIRED_TOKEN",
    "MAX_SEGMENTS",
    "SHARED_CODE",
    "TOKEN",
    "Application",
    "Desk",
    "Emulator",
    "Hmac",
    "InventoryError",
    "Setup",
    "SignatureError",
    "StoreError",
    "UnknownName",
    "read_inventory",
    "running",
]
