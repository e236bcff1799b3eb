"""Libraries of data sets and what goes with them: small made-up data of the right shapes and kinds."""

from typing import Any

import numpy as np

from .finder import Contents
from .formats import DataSets
from .samples import FLOWERS, ROWS, Values, asked, clusters, generator, in_blocks, labels, one_hot, part, pictures

DATA_LIBRARIES = frozenset(
    (
        *("sklearn", "keras", "tensorflow", "mnist", "nnfs", "torch", "torchvision", "mnist_loader", "python_mnist"),
        *(
            "h5py",
            "PIL",
            "cv2",
            "imageio",
            "skimage",
            "pandas",
            "requests",
            "wget",
            "gdown",
            "datasets",
            "ucimlrepo",
            "cupy",
            "autograd",
        ),
    )
)

DATA_ALONE = frozenset(("mnist", "mnist_loader", "datasets"))  # a program's own modules are called so too
TRAIN, TEST = 60_000, 10_000  # pictures of handwritten digits
DIGITS = 1797  # small pictures of them


class Bunch(dict[str, Any]):
    """A data set whose parts are items and attributes."""

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None


def loader(features: int, classes: int, rows: int = ROWS, targets: int = 0) -> Any:
    """Return the function that loads a data set of that size; no classes means numbers to predict, one or several."""

    def load(*_: Any, return_X_y: bool = False, **__: Any) -> Any:
        X, y = in_blocks(*clusters(asked(rows), features, classes or 2))
        y = y if classes else X @ generator().normal(size=(features, targets) if targets else features)
        names = [f"x{i + 1}" for i in range(features)]
        kinds = np.array([f"class{i}" for i in range(classes)])
        return (X, y) if return_X_y else Bunch(data=X, target=y, feature_names=names, target_names=kinds, DESCR="")

    return load


def load_digits(*_: Any, return_X_y: bool = False, **__: Any) -> Any:
    """Return pictures of 8 by 8 with brightness 0 to 16."""
    images = generator().integers(0, 17, (DIGITS, 8, 8)).astype(float)
    data, y = images.reshape(DIGITS, 64), labels(DIGITS, 10)
    return (data, y) if return_X_y else Bunch(data=data, target=y, images=images, target_names=np.arange(10))


def make_moons(n_samples: int = ROWS, *_: Any, noise: float | None = None, **__: Any) -> tuple[Values, Values]:
    """Return two half circles."""
    n_samples = asked(n_samples)
    y = labels(n_samples, 2)
    angle = generator().uniform(0, np.pi, n_samples)
    X = np.c_[np.where(y, 1 - np.cos(angle), np.cos(angle)), np.where(y, 0.5 - np.sin(angle), np.sin(angle))]
    return X + generator().normal(0, noise or 0.0, X.shape), y


def make_circles(n_samples: int = ROWS, *_: Any, noise: float | None = None, **__: Any) -> tuple[Values, Values]:
    """Return two circles, one inside the other."""
    n_samples = asked(n_samples)
    y = labels(n_samples, 2)
    angle, radius = generator().uniform(0, 2 * np.pi, n_samples), np.where(y, 0.5, 1.0)
    X = np.c_[radius * np.cos(angle), radius * np.sin(angle)]
    return X + generator().normal(0, noise or 0.0, X.shape), y


def make_blobs(
    n_samples: int = ROWS, n_features: int = 2, centers: Any = 3, *_: Any, **__: Any
) -> tuple[Values, Values]:
    """Return points around a few centres."""
    return clusters(asked(n_samples), n_features, centers if isinstance(centers, int) else len(centers))


def make_classification(
    n_samples: int = ROWS, n_features: int = 20, *_: Any, n_classes: int = 2, **__: Any
) -> tuple[Values, Values]:
    """Return points of a few classes."""
    return clusters(asked(n_samples), n_features, n_classes)


def make_regression(
    n_samples: int = ROWS, n_features: int = 100, *_: Any, n_targets: int = 1, **__: Any
) -> tuple[Values, Values]:
    """Return points and a linear function of them."""
    X, _kinds = clusters(asked(n_samples), n_features, 2)
    y = X @ generator().normal(size=(n_features, n_targets))
    return X, y[:, 0] if n_targets == 1 else y


def load_pictures(shape: tuple[int, ...] = (28, 28), train: int = 60_000) -> Any:
    """Return keras' load_data: ((x_train, y_train), (x_test, y_test))."""

    def load_data(*_: Any, **__: Any) -> Any:
        X, y = pictures(part(train), shape)
        y = y[:, None] if len(shape) == 3 else y
        tested = part(TEST)
        return (X, y), (X[:tested], y[:tested])

    return load_data


def load_mnist(normalize: bool = True, flatten: bool = True, one_hot_label: bool = False, **_: Any) -> Any:
    """Return MNIST as the book "Deep Learning from Scratch" loads it."""
    X, y = pictures(part(TRAIN), (784,))
    X = X / 255.0 if normalize else X
    X = X if flatten else X.reshape(-1, 1, 28, 28)
    t = one_hot(y, 10) if one_hot_label else y
    return (X, t), (X[: part(TEST)], t[: part(TEST)])


def load_data_wrapper(*_: Any, **__: Any) -> Any:
    """Return MNIST as Nielsen's book does: lists of (column of pixels, column with a one)."""
    X, y = pictures(part(50_000), (784, 1))
    X = X / 255.0
    training = [(x, one_hot(k, 10).T) for x, k in zip(X, y, strict=True)]
    test = [(x, int(k)) for x, k in zip(X[: part(TEST)], y, strict=False)]
    return training, test, test


def load_data(*_: Any, **__: Any) -> Any:
    """Return MNIST as three pairs of arrays."""
    X, y = pictures(part(50_000), (784,))
    test = X[: part(TEST)] / 255.0, y[: part(TEST)]
    return (X / 255.0, y), test, test


def spiral_data(samples: int = 30, classes: int = 3, **_: Any) -> tuple[Values, Values]:
    """Return arms of a spiral, samples points for each class, as nnfs draws them."""
    rng, y = generator(), np.repeat(np.arange(classes), samples).astype(np.uint8)
    radius = np.tile(np.linspace(0, 1, samples), classes)
    angle = y * 4 + 4 * radius + rng.normal(0, 0.2, radius.size)
    return np.c_[radius * np.sin(2.5 * angle), radius * np.cos(2.5 * angle)], y


def sine_data(samples: int = 100) -> tuple[Values, Values]:
    """Return a period of the sine."""
    X = np.arange(samples).reshape(-1, 1) / samples
    return X, np.sin(2 * np.pi * X)


def mnist_part(labelled: bool, samples: int) -> Any:
    """Return a function of the package mnist."""
    return lambda *_, **__: pictures(part(samples), (28, 28))[labelled]


_KERAS_SETS: Contents = {
    "mnist": {"load_data": load_pictures()},
    "fashion_mnist": {"load_data": load_pictures()},
    "cifar10": {"load_data": load_pictures((32, 32, 3), 50_000)},
}
_UTILS = {"to_categorical": one_hot}

KERAS_CONTENTS: Contents = {
    **{
        f"{root}.datasets.{name}": inside
        for root in ("keras", "tensorflow.keras", "tensorflow.python.keras")
        for name, inside in _KERAS_SETS.items()
    },
    **{f"{root}.utils": _UTILS for root in ("keras", "tensorflow.keras", "tensorflow.python.keras")},
    "keras.utils.np_utils": _UTILS,
}
LOADERS: Contents = {
    "mnist": {
        "train_images": mnist_part(False, TRAIN),
        "train_labels": mnist_part(True, TRAIN),
        "test_images": mnist_part(False, TEST),
        "test_labels": mnist_part(True, TEST),
        "load_mnist": load_mnist,
        "load_data": load_data,
    },
    "dataset.mnist": {"load_mnist": load_mnist},
    "tensorflow.examples.tutorials.mnist": {},
    "tensorflow.examples.tutorials.mnist.input_data": {"read_data_sets": DataSets},
    "mnist_loader": {"load_data_wrapper": load_data_wrapper, "load_data": load_data},
    "nnfs.datasets": {"spiral_data": spiral_data, "vertical_data": spiral_data, "sine_data": sine_data},
}
DATASETS: Contents = {
    "sklearn.datasets": {
        "load_iris": loader(4, 3, FLOWERS),
        "load_wine": loader(13, 3, 178),
        "load_breast_cancer": loader(30, 2, 569),
        "load_diabetes": loader(10, 0, 442),
        "load_boston": loader(13, 0, 506),
        "fetch_california_housing": loader(8, 0),
        "load_linnerud": loader(3, 0, 20, targets=3),
        "load_digits": load_digits,
        "make_moons": make_moons,
        "make_circles": make_circles,
        "make_blobs": make_blobs,
        "make_classification": make_classification,
        "make_regression": make_regression,
    },
}
