"""Checks every delivery in a folder with Python's standardwebhooks:

    {"headers": {…}, "body": "as it came", "fit": ["whsec_…"], "others": ["whsec_…"]}

A secret that fits is enough by itself; one that does not, another body, another `webhook-id` and another hour are refused. The
library's clock is set to when the delivery was sent, for the tests may have run a while ago.
"""

import json
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path

from standardwebhooks import webhooks
from standardwebhooks.webhooks import Webhook, WebhookVerificationError


def at(moment):
    """Sets the library's clock."""

    class Clock(datetime):
        @classmethod
        def now(cls, tz=None):
            return moment.astimezone(tz)

    webhooks.datetime = Clock


def refused(secret, body, headers):
    try:
        Webhook(secret).verify(body, headers)
    except WebhookVerificationError:
        return True
    return False


def check(delivery):
    headers, body = delivery["headers"], delivery["body"]
    sent = datetime.fromtimestamp(int(headers["webhook-timestamp"]), timezone.utc)
    at(sent + timedelta(seconds=2))
    for secret in delivery["fit"]:
        told = Webhook(secret).verify(body, headers)
        assert told is None or told["type"], "it says nothing"
        assert refused(secret, body.replace("type", "kind"), headers), "another body is accepted"
        assert refused(secret, body, {**headers, "webhook-id": "another"}), "another identifier is accepted"
    for secret in delivery["others"]:
        assert refused(secret, body, headers), "a secret that is none is accepted"
    at(sent + timedelta(hours=1))
    assert all(refused(secret, body, headers) for secret in delivery["fit"]), "what is old is accepted"


def main(folder):
    files = sorted(Path(folder).glob("*.json"))
    if not files:
        sys.exit(f"webhooks: there are no deliveries in {folder}; run the tests first")
    for file in files:
        try:
            check(json.loads(file.read_text()))
        except (AssertionError, WebhookVerificationError) as error:
            sys.exit(f"webhooks: {file.name}: {error}")
    print(f"webhooks: {len(files)} deliveries are signed as they should be")


main(sys.argv[1])
