"""Data sets: toy problems that fit in one picture, and two real ones.

Toy sets are drawn anew from a seed: same seed, same numbers. The real ones are read from small files that come with
gdlab; `gdlab/data/README.md` names their sources and licences.
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources

import numpy as np

from gdlab import validation
from gdlab.validation import Array, named


@dataclass(frozen=True)
class Dataset:
    """Inputs with their targets.

    Attributes
    ----------
    X : array, shape (n, d)
    y : array, shape (n, k)
        Numbers to predict; 0 or 1 for two classes; one column for each class where there are more.
    inputs, outputs : tuple of str
        What the columns of X and y are, with units.
    source : str
        Where the numbers come from.

    Examples
    --------
    >>> len(xor(30))
    30
    """

    X: Array
    y: Array
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    source: str = "made up by gdlab"

    def __len__(self) -> int:
        return len(self.X)

    def __repr__(self) -> str:
        names = f"{', '.join(self.inputs[:3])}{', …' if len(self.inputs) > 3 else ''}"
        return f"<{len(self)} samples of {names} → {', '.join(self.outputs)}; {self.source}>"


def _generator(n: int, noise: float, seed: int, least: int = 2) -> np.random.Generator:
    validation.whole(n, "n", least)
    validation.positive(noise, "noise", zero=True)
    return np.random.default_rng(validation.whole(seed, "seed", 0))


def _plane(X: Array, y: Array) -> Dataset:
    return Dataset(X, y.astype(float).reshape(-1, 1), ("x₁", "x₂"), ("class",))


def line(n: int = 20, slope: float = 1.5, intercept: float = 0.5, noise: float = 0.3, seed: int = 0) -> Dataset:
    """Return points scattered about a line: x uniform in [−1, 2], y normal about it with deviation `noise`.

    Examples
    --------
    >>> line(3)
    <3 samples of x → y; made up by gdlab>
    """
    rng = _generator(n, noise, seed)
    slope, intercept = validation.number(slope, "slope"), validation.number(intercept, "intercept")
    x = np.sort(rng.uniform(-1, 2, (n, 1)), axis=0)
    return Dataset(x, intercept + slope * x + rng.normal(0, noise, (n, 1)), ("x",), ("y",))


def clouds(n: int = 200, noise: float = 0.5, seed: int = 0) -> Dataset:
    """Return two round clouds about (−1, −1) and (1, 1), the second of class 1: a straight line can part them.

    Examples
    --------
    >>> clouds()
    <200 samples of x₁, x₂ → class; made up by gdlab>
    """
    rng = _generator(n, noise, seed)
    label = np.arange(n) % 2
    centre = np.where(label[:, None] == 1, 1.0, -1.0)
    return _plane(centre + rng.normal(0, noise, (n, 2)), label)


def xor(n: int = 200, noise: float = 0.0, seed: int = 0) -> Dataset:
    """Return points of the square [−2, 2]², class 1 where exactly one coordinate is positive.

    `noise` is the standard deviation of a shift that is added after the class was decided.

    Examples
    --------
    >>> data = xor(100)
    >>> data.X.shape, data.y.shape
    ((100, 2), (100, 1))
    """
    rng = _generator(n, noise, seed)
    X = rng.uniform(-2, 2, (n, 2))
    label = (X[:, 0] > 0) != (X[:, 1] > 0)
    return _plane(X + rng.normal(0, noise, (n, 2)), label)


def circle(n: int = 200, noise: float = 0.0, seed: int = 0) -> Dataset:
    """Return points of a disc of radius 2, class 1 in its inner half (radius below √2, half of the area).

    Examples
    --------
    >>> circle(50).X.shape
    (50, 2)
    """
    rng = _generator(n, noise, seed)
    radius, angle = 2 * np.sqrt(rng.uniform(0, 1, n)), rng.uniform(0, 2 * np.pi, n)
    X = radius[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
    return _plane(X + rng.normal(0, noise, (n, 2)), radius < np.sqrt(2))


def moons(n: int = 200, noise: float = 0.15, seed: int = 0) -> Dataset:
    """Return two half circles that reach into each other, class 0 above and class 1 below.

    Examples
    --------
    >>> moons(4).y.ravel()
    array([0., 1., 0., 1.])
    """
    rng = _generator(n, noise, seed)
    label = np.arange(n) % 2
    angle = rng.uniform(0, np.pi, n)
    side = np.where(label == 1, -1.0, 1.0)
    X = np.column_stack([side * (np.cos(angle) - 0.5), side * (np.sin(angle) - 0.25)])
    return _plane(1.25 * X + rng.normal(0, noise, (n, 2)), label)


def spiral(n: int = 200, noise: float = 0.05, seed: int = 0, turns: float = 1.25) -> Dataset:
    """Return two arms of a spiral that wind about each other, one a class, out to radius 2.

    Examples
    --------
    >>> spiral(turns=2)
    <200 samples of x₁, x₂ → class; made up by gdlab>
    """
    rng = _generator(n, noise, seed)
    validation.positive(turns, "turns")
    label = np.arange(n) % 2
    along = np.sqrt(rng.uniform(0.02, 1, n))
    angle = 2 * np.pi * turns * along + np.pi * label
    X = 2 * along[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
    return _plane(X + rng.normal(0, noise, (n, 2)), label)


TOY_SETS = {make.__name__: make for make in (line, clouds, xor, circle, moons, spiral)}
"""Every toy set by its name; each takes ``n``, ``noise`` and ``seed``."""

MEASUREMENTS = {
    "bill_length_mm": "bill length (mm)",
    "bill_depth_mm": "bill depth (mm)",
    "flipper_length_mm": "flipper length (mm)",
    "body_mass_g": "body mass (g)",
}
"""The columns of the penguin data that are numbers, with what to call them."""

SPECIES = ("Adelie", "Chinstrap", "Gentoo")


def _names(value: str | Sequence[str], kind: str) -> list[str]:
    if isinstance(value, str):
        return [value]
    if not np.iterable(value):
        raise TypeError(f"{kind} came as {validation.describe(value)}; wanted a name or several")
    return list(value)


def penguins(
    inputs: str | Sequence[str] = "flipper_length_mm",
    output: str = "body_mass_g",
    species: Sequence[str] = SPECIES,
) -> Dataset:
    """Return the Palmer penguins: some of their measurements, and another or the species to predict.

    Parameters
    ----------
    inputs
        One or several names from `MEASUREMENTS`.
    output
        One of these names, for y of shape (n, 1); or ``"species"``, for y with a column of 0 and 1 for each species
        (a single column, 1 for the second, if there are two).
    species
        Which to take. Birds without all the measurements wanted are left out.

    Raises
    ------
    ValueError
        If a name is unknown.

    References
    ----------
    Horst, Hill & Gorman 2020, palmerpenguins, doi:10.5281/zenodo.3960218 (CC0); measured by Gorman, Williams & Fraser
    2014, PLoS ONE 9(3), e90081.

    Examples
    --------
    >>> penguins(["bill_length_mm", "bill_depth_mm"], "species", ["Adelie", "Gentoo"])
    <274 samples of bill length (mm), bill depth (mm) → is Gentoo; Palmer penguins (CC0)>
    """
    columns = _names(inputs, "inputs")
    for column in columns:
        named(MEASUREMENTS, column, "measurement")
    named(dict.fromkeys((*MEASUREMENTS, "species"), ""), output, "output")
    species = _names(species, "species")
    for one in species:
        named(dict.fromkeys(SPECIES, ""), one, "species")
    if not columns or not species:
        raise ValueError(f"inputs {columns} and species {species}; wanted at least one of each")

    with resources.files("gdlab.data").joinpath("penguins.csv").open(encoding="utf-8") as file:
        birds = [bird for bird in csv.DictReader(file) if bird["species"] in species]
    birds = [bird for bird in birds if "NA" not in (bird[c] for c in (*columns, output))]
    X = np.array([[float(bird[c]) for c in columns] for bird in birds])
    if output != "species":
        y, outputs = np.array([[float(bird[output])] for bird in birds]), (MEASUREMENTS[output],)
    else:
        y = np.array([[float(bird["species"] == one) for one in species] for bird in birds])
        y, outputs = (y[:, 1:], (f"is {species[1]}",)) if len(species) == 2 else (y, tuple(species))
    return Dataset(X, y, tuple(MEASUREMENTS[c] for c in columns), outputs, "Palmer penguins (CC0)")


def digits() -> Dataset:
    """Return 1,797 handwritten digits: X (1797, 64), pixels from 0 to 1, and y (1797, 10), one column a digit.

    References
    ----------
    Alpaydin & Kaynak 1998, Optical Recognition of Handwritten Digits, doi:10.24432/C50P49 (CC BY 4.0).

    Examples
    --------
    >>> data = digits()
    >>> data.X.shape, data.y.shape
    ((1797, 64), (1797, 10))
    """
    with resources.as_file(resources.files("gdlab.data").joinpath("digits.csv.gz")) as path:
        table = np.loadtxt(path, delimiter=",")
    pixels = tuple(f"pixel {row},{column}" for row in range(8) for column in range(8))
    y = np.eye(10)[table[:, 64].astype(int)]
    source = "Optical Recognition of Handwritten Digits, UCI (CC BY 4.0)"
    return Dataset(table[:, :64] / 16, y, pixels, tuple("0123456789"), source)


def standardise(X: Array) -> Array:
    """Return `X` (n, d) with each column shifted to mean 0 and scaled to standard deviation 1.

    Raises
    ------
    ValueError
        If a column is constant: it has no scale.

    Examples
    --------
    >>> standardise([[1, 10], [3, 30]])
    array([[-1., -1.],
           [ 1.,  1.]])
    """
    X = validation.finite(validation.array(X, "X", "(n, d)"), "X")
    constant = X.min(axis=0) == X.max(axis=0)  # rounding can give a constant column a standard deviation above 0
    if constant.any():
        raise ValueError(f"column {int(np.argmax(constant))} of X is constant; wanted columns that vary")
    return (X - X.mean(axis=0)) / X.std(axis=0)
