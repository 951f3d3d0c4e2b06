"""Facespace's dashboard: ``streamlit run streamlit_app.py``."""

# Worker processes that a page starts import this file under another name, and need none of it.
if __name__ == "__main__":
    import streamlit as st

    from dashboard.app import address, consent, error_boundary
    from dashboard.app.memory import at_rest, give_back
    from dashboard.app.navigation import MARK, navigation

    give_back()
    address.bounded()
    page = navigation()
    title = "Facespace" if page.url_path == "" else f"{page.title} · Facespace"
    st.set_page_config(title, MARK, layout="wide")
    with st.sidebar:
        st.caption(
            "Verdicts are a *perceived binary label from appearance*, not anyone’s identity. "
            + consent.sentence()
        )
    try:
        error_boundary.run(page)
    finally:  # also of a page that waits for something and stops there
        at_rest(page.url_path)
