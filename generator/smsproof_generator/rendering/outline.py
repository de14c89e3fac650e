"""What the written modules say to each other: names of results and checks, and which of them there are."""

from __future__ import annotations

from ..intermediate import Checks, Operation, Sdk, Send
from ..names import constant, pascal
from .package import Package

_KNOWN_VENDORS = ("intelepeer", "messangi")


class Outline:
    """One document on its way to text.

    runtime   import name of the runtime
    checked   rules of requests, by the class of the body
    known     whether the rules know this vendor's forms of addresses
    """

    def __init__(self, sdk: Sdk, package: Package) -> None:
        self.sdk = sdk
        self.package = package
        self.runtime = f"{package.runtime}._runtime"
        self.known = sdk.vendor in _KNOWN_VENDORS
        self.checked: dict[str, Checks] = {
            operation.checks.body: operation.checks
            for operation in sdk.operations
            if operation.checks is not None and sdk.vendor is not None
        }

    @property
    def sends(self) -> list[tuple[Operation, Send]]:
        """The operations that send messages."""
        return [(operation, operation.send) for operation in self.sdk.operations if operation.send is not None]

    def result(self, operation: Operation) -> str:
        """Name of the class of one accepted message."""
        return "Sent" if operation.method == "send" else pascal(operation.method, "Call") + "Item"

    def request(self, send: Send) -> str:
        """The type of one request in a result."""
        name = send.request if send.kind == "one" else send.item
        return f"models.{name}" if name else "str"

    def check(self, operation: Operation) -> str | None:
        """What is held against a body before it leaves, or None."""
        checks = operation.checks
        return f"checks.{constant(checks.body)}" if checks and checks.body in self.checked else None

    def refusals(self) -> list[tuple[int | str, str, list[str]]]:
        """Documented errors of all operations: status, class, and what each operation says of it."""
        found: dict[int | str, tuple[str, list[str]]] = {}
        for operation in self.sdk.operations:
            for refusal in operation.refusals:
                _, words = found.setdefault(refusal.status, (refusal.class_name, []))
                if refusal.doc:
                    words.append(f"{operation.method}: {refusal.doc}")
        ordered = sorted(found.items(), key=lambda item: (isinstance(item[0], str), str(item[0])))
        return [(status, name, words) for status, (name, words) in ordered]
