"""Security schemes: what a client can be given, and which of it a call needs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeGuard

from . import names
from .document import Document, JsonObject, as_list, as_object, step
from .intermediate import Scheme
from .literal import prose
from .shapes import Shapes

_SERVED = "Served are http bearer and basic, apiKey, oauth2 and openIdConnect (as a bearer token), mutualTLS."


class Security:
    """The schemes of one document, by name."""

    def __init__(self, document: Document, shapes: Shapes) -> None:
        self._root = document.root
        self._shapes = shapes
        self._by_transport: set[str] = set()
        self.schemes = {scheme.name: scheme for scheme in self._schemes()}

    def _schemes(self) -> Iterator[Scheme]:
        token_env = as_object(self._root.get("x-sms-client")).get("token-env")
        unique = names.Unique(("server", "options", "self", "given", "dict", "str", "super"))
        kinds: dict[str, tuple[str, str, JsonObject]] = {}
        for name, value in as_object(as_object(self._root.get("components")).get("securitySchemes")).items():
            scheme, _ = self._shapes.resolve(value, step("/components/securitySchemes", name))
            if scheme.get("type") == "mutualTLS":
                self._by_transport.add(name)  # the certificate is in the SSLContext that `verify` takes
            kind, field = _kind(scheme)
            if kind is not None:
                kinds[name] = kind, field, scheme
        by_kind = [_argument(kind) for kind, _, _ in kinds.values()]
        for name, (kind, field, scheme) in kinds.items():
            # The only one of its kind has the usual name; several have their own.
            usual = _argument(kind)
            argument = usual if by_kind.count(usual) == 1 or kind == "bearer" and "token" not in unique else ""
            env = token_env if _is_variable(token_env) and argument == "token" else None
            doc = prose(str(scheme.get("description") or ""))
            yield Scheme(name, unique(argument or names.argument(name)), kind, field, env, doc)

    def alternatives(self, operation: JsonObject, pointer: str) -> tuple[tuple[str, ...], ...]:
        """The alternatives of a call that can be served; () stands last where none is needed."""
        served: list[tuple[str, ...]] = []
        unserved: list[str] = []
        for alternative in as_list(operation.get("security", self._root.get("security"))):
            wanted = tuple(name for name in as_object(alternative) if name not in self._by_transport)
            unknown = [name for name in wanted if name not in self.schemes]
            unserved += unknown
            if not unknown and wanted not in served:
                served.append(wanted)
        if unserved and not served:
            what = f"no security scheme that can be served: {prose(', '.join(unserved))}"
            self._shapes.problem(step(pointer, "security"), what, _SERVED)
        served.sort(key=lambda wanted: wanted == ())
        return tuple(served) if served != [()] else ()


def _is_variable(name: object) -> TypeGuard[str]:
    return isinstance(name, str) and name.isascii() and name.isidentifier()


def _kind(scheme: JsonObject) -> tuple[str | None, str]:
    kind = scheme.get("type")
    if kind == "http":
        name = str(scheme.get("scheme", "")).lower()
        return (name, "Authorization") if name in ("basic", "bearer") else (None, "")
    if kind in ("oauth2", "openIdConnect"):
        return "bearer", "Authorization"
    place, field = scheme.get("in"), scheme.get("name")
    if kind != "apiKey" or not isinstance(field, str) or not field:
        return None, ""
    served = place == "query" or (place in ("header", "cookie") and names.is_token(field))
    return (str(place), field) if served else (None, "")


def _argument(kind: str) -> str:
    return {"bearer": "token", "basic": "login"}.get(kind, "api_key")
