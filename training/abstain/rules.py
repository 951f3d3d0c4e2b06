"""Learns when a verdict is "?" for artifacts that are there, and tests their models by it."""

from __future__ import annotations

import logging
from typing import Any

from facespace.artifacts.manifest import Manifest, load_manifest
from facespace.faces import detectors, evidence, model
from facespace.io.atomic import check_folder
from facespace.io.typed_json import plain
from training.abstain import chance, finds, profiles, second_opinion
from training.abstain.marked_faces import empty_sets, read_sets
from training.abstain.observations import PROFILES, Observations, observed
from training.options import RulesOptions
from training.photos.material import load
from training.photos.sample import Sample
from training.report import artifact_files, fitted_on, kept_models
from training.report.measure import Judge, end_to_end

log = logging.getLogger(__name__)


def choose(options: RulesOptions) -> None:
    """Learn the second opinion and each model's chance of being wrong, and add them to artifacts.

    The labelled photos are those that the models were trained on; they are split as they were
    there. Of the pictures with marked faces the half that ``Picture.even`` names says which finds
    are faces; of the people in profile those that ``profiles.even`` names are fitted on, and the
    others tested on. At the end the models are tested again, as what users get depends on what was
    chosen.

    Raises:
        FacespaceError: the data or the artifacts cannot be used, they were tested on data sets that
            are not named, or trained by another split.
        ExportError: the second opinion's file does not compute what was fitted.
    """
    out = options.out
    check_folder(out)
    judge = Judge.of(load_manifest(out), load_manifest(out).default)
    sets = read_sets(options.detect)
    chosen = {name: [p for p in pictures if p.even] for name, pictures in sets.items()}
    empty = [p.path for name in empty_sets(sets) for p in chosen[name]]
    second_opinion.demand_pictures(empty, options.detect)
    views = profiles.views(sets)
    kept_models.demand_tests(options)
    where = options.data, options.test, options.limit, options.crops
    material = load(*where, options.jobs, ways=False)
    fitted_on.demand_validation(load_manifest(out), material)
    log.info(f"covering photos, cutting squares out of {len(empty)} pictures without a face")
    examples = second_opinion.examples(material.fitting, empty, options.jobs)
    log.info("learning the second opinion")
    content = second_opinion.learn(examples)
    log.info("choosing which finds are faces")
    photos = f"training photos of {material.trained_on.title} that nothing was fitted on"
    pictures = [picture for part in chosen.values() for picture in part]
    opinion = model.session(content, contract=False)
    by_detector = finds.choose(pictures, material.choice.crops, opinion, photos)
    artifact_files.add(out, {evidence.FILE: content}, finds=by_detector)
    log.info("spoiling photos, looking for their faces again")
    sides = profiles.labelled(judge, views, options.crops, options.jobs)
    faces = observed(material.choice, sides, out, options.crops, options.jobs)
    on = f"{len(material.choice.photos):,} {photos}, as they are and spoilt; {_profiles(faces)}"
    manifest = load_manifest(out)
    rules = {name: _learned(name, manifest, faces, on) for name in manifest.models}
    artifact_files.add(out, {}, rules=rules)
    _test_on_profiles(load_manifest(out), sides)
    kept_models.retest(options)


def _learned(name: str, manifest: Manifest, faces: Observations, on: str) -> dict[str, Any]:
    facts = chance.learned(Judge.of(manifest, name), faces)
    log.info(f"{name}: {chance.said(facts)}")
    return {**facts, "rules": {"on": on, **facts["rules"]}}


def _profiles(faces: Observations) -> str:
    here = faces.conditions == PROFILES
    people = len(set(faces.groups[here].tolist()))
    return (
        f"{here.sum()} full profiles of {people} people, labelled as they are read from the front"
    )


def _test_on_profiles(manifest: Manifest, sides: Sample) -> None:
    """Put into the report what users get for the full profiles of people not fitted on."""
    report = manifest.json(artifact_files.REPORT)
    odd = sides.part(~profiles.even(sides))
    for name in manifest.models:
        if odd.photos:
            judge = Judge.of(manifest, name)
            verdicts = judge.verdicts(odd, detectors.DEFAULT)
            report["models"][name]["profiles"] = plain(end_to_end(judge, verdicts, odd))
    contents = {artifact_files.REPORT: artifact_files.encoded(report)}
    artifact_files.add(manifest.folder, contents)
