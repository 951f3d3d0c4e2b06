"""A choice of one of several, which is in the address and so in a link."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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
