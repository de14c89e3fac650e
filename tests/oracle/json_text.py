"""Strict JSON by recursive descent, one character at a time (RFC 8259); None is never raised, Refused is."""

import math


class Refused(Exception):
    pass


def read(data: bytes, max_depth: int = 200) -> object:
    if data[:3] == b"\xef\xbb\xbf":
        raise Refused
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise Refused from None
    reader = _Reader(text, max_depth)
    reader.space()
    value = reader.value(0)
    reader.space()
    if reader.at != len(text):
        raise Refused
    return value


class _Reader:
    def __init__(self, text: str, max_depth: int) -> None:
        self.text, self.at, self.max_depth = text, 0, max_depth

    def peek(self) -> str:
        return self.text[self.at] if self.at < len(self.text) else ""

    def take(self, expected: str) -> None:
        if self.text[self.at : self.at + len(expected)] != expected:
            raise Refused
        self.at += len(expected)

    def space(self) -> None:
        while self.peek() in (" ", "\t", "\n", "\r"):
            self.at += 1

    def value(self, depth: int) -> object:
        c = self.peek()
        if c in ("[", "{"):
            if depth >= self.max_depth:
                raise Refused
            return self.array(depth + 1) if c == "[" else self.object(depth + 1)
        if c == '"':
            return self.string()
        for word, meaning in (("true", True), ("false", False), ("null", None)):
            if self.text.startswith(word, self.at):
                self.at += len(word)
                return meaning
        return self.number()

    def array(self, depth: int) -> list[object]:
        self.take("[")
        self.space()
        items: list[object] = []
        if self.peek() == "]":
            self.at += 1
            return items
        while True:
            self.space()
            items.append(self.value(depth))
            self.space()
            if self.peek() == "]":
                self.at += 1
                return items
            self.take(",")

    def object(self, depth: int) -> dict[str, object]:
        self.take("{")
        self.space()
        members: dict[str, object] = {}
        if self.peek() == "}":
            self.at += 1
            return members
        while True:
            self.space()
            name = self.string()
            self.space()
            self.take(":")
            self.space()
            if name in members:
                raise Refused
            members[name] = self.value(depth)
            self.space()
            if self.peek() == "}":
                self.at += 1
                return members
            self.take(",")

    def string(self) -> str:
        self.take('"')
        units: list[int] = []
        while True:
            c = self.peek()
            self.at += 1
            if c == '"':
                break
            if c == "" or c < " ":
                raise Refused
            if c != "\\":
                units.extend(memoryview(c.encode("utf-16-le")).cast("H"))
                continue
            c = self.peek()
            self.at += 1
            if c == "u":
                digits = self.text[self.at : self.at + 4]
                if len(digits) != 4 or not set(digits) <= set("0123456789abcdefABCDEF"):
                    raise Refused
                units.append(int(digits, 16))
                self.at += 4
            elif c and c in '"\\/bfnrt':
                units.append(ord({"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}.get(c, c)))
            else:
                raise Refused
        try:
            return b"".join(unit.to_bytes(2, "little") for unit in units).decode("utf-16-le")
        except UnicodeDecodeError:
            raise Refused from None

    def digits(self) -> str:
        start = self.at
        while self.peek() and self.peek() in "0123456789":
            self.at += 1
        if start == self.at:
            raise Refused
        return self.text[start : self.at]

    def number(self) -> int | float:
        start = self.at
        if self.peek() == "-":
            self.at += 1
        whole = self.digits()
        if len(whole) > 1 and whole[0] == "0":
            raise Refused
        is_float = False
        if self.peek() == ".":
            self.at += 1
            self.digits()
            is_float = True
        if self.peek() in ("e", "E"):
            self.at += 1
            if self.peek() in ("+", "-"):
                self.at += 1
            self.digits()
            is_float = True
        written = self.text[start : self.at]
        if not is_float:
            if len(whole) > 4300:
                raise Refused
            return int(written)
        if not math.isfinite(float(written)):
            raise Refused
        return float(written)
