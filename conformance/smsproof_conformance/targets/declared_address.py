"""Whether the vendor takes an address that an owner declares, told by its place: what a file holds is not repeated."""

from __future__ import annotations

from smsproof_spec.rules import AddressError, Kind, Role, check


def flaw(address: str, vendor: str, role: Role) -> str | None:
    """Why the vendor takes `address` for nothing in this role, in words to put behind its place; None if it may.

    What a vendor may take all the same passes: a wrong refusal would keep an owner from testing what is right.
    """
    try:
        check(address, vendor, role)
    except AddressError as error:
        if error.lenient is Kind.INVALID:
            return str(error).removeprefix(ascii(address)).strip()
    return None
