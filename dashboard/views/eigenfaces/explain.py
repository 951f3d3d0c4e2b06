"""The parts of the Eigenfaces page that change a face, and see what the model says then."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
import streamlit as st

from dashboard.app.settings import choose_model
from dashboard.views.eigenfaces.chosen_face import SHOWN, Look
from dashboard.widgets import output, scaled
from facespace.artifacts import face_space
from facespace.artifacts.manifest import ModelInfo
from facespace.charts import explain as charts
from facespace.charts import space as space_charts
from facespace.explain import gradient_path as directions
from facespace.explain import occlusion as occlusions
from facespace.explain.gradient_path import Direction
from facespace.faces import model
from facespace.faces.model import Model
from facespace.io import encode
from facespace.types import Crops, Floats, Label

#: The model whose coordinates these are.
NAME = "eigenfaces"

#: Coordinates with a slider, and how far it goes, in standard deviations.
WALKED, REACH = 8, 3.0

#: Steps towards male and female, each as long as a standard deviation, that are drawn.
STEPS = np.round(np.linspace(-3, 3, 61), 1)


def judged(judge: Model, crops: Crops) -> Floats:
    """Probabilities of female, float32 (N,)."""
    return np.asarray(judge.run(crops).probability[:, judge.info.classes.index("female")])


def verdict(info: ModelInfo, probability: float) -> Label:
    """The verdict by the model's own threshold and certainty alone."""
    if max(probability, 1 - probability) < info.certainty:
        return "?"
    return "female" if probability >= info.threshold else "male"


def walk(look: Look) -> None:
    """Sliders for the strongest coordinates: the face and its verdict follow."""
    _walk(look, model.load_model(NAME))


@st.fragment
def _walk(look: Look, judge: Model) -> None:
    space, own = look.space, look.coordinates / look.space.deviations
    keys = [f"walk_{i + 1}" for i in range(min(WALKED, space.components))]
    identity = look.crop.tobytes()
    if st.session_state.get("walked") != identity or not set(keys) <= set(st.session_state):
        _stand(identity, own, keys, 1)
    faces = space.rebuilt(np.stack([own, _moved(own, keys)]) * space.deviations)
    _compared(faces, judge)
    with st.container(horizontal=True):
        for title, icon, to in (
            ("Back to the face", ":material/undo:", 1),
            ("To the mean face", ":material/person:", 0),
        ):
            st.button(title, icon=icon, on_click=_stand, args=(identity, own, keys, to))
        output.download(
            "This face (PNG)",
            lambda: encode.to_png(np.repeat(scaled.enlarged(faces[1])[..., None], 3, axis=2)),
            "facespace-walk.png",
        )
    columns = st.columns(2)
    for i, key in enumerate(keys):
        with columns[i * 2 // len(keys)]:
            _slider(i, key, space.effects[i], own[i])
    rest = "as they are in the face" if st.session_state["walk_from"] else "0, as in the mean face"
    st.caption(
        f"The other {space.components - len(keys)} numbers are {rest}. The verdict is that of "
        f"{judge.info.title} on the crop rebuilt from these numbers, by its own threshold and "
        "certainty."
    )


def _moved(own: Floats, keys: list[str]) -> Floats:
    """Where the sliders are, float32 (K,), in standard deviations."""
    moved = np.asarray(own * st.session_state["walk_from"], np.float32)
    for i, key in enumerate(keys):
        # A slider shows the start rounded; left there, the start itself counts.
        moved[i] += st.session_state[key] - _rounded(moved[i])
    return moved


def _compared(faces: Crops, judge: Model) -> None:
    """The face and the walk, what each reads as, and the difference."""
    before, after = judged(judge, faces).tolist()
    with st.container(horizontal=True, vertical_alignment="center"):
        for crop, name, female, alt in (
            (faces[0], "The face", before, "The face rebuilt from all its numbers"),
            (faces[1], "The walk", after, "The face where the sliders are"),
        ):
            words = f"{name}: {verdict(judge.info, female)}, {female:.0%} female"
            st.image(scaled.enlarged(crop), words, width=SHOWN, alt=alt)
        change = f"{_signed(100 * (after - before), 1)} points"
        name = judge.info.title.partition(":")[0]
        output.metric(f"Female, by {name}", f"{after:.1%}", change, width=SHOWN)
        output.metric(f"Verdict of {name}", verdict(judge.info, after), width=SHOWN)


def _slider(i: int, key: str, effect: Floats, own: float) -> None:
    """One coordinate's slider, beside what it adds."""
    reach = max(REACH, float(np.ceil(abs(own))))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.image(_coloured(effect), width=48, alt=f"Eigenface {i + 1}")
        st.slider(
            f"Eigenface {i + 1}, standard deviations",
            *(-reach, reach),
            step=0.1,
            key=key,
            persist_state="session",
        )


def _stand(identity: bytes, own: Floats, keys: list[str], share: int) -> None:
    """Put the sliders on the face (1) or the mean face (0)."""
    st.session_state["walked"] = identity
    st.session_state["walk_from"] = share
    for key, value in zip(keys, own, strict=False):
        st.session_state[key] = _rounded(value * share)


def _rounded(value: float) -> float:
    return round(float(value), 1) + 0.0


def _signed(value: float, digits: int = 0) -> str:
    number = round(value, digits) + 0.0
    return f"{number:{'+' if number else ''}.{digits}f}".replace("-", "−")


def _coloured(picture: Floats) -> npt.NDArray[np.uint8]:
    """A picture about zero in the colours of the charts' diverging scale, uint8 (4 side, ...)."""
    share = (picture / max(float(np.abs(picture).max()), 1e-9))[..., None]
    minus, white, plus = (np.array(c) for c in ((84, 39, 136), (247, 247, 247), (179, 88, 6)))
    mixed = white + np.maximum(share, 0) * (plus - white) + np.maximum(-share, 0) * (minus - white)
    return scaled.enlarged(np.rint(mixed).astype(np.uint8))


def direction(look: Look) -> None:
    """The way from this face to one that reads more female or more male."""
    _direction(look, model.load_model(NAME))


@st.fragment
def _direction(look: Look, judge: Model) -> None:
    gradient, faces, probability = _path(judge.info.file.sha256, look.crop)
    at = st.slider(
        "Steps towards male (−) or female (+)",
        float(STEPS[0]),
        float(STEPS[-1]),
        0.0,
        0.1,
        key="steps",
        bind="query-params",
    )
    chosen = int(np.abs(STEPS - at).argmin())
    now = float(probability[chosen])
    left, right = st.columns(2)
    with left.container(horizontal=True):
        st.image(
            scaled.enlarged(faces[chosen]),
            f"{_signed(at, 1)} steps: {verdict(judge.info, now)}, {now:.0%} female",
            width=SHOWN,
            alt=f"The face {_signed(at, 1)} steps towards female",
        )
        with st.container(width=SHOWN):
            added = directions.picture(look.space, gradient)
            output.draw(
                space_charts.signed(added, SHOWN + 20),
                f"What one step towards female adds: at most {np.abs(added).max():.0f} grey levels",
            )
            st.caption("What a step towards female adds, in grey levels")
    with right:
        output.draw(
            charts.path(STEPS, probability, at, judge.info.threshold, judge.info.certainty),
            f"Probability of female from {probability[0]:.0%} three steps towards male to "
            f"{probability[-1]:.0%} three steps towards female",
        )
    shown = [int(np.abs(STEPS - step).argmin()) for step in range(-3, 4)]
    captions = [f"{_signed(STEPS[i])}: {probability[i]:.0%} female" for i in shown]
    st.image(
        [scaled.enlarged(faces[i]) for i in shown],
        captions,
        width=104,
        alt=[f"The face at {caption}" for caption in captions],
    )
    st.caption(
        "The direction is the gradient of the model’s log odds at this face, measured in its "
        "coordinates by central differences: of all steps one standard deviation long, the one "
        "that raises the probability of female most "
        f"(by {gradient.slope:.2f} in log odds). Beyond the face itself the path is straight and "
        "the gradient may turn. It shows what the SVM reads, not what makes a woman or a man."
    )
    table = pd.DataFrame({"steps": STEPS, "probability_female": probability})
    output.download("The path (CSV)", table, "facespace-path.csv")


@st.cache_data(max_entries=16, show_spinner="Looking for the way …", scope="session")
def _path(sha256: str, crop: npt.NDArray[np.uint8]) -> tuple[Direction, Crops, Floats]:
    """The direction at a crop, and the faces along it with their probabilities."""
    space, judge = face_space.load(), model.load_model(NAME)
    start = space.coordinates(crop[None])[0]
    gradient = directions.gradient(space, lambda crops: judged(judge, crops), start)
    faces = space.rebuilt(directions.path(space, start, gradient, STEPS))
    return gradient, faces, judged(judge, faces)


def occlusion(look: Look) -> None:
    """What in the crop a model's probability hangs on."""
    with st.container(horizontal=True):
        name = choose_model(look.manifest)
        patch = st.slider("Patch, pixels", 8, 32, 16, 4, key="patch", bind="query-params")
        stride = st.select_slider(
            "Stride, pixels",
            (2, 4, 8),
            4,
            help="Half the stride asks four times as many questions.",
            key="stride",
            bind="query-params",
        )
    info = look.manifest.models[name]
    crop = look.eaten(info.template)
    sensitivity = _sensitivity(info.name, info.file.sha256, crop, patch, stride)
    change = sensitivity.change
    most = np.unravel_index(np.abs(change).argmax(), change.shape)
    row, column = (float(sensitivity.centres[i]) for i in most)
    left, right = st.columns(2)
    with left:
        output.draw(
            charts.occlusion(crop, sensitivity),
            f"A patch changes the probability of female by {change.min():+.1%} to "
            f"{change.max():+.1%}, most at row {row:.0f}, column {column:.0f}",
        )
    with right:
        output.metric("Predicted female, nothing covered", f"{sensitivity.probability:.1%}")
        output.metric(
            "With the patch where it counts most",
            f"{sensitivity.probability + change[most]:.1%}",
            f"{_signed(100 * change[most], 1)} points",
        )
        st.image(scaled.enlarged(crop), "What the model saw", width=220, alt="The bare crop")
    kind = "grey patch" if crop.ndim == 2 else "patch of its mean colour"
    st.caption(
        f"A {kind}, {patch} × {patch} pixels, slides over the crop of {len(crop)} × "
        f"{len(crop)} pixels ({change.size:,} places). Orange: covered here the face reads more "
        "female, so what is there speaks for male; blue the other way round; clear: nothing "
        "changes (Zeiler and Fergus, 2014). The patch itself is something that no face has, and a "
        "model may take it for a feature."
    )
    places = pd.Index(sensitivity.centres, name="row")
    table = pd.DataFrame(
        change, places, [f"column_{c:g}" for c in sensitivity.centres]
    ).reset_index()
    output.download("The map (CSV)", table, f"facespace-{name}-occlusion.csv")


@st.cache_data(max_entries=32, show_spinner="Covering the face, part by part …", scope="session")
def _sensitivity(
    name: str, sha256: str, crop: npt.NDArray[np.uint8], patch: int, stride: int
) -> occlusions.Sensitivity:
    judge = model.load_model(name)
    return occlusions.sensitivity(lambda crops: judged(judge, crops), crop, patch, stride)
