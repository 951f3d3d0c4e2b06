"""Which camera is read on the page Webcam, and where."""

from __future__ import annotations

from dashboard.app.access import at_this_machine, may_name_a_path
from dashboard.app.choice import one_of
from dashboard.views.webcam import stream

#: The visitor's camera, read by their browser or by the dashboard; another one.
BROWSER, DASHBOARD, ANOTHER = "browser", "dashboard", "another"


def chosen() -> str:
    """One of the three; at first the visitor's camera, and in the browser where no video gets out.

    Whoever names another camera lets this computer open an address, or a film: so that is offered
    to those alone who may name a path of it.
    """
    computer = "this computer" if at_this_machine() else "the server"
    titles = {BROWSER: "In your browser", DASHBOARD: f"On {computer}"}
    if may_name_a_path():
        titles[ANOTHER] = "Another camera"
    first = DASHBOARD if video_gets_through() else BROWSER
    return one_of("Camera", titles, "where", first, titles)


def video_gets_through() -> bool:
    """Whether live video can be expected to reach the dashboard: from here, or by a relay."""
    return at_this_machine() or stream.turn_server() is not None
