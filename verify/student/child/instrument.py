"""Rewrite a file so that every expression with numbers in it reports to the recorder; lines stay where they are.

Hook names end in two underscores: inside a class Python would mangle them otherwise.
"""

import ast
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple, TypeVar

from .operators import BINARY, COMPARE, UNARY
from .reports import reporting
from .syntax import arguments_of, as_expression, is_of_numbers, is_plain, is_ragged, mentions, modules_of, renewed

# They look at the frame they are called from, or hold nothing of interest; their arguments are watched all the same.
LEFT_ALONE = frozenset(
    (
        *("super", "locals", "globals", "vars", "eval", "exec", "dir", "id", "open", "input", "print"),
        *("isinstance", "issubclass", "type", "len", "hasattr", "callable", "str", "repr", "format"),
        *("range", "zip", "enumerate", "iter", "reversed"),
    )
)
Expression = TypeVar("Expression", bound=ast.expr)


class Row(NamedTuple):
    """A node of the table: kind, what, line, text, function."""

    kind: str
    what: str
    line: int
    text: str
    function: str


class Rewritten(NamedTuple):
    """A tree whose expressions report, the table of its nodes, and what each node does.

    Attributes:
        tree: the module.
        rows: the table of nodes.
        actions: an operator's function, an attribute's name as Python looks it up, or None, node by node.
    """

    tree: ast.Module
    rows: list[Row]
    actions: list[Any]


def rewrite(text: str, filename: str, first: int = 0, share: int = 1, before: int = 0) -> Rewritten:
    """Return the rewritten file, its nodes numbered from first, its large round whole numbers divided by share.

    The lines of its nodes are counted on after so many before.

    Raises:
        SyntaxError: when the text is no Python.
    """
    parsed = ast.parse(text, filename)
    for number in large_numbers(parsed):
        number.value //= share  # type: ignore[operator]
    modules = modules_of(parsed)
    rewriter = _Rewriter(text, modules, first, before, reporting(parsed, modules))
    tree = rewriter.visit(parsed)
    return Rewritten(ast.fix_missing_locations(tree), rewriter.rows, rewriter.actions)


def large_numbers(tree: ast.AST) -> list[ast.Constant]:
    """Return the constants that may count the samples of a large data set."""
    numbers = [n for n in ast.walk(tree) if isinstance(n, ast.Constant) and type(n.value) is int]
    return [n for n in numbers if n.value >= 1000 and n.value % 100 == 0]  # type: ignore[operator]


class _Rewriter(ast.NodeTransformer):
    """Wraps each expression in a call of its hook, from the inside out."""

    def __init__(self, text: str, modules: frozenset[str], first: int, before: int, reports: frozenset[ast.If]) -> None:
        self.first, self.before = first, before
        self.modules = modules
        self.reports = reports
        self.lines = [line.encode() for line in text.split("\n")]
        self.rows: list[Row] = []
        self.actions: list[Any] = []
        self.scope: list[str] = []
        self.classes: list[str] = []

    # -- the table -------------------------------------------------------------------------------------------

    def source(self, node: ast.AST) -> str:
        """Return the text of a node; columns count bytes."""
        first, last = node.lineno - 1, node.end_lineno - 1  # type: ignore[attr-defined]
        start, end = node.col_offset, node.end_col_offset  # type: ignore[attr-defined]
        if first == last:
            one: str = self.lines[first][start:end].decode()
            return one
        parts = [self.lines[first][start:], *self.lines[first + 1 : last], self.lines[last][:end]]
        return b"\n".join(parts).decode()

    def enter(self, kind: str, what: str, node: ast.AST, action: Any = None) -> ast.Constant:
        """Return the number of a new node."""
        self.rows.append(Row(kind, what, self.line(node), self.source(node), ".".join(self.scope)))
        self.actions.append(action)
        return ast.Constant(self.first + len(self.rows) - 1)

    def line(self, node: ast.AST) -> int:
        """Return the line of a node, counted on after what stands before this file."""
        return self.before + node.lineno  # type: ignore[attr-defined, no-any-return]

    def hook(self, name: str, arguments: Sequence[ast.expr], at: ast.AST, more: Iterable[ast.keyword] = ()) -> ast.Call:
        """Return the call of a hook, placed where the node stood."""
        function = ast.Name(f"__watch_{name}__", ast.Load())
        call = ast.Call(function, list(arguments), list(more))
        ast.copy_location(function, at)
        return ast.copy_location(call, at)

    # -- expressions -----------------------------------------------------------------------------------------

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        sign, function, _ = BINARY[type(node.op)]
        number = self.enter("binary", sign, node, function)
        return self.hook("binary", [number, self.operand(node.left), self.operand(node.right)], node)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.expr:
        if isinstance(node.op, ast.Not) or isinstance(node.operand, ast.Constant):
            return self.literal(node) if isinstance(node.operand, ast.Constant) else self.generic(node)
        sign, function = UNARY[type(node.op)]
        return self.hook("unary", [self.enter("unary", sign, node, function), self.visit(node.operand)], node)

    def visit_Compare(self, node: ast.Compare) -> ast.expr:
        if len(node.ops) > 1 or type(node.ops[0]) not in COMPARE:
            return self.generic(node)
        sign, function = COMPARE[type(node.ops[0])]
        number = self.enter("compare", sign, node, function)
        return self.hook("binary", [number, self.visit(node.left), self.visit(node.comparators[0])], node)

    def visit_Call(self, node: ast.Call) -> ast.expr:
        what = self.source(node.func)
        if isinstance(node.func, ast.Attribute):
            node.func.value = self.visit(node.func.value)
        elif not isinstance(node.func, ast.Name):
            node.func = self.visit(node.func)
        number = None if what in LEFT_ALONE else self.enter("call", what, node)
        node.args = [self.argument_of(a) for a in node.args]
        for keyword in node.keywords:
            keyword.value = self.operand(keyword.value, whole=True)
        return node if number is None else self.hook("call", [number, node.func, *node.args], node, node.keywords)

    def argument_of(self, node: ast.expr) -> ast.expr:
        """Return an argument of a call."""
        if isinstance(node, ast.Starred):
            node.value = self.visit(node.value)
            return node
        return self.operand(node)

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        if not isinstance(node.ctx, ast.Load) or self.in_module(node):
            return self.generic(node)
        number = self.enter("attribute", node.attr, node, self.mangled(node.attr))
        return self.hook("attribute", [number, self.visit(node.value)], node)

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        if not isinstance(node.ctx, ast.Load):
            return self.generic(node)
        number = self.enter("subscript", self.source(node), node)
        return self.hook("subscript", [number, self.visit(node.value), self.index(node.slice)], node)

    def index(self, node: ast.expr) -> ast.expr:
        """Return an index as an expression that may stand outside brackets."""
        if isinstance(node, ast.Slice):
            ends = [self.visit(e) if e is not None else ast.Constant(None) for e in (node.lower, node.upper, node.step)]
            return self.hook("slice", ends, node)
        if isinstance(node, ast.Tuple):
            return ast.copy_location(ast.Tuple([self.index(e) for e in node.elts], ast.Load()), node)
        if isinstance(node, ast.Starred):
            node.value = self.visit(node.value)
            return node
        return as_expression(self.visit(node))

    def in_module(self, node: ast.Attribute) -> bool:
        """Return whether the attribute is one of an imported module, as in np.random."""
        inner = node.value
        while isinstance(inner, ast.Attribute):
            inner = inner.value
        return isinstance(inner, ast.Name) and inner.id in self.modules

    def mangled(self, name: str) -> str:
        """Return an attribute's name as Python looks it up inside the current class."""
        private = name.startswith("__") and not name.endswith("__") and bool(self.classes)
        owner = self.classes[-1].lstrip("_") if private else ""
        return f"_{owner}{name}" if owner else name

    def operand(self, node: ast.expr, whole: bool = False) -> ast.expr:
        """Return an operand; a constant with a fraction (any number if whole) can be a rate or a share: it reports."""
        if isinstance(node, ast.Constant) and (type(node.value) is float or (whole and type(node.value) is int)):
            return self.literal(node)
        return as_expression(self.visit(node))

    def literal(self, node: ast.expr) -> ast.expr:
        """Return a constant, or a display of numbers, that reports."""
        return self.hook("literal", [self.enter("literal", self.source(node), node), node], node)

    def value(self, node: ast.expr) -> ast.expr:
        """Return what is assigned, returned or kept: bare names and plain numbers report too."""
        if isinstance(node, ast.Name):
            return self.hook("name", [self.enter("name", node.id, node), node], node)
        if isinstance(node, ast.List) and is_of_numbers(node):
            return self.ragged(node) if is_ragged(node) else self.literal(node)
        if isinstance(node, ast.ListComp):
            return self.hook("listed", [self.enter("literal", self.source(node), node), self.visit(node)], node)
        if isinstance(node, ast.Tuple):
            node.elts = [self.value(e) if isinstance(e, ast.List) else self.argument_of(e) for e in node.elts]
            return node
        return self.operand(node, whole=True)

    def ragged(self, node: ast.List) -> ast.expr:
        """Return a display of displays of several lengths, each of which reports."""
        node.elts = [self.value(part) for part in node.elts]
        return node

    def visit_Lambda(self, node: ast.Lambda) -> ast.expr:
        node.body = self.value(node.body)
        return node

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.expr:
        return node

    def generic(self, node: Expression) -> Expression:
        """Return the node with its parts rewritten."""
        self.generic_visit(node)
        return node

    # -- statements ------------------------------------------------------------------------------------------

    def visit_Assign(self, node: ast.Assign) -> Any:
        if len(node.targets) == 1 and isinstance(node.targets[0], ast.Subscript):
            return self.stored(node.targets[0], self.value(node.value), node)
        if len(node.targets) == 1 and isinstance(node.targets[0], ast.Attribute) and node.targets[0].attr == "shape":
            return self.shaped(node.targets[0], node)
        target_again = mentions(node.value, node.targets[0])
        node.value, after = self.value(node.value), []
        for target in node.targets:
            if isinstance(target, ast.Name | ast.Attribute):
                again = len(node.targets) == 1 and target_again
                node.value = self.rebound_to(target, node.value) if again else self.bound(target, node.value)
            after += self.bound_after(target)
        node.targets = [self.visit(target) for target in node.targets]
        return [node, *after]

    def visit_AnnAssign(self, node: ast.AnnAssign) -> Any:
        if node.value is not None:
            node.value = self.bound(node.target, self.value(node.value))
        return node

    def bound(self, target: ast.expr, value: ast.expr) -> ast.expr:
        """Return a value that reports the name it is given."""
        return self.hook("bind", [self.enter("bind", self.source(target), target), value], target)

    def rebound_to(self, target: ast.expr, value: ast.expr) -> ast.expr:
        """Return a value that reports the name it is given, and what the name held before."""
        given = [self.enter("bind", self.source(target), target), renewed(target, ast.Load()), value]
        if isinstance(target, ast.Attribute):
            given += [ast.Constant(target.attr), renewed(target.value, ast.Load())]
        return self.hook("rebind", given, target)

    def bound_after(self, target: ast.expr) -> list[ast.stmt]:
        """Return the reports of the names inside a target that takes a value apart."""
        found: list[ast.stmt] = []
        if isinstance(target, ast.Tuple | ast.List):
            for part in target.elts:
                inner = part.value if isinstance(part, ast.Starred) else part
                found += self.rebound(inner, "bind") if isinstance(inner, ast.Name) else self.bound_after(inner)
                found += self.rebound(inner, "bind") if is_plain(inner) else []
        return found

    def rebound(self, target: ast.expr, hook: str) -> list[ast.stmt]:
        """Return ``target = report(target)``."""
        number = self.enter("bind", self.source(target), target)
        again = ast.Assign(
            [renewed(target, ast.Store())], self.hook(hook, [number, renewed(target, ast.Load())], target)
        )
        return [ast.copy_location(again, target)]

    def stored(self, target: ast.Subscript, value: ast.expr, at: ast.stmt) -> ast.stmt:
        """Return ``container[index] = value`` as a report that does it; the value is evaluated first, as in Python."""
        number = self.enter("store", self.source(target), at)
        call = self.hook("store", [number, value, self.visit(target.value), self.index(target.slice)], at)
        return ast.copy_location(ast.Expr(call), at)

    def shaped(self, target: ast.Attribute, at: ast.Assign) -> ast.stmt:
        """Return ``array.shape = shape`` as a report that does it."""
        number = self.enter("call", "reshape", at)
        call = self.hook("shaped", [number, self.visit(target.value), self.value(at.value)], at)
        return ast.copy_location(ast.Expr(call), at)

    def visit_AugAssign(self, node: ast.AugAssign) -> Any:
        sign, _, in_place = BINARY[type(node.op)]
        number = self.enter("augment", f"{self.source(node.target)} {sign}=", node, in_place)
        container = self.enter("store", self.source(node.target), node)
        match node.target:
            case ast.Name() as target:
                call = self.hook("augment", [number, renewed(target, ast.Load()), self.operand(node.value)], node)
                return ast.copy_location(ast.Assign([target], call), node)
            case ast.Attribute() as target:
                name = ast.Constant(self.mangled(target.attr))
                place = self.hook("old_attribute", [self.visit(target.value), name], node)
                call = self.hook("augment_attribute", [number, place, self.operand(node.value)], node)
            case target:
                place = self.hook("old_item", [self.visit(target.value), self.index(target.slice)], node)
                call = self.hook("augment_item", [number, container, place, self.operand(node.value)], node)
        return ast.copy_location(ast.Expr(call), node)

    def visit_If(self, node: ast.If) -> ast.If:
        """Return a branch that only reports as one that is taken the first time."""
        reports = node in self.reports
        self.generic_visit(node)
        if reports:
            node.test = self.hook("first_time", [ast.Constant(self.line(node)), node.test], node.test)
        return node

    def visit_Assert(self, node: ast.Assert) -> ast.stmt:
        """Return an assertion that may fail where made-up data are what does not keep it."""
        self.generic_visit(node)
        excused = self.hook("excuses", [ast.Constant(self.line(node))], node)
        unless = ast.If(ast.UnaryOp(ast.Not(), excused), [ast.Raise()], [])
        handler = ast.ExceptHandler(ast.Name("AssertionError", ast.Load()), None, [unless])
        return ast.copy_location(ast.Try([node], [handler], [], []), node)

    def visit_Return(self, node: ast.Return) -> Any:
        if node.value is not None:
            number = self.enter("return", ".".join(self.scope), node)
            node.value = self.hook("result", [number, self.value(node.value)], node)
        return node

    def visit_For(self, node: ast.For) -> Any:
        counts = isinstance(node.iter, ast.Call) and self.source(node.iter.func) == "range"
        self.enter("loop", f"{self.source(node.target)} in {self.source(node.iter)}", node)  # only for the table
        node.iter = self.visit(node.iter)
        if counts:
            node.iter = self.hook("rounds", [ast.Constant(self.line(node)), node.iter], node.iter)
        names = [name for name in ast.walk(node.target) if isinstance(name, ast.Name)]
        reports = [statement for name in names for statement in self.rebound(name, "loop")]
        node.body = [*reports, *self.block(node.body)]
        node.orelse = self.block(node.orelse)
        return node

    def visit_comprehension(self, node: ast.comprehension) -> ast.AST:
        what = f"{self.source(node.target)} in {self.source(node.iter)}"
        self.enter("comprehension", what, node.iter)  # only for the table
        return self.generic_visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> Any:
        self.scope.append(node.name)
        reports = [self.received(argument) for argument in arguments_of(node.args)]
        docstring = node.body[:1] if ast.get_docstring(node, clean=False) is not None else []
        node.body = [*docstring, *reports, *self.block(node.body[len(docstring) :])]
        self.scope.pop()
        return node

    def received(self, argument: ast.arg) -> ast.stmt:
        """Return ``parameter = report(parameter)``."""
        number = self.enter("argument", argument.arg, argument)
        name = ast.copy_location(ast.Name(argument.arg, ast.Load()), argument)
        call = self.hook("bind", [number, name], argument)
        return ast.copy_location(ast.Assign([renewed(name, ast.Store())], call), argument)

    def visit_ClassDef(self, node: ast.ClassDef) -> Any:
        self.scope.append(node.name)
        self.classes.append(node.name)
        node.body = self.block(node.body)
        self.classes.pop()
        self.scope.pop()
        return node

    def visit_Match(self, node: ast.Match) -> Any:
        node.subject = self.visit(node.subject)
        for case in node.cases:
            case.body = self.block(case.body)
        return node

    def block(self, statements: Sequence[ast.stmt]) -> list[ast.stmt]:
        """Return the statements rewritten."""
        done: list[ast.stmt] = []
        for statement in statements:
            new = self.visit(statement)
            done += new if isinstance(new, list) else [new]
        return done
