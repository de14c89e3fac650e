"""`smsproof receiver`: play a vendor against a customer's webhook, judge, report."""

from __future__ import annotations

import os
from typing import Annotated

import typer
from pydantic import SecretStr

from smsproof_conformance.case import cases
from smsproof_conformance.cli.conclusion import Baseline, ExitZero, Reports, ShowData, Wanted, conclude
from smsproof_conformance.cli.door import UsageError, door
from smsproof_conformance.cli.printing import Json
from smsproof_conformance.cli.run import Patterns, Strict
from smsproof_conformance.emulator import Hmac, SignatureError
from smsproof_conformance.receivers.address import Address, AddressError
from smsproof_conformance.receivers.handler_probe import ProbeError
from smsproof_conformance.receivers.visit import SharedCode, Visit
from smsproof_conformance.records.ledger import Ledger, new_path
from smsproof_conformance.runs.interruption import Interruption
from smsproof_conformance.runs.selection import select
from smsproof_spec import contract as contracts


def receiver(
    vendor: Annotated[str, typer.Argument(help="Whose deliveries: intelepeer or messangi.")],
    url: Annotated[str, typer.Option(help="The webhook to judge.")],
    secret_env: Annotated[str | None, typer.Option(help="Environment variable with the shared code.")] = None,
    probe: Annotated[str | None, typer.Option(help='GET gives {"handled": {"<refid or id>": count}}.')] = None,
    wait: Annotated[
        float, typer.Option(min=0.1, max=600, help="Seconds a handler may take after its message was acknowledged.")
    ] = 5.0,
    signature: Annotated[
        str | None, typer.Option(help="HASH:ENCODING:ORDER of an HMAC in place of the shared code itself.")
    ] = None,
    strict: Strict = False,
    case: Patterns = None,
    report: Reports = None,
    show_data: ShowData = False,
    baseline: Baseline = None,
    exit_zero: ExitZero = False,
    as_json: Json = False,
) -> None:
    """Judge a webhook receiver: it gets what the vendor sends, right and wrong, once and five times."""
    with door():
        wanted = Wanted.checked(
            report, baseline, strict=strict, show_data=show_data, as_json=as_json, exit_zero=exit_zero
        )
        if vendor not in contracts.VENDORS:
            raise UsageError(f"There is no vendor {vendor!r}; known are {', '.join(contracts.VENDORS)}.")
        code = _code(vendor, secret_env)
        contract = contracts.load(vendor)
        selected = select(cases(vendor, "R"), case or [])
        hook, counting = _address("--url", url), _address("--probe", probe) if probe else None
        signing = _signing(signature, code)
        secrets = [code.value.get_secret_value()] if code else []
        ledger = Ledger.create(new_path(f"receiver-{vendor}"), secrets)
        try:
            with Interruption() as interruption:
                Visit(contract, hook, ledger, code, counting, signing, interruption, wait).act(selected)
        except ProbeError as problem:
            raise UsageError(f"--probe: {problem}. Nothing was delivered.") from problem
        conclude(wanted, ledger, contract, selected)


def _address(option: str, url: str) -> Address:
    try:
        return Address.read(url)
    except AddressError as error:
        raise UsageError(f"{option} {error}") from error


def _signing(signature: str | None, code: SharedCode | None) -> Hmac | None:
    if signature is None:
        return None
    if code is None:
        raise UsageError("--signature needs the secret that it is made with: name its variable with --secret-env.")
    try:
        return Hmac.read(signature)
    except SignatureError as error:
        raise UsageError(f"--signature: {error}.") from error


def _code(vendor: str, variable: str | None) -> SharedCode | None:
    if variable is None or vendor == "messangi":  # Messangi's callbacks carry no code: the option has nothing to say
        return None
    if not os.environ.get(variable):
        raise UsageError(f"--secret-env names the environment variable {variable}, which is unset or empty. Export it.")
    return SharedCode(variable, SecretStr(os.environ[variable]))
