import { retryAfter } from "./problem.js";

/** How requests are sent. Times are in milliseconds. */
export interface Transport {
    fetch: (request: Request, init?: RequestInit) => Promise<Response>;
    /** How often to try again. */
    retries: number;
    /** The longest pause; if the server asks for a longer one, the caller gets its answer. */
    patience: number;
    /** How long one attempt may take, body included. */
    timeout: number;
    /** Waits, or rejects with the signal's reason. */
    sleep: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
}

/** The first pause where the server names none; each further one is twice as long. */
const FIRST_PAUSE = 300;
const LONGEST_PAUSE = 10_000;

/**
 * Sends a request until it is answered, within bounds.
 *
 * 429 says that nothing was done, so everything is sent again. After a broken line or a 503 nobody knows, so again goes only
 * what is `repeatable`: what reads, and what has an `Idempotency-Key`.
 */
export async function send(request: Request, repeatable: boolean, by: Transport): Promise<Response> {
    for (let attempt = 0; ; attempt += 1) {
        let answer: Response | undefined;
        try {
            answer = await once(request, by);
        } catch (error) {
            if (request.signal.aborted || !repeatable || attempt >= by.retries) throw error;
        }
        const pause = pauseAfter(attempt, answer);
        if (answer && (!mayRepeat(answer, repeatable) || attempt >= by.retries || pause > by.patience)) return answer;
        await by.sleep(pause, request.signal);
    }
}

function mayRepeat(answer: Response, repeatable: boolean): boolean {
    switch (answer.status) {
        case 429:
            return true;
        case 502:
        case 503:
        case 504:
            return repeatable;
        case 409:
            // Only a request that is still being worked on under the same key says when to come back.
            return repeatable && answer.headers.has("Retry-After");
        default:
            return false;
    }
}

function pauseAfter(attempt: number, answer: Response | undefined): number {
    const asked = answer && retryAfter(answer);
    // Many who were refused together shall not come back together.
    if (asked !== undefined) return asked * 1000 + Math.random() * Math.min(1000, 100 + asked * 100);
    return Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** attempt) * (0.5 + Math.random() / 2);
}

async function once(request: Request, by: Transport): Promise<Response> {
    const attempt = new AbortController();
    const cancel = () => attempt.abort(request.signal.reason);
    const late = () => attempt.abort(new DOMException("there was no answer in time", "TimeoutError"));
    if (request.signal.aborted) cancel();
    request.signal.addEventListener("abort", cancel);
    const timer = setTimeout(late, by.timeout);
    try {
        const answer = await by.fetch(request.clone(), { signal: attempt.signal });
        // Read to its end here, so that an answer which breaks off is a broken line like any other.
        const body = await answer.arrayBuffer();
        const { status, statusText, headers } = answer;
        return new Response(body.byteLength > 0 ? body : null, { status, statusText, headers });
    } finally {
        clearTimeout(timer);
        request.signal.removeEventListener("abort", cancel);
    }
}

/** Waits, or rejects as soon as the signal is aborted. */
export function sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
        const stop = () => {
            clearTimeout(timer);
            reject(signal?.reason);
        };
        const timer = setTimeout(() => {
            signal?.removeEventListener("abort", stop);
            resolve();
        }, milliseconds);
        if (signal?.aborted) stop();
        else signal?.addEventListener("abort", stop, { once: true });
    });
}
