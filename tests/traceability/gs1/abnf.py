"""A reader of ABNF (RFC 5234) that turns grammars without recursion into regular expressions."""

import re

_TOKEN = re.compile(
    r"""\s*(?:
    (?P<sensitive>%s"[^"]*") | (?P<literal>"[^"]*") | (?P<character>'[^']*') |
    %x(?P<from>[0-9A-F]+)(?:-(?P<to>[0-9A-F]+))? |
    (?P<repeat>\d*\*\d*|\d+) | (?P<name>[A-Za-z][A-Za-z0-9-]*) | (?P<sign>[/()\[\]])
    )""",
    re.VERBOSE,
)
_COMMENT = re.compile(r"""((?:"[^"]*"|'[^']*'|[^;"'])*)(?:;.*)?""")
_RULE = re.compile(r"([A-Za-z][A-Za-z0-9-]*)\s*=(.*)")


class Grammar:
    """The rules of one grammar, by name."""

    def __init__(self, text: str) -> None:
        self._rules: dict[str, str] = {}
        name = ""
        for raw in text.splitlines():
            stripped = _COMMENT.match(raw)
            line = stripped[1] if stripped else ""
            rule = _RULE.match(line)
            if rule is not None:
                name = rule[1]
                self._rules[name] = rule[2]
            elif name and line.strip():
                self._rules[name] += " " + line
        self._done: dict[str, str] = {}

    def pattern(self, name: str) -> str:
        """The rule ``name`` as a regular expression; KeyError when the grammar has none."""
        if name not in self._done:
            tokens = [match for match in _TOKEN.finditer(self._rules[name].strip()) if match[0].strip()]
            self._done[name] = f"(?:{self._alternatives(tokens)})"
        return self._done[name]

    def _alternatives(self, tokens: list[re.Match[str]]) -> str:
        """Read up to the closing bracket or the end; ``tokens`` is used up."""
        parts = [""]
        repeat = ""
        while tokens:
            token = tokens.pop(0)
            if token["sign"] in (")", "]"):
                break
            if token["sign"] == "/":
                parts.append("")
            elif token["repeat"]:
                least, star, most = token["repeat"].partition("*")
                repeat = f"{{{least or 0},{most}}}" if star else f"{{{least}}}"
            else:
                parts[-1] += self._element(token, tokens) + repeat
                repeat = ""
        return "|".join(parts)

    def _element(self, token: re.Match[str], tokens: list[re.Match[str]]) -> str:
        if token["sign"] == "(":
            return f"(?:{self._alternatives(tokens)})"
        if token["sign"] == "[":
            return f"(?:{self._alternatives(tokens)})?"
        if token["name"]:
            return self.pattern(token["name"])
        if token["from"]:
            last = int(token["to"] or token["from"], 16)
            return f"[{re.escape(chr(int(token['from'], 16)))}-{re.escape(chr(last))}]"
        if token["sensitive"]:
            return re.escape(token["sensitive"][3:-1])
        text = (token["literal"] or token["character"])[1:-1]
        letters = (f"[{c.upper()}{c.lower()}]" if c.isalpha() else re.escape(c) for c in text)
        return f"(?:{''.join(letters)})"
