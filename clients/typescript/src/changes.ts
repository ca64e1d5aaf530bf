import type { Client } from "./client.js";
import { ProblemError } from "./problem.js";
import type { components } from "./schema.js";
import { sleep } from "./transport.js";

/** A public document. */
export type GalleryItem = components["schemas"]["GalleryItem"];
/** That a document is there in this version (`upsert`, with it), or is there no longer (`delete`). */
export type GalleryChange = components["schemas"]["Change"] & { readonly item?: GalleryItem };

/** A copy of the gallery: a table, a file, an index. */
export interface Copy {
    /** What `apply` was told last; `undefined` of an empty copy. */
    cursor(): string | undefined | Promise<string | undefined>;
    /**
     * Puts in place and deletes, in this order, and remembers the cursor: all of it or nothing, or a crash leaves the copy
     * behind what its cursor says. The same changes may come twice.
     */
    apply(changes: readonly GalleryChange[], cursor: string): void | Promise<void>;
    /** Deletes everything, the cursor too. */
    clear(): void | Promise<void>;
}

/** How to follow. */
export interface FollowOptions {
    /** Milliseconds between two looks. Left out, it returns as soon as the copy is in step. */
    interval?: number;
    /** The language of the documents. A copy has one: another one is another copy. */
    language?: string;
    /** Ends it: the promise rejects with the signal's reason. */
    signal?: AbortSignal;
    /** Told each time that the copy is in step. */
    onInStep?: () => void;
    /** Told what went wrong at one look, which is then tried again at the next. Left out, it is thrown. */
    onError?: (error: unknown) => void;
}

/**
 * Keeps a copy of the gallery in step by its feed of changes, tombstones included.
 *
 * Where the server no longer knows the cursor, the copy is emptied **before** it is read anew: what was withdrawn
 * meanwhile is in nobody's list any more, and a copy that still shows it is worse than one that is short for a while.
 */
export async function followChanges(api: Client, copy: Copy, options: FollowOptions = {}): Promise<void> {
    const { interval, signal, onInStep, onError } = options;
    for (;;) {
        try {
            await catchUp(api, copy, options);
            onInStep?.();
        } catch (error) {
            if (onError === undefined || interval === undefined || signal?.aborted) throw error;
            onError(error);
        }
        if (interval === undefined) return;
        await sleep(interval, signal);
    }
}

async function catchUp(api: Client, copy: Copy, { language, signal }: FollowOptions): Promise<void> {
    let cursor = await copy.cursor();
    for (;;) {
        const query = { limit: 100, ...(cursor && { cursor }), ...(language && { lang: language }) };
        let page: { items: readonly GalleryChange[]; next_cursor: string };
        try {
            ({ data: page } = await api.GET("/v1/gallery/changes", { params: { query }, ...(signal && { signal }) }));
        } catch (error) {
            if (cursor === undefined || !isLost(error)) throw error;
            await copy.clear();
            cursor = undefined;
            continue;
        }
        cursor = page.next_cursor;
        await copy.apply(page.items, cursor);
        if (page.items.length === 0) return;
    }
}

/** The cursor leads nowhere any more. */
function isLost(error: unknown): boolean {
    if (!(error instanceof ProblemError)) return false;
    return error.status === 410 || error.faults.some((fault) => fault.code === "invalid_cursor");
}

/** A copy in memory, by identifier. */
export class MemoryCopy implements Copy {
    readonly items = new Map<string, GalleryItem>();
    #cursor: string | undefined;

    cursor(): string | undefined {
        return this.#cursor;
    }

    apply(changes: readonly GalleryChange[], cursor: string): void {
        for (const { id, op, item } of changes) {
            // What is not understood is taken away rather than kept as it was.
            if (op === "upsert" && item !== undefined) this.items.set(id, item);
            else this.items.delete(id);
        }
        this.#cursor = cursor;
    }

    clear(): void {
        this.items.clear();
        this.#cursor = undefined;
    }
}
