import { Webhook as Verifier, WebhookVerificationError } from "standardwebhooks";

/** That something happened to a record: what it is and where to read it, never what is in it. */
export interface WebhookEvent {
    /** Such as `quote.withdrawn`. Types are added: leave those alone that you do not know. */
    type: string;
    /** When (RFC 3339). */
    timestamp: string;
    data: { id: string; version: number; url: string };
}

/** The first delivery to a new address. Answer it with `{ challenge }` as JSON. */
export interface WebhookVerification {
    type: "webhook.verification";
    timestamp: string;
    data: { challenge: string };
}

/** What a webhook may bring. */
export type WebhookDelivery = WebhookEvent | WebhookVerification;

/** Headers as servers have them: `Headers`, or an object that may hold lists. */
export type WebhookHeaders = Headers | Record<string, string | readonly string[] | undefined>;

/**
 * Reads a delivery if it is signed with the secret (`whsec_…`) and not older than five minutes (Standard Webhooks 1.0). Give both
 * secrets while one is being replaced. `body` is what came over the line, byte for byte, not what a parser made of it.
 *
 * A delivery may come twice: `webhook-id` is the same then.
 *
 * @throws {WebhookVerificationError} if no secret fits.
 */
export function readWebhook(
    secrets: string | readonly string[],
    body: string | Uint8Array,
    headers: WebhookHeaders,
): WebhookDelivery {
    const text = typeof body === "string" ? body : new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(body);
    const plain = plainOf(headers);
    let refused: unknown = new WebhookVerificationError("There is no secret");
    for (const secret of typeof secrets === "string" ? [secrets] : secrets) {
        try {
            return new Verifier(secret).verify(text, plain) as WebhookDelivery;
        } catch (error) {
            if (!(error instanceof WebhookVerificationError)) throw error;
            refused = error;
        }
    }
    throw refused;
}

/** Whether a delivery asks for its challenge. */
export function isVerification(delivery: WebhookDelivery): delivery is WebhookVerification {
    return delivery.type === "webhook.verification";
}

function plainOf(headers: WebhookHeaders): Record<string, string> {
    if (headers instanceof Headers) return Object.fromEntries(headers);
    const entries = Object.entries(headers).map(([name, value]) => [name, typeof value === "string" ? value : (value?.[0] ?? "")]);
    return Object.fromEntries(entries) as Record<string, string>;
}

export { WebhookVerificationError };
