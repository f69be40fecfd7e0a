/**
 * Shows a folder of runs in a browser of this machine, while they train. Nothing can be changed from
 * there, and nobody who does not know the address sees anything.
 *
 * @module
 */

import { timingSafeEqual } from "node:crypto";
import { messageOf, UsageError } from "../core/errors.ts";
import { titleOf, watchPage } from "./page.ts";
import { Watcher } from "./snapshot.ts";
import { viewOf } from "./view.ts";

/** The one host that is listened on: this machine. */
const HOST = "127.0.0.1";

/** How a folder is watched. */
export interface WatchOptions {
  /** Default: one that is free. */
  readonly port?: number;
  /** Aborted to end it. */
  readonly signal?: AbortSignal;
}

/** A folder that is watched. */
export interface Watch extends AsyncDisposable {
  /** The address with its token, for a browser of this machine. */
  readonly address: string;
  /** Resolved when it has ended. */
  readonly finished: Promise<void>;
}

/**
 * Watches a folder.
 *
 * @throws {UsageError} the port is in use
 *
 * @example
 * ```ts
 * import { watchFolder } from "./mod.ts";
 * import { assertEquals, assertStringIncludes } from "@std/assert";
 * await using watch = watchFolder("runs-to-come");
 * const page = await fetch(watch.address);
 * assertStringIncludes(await page.text(), "No runs yet");
 * const stranger = await fetch(new URL("/", watch.address));
 * assertEquals([stranger.status, await stranger.text()], [403, "The address has no token, or another\n"]);
 * ```
 */
export function watchFolder(folder: string, options: WatchOptions = {}): Watch {
  const { port = 0, signal } = options;
  const token = crypto.randomUUID();
  const watcher = new Watcher(folder);
  const controller = new AbortController();
  signal?.addEventListener("abort", () => controller.abort());
  let server: Deno.HttpServer<Deno.NetAddr>;
  try {
    server = Deno.serve({
      hostname: HOST,
      port,
      signal: controller.signal,
      onListen: () => {},
      onError: (error) => answer(`${messageOf(error)}\n`, 500),
    }, (request) => respond(request, server.addr.port, token, watcher));
  } catch (error) {
    if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    throw new UsageError(
      `Cannot watch "${folder}": port ${port} is in use, expected another with --port, or none`,
    );
  }
  return {
    address: `http://${HOST}:${server.addr.port}/?token=${token}`,
    finished: server.finished,
    [Symbol.asyncDispose]: async () => {
      controller.abort();
      await server.finished;
    },
  };
}

async function respond(
  request: Request,
  port: number,
  token: string,
  watcher: Watcher,
): Promise<Response> {
  const { pathname, searchParams } = new URL(request.url);
  // A page of elsewhere may send a browser here under a name of its own.
  const host = request.headers.get("host");
  if (host !== `${HOST}:${port}` && host !== `localhost:${port}`) {
    return answer("The address is not of this machine\n", 403);
  }
  if (!isSame(searchParams.get("token") ?? "", token)) {
    return answer("The address has no token, or another\n", 403);
  }
  if (request.method !== "GET" && request.method !== "HEAD") {
    return answer("Nothing can be changed here\n", 405);
  }
  if (pathname !== "/" && pathname !== "/parts") return answer("There is no such page\n", 404);
  const snapshot = await watcher.read();
  const parts = viewOf(snapshot);
  const running = snapshot.runs.filter(({ state }) => state === "running").length;
  const title = titleOf(watcher.folder, running);
  if (pathname === "/parts") {
    return answer(JSON.stringify({ title, parts }), 200, "application/json");
  }
  const { html, policy } = watchPage(watcher.folder, title, parts, crypto.randomUUID());
  return answer(html, 200, "text/html; charset=utf-8", policy);
}

function answer(
  body: string,
  status: number,
  type = "text/plain; charset=utf-8",
  policy = "default-src 'none'",
): Response {
  return new Response(body, {
    status,
    headers: {
      "content-type": type,
      "content-security-policy": policy,
      "cache-control": "no-store",
      // The token is in the address.
      "referrer-policy": "no-referrer",
      "x-content-type-options": "nosniff",
      "cross-origin-resource-policy": "same-origin",
    },
  });
}

/** In a time that tells nothing of where they differ. */
function isSame(given: string, token: string): boolean {
  const [a, b] = [given, token].map((text) => new TextEncoder().encode(text)) as [
    Uint8Array,
    Uint8Array,
  ];
  return a.length === b.length && timingSafeEqual(a, b);
}
