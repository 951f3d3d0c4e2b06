"""``report.json``: all that was measured of the models. Rates are 0 to 1."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from facespace.artifacts.contents import load_json
from facespace.artifacts.dataset_description import Fitted
from facespace.artifacts.files import TRAIN_AGAIN
from facespace.artifacts.manifest import Manifest
from facespace.metrics.classification import EndToEnd
from facespace.metrics.curves import Reliability, RiskCoverage, Roc
from facespace.metrics.groups import Grouping
from facespace.metrics.intervals import Interval
from facespace.metrics.operating_point import Confusion
from facespace.types import FacespaceError

FILE = "report.json"


@dataclass(frozen=True, slots=True)
class Tested:
    """A model's figures on a test set, and what the set is: ``kind`` says whose photos it has."""

    kind: str
    title: str
    photos: int
    metrics: Mapping[str, Interval] = field(metadata={"rest": True})


@dataclass(frozen=True, slots=True)
class Counts:
    """How many photos were fitted on, and how many chose calibration, threshold and certainty."""

    training: int
    validation: int


@dataclass(frozen=True, slots=True)
class Parity:
    """The largest difference between the file's and scikit-learn's probability on some crops."""

    crops: int
    probability: float


@dataclass(frozen=True, slots=True)
class Rounding:
    """What storing a file in half precision costs of AUC."""

    auc_lost: float


@dataclass(frozen=True, slots=True)
class Tried:
    """A combination of the search, and its AUC over the folds."""

    components: int
    C: float
    gamma: float
    auc: float = float("nan")
    auc_sd: float = float("nan")


@dataclass(frozen=True, slots=True)
class Search:
    """The search by cross-validation: on how many photos, what was tried, what was best."""

    photos: int
    folds: int
    best: Tried
    table: tuple[Tried, ...]


@dataclass(frozen=True, slots=True)
class Classifier:
    """One of the classifiers compared on the same components.

    ``_sd`` are standard deviations over the folds; ``bytes`` are of its ONNX file, NaN if none.
    """

    name: str
    balanced_accuracy: float
    balanced_accuracy_sd: float
    auc: float
    auc_sd: float
    fit_seconds: float
    microseconds: float
    bytes: float


@dataclass(frozen=True, slots=True)
class ModelReport:
    """What was measured of one model; what is by test set has the sets' names.

    ``learned`` has the names of the data sets that were trained on; older reports lack it.
    ``milliseconds`` a face, by faces at once. The rows of ``learning_curve``,
    ``component_curve`` and ``face_size`` have the AUC beside what was varied.
    """

    title: str
    trained_on: str
    counts: Counts
    support_vectors: int
    parity: Parity
    milliseconds: Mapping[str, float]
    search: Search
    face_size: tuple[Mapping[str, float], ...]
    learning_curve: tuple[Mapping[str, float], ...]
    component_curve: tuple[Mapping[str, float], ...]
    tests: Mapping[str, Tested]
    roc: Mapping[str, Roc]
    risk_coverage: Mapping[str, RiskCoverage]
    reliability: Mapping[str, Reliability]
    confusion: Mapping[str, Confusion]
    groups: Mapping[str, Mapping[str, Grouping]]
    end_to_end: Mapping[str, Mapping[str, EndToEnd]]
    covered: Mapping[str, Mapping[str, EndToEnd]]
    comparison: tuple[Classifier, ...]
    learned: Mapping[str, Fitted] = field(default_factory=dict)
    classifier: str = "svc"
    rounding: Rounding | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """The models by name."""

    models: Mapping[str, ModelReport]

    def model(self, name: str) -> ModelReport:
        """What is said of a model.

        Raises:
            FacespaceError: nothing is.
        """
        if name not in self.models:
            raise FacespaceError(f"{FILE} says nothing of the model {name}.")
        return self.models[name]


def load_report(manifest: Manifest) -> Report:
    """The report; read once as long as the file stays the same.

    Raises:
        FacespaceError: it is not listed, missing, altered, or no report.
    """
    report = load_json(manifest, FILE, Report)
    if not report.models:
        raise FacespaceError(f"{manifest.folder / FILE} says nothing of any model. {TRAIN_AGAIN}")
    return report
