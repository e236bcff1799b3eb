"""How often each trained parameter has been updated, told from the events alone.

A weight is an operand of a matrix product; where a sum or difference of it, of the same shape, is an operand of a later
product, it was updated. The lineage passes through transposes, slices and reshapes, so a flat vector counts as well.
Where there are no matrix products, numbers in named places are followed: one that was a factor, was changed by a sum or
a difference, and is a factor again. They are told apart by the objects that hold them: a gradient may grow from one
constant of the program to another. Of an array's entries, which are another object each time, by their values.
"""

from collections.abc import Hashable, Sequence

FARTHEST = 4  # views between a flat vector and the matrix in a product; terms of one update
SLACK = 2  # updates that the fastest parameter may be ahead before the others are no longer waited for


class Updates:
    """Counts the updates of every lineage of values.

    Arguments:
        wanted: after how many updates of every parameter there is enough.

    Attributes:
        counts: updates so far, by lineage or by place.
        backward: whether a matrix and its transpose have both been operands of products.
        products: how many operands of matrix products there were.
    """

    def __init__(self, wanted: int) -> None:
        self.wanted = wanted
        self.counts: dict[Hashable, int] = {}
        self.backward = False
        self.products = 0
        self._direct: set[int] = set()
        self._factors: set[int] = set()
        self._places: dict[int, set[Hashable]] = {}
        self._root: dict[int, int] = {}
        self._pending: dict[int, tuple[int, int]] = {}
        self._source: dict[int, int] = {}

    def viewed(self, source: int, view: int) -> None:
        """Take note that one value is the other transposed, cut out or reshaped."""
        if source != view:
            self._source.setdefault(view, source)

    def multiplied(self, operand: int) -> bool:
        """Take note of an operand of a matrix product; return whether there are enough updates now."""
        self._notice(operand)
        enough = False
        for _ in range(FARTHEST):
            enough |= self._used(operand)
            above = self._source.get(operand)
            if above is None:
                break
            operand = above
        return enough

    def multiplies(self, key: int) -> bool:
        """Return whether a value, or what is cut or turned out of it, was an operand of a product."""
        return key in self._root

    def _notice(self, operand: int) -> None:
        """Notice a backward pass: it multiplies by the transpose of what the forward pass multiplied by."""
        self.products += 1
        self._direct.add(operand)
        self.backward |= self._source.get(operand) in self._direct

    def factor(self, key: int, held: int) -> bool:
        """Take note of a number that is multiplied, and of its object; return whether there are enough updates now."""
        for number in (key, object_of(held)):
            self._factors.add(number)
            for place in self._places.pop(number, ()):
                self.counts[place] = self.counts.get(place, 0) + 1
                if self._enough():
                    return True
        return False

    def is_factor(self, held: int) -> bool:
        """Return whether the number that an object holds was multiplied, with no products of matrices in the run."""
        return object_of(held) in self._factors and not self.products

    def replaced(self, place: Hashable, old: int, new: int) -> None:
        """Take note that the number in a place, once a factor, has been changed by a sum or a difference.

        Arguments:
            place: a name, an attribute or an item.
            old: the key of its value, or its ``object_of``.
            new: the same of what is there afterwards.
        """
        if old in self._factors and old != new and not self.products:
            self._places.setdefault(new, set()).add(place)

    def _used(self, key: int) -> bool:
        """Confirm the update that this value came from, if any."""
        pending = self._pending.pop(key, None)
        if pending is None:
            self._root.setdefault(key, key)
            return False
        root = pending[0]
        self._root[key] = root
        self.counts[root] = self.counts.get(root, 0) + 1
        return self._enough()

    def computed(self, sign: str, operands: Sequence[int], arrays: list[int], alike: list[int], result: int) -> None:
        """Take note of a sum, of what something is subtracted from, of a product with a number.

        Arguments:
            sign: "+", "-", "*", or "part" where a part of an array is changed.
            operands: all of them.
            arrays: those that are arrays.
            alike: those of the result's shape.
            result: what was computed.
        """
        if sign == "part":
            self.changed_in_part(operands[0], result)
            return
        terms = arrays if sign == "+" else operands[:1] if sign == "-" else arrays if len(arrays) == 1 else ()
        for key in terms:
            if key in alike:
                self.changed(key, result)

    def changed(self, old: int, new: int) -> None:
        """Take note that the new value is the old one plus or minus something."""
        if old in self._root:
            self._pending[new] = self._root[old], 0
        elif old in self._pending and self._pending[old][1] < FARTHEST:
            root, terms = self._pending[old]
            self._pending[new] = root, terms + 1

    def changed_in_part(self, old: int, new: int) -> None:
        """Take note that the new value is the old one with a part of it changed, one of any number."""
        if old in self._pending:
            self._pending[new] = self._pending[old]
        else:
            self.changed(old, new)

    def _enough(self) -> bool:
        """Return whether every lineage that keeps changing has changed often enough."""
        most = max(self.counts.values())
        trained = [count for count in self.counts.values() if count >= max(1, self.wanted - 1)]
        return most >= self.wanted + SLACK or (bool(trained) and min(trained) >= self.wanted)


def object_of(held: int) -> int:
    """Return what stands for the object of a number, by its identity: no key of a value, which are not negative."""
    return -2 - held
