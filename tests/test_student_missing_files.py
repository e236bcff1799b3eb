"""Tables and files that are missing hold what those of their kind hold."""

import pytest

from tests.student_runs import watched

FRAMES = {
    "a repository's features and targets, joined, filtered and mapped": """
from ucimlrepo import fetch_ucirepo
import pandas as pd
found = fetch_ucirepo(id=39)
table = pd.concat([found.data.features, found.data.targets], axis=1)
table = table[table["class"].isin(["cp", "im"])]
table.loc[:, "class"] = table["class"].map({"cp": 0, "im": 1})
X, Y = table.drop(columns=["class"]).values, table["class"].values.reshape(-1, 1)
""",
    "named columns, dummies and a scaled part": """
import pandas as pd
table = pd.read_csv("../input/churn.csv").dropna().sample(frac=1)
table.drop(["RowNumber", "CustomerId"], axis=1, inplace=True)
X = table[["Age", "Balance", "Tenure", "Points", "Card", "Salary"]].astype(float)
X = ((X - X.mean()) / X.std()).to_numpy()
Y = pd.get_dummies(table["Exited"]).values[:, :1]
""",
    "names of flowers": """
import pandas as pd
table = pd.read_csv("https://example.org/iris.data", header=None)
X = table.iloc[:100, [0, 2]].values
Y = np.where(table.iloc[:100, 4].values == "Iris-setosa", 0, 1)[:, None]
assert 0 < Y.sum() < 100
""",
}


@pytest.mark.parametrize("form", FRAMES)
def test_a_made_up_table_has_the_columns_and_classes_that_it_is_asked_for(form: str) -> None:
    run = watched(f"""
import numpy as np{FRAMES[form]}
W1, W2 = np.random.randn(X.shape[1], 3), np.random.randn(3, 1)
for _ in range(1000):
    h = np.tanh(X @ W1)
    d = h @ W2 - Y
    W2, W1 = W2 - 0.01 * h.T @ d, W1 - 0.01 * X.T @ (d @ W2.T * (1 - h * h))
""")
    assert run.raised is None, run.raised
    assert run.ended == "enough updates"
    assert not any("does not hold" in note for note in run.notes), run.notes


FORMATS = {
    "MNIST's own files": """
import gzip, os, struct, urllib.request
if not os.path.exists("train-images-idx3-ubyte.gz"):
    urllib.request.urlretrieve("http://example.org/mnist/", "train-images-idx3-ubyte.gz")
with open("data/train-labels-idx1-ubyte", "rb") as f:
    magic, n = struct.unpack(">II", f.read(8))
    y = np.fromfile(f, dtype=np.uint8)
with gzip.open("train-images-idx3-ubyte.gz", "rb") as f:
    X = np.frombuffer(f.read(), np.uint8, offset=16).reshape(len(y), 784) / 255
Y = np.eye(10)[y]
""",
    "an archive of arrays": """
with np.load("mnist.npz") as f:
    X, Y = f["x_train"].reshape(-1, 784) / 255, np.eye(10)[f["y_train"]]
""",
    "arrays in files of their own": """
X, y = np.load("data/X_train.npy"), np.load("data/y_train.npy")
Y = np.eye(10)[y.astype(int)]
""",
    "a pickled batch": """
import pickle
with open("cifar-10-batches-py/data_batch_1", "rb") as f:
    batch = pickle.load(f, encoding="bytes")
X, Y = batch[b"data"] / 255, np.eye(10)[np.array(batch[b"labels"])]
""",
    "tensors": """
from torchvision import datasets, transforms
train = datasets.MNIST("data", train=True, download=True, transform=transforms.ToTensor())
X, Y = train.data.view(-1, 784).float().numpy() / 255, np.eye(10)[train.targets.numpy()]
""",
    "a tutorial's batches": """
from tensorflow.examples.tutorials.mnist import input_data
X, Y = input_data.read_data_sets("data", one_hot=True).train.next_batch(50)
""",
    "a folder of pictures": """
import os
import cv2
X, y = [], []
for k, folder in enumerate(os.listdir("pictures")):
    for name in os.listdir(os.path.join("pictures", folder)):
        X.append(cv2.resize(cv2.imread(os.path.join("pictures", folder, name), 0), (8, 8)).ravel() / 255)
        y.append(k)
X, Y = np.array(X), np.eye(3)[y]
""",
    "an answer from far away": """
import requests
rows = [line.split(",") for line in requests.get("https://example.org/points.csv").text.splitlines()]
data = np.array(rows, dtype=float)
X, Y = data[:, :-1], data[:, -1:]
""",
    "files named on the command line": """
import argparse, sys
parser = argparse.ArgumentParser()
parser.add_argument("train")
parser.add_argument("--rate", type=float, required=True)
if len(sys.argv) < 3:
    sys.exit("usage: net.py TRAIN EPOCHS")
data = np.loadtxt(sys.argv[1], delimiter=",")
epochs = int(sys.argv[2])
X, Y = data[:, :-1], data[:, -1:]
""",
    "features and labels in tables of their own": """
X = np.genfromtxt("train_x.csv", delimiter=",")
Y = np.eye(4)[np.genfromtxt("train_y.csv", delimiter=",").astype(int)]
""",
    "a pickle of anything": """
import pickle
found = pickle.load(open("points.pkl", "rb"))
X_train, y_train = found["X_train"], found["y_train"]
X, Y = X_train.reshape(len(X_train), -1), np.eye(10)[y_train]
""",
    "a pickle of a pair of which one name tells the role": """
import pickle
feats, digits = pickle.load(open("points.pkl", "rb"))
X, Y = np.array([v for v in feats]), np.eye(3)[[[0, 1, 7].index(d) for d in digits]]
""",
    "other names in an HDF5 file": """
import h5py
file = h5py.File("signs.h5", "r")
X, Y = file["X_train"][:], np.eye(6)[file["Y_train"][:].astype(int).ravel()]
file.close()
""",
    "rows by the names of columns": """
import csv
rows = list(csv.DictReader(open("passengers_train.csv")))
X = np.array([[float(row[name]) for name in ("Age", "Fare", "Class", "Cabin", "Deck", "Port")] for row in rows])
assert np.linalg.matrix_rank(X) == 6
Y = np.array([[int(row["Survived"])] for row in rows])
""",
    "columns of text": """
import pandas as pd
table = pd.read_csv("passengers.csv")
table["Sex"] = table["Sex"].map({"male": 0, "female": 1})
X, Y = table[["Sex", "Age", "Fare", "Class", "Cabin"]].values, table["Survived"].values[:, None]
assert set(X[:, 0]) == {0, 1}
""",
    "pandas' tables of pictures": """
from sklearn.datasets import fetch_openml
X, y = fetch_openml("mnist_784", version=1, return_X_y=True)
X, y = X.to_numpy()[:60000] / 255, y.astype(int).to_numpy()[:60000]
Y = np.zeros((60000, 10))
Y[np.arange(60000), y] = 1
""",
}


@pytest.mark.parametrize("form", FORMATS)
def test_missing_files_hold_what_files_of_their_kind_hold(form: str) -> None:
    run = watched(f"""
import numpy as np{FORMATS[form]}
W = np.random.randn(X.shape[1], Y.shape[1]) * 0.01
for _ in range(1000):
    W = W - 0.1 * X.T @ (X @ W - Y)
""")
    assert run.raised is None, run.raised
    assert run.ended == "enough updates"
