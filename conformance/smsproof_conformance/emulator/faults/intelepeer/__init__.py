"""Ways in which the emulated IntelePeer can be wrong, one module for each aspect; importing them declares the faults."""

from smsproof_conformance.emulator.faults.intelepeer import address as address
from smsproof_conformance.emulator.faults.intelepeer import bulk as bulk
from smsproof_conformance.emulator.faults.intelepeer import delivery as delivery
from smsproof_conformance.emulator.faults.intelepeer import inbound as inbound
from smsproof_conformance.emulator.faults.intelepeer import read_webhook as read_webhook
from smsproof_conformance.emulator.faults.intelepeer import refusal as refusal
from smsproof_conformance.emulator.faults.intelepeer import send_answer as send_answer
from smsproof_conformance.emulator.faults.intelepeer import send_request as send_request
from smsproof_conformance.emulator.faults.intelepeer import set_webhook as set_webhook
from smsproof_conformance.emulator.faults.intelepeer import text as text
from smsproof_conformance.emulator.faults.intelepeer import token as token
from smsproof_conformance.emulator.faults.intelepeer import webhook_answer as webhook_answer
from smsproof_conformance.emulator.faults.intelepeer import webhook_state as webhook_state
