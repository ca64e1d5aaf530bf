import assert from "node:assert/strict";
import { test } from "node:test";
import { followChanges, type GalleryChange, MemoryCopy } from "../src/index.js";
import { json, problem, stub } from "./stub.js";

function change(seq: number, id: string, op: "upsert" | "delete" = "upsert"): GalleryChange {
    const about = { seq, op, kind: "quote", id, version: seq, at: "2027-01-01T00:00:00Z" } as const;
    return op === "upsert" ? { ...about, item: { id } as never } : about;
}

/** A feed of which each cursor is a number of changes, until it is lost. */
function feed(changes: GalleryChange[], lost: () => Response | undefined = () => undefined) {
    return stub(({ url }) => {
        const cursor = url.searchParams.get("cursor");
        const refused = cursor === null ? undefined : lost();
        if (refused) return refused;
        const from = Number(cursor ?? 0);
        const items = changes.slice(from, from + 2);
        return json({ items, next_cursor: String(from + items.length) });
    });
}

test("a copy is in step after each look, without what is public no longer", async () => {
    const changes = [change(1, "a"), change(2, "b"), change(3, "c")];
    const { api, sent } = feed(changes);
    const copy = new MemoryCopy();
    await followChanges(api, copy, { language: "es" });
    assert.deepEqual([...copy.items.keys()], ["a", "b", "c"]);
    assert.equal(sent[0]?.url.search, "?limit=100&lang=es");
    changes.push(change(4, "b", "delete"), change(5, "d"));
    await followChanges(api, copy);
    assert.deepEqual([...copy.items.keys()], ["a", "c", "d"]);
});

test("where the cursor is lost, everything goes before anything is read anew", async () => {
    const invalid = { errors: [{ parameter: "cursor", code: "invalid_cursor", detail: "must be another" }] };
    for (const refusal of [() => problem(410, "gone"), () => problem(400, "invalid_parameter", invalid)]) {
        let lose = false;
        const { api } = feed([change(1, "a")], () => {
            if (!lose) return undefined;
            lose = false;
            return refusal();
        });
        const seen: string[] = [];
        const copy = new (class extends MemoryCopy {
            override clear() {
                super.clear();
                seen.push("cleared");
            }
            override apply(changes: readonly GalleryChange[], cursor: string) {
                super.apply(changes, cursor);
                seen.push(...changes.map(({ id }) => id));
            }
        })();
        await followChanges(api, copy);
        lose = true;
        await followChanges(api, copy);
        assert.deepEqual(seen, ["a", "cleared", "a"]);
    }
});

test("a server that refuses the very beginning is not asked for ever", async () => {
    const { api, sent } = stub(() => problem(410, "gone"));
    await assert.rejects(followChanges(api, new MemoryCopy()), { status: 410 });
    assert.equal(sent.length, 1);
});

test("who follows goes on after trouble, until told to stop", async () => {
    const stop = new AbortController();
    let looks = 0;
    const { api } = stub(() => {
        looks += 1;
        return looks === 1 ? problem(500, "internal") : json({ items: [], next_cursor: "0" });
    });
    const errors: unknown[] = [];
    const following = followChanges(api, new MemoryCopy(), {
        interval: 1,
        signal: stop.signal,
        onError: (error) => errors.push(error),
        onInStep: () => looks >= 3 && stop.abort(new Error("enough")),
    });
    await assert.rejects(following, /enough/);
    assert.equal(errors.length, 1);
});
