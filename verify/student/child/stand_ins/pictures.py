"""Libraries that read pictures and HDF5 files: small made-up pictures."""

from typing import Any

import numpy as np

from .finder import Contents
from .formats import named_array
from .samples import Values, labels, pictures

CATS = 20  # pictures in the stand-in for the course's set of cats


class Picture:
    """A made-up picture of the size asked for."""

    def __init__(self, size: tuple[int, int] = (28, 28), channels: int = 0) -> None:
        self.size, self.channels = size, channels

    def __array__(self, dtype: Any = None, copy: Any = None) -> Values:
        height, width = self.size[1], self.size[0]
        shape = (height, width, self.channels) if self.channels else (height, width)
        image: Values = pictures(1, shape)[0][0]
        return image.astype(dtype or np.uint8)

    def resize(self, size: tuple[int, int], *_: Any, **__: Any) -> "Picture":
        """Return it in another size."""
        return Picture((int(size[0]), int(size[1])), self.channels)

    def convert(self, mode: str = "L", *_: Any, **__: Any) -> "Picture":
        """Return it in grey or in colour."""
        return Picture(self.size, 3 if mode == "RGB" else 0)

    def show(self, *_: Any, **__: Any) -> None:
        """Show nothing."""

    save = close = show


class Dataset:
    """A data set in an HDF5 file."""

    def __init__(self, values: Values) -> None:
        self.values, self.shape = values, values.shape

    def __getitem__(self, index: Any) -> Any:
        return self.get(index) if isinstance(index, str) else self.values[index]

    def get(self, name: str, *_: Any) -> "Dataset":
        """Return a part of it by name, as a group has them."""
        return Dataset(named_array(name))

    def __array__(self, dtype: Any = None, copy: Any = None) -> Values:
        return self.values.astype(dtype or self.values.dtype)


class Hdf5(dict[str, Dataset]):
    """The file of pictures of cats that a well-known course hands out; other names are those of other arrays."""

    def __init__(self, *_: Any, **__: Any) -> None:
        X, y = pictures(CATS, (64, 64, 3))[0], labels(CATS, 2)
        parts = {"train_set_x": X, "train_set_y": y, "test_set_x": X[:8], "test_set_y": y[:8]}
        super().__init__({name: Dataset(values) for name, values in parts.items()})
        self["list_classes"] = Dataset(np.array([b"non-cat", b"cat"]))

    def __missing__(self, name: str) -> Dataset:
        self[name] = Dataset(named_array(name))
        return self[name]

    def get(self, name: str, *_: Any) -> Dataset:
        """Return a data set, made up like every other."""
        return self[name]

    def close(self) -> None:
        """Nothing is open."""

    def __enter__(self) -> "Hdf5":
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing is open."""


def _read(*_: Any, **__: Any) -> Values:
    """Return a picture in grey."""
    return np.asarray(Picture())


def _in_grey(image: Any, *_: Any, **__: Any) -> Values:
    """Return a picture without its colours."""
    values = np.asarray(image)
    return values if values.ndim == 2 else values.mean(axis=2).astype(values.dtype)


_SHARED = {"imread": _read, "resize": lambda image, size, *_, **__: np.resize(np.asarray(image), tuple(size)[::-1])}
SHOWN: Contents = {"matplotlib.pyplot": {"imread": _read}, "matplotlib.image": {"imread": _read}}
PICTURES: Contents = {
    "PIL.Image": {"open": lambda *_, **__: Picture(channels=3), "fromarray": lambda *_, **__: Picture()},
    "cv2": {**_SHARED, "cvtColor": _in_grey},
    "imageio": _SHARED,
    "skimage.io": _SHARED,
    "skimage.transform": {"resize": _SHARED["resize"]},
    "h5py": {"File": Hdf5},
}
