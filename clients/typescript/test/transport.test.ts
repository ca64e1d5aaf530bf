import assert from "node:assert/strict";
import { test } from "node:test";
import { createClient, ProblemError } from "../src/index.js";
import { json, problem, stub } from "./stub.js";

const SUBMISSION = {
    initiative: { title: "Seeds", summary: "Families that keep seeds.", country: "MX", language: "en" },
    submitter: { name: "Itzel", role: "coordinator" },
};

test("a form whose answer was lost is sent again with the same key", async () => {
    const { api, sent } = stub((_, count) => {
        if (count === 1) throw new TypeError("the line broke");
        return count === 2 ? problem(503, "unavailable") : json({ id: "a" }, 201);
    });
    assert.equal((await api.POST("/v1/submissions", { body: SUBMISSION })).data.id, "a");
    const keys = sent.map(({ headers }) => headers.get("Idempotency-Key"));
    assert.match(keys[0] ?? "", /^[0-9a-f]{32}$/);
    assert.deepEqual(keys, [keys[0], keys[0], keys[0]]);
    assert.ok(sent.every(({ body }) => body === JSON.stringify(SUBMISSION)));
    await api.POST("/v1/submissions", { body: SUBMISSION });
    assert.notEqual(sent.at(-1)?.headers.get("Idempotency-Key"), keys[0], "another request is another key");
    const header = { "Idempotency-Key": "of-my-own" };
    await api.POST("/v1/submissions", { params: { header }, body: SUBMISSION });
    assert.equal(sent.at(-1)?.headers.get("Idempotency-Key"), "of-my-own");
});

test("an answer that breaks off is asked for again", async () => {
    const { api, sent } = stub((_, count) => {
        const broken = new ReadableStream({ start: (stream) => stream.error(new TypeError("terminated")) });
        return count === 1 ? new Response(broken) : json({ items: [], next_cursor: null });
    });
    assert.deepEqual((await api.GET("/v1/countries")).data.items, []);
    assert.equal(sent.length, 2);
});

test("edits are not repeated unless it is certain that nothing was done", async () => {
    for (const trouble of ["line", 503, 429] as const) {
        const { api, sent } = stub((_, count) => {
            if (count > 1) return json({});
            if (trouble === "line") throw new TypeError("the line broke");
            return problem(trouble, "unavailable", {}, { "Retry-After": "1" });
        });
        const params = { path: { theme_id: "t" }, header: { "If-Match": '"1"' } };
        const edit = api.PATCH("/v1/themes/{theme_id}", { params, body: { labels: { en: "Seeds" } } });
        await (trouble === 429 ? edit : assert.rejects(edit));
        assert.equal(sent.length, trouble === 429 ? 2 : 1);
    }
});

test("the pause is the server's, never much longer, and its own where none is named", async () => {
    const { api, pauses } = stub((_, count) => {
        if (count === 1) return problem(429, "too_many_requests", {}, { "Retry-After": "7" });
        if (count === 2) return problem(503, "unavailable", {}, { "Retry-After": new Date(Date.now() + 20_000).toUTCString() });
        return count < 5 ? problem(503, "unavailable") : json({ items: [] });
    });
    await api.GET("/v1/countries");
    const bounds = [[7000, 8000], [18_000, 22_500], [600, 1200], [1200, 2400]];
    assert.equal(pauses.length, bounds.length);
    for (const [i, [least = 0, most = 0]] of bounds.entries()) {
        const pause = pauses[i] ?? 0;
        assert.ok(least <= pause && pause <= most, `pause ${i}: ${pause}`);
    }
});

test("it gives up after some attempts, and at once where the pause would be too long", async () => {
    const often = stub(() => problem(503, "unavailable"), { retries: 2 });
    await assert.rejects(often.api.GET("/v1/countries"), { status: 503, code: "unavailable" });
    assert.equal(often.sent.length, 3);
    const long = stub(() => problem(429, "too_many_requests", {}, { "Retry-After": "3600" }));
    await assert.rejects(long.api.GET("/v1/countries"), (error: ProblemError) => error.retryAfter === 3600);
    assert.equal(long.sent.length, 1);
});

test("who no longer wants the answer need not wait for it", async () => {
    const giveUp = new AbortController();
    const { api, sent } = stub(() => {
        giveUp.abort(new Error("enough"));
        return problem(503, "unavailable");
    });
    await assert.rejects(api.GET("/v1/countries", { signal: giveUp.signal }), /enough/);
    assert.equal(sent.length, 1);
});

test("an attempt that takes too long is a broken line", async () => {
    let count = 0;
    const api = createClient({
        baseUrl: "https://server.example",
        timeout: 5,
        sleep: async () => {},
        fetch: (_, init) =>
            new Promise((resolve, reject) => {
                count += 1;
                if (count > 1) resolve(json({ items: [] }));
                init?.signal?.addEventListener("abort", () => reject(init.signal?.reason));
            }),
    });
    await api.GET("/v1/countries");
    assert.equal(count, 2);
});

test("a problem is thrown with everything that it says, and other answers without", async () => {
    const faults = [{ parameter: "limit", code: "out_of_range", detail: "must be between 1 and 100" }];
    const refused = stub(() => problem(400, "invalid_parameter", { errors: faults }));
    await assert.rejects(refused.api.GET("/v1/countries"), (error: ProblemError) => {
        assert.ok(error instanceof ProblemError);
        assert.deepEqual([error.status, error.code, error.faults], [400, "invalid_parameter", faults]);
        return error.message === "Refused (invalid_parameter): No.";
    });
    const proxy = stub(() => new Response("<h1>Bad gateway</h1>", { status: 502 }), { retries: 0 });
    await assert.rejects(proxy.api.GET("/v1/countries"), { status: 502, code: "unknown", problem: undefined });
});

test("lists become commas, and what a path cannot hold is refused before it is sent", async () => {
    const { api, sent } = stub(() => json({ items: [] }), { language: "es" });
    await api.GET("/v1/gallery/events", { params: { query: { country: ["KE", "MX"], limit: 5 } } });
    assert.equal(sent[0]?.url.search, "?country=KE,MX&limit=5");
    assert.equal(sent[0]?.headers.get("Accept-Language"), "es");
    const path = { series_id: "s", recurrence: "2099-03-14T19:00:00" };
    await api.POST("/v1/series/{series_id}/occurrences/{recurrence}/cancel", { params: { path }, body: {} });
    assert.equal(sent[1]?.url.pathname, "/v1/series/s/occurrences/2099-03-14T19:00:00/cancel");
    for (const id of ["a/b", "a b", "%41", "", "ü"]) {
        await assert.rejects(api.GET("/v1/gallery/events/{id}", { params: { path: { id } } }), TypeError);
    }
    assert.equal(sent.length, 2);
});
