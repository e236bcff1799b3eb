"""What a watched run of a stranger's program told: every array-valued expression, in the order of evaluation.

Values are stored once however often they occur: two events that hold the same key held equal numbers of
the same shape and dtype, and an array changed in place gets a new key at its next event.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias

from numpy.typing import NDArray

Values: TypeAlias = NDArray[Any]
Place: TypeAlias = tuple[int, int]
Injection: TypeAlias = Mapping[Place, Values]
"""(node, occurrence) -> the value that the expression returns instead of its own."""

NOT_A_NUMBER = -1
GATHERED = 10_000  # occurrences from here on are of arrays that were gathered from numbers
"""The key of an operand or a result that holds no numbers."""


CALLED = "nothing in the file trains by itself"  # how the note begins that says what was called


class Node(NamedTuple):
    """One expression or statement of the file.

    Attributes:
        kind: "binary", "unary", "compare", "call", "attribute", "subscript", "literal", "name" (a bare rename,
            the value of an assignment), "bind" (a name, attribute or loop variable receives a value), "augment"
            (``target op= value``), "store" (``container[i] = value``), "return", "argument" (a parameter of a
            function receives its value), "loop" (a for statement: it has no events, its text tells where it ends),
            "comprehension" (its for: no events either).
        what: the operator ("@", "*", "+"), the called function as written ("np.dot", "self.sigmoid", "x.sum"),
            the attribute ("T"), the target that receives a value ("self.W1", "grads['dW1']"), or what a loop goes over
            ("l in range(3)").
        line: from 1, of the file as the user sees it.
        text: the source of the expression.
        function: qualified name of the function it stands in, "" at module level.
    """

    kind: str
    what: str
    line: int
    text: str
    function: str


class Event(NamedTuple):
    """One evaluation of a node.

    Attributes:
        node: position in ``Recording.nodes``.
        occurrence: how often the node had been evaluated before in this run.
        operands: keys of the operands' values, in the order of the source. A method of an array
            (``d.sum()``) has the array first; list and tuple arguments are flattened. An "augment" has
            (old value, right-hand side), a "store" (container before, stored value).
        result: the key of the value; for "store" and "augment" what the target holds afterwards.
        identity: which object holds the result: the same number for as long as it is the same object.
        held_by: the same, operand by operand.
    """

    node: int
    occurrence: int
    operands: tuple[int, ...]
    result: int
    identity: int
    held_by: tuple[int, ...]


@dataclass(frozen=True)
class Raised:
    """An exception in the program's own code: its type, its message and the lines of the file it came through."""

    type: str
    message: str
    line: int
    traceback: tuple[str, ...]


class Objects(NamedTuple):
    """The objects that hold the numbers of a program's own graph, as they are before a training step.

    Attributes:
        name: the attribute that is trained.
        place: where the step begins.
        names: the attributes that hold numbers, the trained one first.
        objects: a number for each object, the same for as long as it lives.
        values: (objects, names).
        identities: of the values, as in events; NOT_A_NUMBER for whole numbers.
    """

    name: str
    place: Place
    names: tuple[str, ...]
    objects: tuple[int, ...]
    values: Values
    identities: Values


@dataclass(frozen=True)
class Recording:
    """One watched run.

    Attributes:
        nodes: the table of the file's expressions; the same for every run of one file.
        events: in the order of evaluation.
        values: arrays (numbers are 0-d arrays), by key.
        ended: "finished", "enough updates", "too many events", "time", "memory" or "raised".
        raised: the exception, where one ended the run.
        notes: sentences on what was cut, stubbed or replaced.
        seen: functions and classes of the file with their parameters, as "name(a, b)".
        seconds: processor time of the run.
        printed: the beginning of what the program printed.
        stopped: where the run was stopped from inside, the lines of the file that it was in, the outermost first.
        names: where asked for, expressions at module level with the keys of the arrays that they hold at the end.
        misfit: how made-up targets do not suit the output that they are compared with, "" where they do.
        objects: what the objects of a program's own graph hold before each training step.
    """

    nodes: tuple[Node, ...]
    events: tuple[Event, ...]
    values: tuple[Values, ...]
    ended: str
    raised: Raised | None
    notes: tuple[str, ...]
    seen: tuple[str, ...]
    seconds: float
    printed: str = ""
    stopped: tuple[int, ...] = ()
    names: Mapping[str, int] = field(default_factory=dict)
    misfit: str = ""
    objects: tuple[Objects, ...] = ()

    @property
    def called(self) -> bool:
        """Whether the program was called by us: nothing in it trains by itself."""
        return any(note.startswith(CALLED) for note in self.notes)
