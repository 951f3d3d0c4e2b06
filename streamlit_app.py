"""Facespace's dashboard: ``streamlit run streamlit_app.py``."""

# Worker processes that a page starts import this file under another name, and need none of it.
if __name__ == "__main__":
    import streamlit as st

    from dashboard import guard
    from dashboard.keeping import kept
    from dashboard.memory import at_rest, give_back
    from dashboard.navigation import MARK, bounded_address, navigation

    give_back()
    st.set_page_config("Facespace", MARK, layout="wide")

    bounded_address()
    page = navigation()
    with st.sidebar:
        st.caption(
            "Verdicts are a *perceived binary label from appearance*, nobody’s identity. " + kept()
        )
    guard.run(page)
    at_rest(page.url_path)
