"""A visitor of the dashboard without a browser, over Streamlit's websocket."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from typing import Self
from urllib.parse import urlsplit

import requests
from streamlit.proto.Alert_pb2 import Alert
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Common_pb2 import UploadedFileInfo
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect
from websockets.typing import Subprotocol

#: Seconds after which a run of the page counts as lost.
PATIENCE = 180.0


class LoadError(Exception):
    """What a visitor must not see."""


class Visitor:
    """A session: what a browser's tab says to the server, and what it is shown.

    Args:
        address: of the dashboard.
        page: its name in the address.
        query: the settings in the address.
        headers: of all requests, in place of honest ones where they are.

    Raises LoadError where a run of the page ends in an exception, a warning, or not at all.
    """

    def __init__(
        self,
        address: str,
        page: str,
        query: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self._address, self._query = address, query
        others = dict(headers or {})
        self._http = requests.Session()
        self._http.headers.update(others)
        self._http.get(f"{address}/_stcore/host-config", timeout=PATIENCE).raise_for_status()
        self._http.get(f"{address}/_stcore/health", timeout=PATIENCE).raise_for_status()
        self._token = self._http.cookies.get("_streamlit_xsrf") or ""
        self._open = ExitStack()
        self._open.enter_context(self._http)
        server = urlsplit(address)
        host = others.pop("Host", server.netloc)
        self._socket = self._open.enter_context(
            connect(
                f"ws://{host}/_stcore/stream",
                sock=socket.create_connection((server.hostname, server.port), PATIENCE),
                additional_headers={"Cookie": f"_streamlit_xsrf={self._token}", **others},
                subprotocols=[Subprotocol("streamlit")],
                max_size=None,
                open_timeout=PATIENCE,
            )
        )
        self.shown: list[Element] = []
        self._on: set[str] = set()
        self._files: list[UploadedFileInfo] = []
        self._session, self._page, self._hash = "", page, ""
        self._run()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def turn_on(self, label: str) -> None:
        """Turn a switch of the page on."""
        self._on.add(label)
        self._run()

    def upload(self, name: str, content: bytes) -> float:
        """Add a photo to the page; the seconds until its verdict was there."""
        seconds = self.bring(name, content)
        count = len(self._files)
        wanted = f"{count} picture{'s' * (count > 1)}, {count} face{'s' * (count > 1)}"
        if not any(wanted in said for said in self.said(Alert.SUCCESS)):
            raise LoadError(f"The page does not say {wanted!r}.")
        return seconds

    def bring(self, name: str, content: bytes) -> float:
        """Add a file to the page; the seconds until it was drawn anew."""
        begin = time.perf_counter()
        message = BackMsg()
        request = message.file_urls_request
        request.request_id, request.session_id = name, self._session
        request.file_names.append(name)
        self._socket.send(message.SerializeToString())
        answer = next(told for told in self._messages() if told.HasField("file_urls_response"))
        urls = answer.file_urls_response.file_urls[0]
        self._http.put(
            self._address + urls.upload_url,
            files={"file": (name, content, "image/jpeg")},
            headers={"X-Xsrftoken": self._token},
            timeout=PATIENCE,
        ).raise_for_status()
        self._files.append(
            UploadedFileInfo(name=name, size=len(content), file_id=urls.file_id, file_urls=urls)
        )
        self._run()
        return time.perf_counter() - begin

    def said(self, kind: int) -> list[str]:
        """The words of the page's alerts of one kind."""
        alerts = [one.alert for one in self.shown if one.WhichOneof("type") == "alert"]
        return [alert.body for alert in alerts if alert.format == kind]

    def _run(self) -> None:
        """Let the page run with the photos there are, and take in what it shows."""
        self._ask()
        for told in self._messages():
            kind = told.WhichOneof("type")
            if kind == "new_session":
                self.shown = []
                self._session = told.new_session.initialize.session_id or self._session
            elif kind == "navigation":
                self._hash = told.navigation.page_script_hash
            elif kind == "delta" and told.delta.HasField("new_element"):
                self.shown.append(told.delta.new_element)
            elif kind == "script_finished":
                if told.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY:
                    break
                if told.script_finished == ForwardMsg.FINISHED_WITH_COMPILE_ERROR:
                    raise LoadError("The page does not compile.")
        self._check()

    def _ask(self) -> None:
        """Ask for a run of the page with its widgets as they are now."""
        message = BackMsg()
        rerun = message.rerun_script
        rerun.page_script_hash, rerun.page_name = self._hash, "" if self._hash else self._page
        rerun.query_string = self._query
        rerun.context_info.url = f"{self._address}/{self._page}"
        for element in self.shown:
            if element.HasField("file_uploader"):
                state = rerun.widget_states.widgets.add(id=element.file_uploader.id)
                state.file_uploader_state_value.uploaded_file_info.extend(self._files)
            if element.HasField("checkbox") and element.checkbox.label in self._on:
                rerun.widget_states.widgets.add(id=element.checkbox.id, bool_value=True)
        self._socket.send(message.SerializeToString())

    def _check(self) -> None:
        """Look for what should not be there, and fetch the pictures that should."""
        for element in self.shown:
            if element.HasField("exception"):
                raise LoadError(f"{element.exception.type}: {element.exception.message}")
        if wrong := self.said(Alert.WARNING) + self.said(Alert.ERROR):
            raise LoadError(wrong[0])
        for picture in (one for element in self.shown for one in element.imgs.imgs):
            self._http.get(self._address + picture.url, timeout=PATIENCE).raise_for_status()

    def _messages(self) -> Iterator[ForwardMsg]:
        end = time.monotonic() + PATIENCE
        while True:
            content = self._socket.recv(timeout=end - time.monotonic())
            assert isinstance(content, bytes)
            yield ForwardMsg.FromString(content)
