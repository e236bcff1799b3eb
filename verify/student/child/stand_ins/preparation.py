"""What scikit-learn offers around a model: splitting, scaling, encoding, scoring; each in its simplest form."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from .finder import Contents
from .samples import Values, one_hot

Fitted = Any


def train_test_split(*arrays: Any, test_size: Any = 0.25, shuffle: bool = True, **_: Any) -> list[Any]:
    """Return each array as a training and a test part."""
    rows = len(arrays[0])
    held_out = max(1, int(rows * test_size) if test_size is None or test_size < 1 else int(test_size))
    order = np.random.Generator(np.random.PCG64(3)).permutation(rows) if shuffle else np.arange(rows)
    train, test = order[: rows - held_out], order[rows - held_out :]
    return [_rows(a, part) for a in arrays for part in (train, test)]


class Folds:
    """Splits rows into parts, each once the one that is held out."""

    def __init__(self, n_splits: int = 5, *_: Any, **__: Any) -> None:
        self.n_splits = n_splits

    def split(self, X: Any, *_: Any) -> Iterator[tuple[Values, Values]]:
        """Yield the rows to train on and those held out."""
        every = np.arange(len(X))
        for part in np.array_split(every, self.n_splits):
            yield np.setdiff1d(every, part), part

    def get_n_splits(self, *_: Any) -> int:
        """Return how many parts there are."""
        return self.n_splits


def shuffle(*arrays: Any, **_: Any) -> Any:
    """Return the arrays with their rows in another order."""
    order = np.random.Generator(np.random.PCG64(3)).permutation(len(arrays[0]))
    mixed = [_rows(a, order) for a in arrays]
    return mixed if len(mixed) > 1 else mixed[0]


def _rows(array: Any, rows: Values) -> Any:
    """Return some rows of an array, a table or a list."""
    if hasattr(array, "iloc"):
        return array.iloc[rows]
    return [array[i] for i in rows] if isinstance(array, list) else np.asarray(array)[rows]


class Estimator:
    """Takes its options as attributes."""

    def __init__(self, *_: Any, **options: Any) -> None:
        self.__dict__.update(options)

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return the options."""
        return dict(vars(self))

    def set_params(self, **options: Any) -> Fitted:
        """Change options."""
        self.__dict__.update(options)
        return self


class Mixin:
    """Adds a score to an estimator."""

    def score(self, X: Any, y: Any) -> float:
        """Return the share of right predictions."""
        return accuracy_score(y, getattr(self, "predict")(X))  # noqa: B009 - the class it is mixed into has it


class Scaler(Estimator):
    """Standardises columns: (x - mean) / standard deviation."""

    def fit(self, X: Any, y: Any = None) -> Fitted:
        """Learn centre and scale."""
        X = np.asarray(X, float)
        self.mean_, self.scale_ = self.centre_and_scale(X)
        self.scale_ = np.where(self.scale_ == 0, 1.0, self.scale_)
        return self

    def centre_and_scale(self, X: Values) -> tuple[Values, Values]:
        """Return what is subtracted and what is divided by."""
        return X.mean(axis=0), X.std(axis=0)

    def transform(self, X: Any) -> Values:
        """Return X scaled."""
        return (np.asarray(X, float) - self.mean_) / self.scale_

    def fit_transform(self, X: Any, y: Any = None) -> Values:
        """Learn and scale."""
        return self.fit(X).transform(X)  # type: ignore[no-any-return]

    def inverse_transform(self, X: Any) -> Values:
        """Return what was scaled to X."""
        return np.asarray(X) * self.scale_ + self.mean_


class MinMaxScaler(Scaler):
    """Scales columns to 0 ... 1."""

    def centre_and_scale(self, X: Values) -> tuple[Values, Values]:
        """Return the least value and the range."""
        return X.min(axis=0), X.max(axis=0) - X.min(axis=0)


class ColumnTransformer(Scaler):
    """Makes scaled numbers of all columns, whatever each of them was to become."""

    def fit(self, X: Any, y: Any = None) -> Fitted:
        """Learn centre and scale."""
        return super().fit(_in_numbers(X))

    def transform(self, X: Any) -> Values:
        """Return all columns as numbers, scaled."""
        return super().transform(_in_numbers(X))


def _in_numbers(X: Any) -> Values:
    """Return columns of numbers; text is numbered in the order of the alphabet."""
    return np.column_stack([_numbered(column) for column in np.asarray(X).T])


def _numbered(column: Values) -> Values:
    try:
        return column.astype(float)
    except ValueError:
        return LabelEncoder().fit_transform(column.astype(str)).astype(float)


class Pipeline(Estimator):
    """Takes one step of preparation after another, each with its name."""

    def __init__(self, steps: Any, **options: Any) -> None:
        super().__init__(**options)
        self.steps = [step for _, step in steps]

    def fit_transform(self, X: Any, y: Any = None) -> Any:
        """Learn and take all steps."""
        for step in self.steps:
            X = step.fit_transform(X)
        return X

    def transform(self, X: Any) -> Any:
        """Take all steps."""
        for step in self.steps:
            X = step.transform(X)
        return X


class LabelEncoder(Estimator):
    """Numbers labels from 0."""

    def fit(self, y: Any) -> Fitted:
        """Learn the labels."""
        self.classes_ = np.unique(np.asarray(y))
        return self

    def transform(self, y: Any) -> Values:
        """Return the number of each label."""
        return np.searchsorted(self.classes_, np.asarray(y))

    def fit_transform(self, y: Any) -> Values:
        """Learn and number."""
        return self.fit(y).transform(y)  # type: ignore[no-any-return]

    def inverse_transform(self, y: Any) -> Values:
        """Return the labels."""
        return self.classes_[np.asarray(y)]  # type: ignore[no-any-return]


class Rows(np.ndarray[Any, Any]):
    """An array that also answers toarray, as a sparse one does."""

    def toarray(self) -> Values:
        """Return the plain array."""
        return np.asarray(self)

    todense = toarray


class OneHotEncoder(LabelEncoder):
    """Turns a column of labels into columns of zeros and ones."""

    def transform(self, y: Any) -> Values:
        """Return the columns."""
        rows = one_hot(np.searchsorted(self.classes_, np.asarray(y).ravel()), len(self.classes_))
        sparse = self.__dict__.get("sparse", self.__dict__.get("sparse_output", True))
        return rows.view(Rows) if sparse else rows


class LabelBinarizer(LabelEncoder):
    """Turns labels into columns of zeros and ones, one column where there are two."""

    def transform(self, y: Any) -> Values:
        """Return the columns."""
        rows = one_hot(np.searchsorted(self.classes_, np.asarray(y).ravel()), len(self.classes_))
        return rows[:, 1:] if len(self.classes_) == 2 else rows


def label_binarize(y: Any, *_: Any, classes: Any = (), **__: Any) -> Values:
    """Return labels as columns of zeros and ones, one for each of the classes, one alone where there are two."""
    rows: Values = (np.asarray(y).reshape(-1, 1) == np.asarray(classes)).astype(int)
    return rows[:, 1:] if rows.shape[1] == 2 else rows


def accuracy_score(true: Any, predicted: Any, **_: Any) -> float:
    """Return the share of equal labels."""
    return float(np.mean(np.asarray(true) == np.asarray(predicted)))


def mean_squared_error(true: Any, predicted: Any, **_: Any) -> float:
    """Return the mean of the squared differences."""
    return float(np.mean((np.asarray(true) - np.asarray(predicted)) ** 2))


_SCORES = {"accuracy_score": accuracy_score, "mean_squared_error": mean_squared_error}

PREPARATION: Contents = {
    "sklearn.model_selection": {
        "train_test_split": train_test_split,
        **dict.fromkeys(("KFold", "StratifiedKFold", "ShuffleSplit", "StratifiedShuffleSplit"), Folds),
    },
    "sklearn.cross_validation": {"train_test_split": train_test_split},
    "sklearn.utils": {"shuffle": shuffle},
    "sklearn.metrics": _SCORES,
    "sklearn.base": {"BaseEstimator": Estimator, "ClassifierMixin": Mixin, "RegressorMixin": Mixin},
    "sklearn.compose": {"ColumnTransformer": ColumnTransformer},
    "sklearn.pipeline": {"Pipeline": Pipeline},
    "sklearn.preprocessing": {
        "StandardScaler": Scaler,
        "MinMaxScaler": MinMaxScaler,
        "LabelEncoder": LabelEncoder,
        "OneHotEncoder": OneHotEncoder,
        "LabelBinarizer": LabelBinarizer,
        "label_binarize": label_binarize,
        "scale": lambda X, *_, **__: Scaler().fit_transform(X),
        "normalize": lambda X, *_, **__: np.asarray(X) / np.linalg.norm(X, axis=1, keepdims=True),
    },
}
