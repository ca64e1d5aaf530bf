import createFetchClient, { type MaybeOptionalInit } from "openapi-fetch";
import type { HttpMethod } from "openapi-typescript-helpers";
import { randomBytes } from "#random";
import { type Credential, refusePlainHttp, sendAs } from "./credential.js";
import { ProblemError, problemIn } from "./problem.js";
import type { components, paths } from "./schema.js";
import { type OnTokens, Session, type Tokens } from "./session.js";
import { send, sleep, type Transport } from "./transport.js";
import type { Answer, Call, InitOf, ItemOf, ListPath, PageOf } from "./types.js";

/** How to reach a server. */
export interface ClientOptions {
    /** Where it is, such as `https://api.example.org`. Empty in a page that it serves itself. */
    baseUrl: string;
    /** Who asks. What is public is asked for without it. */
    credential?: Credential;
    /** The language of what is public, such as `es`, or several by weight (RFC 9110 §12.5.4). */
    language?: string;
    /** How often a request is sent again that may be; 4 unless told. */
    retries?: number;
    /** The longest pause before that, in milliseconds; a minute unless told. */
    patience?: number;
    /** How long one attempt may take, in milliseconds; thirty seconds unless told. */
    timeout?: number;
    /** Lets keys and tokens go over a line that is not encrypted, such as inside a network of containers. */
    plainHttp?: boolean;
    /** Instead of the `fetch` at hand. */
    fetch?: Transport["fetch"];
    /** Instead of waiting by timers. */
    sleep?: Transport["sleep"];
}

/** What signs in. The code may be asked for when it turns out to be needed. */
export type SignIn = Omit<components["schemas"]["SessionIn"], "totp"> & {
    totp?: string | (() => string | Promise<string>);
};

/** A client of one server, as somebody. Calls answer `{data, response}` or throw a `ProblemError`. */
export interface Client {
    GET: Call<"get">;
    POST: Call<"post">;
    PUT: Call<"put">;
    PATCH: Call<"patch">;
    DELETE: Call<"delete">;
    /** The pages of a list, one after the other. */
    pages<Path extends ListPath, Init extends MaybeOptionalInit<paths[Path], "get">>(
        path: Path,
        ...init: InitOf<Init>
    ): AsyncGenerator<PageOf<Path>, void, undefined>;
    /** The items of a list, page after page. */
    items<Path extends ListPath, Init extends MaybeOptionalInit<paths[Path], "get">>(
        path: Path,
        ...init: InitOf<Init>
    ): AsyncGenerator<ItemOf<Path>, void, undefined>;
    /** The same server as somebody else: `as({ token: manageToken })`, `as(undefined)` for nobody. */
    as(credential: Credential): Client;
    /** Signs in, and gives a client that stays so. `onTokens` is told of every new pair of tokens. */
    signIn(by: SignIn, onTokens?: OnTokens): Promise<Client>;
    /** Goes on with the refresh token that `onTokens` was told last. */
    resume(refreshToken: string, onTokens?: OnTokens): Client;
}

/** What strangers may read. It is asked for without credentials: nobody needs to know who reads, and pages of any origin may. */
const PUBLIC = /^\/v1\/(?:(?:gallery|countries|languages)(?:\/|$)|themes$)/;
/** What is answered as text. */
const TEXT = /\.(?:ics|atom)$|\/(?:card|pack)$|^\/(?:problems|robots)/;

interface Settings {
    baseUrl: string;
    language: string | undefined;
    plainHttp: boolean;
    transport: Transport;
}

/** A client of the server at `baseUrl`. Nothing is sent before it is called. */
export function createClient(options: ClientOptions): Client {
    const { baseUrl, credential, language, plainHttp = false } = options;
    const transport: Transport = {
        // Looked up at each call, so that what replaces it later is used.
        fetch: options.fetch ?? ((request, init) => globalThis.fetch(request, init)),
        retries: options.retries ?? 4,
        patience: options.patience ?? 60_000,
        timeout: options.timeout ?? 30_000,
        sleep: options.sleep ?? sleep,
    };
    return clientOf({ baseUrl, language, plainHttp, transport }, credential);
}

function clientOf(settings: Settings, who: Credential): Client {
    const { baseUrl, language, plainHttp, transport } = settings;
    if (who !== undefined && !plainHttp) refusePlainHttp(baseUrl);
    const inner = createFetchClient<paths>({
        baseUrl,
        // Nothing here redirects, and a key shall not be carried to where somebody else sends it.
        redirect: "error",
        querySerializer: { array: { style: "form", explode: false } },
        pathSerializer: fillIn,
        ...(language === undefined ? {} : { headers: { "Accept-Language": language } }),
    });

    // What is typed is the outside: `Call` and the generated paths. Inside, all calls are alike.
    async function call(method: HttpMethod, path: string, init: Record<string, unknown> = {}): Promise<Answer<never>> {
        const open = method === "get" && PUBLIC.test(path);
        const fetch = (request: Request) => {
            const repeatable = prepare(request, path);
            return sendAs(open ? undefined : who, request, (ready) => send(ready, repeatable, transport));
        };
        const parseAs = init.parseAs ?? (TEXT.test(path) ? "text" : "json");
        const answer = await inner.request(method, path as never, { ...init, parseAs, fetch } as never);
        if (!answer.response.ok) throw new ProblemError(answer.response, problemIn(answer.error));
        return answer as unknown as Answer<never>;
    }

    async function* pages(path: string, init: Record<string, unknown> = {}): AsyncGenerator<never, void, undefined> {
        const params = (init.params ?? {}) as { query?: Record<string, unknown> };
        let query = params.query ?? {};
        for (;;) {
            const { data } = await call("get", path, { ...init, params: { ...params, query } });
            yield data;
            const { next_cursor: cursor } = data as { next_cursor?: string | null };
            if (cursor === undefined || cursor === null) return;
            query = { ...query, cursor };
        }
    }

    async function* items(path: string, init?: Record<string, unknown>): AsyncGenerator<never, void, undefined> {
        for await (const page of pages(path, init)) yield* (page as { items: never[] }).items;
    }

    async function refresh(refreshToken: string): Promise<Tokens> {
        const body = { refresh_token: refreshToken };
        return (await clientOf(settings, undefined).POST("/v1/sessions/refresh", { body })).data;
    }

    const method = (name: HttpMethod) => (path: string, init?: Record<string, unknown>) => call(name, path, init);
    const calls = {
        GET: method("get"),
        POST: method("post"),
        PUT: method("put"),
        PATCH: method("patch"),
        DELETE: method("delete"),
        pages,
        items,
    };
    const others: Omit<Client, keyof typeof calls> = {
        as: (other) => clientOf(settings, other),
        async signIn(by, onTokens) {
            if (!plainHttp) refusePlainHttp(baseUrl);
            const tokens = await signIn(clientOf(settings, undefined), by);
            const session = new Session(tokens, refresh, onTokens);
            await onTokens?.(tokens);
            return clientOf(settings, session);
        },
        resume: (refreshToken, onTokens) => clientOf(settings, new Session(refreshToken, refresh, onTokens)),
    };
    // By hand, because holding it against the types of all paths takes the compiler longer than everything else.
    return { ...calls, ...others } as unknown as Client;
}

async function signIn(api: Client, { totp, ...by }: SignIn): Promise<Tokens> {
    const attempt = async (code: string | undefined) =>
        (await api.POST("/v1/sessions", { body: code === undefined ? by : { ...by, totp: code } })).data;
    if (typeof totp !== "function") return attempt(totp);
    try {
        return await attempt(undefined);
    } catch (error) {
        if (!(error instanceof ProblemError && error.code === "second_factor_required")) throw error;
        return attempt(await totp());
    }
}

/** Gives a POST its `Idempotency-Key`, and says whether the request may be sent again without being done twice. */
function prepare(request: Request, path: string): boolean {
    if (request.method !== "POST") return request.method === "GET" || request.method === "HEAD";
    // Signing in takes none; a refresh token gives the same answer again by itself.
    if (path === "/v1/sessions") return false;
    if (path === "/v1/sessions/refresh") return true;
    if (!request.headers.has("Idempotency-Key")) request.headers.set("Idempotency-Key", newKey());
    return true;
}

/** 128 bits, as the server wants them of callers without credentials. */
function newKey(): string {
    return Array.from(randomBytes(16), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Fills in a path. The server knows no escapes in it, so what would need one leads nowhere: this says so at once. */
function fillIn(path: string, values: Record<string, unknown>): string {
    return path.replace(/\{([^{}]+)\}/g, (_, name: string) => {
        const value = String(values[name] ?? "");
        if (!/^[\w.~!$&'()*+,;=:@-]+$/.test(value)) throw new TypeError(`${name} cannot be part of a path`);
        return value;
    });
}

/** The entity tag of a version, for `If-Match`: `{ header: { "If-Match": etag(record.version) } }`. */
export function etag(version: number): string {
    return `"${version}"`;
}
