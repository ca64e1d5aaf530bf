import type { components } from "./schema.js";
import { ProblemError } from "./problem.js";

/** What a session is made of: an access token of some minutes, and the refresh token that gets the next one. */
export type Tokens = components["schemas"]["TokensOut"];

/** Told of every new pair of tokens, so that they can be kept, and of the end (`undefined`), so that they are thrown away. */
export type OnTokens = (tokens: Tokens | undefined) => void | Promise<void>;

/** An access token is renewed so long before it ends, or after three quarters of its time. */
const MARGIN = 30_000;

/** Somebody who is signed in. Renews the access token by itself, one renewal at a time however many calls wait for it. */
export class Session {
    readonly #refresh: (refreshToken: string) => Promise<Tokens>;
    readonly #onTokens: OnTokens | undefined;
    #refreshToken: string;
    #access: string | undefined;
    /** When to renew, in milliseconds since 1970. */
    #renewAt = 0;
    #renewing: Promise<string> | undefined;
    #ended: ProblemError | undefined;

    constructor(tokens: Tokens | string, refresh: (refreshToken: string) => Promise<Tokens>, onTokens?: OnTokens) {
        this.#refresh = refresh;
        this.#onTokens = onTokens;
        this.#refreshToken = typeof tokens === "string" ? tokens : tokens.refresh_token;
        if (typeof tokens !== "string") this.#take(tokens);
    }

    /** An access token that holds for now. */
    async access(): Promise<string> {
        if (this.#access !== undefined && Date.now() < this.#renewAt) return this.#access;
        return this.#renew();
    }

    /** Another access token than the one that was refused. */
    async accessInsteadOf(refused: string): Promise<string> {
        // Somebody else may have been refused it before, and there is a new one already.
        if (this.#access !== undefined && this.#access !== refused) return this.#access;
        return this.#renew();
    }

    #renew(): Promise<string> {
        this.#renewing ??= this.#ask().finally(() => {
            this.#renewing = undefined;
        });
        return this.#renewing;
    }

    async #ask(): Promise<string> {
        if (this.#ended) throw this.#ended;
        try {
            const tokens = await this.#refresh(this.#refreshToken);
            this.#take(tokens);
            await this.#onTokens?.(tokens);
            return tokens.access_token;
        } catch (error) {
            if (error instanceof ProblemError && error.status === 401) {
                this.#ended = error;
                this.#access = undefined;
                await this.#onTokens?.(undefined);
            }
            throw error;
        }
    }

    #take(tokens: Tokens): void {
        const holds = tokens.expires_in * 1000;
        this.#access = tokens.access_token;
        this.#refreshToken = tokens.refresh_token;
        this.#renewAt = Date.now() + holds - Math.min(MARGIN, holds / 4);
    }
}
