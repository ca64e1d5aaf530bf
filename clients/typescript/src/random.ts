/** Random bytes from where browsers have them, and all but old Nodes. */
export function randomBytes(length: number): Uint8Array {
    return globalThis.crypto.getRandomValues(new Uint8Array(length));
}
