"""``report.json``: all that was measured of the models. Rates are 0 to 1."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from facespace.artifacts.contents import load_json
from facespace.artifacts.dataset_description import Fitted
from facespace.artifacts.files import TRAIN_AGAIN
from facespace.artifacts.manifest import Manifest
from facespace.metrics.age_errors import AgeError
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
    """How many photos were fitted on, and how many chose calibration, threshold and certainty.

    A reviewed face that was fitted on counts as often as it does there.
    """

    training: int
    validation: int


@dataclass(frozen=True, slots=True)
class Reviewed:
    """The faces that people decided on among what was fitted on.

    ``faces`` counts them, each as so many photos as ``each`` says, and ``weight`` is their share of
    all that was fitted on.
    """

    faces: int
    each: int
    weight: float

    def __str__(self) -> str:
        """In words, as the end of a sentence."""
        times = "once" if self.each == 1 else f"{self.each:,} times"
        return (
            f"{self.faces:,} faces that people reviewed, each counted {times}, {self.weight:.1%} "
            "of all that was fitted on"
        )


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
    ``reviewed`` is None where no reviewed face was fitted on.
    ``milliseconds`` a face, by faces at once. The rows of ``learning_curve``,
    ``component_curve`` and ``face_size`` have the AUC beside what was varied. ``served`` says, by
    attribute, what users get for each group with the default detector: the metrics are those of
    ``metrics.served``, and older reports lack it. ``ages`` says by age
    group how far ages by looks are off, where the model gives any; ``profiles`` what users get for
    full profiles, whose label is what was read from the front of the person.
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
    served: Mapping[str, Mapping[str, Grouping]] = field(default_factory=dict)
    ages: Mapping[str, Mapping[str, AgeError]] = field(default_factory=dict)
    profiles: EndToEnd | None = None
    reviewed: Reviewed | None = None

    @property
    def photos(self) -> int:
        """How many photos were fitted on, without the reviewed faces."""
        reviewed = self.reviewed.faces * self.reviewed.each if self.reviewed else 0
        return self.counts.training - reviewed

    @property
    def fitted_on(self) -> str:
        """How many photos, and how many reviewed faces, in words."""
        return f"{self.photos:,} photos" + (f" and {self.reviewed}" if self.reviewed else "")


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
