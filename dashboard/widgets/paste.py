"""A picture pasted from the clipboard, handed to the page's own field for files."""

from __future__ import annotations

import streamlit as st

#: Pasted pictures go where chosen ones go, so that every limit and sentence is the same. What is
#: pasted into a field for words stays words.
_SCRIPT = """
export default function ({ parentElement }) {
  const paste = (event) => {
    if (event.target.closest?.("input:not([type=file]), textarea, [contenteditable]")) return;
    const files = [...(event.clipboardData?.files ?? [])];
    const pictures = files.filter((file) => file.type.startsWith("image/"));
    const field = document.querySelector('[data-testid="stFileUploader"] input[type="file"]');
    if (!pictures.length || !field) return;
    const chosen = new DataTransfer();
    const taken = field.multiple ? pictures : pictures.slice(0, 1);
    for (const picture of taken) chosen.items.add(picture);
    field.files = chosen.files;
    field.dispatchEvent(new Event("change", { bubbles: true }));
    event.preventDefault();
  };
  document.addEventListener("paste", paste);
  (parentElement.host ?? parentElement).dataset.listens = "paste";
  return () => document.removeEventListener("paste", paste);
}
"""


def paste(key: str) -> None:
    """Let a picture be pasted into the field for files above."""
    with st.container(gap=None):
        _component()(key=f"{key} paste", height=1)
        st.caption("Or paste a picture (Ctrl+V, on a Mac ⌘V).")


@st.cache_resource(show_spinner=False)
def _component() -> st.components.v2.types.ComponentRenderer:
    return st.components.v2.component("facespace_paste", js=_SCRIPT)
