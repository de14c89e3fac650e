"""`smsproof emulate`: the vendor on your desk, until a signal stops it."""

from __future__ import annotations

import json
import signal
import threading
from typing import Annotated

import typer

from smsproof_conformance.cli.door import UsageError, door
from smsproof_conformance.emulator import UnknownName, running


def emulate(
    vendor: Annotated[str, typer.Argument(help="intelepeer or messangi")],
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port on 127.0.0.1; 0 takes any free one.")] = 0,
    fault: Annotated[
        list[str] | None, typer.Option(help="Be wrong in this way; repeatable. See `smsproof faults --list`.")
    ] = None,
    lenient: Annotated[
        bool, typer.Option("--lenient", help="Take what real vendors are known to take as well.")
    ] = False,
) -> None:
    """Play a vendor on loopback. The first line of output is JSON: {"url", "control"}. Stops with exit code 0."""
    stop = threading.Event()
    for signal_ in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signal_, lambda *_: stop.set())
    with door():
        try:
            with running(vendor, fault or (), port, lenient) as emulator:
                print(json.dumps({"url": emulator.url, "control": emulator.control}), flush=True)
                stop.wait()
        except UnknownName as error:
            raise UsageError(str(error)) from error
        except OSError as error:
            raise UsageError(f"Port {port} cannot be used: {error.strerror}. Give another --port, or 0.") from error
