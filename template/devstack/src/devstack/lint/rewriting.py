"""A template's values as the lint reads them: the tenant marked, chosen columns told apart."""

from __future__ import annotations

import ast
import re
import secrets

from .tenant_parameter import is_tenant_text
from .values import TYPES, Names, function_of, judged

# In capitals, small letters and both of a tenant's signs, so that no conversion leaves it as it is;
# and new in each process, so that no project can hold it.
MARKER = f"Roost_Lint-Tenant-{secrets.token_hex(4)}"
_QUALIFIED = re.compile(r"\.\s*identity\((`[^()]*`)\)")


def marked(text: str, looped: frozenset[str] = frozenset()) -> str:
    """Return the template text of `{{ text }}` as it is read.

    Where it is the tenant it writes MARKER; nothing else does. A column that a caller chooses is
    no column any more, so that no condition on it counts.

    Args: looped: variables of loops around it that were unrolled.
    """
    verdict = judged(text, Names())
    if verdict.kind == "column":
        return ", ".join(f"identity({_quoted(name)})" for name in verdict.columns)
    if "tenant_id" not in text and not looped:
        return "{{ " + text + " }}"
    tree = ast.parse(f"({text})", mode="eval")
    changed = _Items(looped).visit(_Marking().visit(tree))
    return "{{ " + ast.unparse(changed) + " }}"


def qualified(template: str) -> str:
    """Put back the chosen columns that a table's name stands before."""
    return _QUALIFIED.sub(r".\1", template)


def _quoted(name: str) -> str:
    return ".".join(f"`{piece}`" for piece in name.split("."))


class _Marking(ast.NodeTransformer):
    """Mark the tenant where it stands alone, or as a condition of `sql_and()`."""

    def visit_Expression(self, node: ast.Expression) -> ast.Expression:
        if is_tenant_text(node.body):
            node.body = ast.Constant(MARKER)
        elif isinstance(node.body, ast.Call) and function_of(node.body) == "sql_and":
            for keyword in node.body.keywords:
                if is_tenant_text(keyword.value):
                    keyword.value = ast.Constant(MARKER)
        return node


class _Items(ast.NodeTransformer):
    """Read a piece of a loop's variable as the variable, which is no value while it is read."""

    def __init__(self, looped: frozenset[str]) -> None:
        self._looped = looped

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        return self._shortened(node, node.value)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        if isinstance(node.func, ast.Attribute):
            return self._shortened(node, node.func.value)
        self.generic_visit(node)
        if function_of(node) in TYPES and node.args and self._is_looped(node.args[0]):
            node.args[0] = ast.Name(next(iter(self._looped)))
        return node

    def _shortened(self, node: ast.Subscript | ast.Call, inner: ast.expr) -> ast.AST:
        self.generic_visit(node)
        return inner if isinstance(inner, ast.Name) and self._is_looped(inner) else node

    def _is_looped(self, node: ast.expr) -> bool:
        return any(isinstance(n, ast.Name) and n.id in self._looped for n in ast.walk(node))
