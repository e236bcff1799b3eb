"""What torchvision holds of pictures: data sets of small made-up ones, and tensors as arrays with torch's names."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from .finder import Contents
from .samples import Values, one_hot, part, pictures


class Tensor(np.ndarray[Any, Any]):
    """An array that answers to the names of a tensor's methods."""

    def numpy(self, *_: Any, **__: Any) -> Values:
        """Return the plain array."""
        return np.asarray(self)

    def view(self, *shape: Any, **named: Any) -> Any:
        """Return it in another shape, as torch's view does; of a kind of array, as NumPy's."""
        return super().view(*shape, **named) if shape and isinstance(shape[0], type) else self.reshape(*shape)

    def float(self) -> Any:
        """Return it as numbers with fractions."""
        return self.astype(np.float32)

    def itself(self, *_: Any, **__: Any) -> "Tensor":
        """Return it: it is nowhere else."""
        return self

    cpu = detach = to = clone = long = int = contiguous = itself


def _tensor(values: Values) -> Tensor:
    return values.view(Tensor)


class Pictures:
    """A data set of pictures: its tensors, and (picture, label) one by one."""

    shape: tuple[int, ...] = (28, 28)
    train, test = 60_000, 10_000

    def __init__(self, root: Any = None, train: bool = True, *_: Any, **named: Any) -> None:
        X, y = pictures(part(self.train if train and named.get("split") != "test" else self.test), self.shape)
        self.data, self.targets = _tensor(X), _tensor(y.astype(np.int64))
        self.train_data = self.test_data = self.data
        self.train_labels = self.test_labels = self.targets
        self.classes = [str(k) for k in range(10)]

    def __len__(self) -> int:
        return len(self.data)

    def __getitem__(self, index: Any) -> tuple[Any, Any]:
        if index >= len(self):
            raise IndexError(index)
        colours = self.shape[2:] or (1,)
        return _tensor(self.data[index].reshape(*colours, *self.shape[:2]) / 255.0), int(self.targets[index])

    def numpy(self) -> tuple[Values, Values]:
        """Return pictures and labels as arrays."""
        return self.data.numpy(), self.targets.numpy()


class Coloured(Pictures):
    """Pictures in colour."""

    shape = (32, 32, 3)
    train = 50_000


class Loader:
    """Batches of a data set, in its order."""

    def __init__(self, dataset: Any, batch_size: int = 1, *_: Any, **__: Any) -> None:
        self.dataset, self.batch_size = dataset, batch_size

    def __len__(self) -> int:
        return -(-len(self.dataset) // self.batch_size)

    def __iter__(self) -> Iterator[Any]:
        for start in range(0, len(self.dataset), self.batch_size):
            rows = [self.dataset[i] for i in range(start, min(start + self.batch_size, len(self.dataset)))]
            yield [_tensor(np.stack([np.asarray(row[place]) for row in rows])) for place in range(len(rows[0]))]


_SETS = {"MNIST": Pictures, "FashionMNIST": Pictures, "KMNIST": Pictures, "CIFAR10": Coloured}
TENSORS: Contents = {
    "tensorflow": {"one_hot": lambda labels, depth, *_, **__: _tensor(one_hot(labels, depth))},
    "torchvision.datasets": _SETS,
    "torchvision.datasets.mnist": _SETS,
    "torch.utils.data": {"DataLoader": Loader},
}
