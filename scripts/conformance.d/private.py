"""Schemathesis on the private side: who calls, and what no schema can say there. seed.py has made the records.

- Who calls is an account, whose access token is renewed, or the system of a partner with a key that has all scopes, sent now in one header and now
  in the other; whoever submitted or registered has a token of their own.
- Identifiers are those of records that are there, or few calls would come further than 404. Where something is written, some stay made up.
- An edit names the version that is there now, and whoever has no credentials takes a key that cannot be guessed.
- A period is no longer than a list of occurrences allows, and a file has the parameters of its kind.
"""

import json
import os
import random
import re
import uuid
from datetime import date, timedelta

import requests
import schemathesis

# The checks, and what holds for cursors and times on either side.
from hooks import TIMEOUT, credentials, go_on, is_positive

ADDRESS = os.environ["CONFORMANCE_ADDRESS"]
PASSWORD = os.environ["CONFORMANCE_PASSWORD"]
SEEDS = json.loads(os.environ["CONFORMANCE_SEEDS"])
# Who calls: a role, or `key`.
WHO = os.environ["CONFORMANCE_WHO"]
# Where records are, and of hosts and partners where their own are.
IDS = {**SEEDS["ids"], **SEEDS["own"].get(WHO, {})}
# Where something is written any record of the kind may be meant, for what is done to one may be its end.
WRITES = os.environ["CONFORMANCE_RUN"] == "writes"
# The `Idempotency-Key` that the document gives as an example.
EXAMPLE_KEY = "0b5c3c0e-6d0f-4a51-9f0b-3f1e2d7c9a84"
# Of so many calls that write, one keeps what was made up.
MADE_UP = 5

# The same calls each time.
dice = random.Random(20270314)


@schemathesis.auth(refresh_interval=240)
class Caller:
    """The credential for a call: that of whoever may follow one record, or of who calls."""

    def get(self, case, context):
        if WHO == "key":
            return SEEDS["key"]
        body = {"email": f"{WHO}@example.org", "password": PASSWORD}
        answer = requests.post(f"{ADDRESS}/v1/sessions", json=body, timeout=TIMEOUT)
        answer.raise_for_status()
        return answer.json()["access_token"]

    def set(self, case, data, context):
        mine = re.match(r"/v1/(\w+)/mine\b", case.operation.path)
        token = SEEDS["tokens"].get(mine.group(1), data) if mine else data
        if WHO == "key" and not mine and dice.random() < 0.5:
            case.headers["X-API-Key"] = token
        else:
            case.headers["Authorization"] = f"Bearer {token}"


def new_key():
    """An `Idempotency-Key` that nobody guesses."""
    return str(uuid.UUID(int=dice.getrandbits(128), version=4))


def known(case, collection):
    """The identifiers of a collection, as whoever calls lists them now."""
    answer = requests.get(f"{ADDRESS}/v1/{collection}", headers=credentials(case.headers), timeout=TIMEOUT)
    items = answer.json()["items"] if answer.status_code == 200 else []
    return [item["id"] for item in items if "id" in item]


def identify(case):
    """Puts identifiers of what is there into the path."""
    collection = case.operation.path.split("/")[2]
    given = case.path_parameters
    if "version" in given:
        given[next(iter(given))], given["version"] = SEEDS["revisions"][collection]
        return
    if WHO == "key" and collection == "organisations":
        given["organisation_id"] = IDS["organisation_id"]
        return
    if WRITES and len(given) == 1:
        # By the path alone it is not to be known which registration or session is whose.
        ids = [] if collection in ("me", "registrations", "sessions") else known(case, collection)
        if ids:
            given[next(iter(given))] = dice.choice(ids)
            return
    given.update({name: value for name, value in IDS.items() if name in given})


def bound(query):
    """A list of occurrences goes on for ten years at most, and without a first day it begins today."""
    if "to" in query:
        begin = date.fromisoformat(query["from"]) if "from" in query else date.today()
        query["to"] = (begin + timedelta(days=dice.randrange(3600))).isoformat()


def read_by(case):
    """A calendar names its source, a table how it is read, and a bundle says all of it itself."""
    if case.media_type == "text/csv":
        # A call before may have removed it.
        by = credentials(case.headers)
        requests.put(f"{ADDRESS}/v1/import-mappings/seed", json=SEEDS["mapping"], headers=by, timeout=TIMEOUT).raise_for_status()
    needed = {"text/calendar": {"source": "seed", "language": "en"}, "text/csv": {"mapping": "seed"}}.get(case.media_type, {})
    of_calendars = ("source", "language", "country", "kind", "format", "time_zone")
    left = {"text/calendar": ("mapping",), "text/csv": of_calendars}.get(case.media_type, (*of_calendars, "mapping"))
    query = {name: value for name, value in (case.query or {}).items() if name not in left}
    case.query = {**query, **needed}


def version_of_now(case):
    """The entity tag of what a call is about: of its address, or of what this begins with. Its own values have no quotation marks."""
    segments = case.formatted_path.split("/")
    for length in range(len(segments), 3, -1):
        path = "/".join(segments[:length])
        answer = requests.get(f"{ADDRESS}{path}", headers=credentials(case.headers), timeout=TIMEOUT)
        if answer.status_code == 200 and "etag" in answer.headers:
            return answer.headers["etag"]
    return '"1"'


@schemathesis.hook
def before_call(context, case, kwargs):
    """Makes a valid call one about what is there; and no call the repetition of another, which would have that one's answer."""
    if case.headers.get("Idempotency-Key") == EXAMPLE_KEY:
        case.headers["Idempotency-Key"] = new_key()
    if not is_positive(case):
        return
    if case.operation.label == "POST /v1/imports":
        read_by(case)
    if case.operation.path.endswith("/occurrences"):
        bound(case.query or {})
    if "Idempotency-Key" in case.headers and not case.operation.definition.raw.get("security"):
        case.headers["Idempotency-Key"] = new_key()
    if case.path_parameters and not (WRITES and dice.randrange(MADE_UP) == 0):
        identify(case)
        # A cursor belongs to the list of what it is now about.
        go_on(case)
    if "If-Match" in case.headers:
        case.headers["If-Match"] = version_of_now(case)
