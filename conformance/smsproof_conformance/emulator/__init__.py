"""The emulator: the vendor on your desk. Right by default, wrong on request by name, safe to leave running.

with running("intelepeer") as emulator:
    ...  # emulator.url, emulator.control
"""

from smsproof_conformance.emulator.account import Setup
from smsproof_conformance.emulator.application import Application, UnknownName
from smsproof_conformance.emulator.credentials import EXPIRED_TOKEN, TOKEN
from smsproof_conformance.emulator.server import Emulator, running
from smsproof_conformance.emulator.signature import Hmac

build = Application

__all__ = ["EXPIRED_TOKEN", "TOKEN", "Application", "Emulator", "Hmac", "Setup", "UnknownName", "build", "running"]
