"""Targets for the emulators of this package: what `smsproof selftest` and the fault matrix run against."""

from __future__ import annotations

from typing import Final

from pydantic import SecretStr

from smsproof_conformance.targets.target import Numbers, Secrets, Target

_NUMBERS: Final = {
    "intelepeer": Numbers(
        long_codes=("+12191112222", "+12161112222"),
        short_codes=("1-12345",),
        alphanumerics=("57-MyCompany",),
        destinations=("+13038675309", "+13038678888", "+573132341111"),
        foreign="+19995550100",
        blocked_destination="+99955501000",
        not_enabled="+12165550199",
    ),
    "messangi": Numbers(
        long_codes=("12165550100", "1234567"),
        short_codes=("12345", "2222", "1", "999999"),
        alphanumerics=("COMPANY",),
        destinations=("+580000000005", "+525500000000", "+525511111111"),
        foreign="54321",
    ),
}

SECRETS: Final = Secrets(
    token=SecretStr("smsproof-token"),
    expired_token=SecretStr("smsproof-expired"),
    shared_code=SecretStr("SECRET CODE"),
)


def target(vendor: str, url: str, control: str) -> Target:
    """The target that an emulator with default settings is."""
    return Target(
        name="emulator",
        vendor=vendor,
        base_url=url,
        token_env="SMSPROOF_TOKEN",
        control_url=control,
        numbers=_NUMBERS[vendor],
    )
