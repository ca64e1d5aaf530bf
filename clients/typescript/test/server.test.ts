/**
 * Against a running server, by what `scripts/client` tells: the sample gallery, an admin without a second factor, and an organisation with a key.
 * The server delivers webhooks to this machine.
 */
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, test } from "node:test";
import { type Client, createClient, etag, followChanges, MemoryCopy, ProblemError, type Tokens } from "../src/index.js";
import { isVerification, readWebhook, WebhookVerificationError } from "../src/webhooks.js";

function told(name: string): string {
    const value = process.env[name];
    assert.ok(value, `${name} is missing: scripts/client says it`);
    return value;
}
const baseUrl = told("SOLIDARITY_CLIENT_ADDRESS");
const by = { email: told("SOLIDARITY_CLIENT_EMAIL"), password: told("SOLIDARITY_CLIENT_PASSWORD") };

const api = createClient({ baseUrl });
let admin: Client;
let secret = "";
let recoveryCodes: readonly string[] = [];

/** What an authenticator shows so many seconds from now (RFC 6238). */
function totp(ahead: number): string {
    const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    const bits = [...secret.replace(/=+$/, "")].map((letter) => letters.indexOf(letter).toString(2).padStart(5, "0")).join("");
    const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
    const counter = Buffer.alloc(8);
    counter.writeBigUInt64BE(BigInt(Math.floor((Date.now() / 1000 + ahead) / 30)));
    const digest = createHmac("sha1", key).update(counter).digest();
    const code = digest.readUInt32BE((digest.at(-1) ?? 0) & 15) & 0x7fffffff;
    return String(code % 1_000_000).padStart(6, "0");
}

const EVENT = {
    kind: "dialogue", title: "Dialogue on seeds", language: "en", format: "online", visibility: "public", registration: "open",
    when: { precision: "minute", starts_local: "2099-03-14T18:00:00", time_zone: "Africa/Juba", duration_minutes: 120 },
    place: { country: "SS" }, online: { platform: "jitsi", join_url: "https://meet.example.org/room" },
} as const;

before(async () => {
    const refused: unknown = await api.signIn(by).catch((error: unknown) => error);
    assert.ok(refused instanceof ProblemError && refused.code === "second_factor_enrolment");
    const enrolling = api.as({ token: refused.problem?.enrolment_token ?? "" });
    ({ secret } = (await enrolling.POST("/v1/me/totp", { body: {} })).data);
    const { data } = await enrolling.POST("/v1/me/totp/confirm", { body: { code: totp(0) } });
    recoveryCodes = data.recovery_codes;
    // A code works once, and a clock may be ahead by one.
    admin = await api.signIn({ ...by, totp: () => totp(30) });
});

test("the gallery is read, typed, and page by page", async () => {
    const { data } = await api.GET("/v1/gallery");
    assert.ok(data.totals);
    const all = (await api.GET("/v1/gallery/events", { params: { query: { limit: 100 } } })).data.items;
    const titles: string[] = [];
    for await (const event of api.items("/v1/gallery/events", { params: { query: { limit: 3 } } })) titles.push(event.title);
    assert.deepEqual(titles, all.map(({ title }) => title));
    assert.ok(titles.length > 3);
    const spanish = await createClient({ baseUrl, language: "es" }).GET("/v1/countries");
    assert.equal(spanish.response.headers.get("Content-Language"), "es");
    const calendar = await api.GET("/v1/gallery/events.ics");
    assert.match(calendar.data, /^BEGIN:VCALENDAR/);
});

test("a refusal says what is wrong and where", async () => {
    await assert.rejects(api.GET("/v1/gallery/events", { params: { query: { limit: 0 } } }), (error: ProblemError) => {
        assert.deepEqual([error.status, error.code], [400, "invalid_parameter"]);
        assert.deepEqual(error.faults.map((fault) => "parameter" in fault && fault.parameter), ["limit"]);
        return true;
    });
    await assert.rejects(api.GET("/v1/events"), { status: 401, code: "unauthenticated" });
    const id = "6f6cd1a0-55dc-4f4f-9f3e-f67cd4d3a6c5";
    await assert.rejects(api.GET("/v1/gallery/events/{id}", { params: { path: { id } } }), { code: "not_found" });
});

test("a form whose answer was lost is sent once more and done once", async () => {
    let lost = 0;
    const weak = createClient({
        baseUrl,
        fetch: async (request, init) => {
            const answer = await fetch(request, init);
            lost += 1;
            if (lost > 1) return answer;
            await answer.arrayBuffer();
            throw new TypeError("the line broke");
        },
    });
    const { data, response } = await weak.POST("/v1/submissions", {
        body: {
            initiative: { title: "Semillas del valle", summary: "Familias que guardan semillas.", country: "MX", language: "es" },
            submitter: { name: "Itzel", role: "coordinator" },
        },
    });
    assert.equal(response.headers.get("Idempotent-Replayed"), "true");
    const mine = api.as({ token: data.tracking_token });
    assert.equal((await mine.GET("/v1/submissions/mine")).data.status, "received");
    const queue: string[] = [];
    for await (const { id } of admin.items("/v1/submissions")) queue.push(id);
    assert.deepEqual(queue, [data.id]);
});

test("a session is renewed when its access token is missing or refused, once for all calls", async () => {
    let kept: Tokens | undefined;
    const keep = (tokens: Tokens | undefined) => {
        kept = tokens;
    };
    await api.signIn({ ...by, recovery_code: recoveryCodes[0] ?? "" }, keep);
    assert.ok(kept);
    let renewals = 0;
    const mangled = new Set<string>();
    const me = createClient({
        baseUrl,
        fetch: (request, init) => {
            const { pathname } = new URL(request.url);
            if (pathname === "/v1/sessions/refresh") renewals += 1;
            if (mangled.delete(pathname)) request.headers.set("Authorization", `Bearer ${kept?.access_token}x`);
            return fetch(request, init);
        },
    }).resume(kept.refresh_token, keep);
    const three = () => Promise.all([me.GET("/v1/me"), me.GET("/v1/events"), me.GET("/v1/people")]);
    await three();
    assert.equal(renewals, 1);
    for (const path of ["/v1/me", "/v1/events", "/v1/people"]) mangled.add(path);
    await three();
    assert.equal(renewals, 2);
    await me.DELETE("/v1/sessions/current");
    await assert.rejects(me.GET("/v1/me"), { status: 401 });
    assert.equal(kept, undefined, "whoever keeps the tokens is told to forget them");
});

test("an event is recorded, edited, scheduled, and somebody registers for it", async () => {
    const { data: draft } = await admin.POST("/v1/events", { body: EVENT });
    const path = { event_id: draft.id };
    const edit = (version: number) =>
        admin.PATCH("/v1/events/{event_id}", {
            params: { path, header: { "If-Match": etag(version) } }, body: { summary: "Who keeps the seeds?" },
        });
    const { data: edited } = await edit(draft.version);
    await assert.rejects(edit(draft.version), { status: 412, code: "precondition_failed" });
    await admin.POST("/v1/events/{event_id}/schedule", { params: { path, header: { "If-Match": etag(edited.version) } }, body: {} });
    const { data: registered } = await api.POST("/v1/events/{event_id}/registrations", {
        params: { path }, body: { display_name: "Amina", role: "ally" },
    });
    const mine = api.as({ token: registered.manage_token ?? "" });
    assert.equal((await mine.GET("/v1/registrations/mine")).data.status, "confirmed");
    assert.equal((await mine.POST("/v1/registrations/mine/cancel", { body: {} })).data.status, "cancelled");
});

test("a copy stays in step, and what is withdrawn leaves it", async () => {
    const copy = new MemoryCopy();
    await followChanges(api, copy);
    const listed = new Map<string, unknown>();
    for (const kind of ["events", "initiatives", "quotes", "outcomes", "stories"] as const) {
        for await (const item of api.items(`/v1/gallery/${kind}`)) listed.set(item.id, item);
    }
    // Some words may be read in the gallery and not be carried elsewhere, so that not all that is listed is in the feed.
    assert.ok(copy.items.size > 10);
    for (const [id, item] of copy.items) assert.deepEqual(item, listed.get(id));
    const story = [...copy.items.values()].find(({ type }) => type === "story");
    assert.ok(story);
    await admin.POST("/v1/stories/{story_id}/withdraw", { params: { path: { story_id: story.id } }, body: {} });
    const size = copy.items.size;
    await followChanges(api, copy);
    assert.equal(copy.items.has(story.id), false);
    assert.equal(copy.items.size, size - 1);
});

test("a cursor that the server does not know empties the copy and begins anew", async () => {
    const copy = new MemoryCopy();
    copy.apply([{ seq: 1, op: "upsert", kind: "quote", id: "gone", version: 1, at: "", item: {} as never }], "AAAAAAAAAAAAAAAA");
    await followChanges(api, copy);
    assert.equal(copy.items.has("gone"), false);
    assert.ok(copy.items.size > 10);
});

/** Publishes an event, and gives its identifier. */
async function publish(): Promise<string> {
    const { data } = await admin.POST("/v1/events", {
        body: {
            kind: "dialogue", title: "Dialogue on seeds", language: "en", format: "in_person", visibility: "public",
            when: { precision: "day", date: "2099-03-14" }, place: { country: "SS" },
        },
    });
    await admin.POST("/v1/events/{event_id}/schedule", { params: { path: { event_id: data.id } }, body: {} });
    return data.id;
}

test("a key is made, used, given another secret, and taken back", async () => {
    const organisation_id = told("SOLIDARITY_ORGANISATION");
    const { data: made } = await admin.POST("/v1/organisations/{organisation_id}/keys", {
        params: { path: { organisation_id } }, body: { name: "Another desk", scopes: ["events:read", "events:write"] },
    });
    const path = { organisation_id, key_id: made.id };
    const first = api.as({ apiKey: made.secret });
    const { data: event } = await first.POST("/v1/events", {
        body: {
            kind: "dialogue", title: "Dialogue on bread", language: "en", format: "in_person", visibility: "public",
            when: { precision: "day", date: "2099-03-15" }, place: { country: "SS" },
        },
    });
    const own = async (client: typeof api) => {
        const ids: string[] = [];
        for await (const { id } of client.items("/v1/events")) ids.push(id);
        return ids.includes(event.id);
    };
    assert.ok(await own(first));
    await assert.rejects(first.GET("/v1/quotes"), { status: 403, code: "insufficient_scope" });

    const { data: rotated } = await admin.POST("/v1/organisations/{organisation_id}/keys/{key_id}/rotate", { params: { path }, body: {} });
    assert.notEqual(rotated.secret, made.secret);
    const second = api.as({ apiKey: rotated.secret });
    assert.deepEqual([await own(first), await own(second)], [true, true], "for a while both secrets are good");
    await admin.POST("/v1/organisations/{organisation_id}/keys/{key_id}/end-overlap", { params: { path }, body: {} });
    await assert.rejects(own(first), { status: 401 });
    assert.ok(await own(second));
    await admin.POST("/v1/organisations/{organisation_id}/keys/{key_id}/revoke", { params: { path }, body: {} });
    await assert.rejects(own(second), { status: 401 });
});

interface Delivery {
    readonly body: string;
    readonly headers: IncomingHttpHeaders;
    readonly about: string;
}
let receiver: Server;
/** What came. */
let came: readonly Delivery[] = [];
let arrived: () => void = () => undefined;
/** What deliveries are signed with, once that is known. */
let signing = new Promise<string>(() => undefined);

before(async () => {
    receiver = createServer((request, response) => {
        const pieces: Buffer[] = [];
        request.on("data", (piece: Buffer) => pieces.push(piece));
        request.on("end", async () => {
            const delivery = { body: Buffer.concat(pieces).toString(), headers: request.headers };
            // The challenge may be here before whoever asked for it knows the secret.
            const read = readWebhook(await signing, delivery.body, delivery.headers);
            if (isVerification(read)) {
                response.setHeader("Content-Type", "application/json").end(JSON.stringify({ challenge: read.data.challenge }));
                return;
            }
            response.writeHead(204).end();
            came = [...came, { ...delivery, about: read.data.id }];
            arrived();
        });
    });
    await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve));
});

after(() => {
    receiver.closeAllConnections();
    receiver.close();
});

/** What came about an event, once it has. */
async function delivered(event: string): Promise<Delivery> {
    for (;;) {
        const found = came.find(({ about }) => about === event);
        if (found) return found;
        await new Promise<void>((resolve) => { arrived = resolve; });
    }
}

test("what the server delivers is signed for whoever has the secret, also while that is replaced", { timeout: 60_000 }, async () => {
    const partner = api.as({ apiKey: told("SOLIDARITY_KEY") });
    let tell: (secret: string) => void = () => undefined;
    signing = new Promise((resolve) => { tell = resolve; });
    const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;
    const { data: made } = await partner.POST("/v1/webhooks", { body: { url, types: ["event.published"] } });
    tell(made.secret);
    const path = { webhook_id: made.id };
    const status = async () => (await partner.GET("/v1/webhooks/{webhook_id}", { params: { path } })).data.status;
    while ((await status()) !== "active") await new Promise((resolve) => setTimeout(resolve, 100));

    const event = await publish();
    const delivery = await delivered(event);
    const read = readWebhook(made.secret, delivery.body, delivery.headers);
    assert.ok(!isVerification(read));
    assert.deepEqual([read.type, read.data.id], ["event.published", event]);
    assert.deepEqual((await api.GET("/v1/gallery/events/{id}", { params: { path: { id: event } } })).data.id, event);
    const elsewhere = `whsec_${Buffer.alloc(24, 7).toString("base64")}`;
    assert.throws(() => readWebhook(elsewhere, delivery.body, delivery.headers), WebhookVerificationError);
    assert.throws(() => readWebhook(made.secret, `${delivery.body} `, delivery.headers), WebhookVerificationError);

    const { data: rotated } = await partner.POST("/v1/webhooks/{webhook_id}/rotate-secret", { params: { path }, body: {} });
    const twice = await delivered(await publish());
    for (const one of [made.secret, rotated.secret]) readWebhook(one, twice.body, twice.headers);
    const { data: alone } = await partner.POST("/v1/webhooks/{webhook_id}/rotate-secret", {
        params: { path }, body: { overlap_hours: 0 },
    });
    signing = Promise.resolve(alone.secret);
    const last = await delivered(await publish());
    assert.throws(() => readWebhook([made.secret, rotated.secret], last.body, last.headers), WebhookVerificationError);
    readWebhook([made.secret, alone.secret], last.body, last.headers);
    await partner.DELETE("/v1/webhooks/{webhook_id}", { params: { path } });
});
