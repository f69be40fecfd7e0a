import { assert, assertEquals, assertMatch, assertStringIncludes, assertThrows } from "@std/assert";
import { UsageError } from "../../lib/core/errors.ts";
import { join } from "node:path";
import { watchFolder } from "../../lib/watch/mod.ts";
import { makeRun, withRuns } from "./made_folder.ts";

/** An answer to a request as bytes have it: fetch lets nobody choose the host. */
async function ask(address: string, request: string): Promise<string> {
  const { hostname, port } = new URL(address);
  using connection = await Deno.connect({ hostname, port: Number(port) });
  await connection.write(new TextEncoder().encode(`${request}\r\nConnection: close\r\n\r\n`));
  return await new Response(connection.readable).text();
}

Deno.test("watchFolder() shows runs, and their new epochs, to who has the address", async () => {
  await withRuns(async (out) => {
    makeRun(out, "cnn", 1111, { status: "running", isAlive: true, errors: [0.75] });
    await using watch = watchFolder(out);
    assertMatch(watch.address, /^http:\/\/127\.0\.0\.1:\d+\/\?token=[\da-f-]{36}$/);
    const page = await fetch(watch.address);
    const html = await page.text();
    assertStringIncludes(html, "1 running.");
    assertStringIncludes(html, 'aria-label="MAE on valid: 0.7500 in epoch 1');
    const policy = page.headers.get("content-security-policy")!;
    const [, nonce] = /script-src 'nonce-(\S+)'/.exec(policy)!;
    assertStringIncludes(html, `<script nonce="${nonce}">`);
    assertEquals(page.headers.get("referrer-policy"), "no-referrer");
    const parts = new URL("/parts", watch.address);
    parts.search = new URL(watch.address).search;
    makeRun(out, "cnn", 1111);
    const next = await (await fetch(parts)).json();
    assertEquals(next.parts[0], { id: "counts", html: "<p>1 finished.</p>" });
    assertStringIncludes(next.parts.at(-1).html, "3 epochs, the best is 2");
  });
});

Deno.test("watchFolder() refuses who has no token, comes by another host, or wants to change", async () => {
  await withRuns(async (out) => {
    makeRun(out, "cnn", 1111);
    await using watch = watchFolder(out);
    const { host, search } = new URL(watch.address);
    const status = async (path: string, options: RequestInit = {}) => {
      const response = await fetch(`http://${host}${path}`, options);
      const text = await response.text();
      assert(response.ok === text.includes("cnn"), text);
      return response.status;
    };
    assertEquals(await status(`/${search}`), 200);
    assertEquals(await status("/"), 403);
    assertEquals(await status("/parts"), 403);
    assertEquals(await status(`/${search}0`), 403);
    assertEquals(await status(`/${search.slice(0, -1)}x`), 403);
    assertEquals(await status(`/other${search}`), 404);
    assertEquals(await status(`/../../etc/passwd${search}`), 404);
    for (const method of ["POST", "PUT", "DELETE"]) {
      assertEquals(await status(`/${search}`, { method }), 405);
    }
    const wrongHost = await ask(watch.address, `GET /${search} HTTP/1.1\r\nHost: evil.example`);
    assertMatch(wrongHost, /^HTTP\/1\.1 403[\s\S]*not of this machine/);
    const wrongPort = await ask(watch.address, `GET /${search} HTTP/1.1\r\nHost: 127.0.0.1:1`);
    assertMatch(wrongPort, /^HTTP\/1\.1 403/);
    const named = await ask(
      watch.address,
      `GET /${search} HTTP/1.1\r\nHost: localhost:${new URL(watch.address).port}`,
    );
    assertMatch(named, /^HTTP\/1\.1 200/);
  });
});

Deno.test("what a folder or a message says cannot be more than text", async () => {
  await withRuns(async (out) => {
    const evil = '<img src=x onerror="alert(1)">';
    const message = "</script><script>alert(2)</script>";
    makeRun(join(out, evil.replaceAll("/", "")), "cnn", 1111, { status: "failed", message });
    await using watch = watchFolder(out);
    const html = await (await fetch(watch.address)).text();
    assert(!html.includes("<img") && !html.includes("<script>alert"));
    assertStringIncludes(html, "&lt;img src=x");
    assertStringIncludes(html, "&lt;script>alert(2)");
  });
});

Deno.test("watchFolder() says that a port is in use, and ends when it is told to", async () => {
  await withRuns(async (out) => {
    const controller = new AbortController();
    const watch = watchFolder(out, { signal: controller.signal });
    const port = Number(new URL(watch.address).port);
    const again = () => watchFolder(out, { port });
    assertThrows(again, UsageError, `port ${port} is in use, expected another with --port`);
    controller.abort();
    await watch.finished;
  });
});
