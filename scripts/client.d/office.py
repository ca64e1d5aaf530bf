"""The campaign's side of the examples: an admin who gives an organisation a key, and schedules what it submits.

    office.py ADDRESS EMAIL PASSWORD     sets up the admin's second factor and signs in; prints access token, organisation and key
    office.py ADDRESS TOKEN schedule ID…  has these events take place
"""
import base64
import hashlib
import hmac
import json
import struct
import sys
import time
import urllib.error
import urllib.request

ADDRESS = sys.argv[1]
SCOPES = ["events:read", "events:write", "registrations:read", "registrations:write", "imports:write", "webhooks:manage", "changes:read"]


def post(path, body, token=None, may_fail=False, version=None):
    headers = {"Content-Type": "application/json", **({"Authorization": f"Bearer {token}"} if token else {})}
    if version:
        headers["If-Match"] = version
    request = urllib.request.Request(ADDRESS + path, json.dumps(body).encode(), headers)
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        problem = error.read().decode()
        if may_fail:
            return json.loads(problem)
        sys.exit(f"office: POST {path} answered {error.code}: {problem}")


def code(secret, ahead):
    """What an authenticator shows so many seconds from now (RFC 6238)."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.new(key, struct.pack(">Q", int(time.time() + ahead) // 30), hashlib.sha1).digest()
    at = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[at:at + 4])[0] & 0x7FFFFFFF) % 1_000_000:06}"


def give_key(email, password):
    me = {"email": email, "password": password}
    enrolling = post("/v1/sessions", me, may_fail=True)["enrolment_token"]
    secret = post("/v1/me/totp", {}, enrolling)["secret"]
    post("/v1/me/totp/confirm", {"code": code(secret, 0)}, enrolling)
    # A code works once, and a clock may be ahead by one.
    token = post("/v1/sessions", {**me, "totp": code(secret, 30)})["access_token"]
    group = post("/v1/organisations", {"name": "The desk", "kind": "ngo"}, token)["id"]
    print(token, group, post(f"/v1/organisations/{group}/keys", {"name": "Desk", "scopes": SCOPES}, token)["secret"])


if sys.argv[3] == "schedule":
    for event in sys.argv[4:]:
        request = urllib.request.Request(f"{ADDRESS}/v1/events/{event}", headers={"Authorization": f"Bearer {sys.argv[2]}"})
        with urllib.request.urlopen(request, timeout=20) as answer:
            read = answer.headers["ETag"]
        post(f"/v1/events/{event}/schedule", {}, sys.argv[2], version=read)
else:
    give_key(*sys.argv[2:4])
