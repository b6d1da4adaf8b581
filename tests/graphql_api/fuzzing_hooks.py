"""What schemathesis cannot know: how a picture and a cursor look. It loads this file by SCHEMATHESIS_HOOKS."""

from __future__ import annotations

import base64
import os
import re

import httpx
import schemathesis
from hypothesis import strategies as st

from tests.graphql_api.taking_in import photo, saved

# Mostly real ones, so that more than the refusals is tried; what is none is tried as well.
_PICTURES = st.sampled_from([saved(photo((64, 48)), kind) for kind in ("PNG", "JPEG", "GIF", "BMP")])
_IDS = st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=24, max_size=24)
_TIMES = st.floats(0, 4e9)

schemathesis.openapi.media_type("image/*", _PICTURES)
schemathesis.openapi.media_type("application/octet-stream", _PICTURES)
schemathesis.openapi.format(
    "cursor",
    st.builds(lambda at, name: base64.urlsafe_b64encode(f"{at:.3f} job_{name}".encode()).decode(), _TIMES, _IDS),
)
# A file cannot stand in a query; that it is told so is what is tried. Uploads are fuzzed in the API without GraphQL.
schemathesis.graphql.scalar("Upload", st.text("abc").map(schemathesis.graphql.nodes.String))


@schemathesis.hook
def before_call(context: schemathesis.HookContext, case: schemathesis.Case, kwargs: dict[str, object]) -> None:
    """A job that is watched is ended first: no worker runs here, and its stream would outlast the test."""
    job_id = str((case.path_parameters or {}).get("id", ""))
    if case.operation.path.endswith("/events") and re.fullmatch("job_[a-z0-9]{24}", job_id):
        headers = {"X-I2V-Request": "1", "Cookie": os.environ["I2V_FUZZ_COOKIE"]}
        httpx.post(f"{case.operation.base_url.rstrip('/')}/api/jobs/{job_id}/cancel", headers=headers)
