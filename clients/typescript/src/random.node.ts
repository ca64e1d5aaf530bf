import { webcrypto } from "node:crypto";

/** Random bytes. Node 18 has no global `crypto`, so Node gets this file (`imports` in `package.json`). */
export function randomBytes(length: number): Uint8Array {
    return webcrypto.getRandomValues(new Uint8Array(length));
}
