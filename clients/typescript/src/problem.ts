import type { components } from "./schema.js";

/** A problem document (RFC 9457), as the server writes it. */
export type Problem = components["schemas"]["Problem"];
/** The stable name of a problem. Names are added, so expect others as well. */
export type ProblemCode = Problem["code"];
/** One fault of what was sent: where, its code, and what is expected instead. */
export type ProblemFault = components["schemas"]["ProblemFault"];

/** The server answered, and it was not what was asked for. Thrown for every answer that is not 2xx. */
export class ProblemError extends Error {
    override readonly name = "ProblemError";
    /** HTTP status. */
    readonly status: number;
    /** The stable name, or `unknown` where somebody else than the server answered, such as a proxy. */
    readonly code: ProblemCode | "unknown";
    /** Every fault of the input, if it was to blame. */
    readonly faults: readonly ProblemFault[];
    /** The whole document, if there was one. */
    readonly problem: Problem | undefined;
    /** Seconds after which to try again, if the server said so. */
    readonly retryAfter: number | undefined;
    /** The answer. Its body has been read. */
    readonly response: Response;

    constructor(response: Response, problem: Problem | undefined) {
        super(problem ? `${problem.title} (${problem.code}): ${problem.detail}` : `answered ${response.status}`);
        this.status = response.status;
        this.code = problem?.code ?? "unknown";
        this.faults = problem?.errors ?? [];
        this.problem = problem;
        this.retryAfter = retryAfter(response);
        this.response = response;
    }
}

/** The problem in the body of an answer, if there is one. */
export function problemIn(body: unknown): Problem | undefined {
    const found = typeof body === "object" && body !== null && "code" in body && "status" in body && "title" in body;
    return found ? (body as Problem) : undefined;
}

/** Seconds to wait by `Retry-After` (RFC 9110 §10.2.3), which is a number of them or a date. */
export function retryAfter(response: Response): number | undefined {
    const text = response.headers.get("Retry-After");
    if (text === null) return undefined;
    if (/^\d+$/.test(text)) return Number(text);
    const date = Date.parse(text);
    return Number.isNaN(date) ? undefined : Math.max(0, (date - Date.now()) / 1000);
}
