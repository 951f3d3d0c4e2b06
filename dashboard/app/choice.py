"""A choice of one of several, which is in the address and so in a link."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

import streamlit as st

from dashboard.app import address

T = TypeVar("T")


def one_of(
    label: str,
    options: Iterable[T],
    key: str,
    default: T | None = None,
    titles: Mapping[T, str] | None = None,
    **more: Any,
) -> T:
    """Draw a segmented control in which one option is always chosen, and return it.

    Args:
        label: of the choice.
        options: what can be chosen.
        key: in the session and in the address.
        default: what is chosen at first; the first option where None.
        titles: what an option is called, where not as it is.
        more: other arguments of ``st.segmented_control``.
    """
    choices = list(options)
    if titles is not None:
        more["format_func"] = titles.__getitem__
    first = choices[0] if default is None else default

    def draw() -> T:
        chosen: T = st.segmented_control(
            label, choices, default=first, required=True, key=key, **more
        )
        return chosen

    title = str if titles is None else titles.__getitem__
    return address.linked(label, key, {str(o): o for o in choices}, first, draw, title)


def select(
    label: str,
    options: Iterable[T],
    key: str,
    title: Callable[[T], str] = str,
    place: Any = st,
    index: int = 0,
    name: Callable[[T], str] = str,
    **more: Any,
) -> T:
    """Draw a list of options to choose one from, which the visit keeps too, and return it.

    Args:
        label: of the choice.
        options: what can be chosen.
        key: in the session and in the address.
        title: what an option is called.
        place: where to draw it.
        index: which is chosen at first.
        name: what stands in the address.
        more: other arguments of ``st.selectbox``.
    """
    choices = list(options)

    def draw() -> T:
        chosen: T = place.selectbox(
            label,
            choices,
            index,
            format_func=title,
            key=key,
            persist_state="session",
            **more,
        )
        return chosen

    named = {name(option): option for option in choices}
    return address.linked(label, key, named, choices[index], draw, title, lasting=True)
