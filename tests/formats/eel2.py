"""A small interpreter of EEL2, the language of JSFX: enough to run an effect's ``@init`` and ``@sample``.

Numbers, variables with dots, functions with ``local`` and ``instance``, assignment, ``? :``, comparison, arithmetic,
``^`` for powers, sequences in parentheses. Written from the language's documentation; knows nothing of our writer.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

_TOKEN = re.compile(r"\s+|(\d+\.?\d*|\.\d+)|(\$?[A-Za-z_][\w.]*)|([+\-*/]=|[<>=!]=|&&|\|\||[-+*/^<>=?:;,()])")
_FUNCTIONS: dict[str, Callable[..., float]] = {
    "cos": math.cos, "sin": math.sin, "sqrt": math.sqrt, "exp": math.exp, "log": math.log, "log10": math.log10,
    "abs": abs, "min": min, "max": max,
}  # fmt: skip
_BINARY: dict[str, Callable[[float, float], float]] = {
    "+": lambda a, b: a + b, "-": lambda a, b: a - b, "*": lambda a, b: a * b, "/": lambda a, b: a / b if b else 0.0,
    "^": lambda a, b: a**b, "<": lambda a, b: float(a < b), ">": lambda a, b: float(a > b),
    "<=": lambda a, b: float(a <= b), ">=": lambda a, b: float(a >= b),
    "==": lambda a, b: float(abs(a - b) < 1e-5), "!=": lambda a, b: float(abs(a - b) >= 1e-5),
}  # fmt: skip
_LEVELS = (("<", ">", "<=", ">=", "==", "!="), ("+", "-"), ("*", "/"), ("^",))


class _Frame:
    """Where names live while a function runs: its locals, its instance's names, the instance's prefix."""

    def __init__(self, values: dict[str, float], instance: frozenset[str], prefix: str) -> None:
        self.values, self.instance, self.prefix = values, instance, prefix


Node = Callable[[_Frame], float]


class Effect:
    """A JSFX effect of two channels at a sample rate."""

    def __init__(self, text: str, rate: float) -> None:
        text = re.sub(r"//[^\n]*", "", text)
        sections = dict(zip(*[iter(re.split(r"^@(\w+)\s*$", text, flags=re.MULTILINE)[1:])] * 2, strict=True))
        self.globals: dict[str, float] = {"srate": rate, "$pi": math.pi}
        self.functions: dict[str, tuple[list[str], list[str], frozenset[str], Node]] = {}
        self.top = _Frame({}, frozenset(), "")
        self.compile(sections["init"])(self.top)
        self.sample = self.compile(sections["sample"])

    def run(self, left: float, right: float) -> tuple[float, float]:
        """Process one sample of each channel."""
        self.globals["spl0"], self.globals["spl1"] = left, right
        self.sample(self.top)
        return self.globals["spl0"], self.globals["spl1"]

    def compile(self, text: str) -> Node:
        self.tokens: list[str] = []
        place = 0
        while place < len(text):
            match = _TOKEN.match(text, place)
            assert match, f"unknown character {text[place]!r}"
            if match[0].strip():
                self.tokens.append(match[0])
            place = match.end()
        self.place = 0
        node = self.sequence()
        assert self.place == len(self.tokens), self.tokens[self.place : self.place + 5]
        return node

    def peek(self) -> str:
        return self.tokens[self.place] if self.place < len(self.tokens) else ""

    def take(self, expected: str = "") -> str:
        token = self.peek()
        assert token
        assert not expected or token == expected, f"{expected} expected, {token} found"
        self.place += 1
        return token

    def sequence(self) -> Node:
        nodes: list[Node] = []
        while self.peek() not in ("", ")"):
            if self.peek() == "function":
                self.function()
            else:
                nodes.append(self.expression())
            while self.peek() == ";":
                self.take()

        def run(frame: _Frame) -> float:
            value = 0.0
            for node in nodes:
                value = node(frame)
            return value

        return nodes[0] if len(nodes) == 1 else run

    def names(self) -> list[str]:
        self.take("(")
        found = []
        while self.peek() != ")":
            if self.peek() == ",":
                self.take()
            else:
                found.append(self.take())
        self.take(")")
        return found

    def function(self) -> None:
        self.take("function")
        name, parameters = self.take(), self.names()
        lists: dict[str, list[str]] = {"local": [], "instance": []}
        while self.peek() in lists:
            word = self.take()
            lists[word] += self.names()
        self.take("(")
        body = self.sequence()
        self.take(")")
        self.functions[name] = (parameters, lists["local"], frozenset(lists["instance"]), body)

    def expression(self) -> Node:
        target, start = self.peek(), self.place
        node = self.binary(0)
        if self.peek() == "?":
            self.take()
            yes = self.expression()
            self.take(":")
            no = self.expression()
            condition = node
            return lambda frame: yes(frame) if condition(frame) else no(frame)
        if self.peek() in ("=", "+=", "-=", "*=", "/="):
            assert self.place == start + 1, "only names can be assigned to"
            operator = self.take()
            value = self.expression()
            if operator != "=":
                step, old, new = _BINARY[operator[0]], node, value
                value = lambda frame: step(old(frame), new(frame))  # noqa: E731
            return self.store(target, value)
        return node

    def binary(self, level: int) -> Node:
        if level == len(_LEVELS):
            return self.unary()
        node = self.binary(level + 1)
        while self.peek() in _LEVELS[level]:
            node = self.pair(_BINARY[self.take()], node, self.binary(level + 1))
        return node

    @staticmethod
    def pair(operator: Callable[[float, float], float], left: Node, right: Node) -> Node:
        return lambda frame: operator(left(frame), right(frame))

    def unary(self) -> Node:
        if self.peek() == "-":
            self.take()
            node = self.unary()
            return lambda frame: -node(frame)
        token = self.take()
        if token == "(":
            node = self.sequence()
            self.take(")")
            return node
        if token[0].isdigit() or token[0] == ".":
            value = float(token)
            return lambda frame: value
        return self.call(token) if self.peek() == "(" else self.load(token)

    def place_of(self, name: str, frame: _Frame) -> tuple[dict[str, float], str]:
        if name in frame.values:
            return frame.values, name
        if name.startswith("this."):
            return self.globals, frame.prefix + name[5:]
        return self.globals, frame.prefix + name if name in frame.instance else name

    def load(self, name: str) -> Node:
        def run(frame: _Frame) -> float:
            where, key = self.place_of(name, frame)
            return where.get(key, 0.0)

        return run

    def store(self, name: str, value: Node) -> Node:
        def run(frame: _Frame) -> float:
            where, key = self.place_of(name, frame)
            where[key] = value(frame)
            return where[key]

        return run

    def call(self, name: str) -> Node:
        arguments: list[Node] = []
        self.take("(")
        while self.peek() != ")":
            arguments.append(self.expression())
            if self.peek() == ",":
                self.take()
        self.take(")")
        if name in _FUNCTIONS:
            known = _FUNCTIONS[name]
            return lambda frame: known(*(argument(frame) for argument in arguments))
        owner, _, short = name.rpartition(".")
        parameters, local, instance, body = self.functions[short]
        assert len(parameters) == len(arguments), name

        def run(frame: _Frame) -> float:
            values: dict[str, Any] = {key: node(frame) for key, node in zip(parameters, arguments, strict=True)}
            values |= dict.fromkeys(local, 0.0)
            prefix = frame.prefix if owner == "this" else f"{owner}." if owner else ""
            return body(_Frame(values, instance, prefix))

        return run
