"""What a document says about text messages: the `x-sms-*` extensions, read into the intermediate representation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from smsproof_spec.rules import LIFE_CYCLES

from .document import Document, JsonObject, as_list, as_object, is_object, step
from .intermediate import Checks, Class, Inbound, Listing, ListOf, Named, Operation, Send, Type, Union
from .literal import prose
from .shapes import Shapes


class Texting:
    """Reads the extensions of one operation or webhook."""

    def __init__(self, document: Document, shapes: Shapes) -> None:
        self._document = document
        self._shapes = shapes

    def described(self, operation: Operation, given: JsonObject) -> Operation:
        """The operation with what makes it send messages, and with what is checked before it is sent."""
        bulk = given.get("x-sms-bulk")
        checks = self._checks(operation)
        send = None
        if is_object(bulk):
            send = self._bulk_send(operation, bulk, given)
        elif given.get("x-sms-paid") is True:
            send = self._single_send(operation)
        answers = operation.answers
        if not is_object(bulk) and self._document.root.get("x-sms-client") and len(answers) > 1:
            # A multi-status answer to a call that names one thing has no form in the SDK (AMB-IP-14).
            answers = tuple(answer for answer in answers if answer.status != 207)
        return replace(operation, send=send, checks=checks, answers=answers)

    # Sending

    def _single_send(self, operation: Operation) -> Send | None:
        request = self._named(operation.bodies[0].type) if operation.bodies else None
        answer = self._named(operation.answers[0].type) if operation.answers else None
        if request is None or answer is None:
            return None
        pointer = self._class_pointer(answer)
        found = self._find(pointer, "x-sms-id")
        state, failures, _ = self._state(pointer)
        if found is None:
            self._shapes.problem(
                operation.pointer, "a paid call whose answer has no x-sms-id", "Mark the property that holds the id."
            )
            return None
        return Send("one", request, answer, found, state, failures)

    def _bulk_send(self, operation: Operation, bulk: JsonObject, given: JsonObject) -> Send | None:
        if "accepted" in bulk:
            return self._accepted_lists(operation, bulk, given)
        items = str(bulk.get("items", ""))
        status = tuple(str(key) for key in as_list(bulk.get("status"))) or ("status",)
        entry = self._entry_class(given, "207", items)
        if entry is None or not operation.bodies:
            self._shapes.problem(
                step(operation.pointer, "x-sms-bulk"),
                f"no class of items at {prose(items)}",
                "Point at a list of objects.",
            )
            return None
        entry_pointer = self._class_pointer(entry)
        key = bulk.get("correlate")
        by_key = key if isinstance(key, str) and key != "position" else None
        envelope = self._envelope(entry) if by_key else None
        id = self._find(entry_pointer, "x-sms-id")
        listing = Listing(
            items=items,
            status=status,
            id=id,
            answer=entry,
            key=by_key,
            envelope=envelope,
            request=self._attribute(operation, bulk),
        )
        if by_key is None:
            message = self._message(operation.bodies[0].type)
            single = next((self._named(a.type) for a in operation.answers if a.status != 207), None)
            if message is None or single is None or id is None:
                self._shapes.problem(
                    step(operation.pointer, "x-sms-bulk"), "no message, single answer or x-sms-id", "Name all three."
                )
                return None
            found = self._find(self._class_pointer(single), "x-sms-id") or id
            state, failures, _ = self._state(self._class_pointer(single))
            return Send("one", message, single, found, state, failures, listing, entry)
        request = self._named(operation.bodies[0].type)
        if request is None:
            return None
        return Send("many", request, None, id, listing=listing)

    def _accepted_lists(self, operation: Operation, bulk: JsonObject, given: JsonObject) -> Send | None:
        items = str(bulk["accepted"])
        status = next(iter(as_object(given.get("responses"))), "")
        entry = self._entry_class(given, status, items)
        request = self._named(operation.bodies[0].type) if operation.bodies else None
        answer = self._named(operation.answers[0].type) if operation.answers else None
        if entry is None or request is None or answer is None:
            self._shapes.problem(
                step(operation.pointer, "x-sms-bulk"),
                f"no class of items at {prose(items)}",
                "Point at a list of objects.",
            )
            return None
        state, failures, _ = self._state(self._class_pointer(answer))
        requests = str(bulk.get("request", ""))
        recipient = self._item_class(request, requests)
        listing = Listing(
            items=items,
            status=(),
            id=self._find(self._class_pointer(entry), "x-sms-id"),
            answer=entry,
            key=str(bulk.get("address", "")),
            rejected=str(bulk["rejected"]) if "rejected" in bulk else None,
            request=self._attribute(operation, bulk),
            request_key=_python(self._class(recipient), str(bulk["request-address"])) if recipient else None,
            state=state,
            failures=failures,
        )
        return Send("many", request, answer, None, listing=listing, item=recipient)

    def inbound(self, name: str, body: str, told: JsonObject, doc: str) -> Inbound:
        """A webhook that receivers parse."""
        _, _, life_cycle = self._state(self._class_pointer(body))
        return Inbound(
            name=prose(name),
            body=body,
            kind="status" if told.get("kind") == "status" else "message",
            id=str(told.get("id", "id")),
            secret=str(told["secret"]) if "secret" in told else None,
            status=str(told["status"]) if "status" in told else None,
            life_cycle=life_cycle,
            doc=doc,
        )

    # Checks

    def _checks(self, operation: Operation) -> Checks | None:
        if not operation.bodies:
            return None
        of = operation.bodies[0].type
        name = self._message(of) or self._named(of)
        if name is None:
            return None
        addresses: list[tuple[tuple[str, ...], str]] = []
        text = recipients = values = None
        found = self._class(name)
        schema = self._schema(found.pointer)
        for path, _, told in self._walk(name, (), 3):
            role = told.get("x-sms-address")
            if isinstance(role, str) and "pattern" in told:
                # Without an asserted form a bad one is the vendor's to refuse, one by one (a batch's recipients).
                addresses.append((path, role))
            if told.get("x-sms-text") is True and text is None and len(path) == 1:
                text = path[0]
        requires: list[tuple[str, str, bool | str | int]] = []
        for wire, needed in as_object(schema.get("x-sms-requires")).items():
            for other, value in as_object(needed).items():
                requires.append((_python(found, wire), _python(found, other), value))
        template = schema.get("x-sms-template")
        if is_object(template):
            _, items, _, field = str(template["values"]).split("/")
            recipients = _python(found, items)
            inner = self._item_class(name, f"/{items}")
            values = _python(self._class(inner), field) if inner else None
        checks = Checks(name, tuple(addresses), tuple(requires), text, recipients, values)
        return checks if checks.needed or text else None

    def _walk(self, name: str, path: tuple[str, ...], depth: int) -> Iterator[tuple[tuple[str, ...], Type, JsonObject]]:
        """Properties of a class and of what it holds, by Python names, each with what its schema says."""
        found = self._class(name)
        properties = as_object(self._schema(found.pointer).get("properties"))
        for field in found.fields:
            told, _ = self._shapes.resolve(properties.get(field.wire), step(found.pointer, "properties", field.wire))
            here = (*path, field.name)
            yield here, field.type, told
            for inner in _members(field.type):
                star = False
                if isinstance(inner, ListOf):
                    items, _ = self._shapes.resolve(told.get("items"), found.pointer)
                    yield (*here, "*"), inner.item, items
                    below = self._named(inner.item)
                    star = True
                else:
                    below = self._named(inner)
                if below is not None and depth:
                    yield from self._walk(below, (*here, "*") if star else here, depth - 1)

    # Looking around

    def _named(self, of: Type) -> str | None:
        """The class that a type is; None for anything else."""
        return of.name if isinstance(of, Named) and self._shapes.class_named(of.name) is not None else None

    def _class(self, name: str) -> Class:
        found = self._shapes.class_named(name)
        assert found is not None, name  # names come from `_named`
        return found

    def _class_pointer(self, name: str) -> str:
        return self._class(name).pointer

    def _schema(self, pointer: str) -> JsonObject:
        try:
            return as_object(self._document.at(pointer))
        except KeyError:
            return {}

    def _message(self, of: Type) -> str | None:
        """The message in a body that is one message or a list of them."""
        for member in _members(of):
            name = self._named(member)
            if name is not None:
                return name
        return None

    def _find(self, pointer: str, mark: str) -> str | None:
        """Pointer to the id of the message: of all ids in an answer (a transaction may have one too) the one that is
        called as in deliveries, else the one that stands beside an address, else the first, breadth first.
        """
        found: list[tuple[int, str]] = []
        level = [("", pointer)]
        for _ in range(4):
            below: list[tuple[str, str]] = []
            for path, place in level:
                schema, place = self._shapes.resolve(self._schema(place), place)
                properties = as_object(schema.get("properties"))
                beside = any("x-sms-address" in as_object(value) for value in properties.values())
                for wire, value in properties.items():
                    inner, spot = self._shapes.resolve(value, step(place, "properties", wire))
                    if inner.get(mark):
                        rank = 0 if wire in self._delivery_ids() else 1 if beside else 2
                        found.append((rank, f"{path}/{wire}"))
                    below.append((f"{path}/{wire}", spot))
            level = below
        return min(found, key=lambda one: one[0])[1] if found else None

    def _delivery_ids(self) -> set[str]:
        hooks = as_object(self._document.root.get("webhooks")).values()
        calls = [as_object(call) for hook in hooks for call in as_object(hook).values()]
        return {str(as_object(call.get("x-sms-inbound")).get("id")) for call in calls}

    def _state(self, pointer: str) -> tuple[str | None, tuple[str, ...], str | None]:
        """Where a status with a life cycle stands, which of its words mean failure, and the life cycle's name.

        A list of states that is a part of a life cycle's own list belongs to that life cycle.
        """
        cycles = self._life_cycles()
        level = [("", pointer)]
        for _ in range(4):
            below: list[tuple[str, str]] = []
            for path, place in level:
                schema, place = self._shapes.resolve(self._schema(place), place)
                for wire, value in as_object(schema.get("properties")).items():
                    inner, spot = self._shapes.resolve(value, step(place, "properties", wire))
                    values = as_list(inner.get("enum"))
                    name = inner.get("x-sms-life-cycle") or next(
                        (name for name, states in cycles.items() if values and states.issuperset(values)), None
                    )
                    if isinstance(name, str):
                        return f"{path}/{wire}", _failures(name, values), name
                    below.append((f"{path}/{wire}", spot))
            level = below
        return None, (), None

    def _attribute(self, operation: Operation, bulk: JsonObject) -> str | None:
        """The attribute of the request that lists what is asked for."""
        request = self._named(operation.bodies[0].type)
        pointer = bulk.get("request")
        return _python(self._class(request), pointer.strip("/")) if request and isinstance(pointer, str) else None

    def _life_cycles(self) -> dict[str, frozenset[Any]]:
        schemas = as_object(as_object(self._document.root.get("components")).get("schemas"))
        return {
            str(as_object(schema)["x-sms-life-cycle"]): frozenset(as_object(schema).get("enum") or ())
            for schema in schemas.values()
            if is_object(schema) and "x-sms-life-cycle" in schema
        }

    def _entry_class(self, given: JsonObject, status: str, items: str) -> str | None:
        """The class of accepted entries: of several, the first (the others tell failures)."""
        responses = as_object(given.get("responses"))
        response, place = self._shapes.resolve(responses.get(status), "")
        for media, content in as_object(response.get("content")).items():
            schema, spot = self._shapes.resolve(
                as_object(content).get("schema"), step(place, "content", media, "schema")
            )
            for wire in items.split("/")[1:]:
                properties = as_object(schema.get("properties"))
                schema, spot = self._shapes.resolve(properties.get(wire), step(spot, "properties", wire))
            of = self._shapes.type_of(schema.get("items"), step(spot, "items"), "entry")
            for member in _members(of):
                if self._named(member):
                    return self._named(member)
        return None

    def _item_class(self, name: str, pointer: str) -> str | None:
        wire = pointer.strip("/")
        field = next((field for field in self._class(name).fields if field.wire == wire), None)
        for member in _members(field.type) if field else ():
            if isinstance(member, ListOf):
                return self._named(member.item)
        return None

    def _envelope(self, entry: str) -> str | None:
        """The wire name of an entry's one object, which holds the answer proper."""
        objects = [
            field.wire for field in self._class(entry).fields if any(self._named(m) for m in _members(field.type))
        ]
        return objects[0] if len(objects) == 1 else None


def _members(of: Type) -> tuple[Type, ...]:
    return of.members if isinstance(of, Union) else (of,)


def _failures(life_cycle: str, values: list[Any]) -> tuple[str, ...]:
    """The words among `values` that end a life cycle without success."""
    cycle = LIFE_CYCLES.get(life_cycle)
    if cycle is None:
        return ()
    return tuple(value for value in values if value in cycle.final and value not in cycle.succeeded)


def _python(found: Class, wire: str) -> str:
    return next((field.name for field in found.fields if field.wire == wire), wire)
