import type { MaybeOptionalInit, ParseAsResponse } from "openapi-fetch";
import type { HttpMethod, MediaType, PathsWithMethod, RequiredKeysOf, ResponseObjectMap, SuccessResponse } from "openapi-typescript-helpers";
import type { paths } from "./schema.js";

/** What a call was answered: 2xx always, since everything else is thrown. */
export interface Answer<Data> {
    data: Data;
    response: Response;
}

/** What the generated operations have in common. */
// biome-ignore lint/suspicious/noExplicitAny: nothing narrower takes them all.
type Operation = Record<string | number, any>;

/** What is not plain JSON and has to be asked for by name, which this client does not do. */
type AskedFor = "application/ld+json" | "application/vnd.solidarity.excerpt+json" | "text/plain";

/** An answer in the forms that come without being asked for. */
type Unasked<Answered> = {
    [Status in keyof Answered]: Answered[Status] extends { content: infer Forms } ? { content: Omit<Forms, AskedFor> } : Answered[Status];
};

/** The body of a successful answer to an operation. */
export type DataOf<Op extends Operation, Init = unknown> = ParseAsResponse<SuccessResponse<Unasked<ResponseObjectMap<Op>>, MediaType>, Init>;

/** The options of a call, which may be left out where nothing in them is required. */
export type InitOf<Init> = RequiredKeysOf<Init> extends never
    ? [(Init & { [key: string]: unknown })?]
    : [Init & { [key: string]: unknown }];

/** One way of calling: every path that has it, its parameters and body, and its answer. */
export type Call<Method extends HttpMethod> = <
    Path extends PathsWithMethod<paths, Method>,
    Init extends MaybeOptionalInit<paths[Path], Method>,
>(
    path: Path,
    ...init: InitOf<Init>
) => Promise<Answer<DataOf<paths[Path][Method] & Operation, Init>>>;

/** The paths that answer a list. Feeds of changes never end, so they are none: see `followChanges`. */
export type ListPath = {
    [Path in PathsWithMethod<paths, "get">]: DataOf<paths[Path]["get"] & Operation> extends { items: readonly unknown[] }
        ? Path
        : never;
}[Exclude<PathsWithMethod<paths, "get">, "/v1/gallery/changes" | "/v1/changes">];

/** A page of a list. */
export type PageOf<Path extends ListPath> = DataOf<paths[Path]["get"] & Operation>;

/** An item of a list. */
export type ItemOf<Path extends ListPath> = PageOf<Path> extends { items: readonly (infer Item)[] } ? Item : never;
