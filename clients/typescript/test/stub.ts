import { type Client, type ClientOptions, createClient } from "../src/index.js";

/** One request as it was sent. */
export interface Sent {
    method: string;
    url: URL;
    headers: Headers;
    body: string;
}

/** A client of a server that answers what it is told, and all that was sent to it. Pauses are noted instead of waited. */
export function stub(answers: (sent: Sent, count: number) => Response | Promise<Response>, options: Partial<ClientOptions> = {}) {
    const sent: Sent[] = [];
    const pauses: number[] = [];
    const api: Client = createClient({
        baseUrl: "https://server.example",
        sleep: async (milliseconds, signal) => {
            signal?.throwIfAborted();
            pauses.push(milliseconds);
        },
        fetch: async (request) => {
            const { method, url, headers } = request;
            sent.push({ method, url: new URL(url), headers, body: await request.text() });
            return answers(sent.at(-1) as Sent, sent.length);
        },
        ...options,
    });
    return { api, sent, pauses };
}

export function json(body: unknown, status = 200, headers: Record<string, string> = {}): Response {
    return new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json", ...headers } });
}

export function problem(status: number, code: string, more: Record<string, unknown> = {}, headers: Record<string, string> = {}) {
    const body = { type: `/problems/${code}`, title: "Refused", status, detail: "No.", instance: "urn:uuid:0", code, ...more };
    return json(body, status, headers);
}
