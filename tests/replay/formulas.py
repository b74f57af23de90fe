"""Formulas of Salesforce and HubSpot, computed as their guides say: small interpreters to replay exports with."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

TOKEN = re.compile(
    r"""\s*(?:("(?:\\.|[^"\\])*")|('[^']*')|(\d+(?:\.\d+)?(?:e[+-]?\d+)?)|(>=|<=|[-+(),<>=])|([A-Za-z_]\w*))"""
)
ESCAPES = {"n": "\n", "r": "\r", "t": "\t"}


def tokens(text: str) -> list[str]:
    found, at = [], 0
    while at < len(text.rstrip()):
        match = TOKEN.match(text, at)
        assert match, text[at : at + 40]
        found.append(match[0].strip(" "))
        at = match.end()
    return found


class Formula:
    """Recursive descent over both grammars; a lead maps field names to values, None where empty."""

    def __init__(self, text: str, lead: Mapping[str, Any], others: Mapping[str, Any] | None = None) -> None:
        self.tokens, self.at, self.lead, self.others = tokens(text), 0, lead, others or {}

    def value(self) -> Any:
        found = self.sum()
        assert self.at == len(self.tokens), self.tokens[self.at :]
        return found

    def peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def take(self, expected: str = "") -> str:
        token = self.peek()
        assert not expected or token == expected, (expected, self.tokens[self.at :][:5])
        self.at += 1
        return token

    def sum(self) -> Any:
        total = self.atom()
        while self.peek() == "+":
            self.take()
            total = total + self.atom()
        return total

    def either(self) -> Any:
        found = self.both()
        while self.peek() == "or":
            self.take()
            other = self.both()
            found = found or other
        return found

    def both(self) -> Any:
        found = self.comparison()
        while self.peek() == "and":
            self.take()
            other = self.comparison()
            found = found and other
        return found

    def comparison(self) -> Any:
        if self.peek() == "not":
            self.take()
            return not self.comparison()
        left = self.sum()
        if self.peek() not in (">=", "<", "=", "<=", ">"):
            return left
        sign, right = self.take(), self.sum()
        if sign == "=":
            return (left or "") == right if isinstance(right, str) else left == right
        if left is None:
            return False
        return left >= right if sign == ">=" else left < right

    def atom(self) -> Any:
        token = self.take()
        if token == "(":
            found = self.condition() if self.peek() == "if" else self.sum()
            self.take(")")
            return found
        if token == "-":
            return -self.atom()
        if token[0] == '"':
            return re.sub(r"\\(.)", lambda m: ESCAPES.get(m[1], m[1]), token[1:-1], flags=re.DOTALL)
        if token[0] == "'":
            return token[1:-1]
        if token[0].isdigit():
            return float(token) if re.search(r"[.e]", token) else int(token)
        if self.peek() == "(":
            return self.call(token)
        if token in ("TRUE", "true", "false"):
            return token != "false"
        return self.others[token] if token in self.others else self.lead.get(token)

    def condition(self) -> Any:
        """HubSpot's if … then … elseif … then … else …"""
        chosen, found = False, None
        while self.take() in ("if", "elseif"):
            holds = self.either()
            self.take("then")
            points = self.sum()
            if holds and not chosen:
                chosen, found = True, points
        points = self.sum()  # behind else
        return found if chosen else points

    def call(self, name: str) -> Any:
        self.take("(")
        given = [self.comparison()]
        while self.peek() == ",":
            self.take()
            given.append(self.comparison())
        self.take(")")
        if name == "CASE":
            for value, points in zip(given[1:-1:2], given[2:-1:2], strict=True):
                if (given[0] or "") == value:
                    return points
            return given[-1]
        if name == "IF":
            return given[1] if given[0] else given[2]
        if name == "AND":
            return all(given)
        if name == "OR":
            return any(given)
        if name == "CONTAINS":
            return given[1] in (given[0] or "")
        if name == "LOWER":
            return given[0] and given[0].lower()
        if name == "ISBLANK":
            return given[0] is None or given[0] == ""
        if name == "is_present":
            return given[0] is not None
        assert name in ("string", "bool"), name
        return given[0]
