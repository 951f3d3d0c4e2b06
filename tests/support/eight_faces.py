"""Labels and scores of eight faces, few enough that every figure of them is counted by hand."""

from __future__ import annotations

import numpy as np

from facespace.metrics.operating_point import OperatingPoint

FEMALE = np.array([True, True, True, True, False, False, False, False])
PROBABILITY = np.array([0.95, 0.9, 0.6, 0.4, 0.55, 0.3, 0.1, 0.05])
POINT = OperatingPoint(threshold=0.5, certainty=0.7)
