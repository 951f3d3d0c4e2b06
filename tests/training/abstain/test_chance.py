"""What the manifest is told of "?": from faces as they are, spoilt, and of every age."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from facespace.artifacts.chance import Chance
from facespace.artifacts.manifest import load_manifest
from facespace.datasets.dataset import Photo
from facespace.faces import doubts
from facespace.types import RGB, Array, Bools
from tests.support.pictures import variant
from tests.support.training_sets import blank
from training.abstain import additive, chance, observations, promise
from training.abstain.observations import CONDITIONS, PROFILES, Observations
from training.abstain.promise import PLAIN
from training.photos.crops import Way, crop_all
from training.report.measure import Judge

AGES = ("3-9", "20-29", "30-39", "40-49")


def photos(count: int) -> list[Photo]:
    return [
        Photo(Path(f"{i}.jpg"), ("female", "male")[i % 2], age=AGES[i // 2 % 4], person=f"{i}")
        for i in range(count)
    ]


def test_the_chance_of_the_margin_alone(rng: np.random.Generator) -> None:
    sample = blank(photos(1500))
    right = rng.random(1500)
    female = np.where(sample.female, 1 - right**4, right**4).astype(np.float32)
    facts = chance.of_margin(sample, female, 0.5)
    learned = Chance.from_dict(facts["chance"])
    assert set(learned.terms) == {"margin"}
    doubtful, sure = (learned.wrong({"margin": doubts.margin(p, 0.5)}) for p in (0.5, 0.999))
    assert doubtful > 0.3 > 0.02 > sure
    held = facts["rules"]["conditions"][PLAIN]
    assert held["faces"] == 1500 and held["high"] <= 0.03 < 0.2 < held["answered"]


class Told(Observations):
    """Observations of a model that is told what it measures."""

    __slots__ = ()

    def measures(self, judge: Judge) -> tuple[Bools, dict[str, Array]]:
        """The young are read worse; ages by looks are three years off; blurred ones are guessed."""
        rng, count = np.random.default_rng(0), len(self.conditions)
        young = self.sample.attributes["age"] == "3-9"
        age = np.where(young, 6, 35) + rng.normal(0, 3, count)
        margin = rng.exponential(3, count)
        sharpness = np.where(self.plain, 3.0, 1.0) + rng.normal(0, 0.1, count)
        odds = -margin + 1.5 * ~self.plain + 2.0 * young - 1
        wrong = np.asarray(rng.random(count) < 1 / (1 + np.exp(-odds)))
        return wrong, {"margin": margin, "sharpness": sharpness, "age": age}


def told(count: int) -> Observations:
    sample = blank(photos(count) * 2)
    conditions = np.repeat([PLAIN, "blur"], count)
    return Told(sample, conditions, sample.persons, [], [])


@pytest.fixture(scope="module")
def judge() -> Judge:
    return Judge.of(load_manifest(), load_manifest().default)


def test_all_that_is_known_is_learned_from(judge: Judge) -> None:
    facts = chance.learned(judge, told(2000))
    learned = Chance.from_dict(facts["chance"])
    assert {"margin", "sharpness"} <= set(learned.terms)
    sharp, blurred = ({"margin": 3.0, "sharpness": s, "age": 35.0} for s in (3.0, 1.0))
    assert learned.wrong(blurred) > 2 * learned.wrong(sharp)
    assert 8 < facts["child"] < 12
    assert facts["rules"]["children"]["labelled 0 to 9"]["marked"] >= 0.8
    assert facts["rules"]["children"]["labelled 20 and older"]["marked"] <= 0.03
    plain, blur = facts["rules"]["conditions"].values()
    assert plain["high"] <= 0.03 and blur["wrong"] <= 0.06
    # Children, a quarter of the faces, are not answered however sure the model is.
    assert 0.3 < plain["answered"] < 0.8
    assert "3%" in facts["rules"]["how"] and "6%" in facts["rules"]["how"]
    assert "answers up to" in chance.said(facts)


def test_a_condition_that_breaks_its_promise_is_doubted_itself(rng: np.random.Generator) -> None:
    """Some covered faces are guessed however sure the model is, and look like the others."""
    counts = {PLAIN: 2000, "mask": 2000, "visor": 300}
    conditions = np.repeat(list(counts), list(counts.values()))
    count, plain = len(conditions), conditions == PLAIN
    margin, covered = rng.exponential(3, count), np.where(plain, 0.0, 1.0)
    measures = {"margin": margin, "covered": covered + rng.normal(0, 0.05, count)}
    wrong = rng.random(count) < 1 / (1 + np.exp(margin))
    wrong |= (conditions == "visor") & (rng.random(count) < 0.3)
    groups, everybody = np.arange(count), np.ones(count, bool)
    facts = chance._chosen(measures, wrong, np.ones(count), groups, conditions, everybody)
    held = facts["rules"]["conditions"]
    assert held["visor"]["weight"] > 1 == held[PLAIN]["weight"]
    assert held["visor"]["wrong"] * held["visor"]["answered"] * 300 <= 2.01
    # Those that nothing covers pay little for it.
    chances = additive.cross_fitted(measures, wrong, np.ones(count), groups)
    alone = promise.most_wrong(chances[plain], wrong[plain], conditions[plain])
    assert held[PLAIN]["answered"] > 0.8 * (chances[plain] <= alone).mean()
    even = promise.most_wrong(chances, wrong, conditions)
    assert held[PLAIN]["answered"] > (chances[plain] <= even).mean()


def test_a_model_without_ages_has_no_child(judge: Judge) -> None:
    class Ageless(Told):
        __slots__ = ()

        def measures(self, judge: Judge) -> tuple[Bools, dict[str, Array]]:
            wrong, measures = Told.measures(self, judge)
            return wrong, {**measures, "age": np.full(len(wrong), np.nan)}

    known = told(300)
    made = Ageless(known.sample, known.conditions, known.groups, [], [])
    facts = chance.learned(judge, made)
    assert facts["child"] is None and "children" not in facts["rules"]
    assert "age" not in facts["chance"]["terms"]


def test_photos_as_they_are_count_as_much_as_all_others() -> None:
    known = told(50)
    three = replace(
        known, sample=known.sample.part(np.arange(75)), conditions=known.conditions[:75]
    )
    weights = three.weights
    assert weights[three.plain].sum() == pytest.approx(weights[~three.plain].sum())


def test_faces_are_found_in_every_condition(astronaut: RGB, judge: Judge, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    table = []
    for i in range(4):
        path = tmp_path / f"{i}.png"
        Image.fromarray(variant(astronaut, rng, False)).save(path)
        table.append(Photo(path, "female", person=f"sides/{i}"))
    cache = tmp_path / "cache"
    choice = crop_all(table[:2], cache, 1)
    sides = crop_all(table[2:], cache, 1, Way(serving=True))
    where = load_manifest().folder
    faces = observations.observed(choice, sides, where, cache, 1)
    # Of the side views that of the even person; what is covered may be missed.
    counts = dict(zip(*np.unique(faces.conditions, return_counts=True), strict=True))
    assert set(counts) <= {*CONDITIONS, PROFILES}
    assert counts[PLAIN] == 2 and counts[PROFILES] == 1
    assert faces.groups[faces.conditions == PROFILES].tolist() == ["sides/2"]
    assert set(faces.groups[faces.conditions != PROFILES].tolist()) == {"sides/0", "sides/1"}
    wrong, measures = faces.measures(judge)
    assert wrong.shape == (len(faces.conditions),)
    assert set(measures) == set(doubts.REASON_OF) and not np.isnan(measures["age"]).any()
    blurred = measures["sharpness"][faces.conditions == "blur"]
    assert blurred.max() < measures["sharpness"][faces.plain].min()
