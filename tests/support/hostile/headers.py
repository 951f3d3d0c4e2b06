"""Headers of requests, as a visitor may make them up."""

from __future__ import annotations

#: By name; beside an honest ``Host`` where they have none.
FORGED: dict[str, dict[str, str]] = {
    "another host": {"Host": "facespace.example"},
    "this machine as host": {"Host": "localhost:8501"},
    "no host": {"Host": ""},
    "a host of junk": {"Host": "localhost:8501@facespace.example/[::1"},
    "forwarded for this machine": {"X-Forwarded-For": "127.0.0.1"},
    "forwarded for many": {"X-Forwarded-For": ", ".join(["127.0.0.1"] * 500)},
    "forwarded by the standard": {"Forwarded": "for=127.0.0.1;host=localhost;proto=http"},
    "forwarded for nobody": {"Forwarded": 'for=_;;;,"', "X-Forwarded-For": ""},
    "a real address": {"X-Real-IP": "127.0.0.1"},
    "a forwarded host": {"X-Forwarded-Host": "localhost:8501"},
    "all at once": {
        "Host": "127.0.0.1",
        "X-Forwarded-For": "127.0.0.1",
        "Forwarded": "for=127.0.0.1",
        "X-Real-IP": "::1",
    },
}
