import { problemIn } from "./problem.js";
import { Session } from "./session.js";

/**
 * Who asks: nobody, an organisation with its API key, somebody signed in, or the holder of any other token, such as a manage
 * token (`sol_mt_…`), which opens one record.
 */
export type Credential = { readonly apiKey: string } | { readonly token: string } | Session | undefined;

/** Sends a request as somebody. If a session's access token is refused, it is renewed and the request sent again, once. */
export async function sendAs(
    who: Credential,
    request: Request,
    send: (request: Request) => Promise<Response>,
): Promise<Response> {
    if (who === undefined || request.headers.has("Authorization")) return send(request);
    if (!(who instanceof Session)) {
        if ("apiKey" in who) request.headers.set("X-API-Key", who.apiKey);
        else request.headers.set("Authorization", `Bearer ${who.token}`);
        return send(request);
    }
    const token = await who.access();
    const answer = await send(bearing(request, token));
    if (answer.status !== 401 || (await codeOf(answer)) !== "unauthenticated") return answer;
    return send(bearing(request, await who.accessInsteadOf(token)));
}

function bearing(request: Request, token: string): Request {
    const copy = request.clone();
    copy.headers.set("Authorization", `Bearer ${token}`);
    return copy;
}

/** A wrong password is 401 as well, and no new access token makes it right. */
async function codeOf(answer: Response): Promise<string | undefined> {
    const body: unknown = await answer.clone().json().catch(() => undefined);
    return problemIn(body)?.code;
}

/** Loopback, and onion services, which are encrypted by themselves. */
const PRIVATE_HOST = /^(localhost|127(\.\d+){3}|\[::1\]|.+\.onion)$/;

/** @throws if a secret would go over the line in clear. */
export function refusePlainHttp(baseUrl: string): void {
    if (!/^http:/i.test(baseUrl)) return;
    if (PRIVATE_HOST.test(new URL(baseUrl).hostname)) return;
    throw new TypeError(`${baseUrl} is not https: keys and tokens are not sent in clear unless \`plainHttp\` says so`);
}
