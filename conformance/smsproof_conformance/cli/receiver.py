"""`smsproof receiver`: play a vendor against a customer's webhook, judge, report."""

from __future__ import annotations

import os
from typing import Annotated
from urllib.parse import urlsplit

import typer
from pydantic import SecretStr

from smsproof_conformance.case import cases
from smsproof_conformance.cli.conclusion import Baseline, ExitZero, Reports, ShowData, Wanted, conclude
from smsproof_conformance.cli.door import UsageError, door
from smsproof_conformance.cli.printing import Json
from smsproof_conformance.cli.run import Patterns, Strict
from smsproof_conformance.receivers.visit import Visit
from smsproof_conformance.records.ledger import Ledger, new_path
from smsproof_conformance.runs.interruption import Interruption
from smsproof_conformance.runs.selection import select
from smsproof_spec import contract as contracts


def receiver(
    vendor: Annotated[str, typer.Argument(help="Whose deliveries: intelepeer or messangi.")],
    url: Annotated[str, typer.Option(help="The webhook to judge.")],
    secret_env: Annotated[str | None, typer.Option(help="Environment variable with the shared code.")] = None,
    probe: Annotated[str | None, typer.Option(help='GET gives {"handled": {"<refid or id>": count}}.')] = None,
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
        for option, value in (("--url", url), ("--probe", probe)):
            if value is not None and (urlsplit(value).scheme not in ("http", "https") or not urlsplit(value).hostname):
                raise UsageError(f"{option} {value!r}: expected an absolute http:// or https:// URL.")
        code = _code(vendor, secret_env)
        contract = contracts.load(vendor)
        selected = select(cases(vendor, "R"), case or [])
        ledger = Ledger.create(new_path(f"receiver-{vendor}"), [code.get_secret_value()] if code else [])
        with Interruption() as interruption:
            Visit(contract, url, ledger, code, probe, interruption).act(selected)
        conclude(wanted, ledger, contract, selected)


def _code(vendor: str, variable: str | None) -> SecretStr | None:
    if variable is None or vendor == "messangi":  # Messangi's callbacks carry no code: the option has nothing to say
        return None
    if not os.environ.get(variable):
        raise UsageError(f"--secret-env names the environment variable {variable}, which is unset or empty. Export it.")
    return SecretStr(os.environ[variable])
