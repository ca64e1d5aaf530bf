import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { Webhook } from "standardwebhooks";
import { isVerification, readWebhook, WebhookVerificationError } from "../src/webhooks.js";

const SECRET = `whsec_${randomBytes(32).toString("base64")}`;
const BODY = '{"type":"quote.withdrawn","timestamp":"2027-01-01T00:00:00Z","data":{"id":"a","version":3,"url":"/v1/quotes/a"}}';

function signed(body: string, secret = SECRET, at = new Date()): Record<string, string> {
    const timestamp = String(Math.floor(at.getTime() / 1000));
    const signature = new Webhook(secret).sign("msg_1", at, body);
    return { "webhook-id": "msg_1", "webhook-timestamp": timestamp, "webhook-signature": signature };
}

test("a signed delivery is read, from whatever holds headers and bytes", () => {
    const headers = signed(BODY);
    const lists = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]]));
    for (const given of [headers, new Headers(headers), lists]) {
        const delivery = readWebhook(SECRET, new TextEncoder().encode(BODY), given);
        assert.equal(delivery.type, "quote.withdrawn");
        assert.equal(isVerification(delivery), false);
    }
    const asks = '{"type":"webhook.verification","timestamp":"2027-01-01T00:00:00Z","data":{"challenge":"c"}}';
    const delivery = readWebhook(SECRET, asks, signed(asks));
    assert.ok(isVerification(delivery) && delivery.data.challenge === "c");
});

test("either of two secrets will do while one is being replaced", () => {
    const next = `whsec_${randomBytes(32).toString("base64")}`;
    readWebhook([SECRET, next], BODY, signed(BODY, next));
    readWebhook([SECRET, next], BODY, signed(BODY, SECRET));
});

test("what was changed, is old, or is signed by somebody else is refused", () => {
    const refused = (body: string, headers: Record<string, string>, secrets: string | string[] = SECRET) =>
        assert.throws(() => readWebhook(secrets, body, headers), WebhookVerificationError);
    refused(BODY.replace("3", "4"), signed(BODY));
    refused(BODY, signed(BODY, SECRET, new Date(Date.now() - 6 * 60_000)));
    refused(BODY, signed(BODY, `whsec_${randomBytes(32).toString("base64")}`));
    refused(BODY, { ...signed(BODY), "webhook-id": "msg_2" });
    refused(BODY, {});
    refused(BODY, signed(BODY), []);
});
