"""`smsproof emulate`: the vendor on your desk, until a signal stops it."""

from __future__ import annotations

import json
import signal
import threading
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer

from smsproof_conformance.cli.door import UsageError, door
from smsproof_conformance.cli.printing import Json
from smsproof_conformance.emulator import (
    MAX_SEGMENTS,
    SHARED_CODE,
    Hmac,
    InventoryError,
    Setup,
    SignatureError,
    StoreError,
    UnknownName,
    read_inventory,
    running,
)

_FAULT = "Be wrong in this way; repeatable. `smsproof faults --list` shows all of them."
_HMAC = "Sign inbound messages by HASH:ENCODING:ORDER, such as sha256:hex:refid+message. The vendor's own is not known."
_RETRY = "Pause before each further attempt of an inbound message; repeatable, the last one repeats."


def emulate(
    vendor: Annotated[str, typer.Argument(help="intelepeer or messangi")],
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port on 127.0.0.1; 0 takes any free one.")] = 0,
    fault: Annotated[list[str] | None, typer.Option(help=_FAULT)] = None,
    lenient: Annotated[bool, typer.Option("--lenient", help="Take what real vendors are known to take.")] = False,
    numbers: Annotated[Path | None, typer.Option(help="TOML file with the account's numbers.")] = None,
    store: Annotated[Path | None, typer.Option(help="SQLite file that keeps everything over a restart.")] = None,
    retry_seconds: Annotated[list[float] | None, typer.Option(min=0, help=_RETRY)] = None,
    attempt_seconds: Annotated[float, typer.Option(min=0.01, help="How long a webhook may take to answer.")] = 5.0,
    max_segments: Annotated[int, typer.Option(min=1, help="Longest message that Messangi sends.")] = MAX_SEGMENTS,
    shared_code: Annotated[str, typer.Option(help="Goes into `signature`; empty: no signature.")] = SHARED_CODE,
    hmac: Annotated[str | None, typer.Option(help=_HMAC)] = None,
    allow_target: Annotated[list[str] | None, typer.Option(help="Deliver to this host too; repeatable.")] = None,
    allow_host: Annotated[
        list[str] | None, typer.Option(help="Answer requests with this Host too; repeatable.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Play a vendor on loopback. The first line of output is JSON: {"url", "control"}, with --json the only one. Stops with exit code 0."""
    stop = threading.Event()

    def stopping(number: int, frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stopping)
    with door():
        try:
            setup = Setup(
                lenient=lenient,
                inventory=read_inventory(numbers, vendor) if numbers else None,
                shared_code=shared_code or None,
                hmac=Hmac.read(hmac) if hmac else None,
                retry_seconds=tuple(retry_seconds or (0.0,)),
                attempt_timeout_seconds=attempt_seconds,
                max_segments=max_segments,
                allow_targets=tuple(allow_target or ()),
                allow_hosts=tuple(allow_host or ()),
                store=store,
            )
            with running(vendor, fault or (), port, setup=setup) as emulator:
                print(json.dumps({"url": emulator.url, "control": emulator.control}), flush=True)
                stop.wait()
        except (UnknownName, InventoryError, SignatureError, StoreError) as error:
            raise UsageError(str(error)) from error
        except OSError as error:
            raise UsageError(f"Port {port} cannot be used: {error.strerror}. Give another --port, or 0.") from error
