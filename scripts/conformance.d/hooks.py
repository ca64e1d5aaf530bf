"""What an OpenAPI document cannot say, said to Schemathesis; and checks of manners that it does not have.

- A cursor is what a page before gave, for the same list and filters: made-up ones are replaced by real ones.
- `from` is not after `to`, and a box does not end south of where it begins.
- An event with a calendar file is one whose day is known.
- A read can be revalidated (304), and HEAD is GET without the body.
- Every failure is a problem document that is right about itself, and every reading operation is seen to succeed.
"""

import os
import re
from collections import Counter
from urllib.parse import urlencode

import requests
import schemathesis

TIMEOUT = 20
# So many answers of each operation are asked for again, as 304 and as HEAD.
ASKED_AGAIN = 5


def is_positive(case):
    return case.meta is not None and case.meta.generation.mode.is_positive


def as_text(value):
    """A query value as it stands in the address."""
    if isinstance(value, list):
        return ",".join(map(as_text, value))
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)


def credentials(headers):
    """Those of the headers of a call that say who calls."""
    return {name: value for name, value in (headers or {}).items() if name.lower() in ("authorization", "x-api-key")}


def first_page(case):
    """The `next_cursor` of the page that these filters give without a cursor."""
    query = {name: as_text(value) for name, value in case.query.items() if name != "cursor"}
    # One item to a page, for otherwise few lists have a second one.
    address = f"{case.operation.base_url.rstrip('/')}{case.formatted_path}?{urlencode({**query, 'limit': 1})}"
    answer = requests.get(address, headers=credentials(case.headers), timeout=TIMEOUT)
    if answer.status_code != 200:
        return None
    if "atom" in answer.headers["content-type"]:
        found = re.search(r'rel="next"[^>]*[?;]cursor=([A-Za-z0-9_-]+)', answer.text)
        return found and found.group(1)
    return answer.json().get("next_cursor")


def go_on(case):
    """Has a call for a further page ask for one that there is, or for the first."""
    if "cursor" in (case.query or {}):
        cursor = first_page(case)
        if cursor is None:
            del case.query["cursor"]
        else:
            case.query["cursor"] = cursor


def dated_event(case):
    """The id of an event that has a calendar file: one whose day is known."""
    answer = requests.get(f"{case.operation.base_url.rstrip('/')}/v1/gallery/events?limit=100", timeout=TIMEOUT)
    items = answer.json()["items"]
    return next(item["id"] for item in items if item["when"]["precision"] in ("minute", "day"))


@schemathesis.hook
def before_call(context, case, kwargs):
    """Makes a valid call one that also keeps the rules which no schema can state."""
    if is_positive(case) and case.operation.path == "/v1/gallery/events/{id}.ics":
        # No answer leads here: an identifier that was made up is of nothing.
        case.path_parameters["id"] = dated_event(case)
    query = case.query
    if not is_positive(case) or not query:
        return
    if "from" in query and "to" in query:
        query["from"], query["to"] = sorted([query["from"], query["to"]])
    if "bbox" in query:
        west, south, east, north = map(float, as_text(query["bbox"]).split(","))
        query["bbox"] = f"{west},{min(south, north)},{east},{max(south, north)}"
    go_on(case)


asked_again = Counter()
# What need not succeed: somebody has none of it.
EXCUSED = re.compile(os.environ.get("CONFORMANCE_EXCUSED") or "$^")
# What has been read is 410.
READ_ONCE = {"GET /v1/exports/{export_id}/file"}


@schemathesis.check
def reads_can_be_revalidated(ctx, response, case):
    """An answer with an entity tag is 304 to who has it, and HEAD says the same as GET without the body."""
    operation = case.operation.label
    if case.method != "GET" or response.status_code != 200 or asked_again[operation] >= ASKED_AGAIN or operation in READ_ONCE:
        return
    asked_again[operation] += 1
    request = response.request
    headers = {name: value for name, value in request.headers.items() if name.lower() != "if-none-match"}

    head = requests.head(request.url, headers=headers, timeout=TIMEOUT)
    assert head.status_code == 200, f"HEAD answered {head.status_code} where GET answered 200"
    assert not head.content, "HEAD answered with a body"
    for name in ("content-type", "etag", "cache-control"):
        given = response.headers.get(name)
        wanted = given[0] if isinstance(given, list) else given
        assert head.headers.get(name) == wanted, f"HEAD and GET differ in {name}"

    etag = head.headers.get("etag")
    documented = "304" in case.operation.definition.raw.get("responses", {})
    assert bool(etag) or not documented, "304 is documented, but there is no ETag to ask with"
    if not documented:
        # The tag of a private record is for editing it.
        return
    for method in ("GET", "HEAD"):
        again = requests.request(method, request.url, headers={**headers, "If-None-Match": etag}, timeout=TIMEOUT)
        assert again.status_code == 304, f"{method} with the ETag just given answered {again.status_code}, not 304"
        assert not again.content, f"304 to {method} has a body"
        assert again.headers.get("etag") == etag, f"304 to {method} has another ETag"
    other = requests.get(request.url, headers={**headers, "If-None-Match": '"another"'}, timeout=TIMEOUT)
    assert other.status_code == 200, f"with another ETag it answered {other.status_code}, not 200"


@schemathesis.check
def every_failure_is_a_problem(ctx, response, case):
    """RFC 9457 for each 4xx and 5xx, whose `status` and `type` agree with the answer."""
    if response.status_code < 400 or case.method == "HEAD":
        return
    problem = response.json()
    assert problem["status"] == response.status_code, "`status` is not the status of the answer"
    assert problem["type"] == f"/problems/{problem['code']}", "`type` does not lead to the page of `code`"
    request_id = response.headers.get("x-request-id")
    request_id = request_id[0] if isinstance(request_id, list) else request_id
    assert problem["instance"] == f"urn:uuid:{request_id}", "`instance` is not the id of the request"


@schemathesis.check
class every_operation_succeeds:
    """Each operation that reads answered 200 at least once: identifiers were real ones, filters found something."""

    def __init__(self):
        self.called, self.succeeded = set(), set()

    def after_response(self, ctx, response, case):
        if case.operation.method.upper() == "GET":
            self.called.add(case.operation.label)
        if response.status_code == 200:
            self.succeeded.add(case.operation.label)

    def after_run(self, ctx):
        never = ", ".join(label for label in sorted(self.called - self.succeeded) if not EXCUSED.search(label))
        assert not never, f"never answered 200: {never}"
