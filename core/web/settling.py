"""Phrases and static addresses of a template that is bound to one language are settled when it is compiled."""

from collections.abc import Callable
from typing import Any, cast

from jinja2 import nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.environment import Environment
from jinja2.visitor import NodeTransformer

SETTLED_CALLS = frozenset({"_", "gettext", "static_url"})
"""Functions whose answer to a literal never changes while the process lives, in an environment of one language."""


class _SettleCalls(NodeTransformer):
    """Puts the answer in place of each settled call that has one literal argument."""

    def __init__(self, environment: Environment) -> None:
        self.environment = environment

    def visit_Call(self, node: nodes.Call) -> nodes.Node:
        """`_('Lot')` becomes the constant "Lô"."""
        node = cast(nodes.Call, self.generic_visit(node))
        match node:
            case nodes.Call(
                node=nodes.Name(name=name), args=[nodes.Const(value=str(literal))], kwargs=[], dyn_args=None
            ) if name in SETTLED_CALLS:
                answer = cast(Callable[[str], Any], self.environment.globals[name])(literal)
                return nodes.Const(str(answer), lineno=node.lineno)
        return node


class SettlingCodeGenerator(CodeGenerator):
    """Jinja's compiler with settled calls; for `Environment.code_generator_class`."""

    def visit_Template(self, node: nodes.Template, frame: Frame | None = None) -> None:
        """Compile the template after its settled calls have become constants."""
        super().visit_Template(_SettleCalls(self.environment).visit(node), frame)
