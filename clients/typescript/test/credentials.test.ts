import assert from "node:assert/strict";
import { test } from "node:test";
import { createClient, type Tokens } from "../src/index.js";
import { json, problem, stub } from "./stub.js";

const BY = { email: "amina@example.org", password: "marigold tractor seventeen fog" };

/** Tokens of a session's nth round. */
function tokens(round: number, expires_in = 600): Tokens {
    return { access_token: `access-${round}`, refresh_token: `refresh-${round}`, expires_in };
}

test("keys and tokens are sent with what needs them, and never with what is public", async () => {
    const { api, sent } = stub(() => json({ items: [] }));
    const partner = api.as({ apiKey: "sol_live_x" });
    await partner.GET("/v1/events");
    assert.equal(sent[0]?.headers.get("X-API-Key"), "sol_live_x");
    await api.as({ token: "sol_mt_x" }).GET("/v1/registrations/mine");
    assert.equal(sent[1]?.headers.get("Authorization"), "Bearer sol_mt_x");
    await partner.GET("/v1/gallery");
    await partner.GET("/v1/gallery/events/{id}", { params: { path: { id: "e" } } });
    await partner.GET("/v1/themes");
    await partner.as(undefined).GET("/v1/events");
    for (const { headers } of sent.slice(2)) {
        assert.deepEqual([headers.get("X-API-Key"), headers.get("Authorization")], [null, null]);
    }
    await partner.POST("/v1/themes", { body: { labels: { en: "Seeds" } } });
    assert.equal(sent.at(-1)?.headers.get("X-API-Key"), "sol_live_x");
});

test("nothing secret goes over a line in clear unless that is said", async () => {
    const fetch = async () => json(tokens(1), 201);
    const clear = createClient({ baseUrl: "http://server.example", fetch });
    assert.throws(() => clear.as({ apiKey: "sol_live_x" }), /not https/);
    await assert.rejects(clear.signIn(BY), /not https/);
    for (const baseUrl of ["http://localhost:8080", "http://127.0.0.1:8080", "http://[::1]", "http://abc.onion", "https://a.example", ""]) {
        createClient({ baseUrl, fetch }).as({ apiKey: "sol_live_x" });
    }
    createClient({ baseUrl: "http://solidarity:8080", plainHttp: true, fetch }).as({ apiKey: "sol_live_x" });
});

test("the code of an authenticator is asked for when it is needed", async () => {
    const { api, sent } = stub((_, count) =>
        count === 1 ? problem(401, "second_factor_required") : count === 2 ? json(tokens(1), 201) : json({ items: [] }),
    );
    const told: (Tokens | undefined)[] = [];
    const me = await api.signIn({ ...BY, totp: () => "287082" }, (pair) => void told.push(pair));
    assert.deepEqual(sent.map(({ body }) => JSON.parse(body)), [BY, { ...BY, totp: "287082" }]);
    assert.ok(sent.every(({ headers }) => !headers.has("Idempotency-Key")));
    assert.deepEqual(told, [tokens(1)]);
    await me.GET("/v1/events");
    assert.equal(sent.at(-1)?.headers.get("Authorization"), "Bearer access-1");
});

test("signing in is not repeated when its answer was lost: a code works once", async () => {
    const { api, sent } = stub(() => {
        throw new TypeError("the line broke");
    });
    await assert.rejects(api.signIn({ ...BY, totp: "287082" }), TypeError);
    assert.equal(sent.length, 1);
});

test("an access token is renewed before it ends, once for all who wait", async () => {
    let round = 1;
    const { api, sent } = stub(({ url }) => {
        // What holds for no time at all is over at once.
        if (url.pathname === "/v1/sessions/refresh") return json(tokens(++round));
        return url.pathname === "/v1/sessions" ? json(tokens(round, 0), 201) : json({ items: [] });
    });
    const me = await api.signIn(BY);
    await Promise.all([me.GET("/v1/events"), me.GET("/v1/people"), me.GET("/v1/series")]);
    assert.equal(sent.filter(({ url }) => url.pathname === "/v1/sessions/refresh").length, 1);
    assert.deepEqual(JSON.parse(sent[1]?.body ?? ""), { refresh_token: "refresh-1" });
    assert.ok(sent.slice(2).every(({ headers }) => headers.get("Authorization") === "Bearer access-2"));
});

test("a refused access token is renewed once, and what is refused again is thrown", async () => {
    const { api, sent } = stub(({ url }) =>
        url.pathname === "/v1/sessions/refresh" ? json(tokens(2)) : problem(401, "unauthenticated"),
    );
    const me = api.resume("refresh-1");
    await assert.rejects(me.GET("/v1/events"), { code: "unauthenticated" });
    assert.equal(sent.filter(({ url }) => url.pathname === "/v1/events").length, 2);
});

test("a wrong password is no reason to renew anything", async () => {
    const { api, sent } = stub(({ url }) =>
        url.pathname === "/v1/sessions/refresh" ? json(tokens(2)) : problem(401, "invalid_credentials"),
    );
    const body = { current_password: "x", new_password: "marigold tractor seventeen fog" };
    await assert.rejects(api.resume("refresh-1").POST("/v1/me/password", { body } as never), { code: "invalid_credentials" });
    assert.equal(sent.length, 2);
});

test("a session that has ended says so, once to who keeps the tokens and to every call", async () => {
    const { api, sent } = stub(() => problem(401, "invalid_credentials"));
    const told: (Tokens | undefined)[] = [];
    const me = api.resume("stolen", (pair) => void told.push(pair));
    await assert.rejects(me.GET("/v1/events"), { code: "invalid_credentials" });
    await assert.rejects(me.GET("/v1/events"), { code: "invalid_credentials" });
    assert.deepEqual(told, [undefined]);
    assert.equal(sent.length, 1);
});

test("a lost refresh is asked for again with the same token", async () => {
    const { api, sent } = stub(({ url }, count) => {
        if (count === 1) throw new TypeError("the line broke");
        return url.pathname === "/v1/sessions/refresh" ? json(tokens(2)) : json({ items: [] });
    });
    await api.resume("refresh-1").GET("/v1/events");
    assert.equal(sent[0]?.body, sent[1]?.body);
});
