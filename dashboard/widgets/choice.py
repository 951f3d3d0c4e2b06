"""A choice of one of several, which is in the address and so in a link."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

import streamlit as st

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
    chosen: T = st.segmented_control(
        label,
        choices,
        default=choices[0] if default is None else default,
        required=True,
        key=key,
        bind="query-params",
        **more,
    )
    return chosen


def select(
    label: str,
    options: Iterable[T],
    key: str,
    name: Callable[[T], str] = str,
    place: Any = st,
    **more: Any,
) -> T:
    """Draw a list of options to choose one from, which the visit keeps too, and return it.

    Args:
        label: of the choice.
        options: what can be chosen; the first is at first.
        key: in the session and in the address.
        name: what an option is called.
        place: where to draw it.
        more: other arguments of ``st.selectbox``.
    """
    chosen: T = place.selectbox(
        label,
        list(options),
        format_func=name,
        key=key,
        bind="query-params",
        persist_state="session",
        **more,
    )
    return chosen
