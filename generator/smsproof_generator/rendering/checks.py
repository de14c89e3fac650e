"""checks.py: what a contract asks of a request before it leaves."""

from __future__ import annotations

from ..names import constant
from .outline import Outline
from .template import render


def checks(outline: Outline) -> str:
    """The module's text."""
    found = list(outline.checked.values())
    return render(
        "checks.py.jinja",
        outline,
        vendor=outline.sdk.vendor,
        checks=[
            {
                "constant": constant(one.body),
                "body": one.body,
                "addresses": one.addresses if outline.known else (),
                "requires": one.requires,
                "text": one.text,
                "recipients": one.recipients,
                "fills": one.values,
            }
            for one in found
        ],
        texts=[one.body for one in found if one.text],
        body_types=" | ".join(f"models.{one.body}" for one in found if one.text),
    )
