"""Makes one of everything that the private side has, beside the sample bundle, and prints where it is as JSON.

    seed.py ADDRESS EMAIL PASSWORD [host] [key]

`ids`: an identifier for each parameter of a path. `own`: the same of what a host, or a partner with an API key, has for itself. `key`: that key.
`revisions`: of each kind a record that was edited, and the edit's number. `tokens`: what follows a submission, a registration and a consent.
"""

import json
import sys
import urllib.error
import urllib.request
from datetime import datetime, timedelta, timezone

ADDRESS, EMAIL, PASSWORD = sys.argv[1:4]
OTHERS = sys.argv[4:]
# Of what is or was public, an edit is a revision.
EDITS = {
    "themes": {"labels": {"en": "Edited"}},
    "organisations": {"url": "https://example.org/edited"},
    "initiatives": {"summary": "Edited."},
    "events": {"summary": "Edited."},
    "outcomes": {"text": "Edited."},
    "stories": {"url": "https://example.org/edited"},
    "quotes": {"text": "Edited."},
}

# How a table is read.
MAPPING = {"type": "event", "source": "seed", "columns": [{"column": "No.", "member": "id"}, {"column": "Title", "member": "title"}]}

OVER = ("archived", "cancelled", "withdrawn")


def call(method, path, body=None, token=None, etag=None):
    """The answer's JSON and its entity tag; anything but success ends it."""
    headers = {"Content-Type": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    if etag:
        headers["If-Match"] = etag
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(ADDRESS + path, data, headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.load(answer), answer.headers.get("ETag")
    except urllib.error.HTTPError as error:
        sys.exit(f"seed: {method} {path} answered {error.code}: {error.read().decode()}")


def send(path, text, token):
    """Sends a file; the answer's JSON."""
    headers = {"Content-Type": "application/x-ndjson", "Authorization": f"Bearer {token}"}
    with urllib.request.urlopen(urllib.request.Request(ADDRESS + path, text.encode(), headers), timeout=20) as answer:
        return json.load(answer)


def sign_in(email):
    return call("POST", "/v1/sessions", {"email": email, "password": PASSWORD})[0]["access_token"]


def dialogue(**members):
    return {
        "kind": "dialogue", "title": "Dialogue on seeds", "language": "en", "format": "hybrid", "visibility": "public",
        "when": {"precision": "minute", "starts_local": "2099-03-14T18:00:00", "time_zone": "Africa/Juba", "duration_minutes": 120},
        "place": {"country": "SS", "locality": "Yei", "venue": "The hall", "point": {"lat": 4.09512, "lon": 30.67834}},
        "online": {"platform": "jitsi", "join_url": "https://meet.example.org/room"}, "registration": "open", **members,
    }


def weekly(start, **members):
    return {
        "template": {
            "kind": "jam_session", "title": "Weekly circle", "language": "es", "format": "online", "visibility": "public",
            "place": {"country": "CL"}, "online": {"platform": "jitsi", "join_url": "https://meet.example.org/room"},
        },
        "starts_local": start, "time_zone": "America/Santiago", "duration_minutes": 90, "rrule": "FREQ=WEEKLY", **members,
    }


def bundle(kind, **members):
    header = {"type": "bundle", "format": "solidarity-bundle", "version": 1, "source": "seed", "language": "en"}
    return "\n".join(map(json.dumps, [header, {"type": kind, "id": "one", **members}]))


CONSENT = {"purpose": "publish_quote", "method": "written"}


def own(token, start):
    """One of everything that a host or a partner has for itself: where it is."""
    def make(path, body):
        return call("POST", path, body, token)[0]["id"]

    past = make("/v1/events", dialogue(when={"precision": "day", "date": "2021-06-12"}))
    said, taken_back = (make("/v1/quotes", {"event": past, "text": text, "language": "en", "consent": CONSENT}) for text in ("We dig.", "We sell."))
    make(f"/v1/quotes/{taken_back}/withdraw", {})
    return {
        "event_id": make("/v1/events", dialogue()), "initiative_id": make("/v1/initiatives", {"title": "Seeds", "country": "SS", "language": "en"}),
        "outcome_id": make("/v1/outcomes", {"event": past, "kind": "finding", "text": "Seeds last", "language": "en"}),
        "story_id": make("/v1/stories", {"event": past, "kind": "blog", "title": "Seeds", "url": "https://example.org/s", "language": "en"}),
        "quote_id": said, "withdrawal_id": taken_back, "series_id": make("/v1/series", weekly(start)), "recurrence": start,
        "person_id": make("/v1/people", {"display_name": "Amina", "role": "activist"}), "export_id": make("/v1/exports", {"format": "csv"}),
    }


def host_of_its_own(start):
    token = sign_in("host@example.org")
    ids = own(token, start)
    call("POST", f"/v1/events/{ids['event_id']}/schedule", {}, token)
    registered, _ = call("POST", f"/v1/events/{ids['event_id']}/registrations", {"display_name": "Kofi", "role": "ally"})
    return ids | {"registration_id": registered["registration"]["id"]}


def partner_of_its_own(admin, start):
    """A partner's key with every scope there is, and what is its own."""
    document = json.load(urllib.request.urlopen(ADDRESS + "/openapi.json", timeout=20))
    scopes = document["components"]["schemas"]["ApiScope"]["enum"]
    group = call("POST", "/v1/organisations", {"name": "The desk", "kind": "ngo"}, admin)[0]["id"]
    key = call("POST", f"/v1/organisations/{group}/keys", {"name": "Desk", "scopes": scopes}, admin)[0]["secret"]
    ids = own(key, start)
    call("POST", f"/v1/events/{ids['event_id']}/submit", {}, key)
    event = f"/v1/events/{ids['event_id']}"
    call("POST", f"{event}/schedule", {}, admin, call("GET", event, token=admin)[1])
    proof = {"purpose": "participate", "method": "oral_witnessed", "text_version": "2027-1", "language": "fr", "given_at": "2024-03-01T09:00:00Z",
             "given_by": "Desk of the youth centre"}
    body = {"display_name": "Amina", "role": "activist", "consents": [proof]}
    registered, _ = call("POST", f"/v1/events/{ids['event_id']}/registrations", body, key)
    webhook = call("POST", "/v1/webhooks", {"url": "https://partner.invalid.example/own", "types": ["quote.withdrawn"]}, key)[0]
    sent = send("/v1/imports", bundle("initiative", title="Seeds"), key)
    call("PUT", "/v1/import-mappings/seed", MAPPING, key)
    return key, ids | {"organisation_id": group, "registration_id": registered["registration"]["id"], "webhook_id": webhook["id"], "import_id": sent["id"]}


def main():
    token = sign_in(EMAIL)

    def make(path, body):
        return call("POST", path, body, token)[0]

    ids, revisions = {}, {}
    for kind, edit in EDITS.items():
        records = call("GET", f"/v1/{kind}", token=token)[0]["items"]
        # What is over and done with cannot be edited, and which record comes first is a matter of chance.
        record = next(r for r in records if r.get("published", True) and r.get("status") not in OVER)
        path = f"/v1/{kind}/{record['id']}"
        version = call("PATCH", path, edit, token, call("GET", path, token=token)[1])[0]["version"]
        revisions[kind] = [record["id"], version]
        ids[f"{kind.removesuffix('s')}_id".replace("storie_", "story_")] = record["id"]
    ids["person_id"] = call("GET", "/v1/people", token=token)[0]["items"][0]["id"]

    event = make("/v1/events", dialogue())
    make(f"/v1/events/{event['id']}/schedule", {})
    registered, _ = call("POST", f"/v1/events/{event['id']}/registrations", {"display_name": "Amina", "role": "ally"})
    start = (datetime.now(timezone.utc) + timedelta(days=3)).strftime("%Y-%m-%dT19:00:00")
    series = make("/v1/series", weekly(start, events_become="scheduled"))
    guide = make("/v1/guides", {"title": "Seeds and land", "language": "en", "questions": ["What grows here?"]})
    make(f"/v1/guides/{guide['id']}/publish", {})
    invited = make("/v1/accounts/invite", {"email": "bo@example.org", "role": "host", "display_name": "Bo"})
    submitted, _ = call("POST", "/v1/submissions", {
        "initiative": {"title": "Seeds of the valley", "summary": "Families that keep seeds.", "country": "MX", "language": "en"},
        "submitter": {"name": "Itzel", "role": "coordinator", "email": "itzel@example.org"},
    })
    feed = make("/v1/me/calendar-feed", {})
    said, taken_back = (make("/v1/quotes", {"text": text, "language": "en", "consent": CONSENT}) for text in ("We keep seeds.", "We sell seeds."))
    make(f"/v1/quotes/{taken_back['id']}/withdraw", {})
    allowed = make(f"/v1/people/{ids['person_id']}/consents", {"purpose": "record_session", "method": "written"})
    key = make(f"/v1/organisations/{ids['organisation_id']}/keys", {"name": "Desk", "scopes": ["events:read"]})
    webhook = make("/v1/webhooks", {
        "url": "https://partner.invalid.example/hook", "types": ["quote.withdrawn"], "organisation": ids["organisation_id"],
    })
    call("PUT", "/v1/countries/NO/risk", {"risk": "moderate", "reason": "Sample"}, token)
    proposal = make("/v1/proposals", {"subject": "country", "country": "NO", "changes": {"risk": "low"}, "reason": "Sample"})
    make("/v1/reports", {"kind": "event", "id": event["id"], "reason": "wrong", "text": "It is on another day."})
    report = call("GET", "/v1/reports", token=token)[0]["items"][0]
    sent = send("/v1/imports", bundle("theme", labels={"en": "Seeds"}), token)
    call("PUT", "/v1/import-mappings/seed", MAPPING, token)
    export = make("/v1/exports", {"format": "csv"})
    ids |= {
        "import_id": sent["id"], "name": "seed", "export_id": export["id"],
        "key_id": key["id"], "webhook_id": webhook["id"],
        "event_id": event["id"], "registration_id": registered["registration"]["id"], "series_id": series["id"],
        "recurrence": start, "guide_id": guide["id"], "number": 1, "account_id": invited["account"]["id"],
        "consent_id": allowed["id"], "withdrawal_id": taken_back["id"], "proposal_id": proposal["id"], "report_id": report["id"], "code": "NO",
        "submission_id": submitted["id"], "token": feed["path"].removeprefix("/v1/calendars/").removesuffix(".ics"),
    }
    tokens = {"submissions": submitted["tracking_token"], "registrations": registered["manage_token"], "consents": said["manage_token"]}
    others = {"host": host_of_its_own(start)} if "host" in OTHERS else {}
    key = None
    if "key" in OTHERS:
        key, others["key"] = partner_of_its_own(token, start)
    json.dump({"ids": ids, "own": others, "key": key, "revisions": revisions, "tokens": tokens, "mapping": MAPPING}, sys.stdout)


main()
