/** A typed client for Solidarity servers. `createClient` is where it begins; the README says the rest. */
export { type Copy, type FollowOptions, followChanges, type GalleryChange, type GalleryItem, MemoryCopy } from "./changes.js";
export { type Client, type ClientOptions, createClient, etag, type SignIn } from "./client.js";
export type { Credential } from "./credential.js";
export { type Problem, type ProblemCode, ProblemError, type ProblemFault } from "./problem.js";
export type { components, operations, paths } from "./schema.js";
export { type OnTokens, Session, type Tokens } from "./session.js";
export type { Answer, ItemOf, ListPath, PageOf } from "./types.js";
