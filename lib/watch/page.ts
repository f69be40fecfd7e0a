/** The page that follows a folder: it asks for its parts again and again, and replaces what changed. @module */

import { STYLE } from "../display/html.ts";
import { escapeXml } from "../display/xml.ts";
import type { ViewPart } from "./view.ts";

/** Milliseconds between two looks. */
const PAUSE = 2000;

/** Besides the style of all pages. */
const OWN_STYLE = `
h3 { overflow-wrap: anywhere; }
.state { font-size: .8rem; font-weight: normal; border: 1px solid var(--edge);
  border-radius: .3rem; padding: 0 .4rem; margin-left: .3rem; }
.running { color: #005a8c; }
.failed, .interrupted { color: #a02c00; }
.state.running, .state.failed, .state.interrupted { border-color: currentColor; }
@media screen and (prefers-color-scheme: dark) {
  .running { color: #7cc4f0; }
  .failed, .interrupted { color: #ff9d76; }
}
figure { flex: 0 1 20rem; }
figure svg { display: block; width: 100%; }
figure text { font-size: 11px; fill: var(--faint); }
figure .axis { fill: none; stroke: var(--edge); }
figure polyline { fill: none; stroke: var(--link); stroke-width: 1.5; }
figure circle { fill: var(--link); }
pre { overflow: auto; max-height: 20rem; font-size: .8rem; border: 1px solid var(--line);
  padding: .5rem; }
#status { position: sticky; top: 0; background: var(--page); padding: .3rem 0; margin: 0; }
`;

/** Runs in the page. What a person opened stays open; what did not change is not touched. */
const SCRIPT = `
const main = document.querySelector("main"), status = document.querySelector("#status");
const known = new Map([...main.children].map((part) => [part.id, part.innerHTML]));
function element({ id, html }) {
  const old = document.getElementById(id);
  if (old !== null && known.get(id) === html) return old;
  const made = document.createElement("section");
  made.id = id;
  made.innerHTML = html;
  const open = old === null ? [] : [...old.querySelectorAll("details")].map((one) => one.open);
  made.querySelectorAll("details").forEach((one, i) => { one.open = open[i] ?? false; });
  known.set(id, html);
  return made;
}
async function refresh() {
  try {
    const response = await fetch("parts" + location.search, { cache: "no-store" });
    if (!response.ok) throw new Error(await response.text());
    const { title, parts } = await response.json();
    const wanted = parts.map(element);
    wanted.forEach((part, i) => {
      const there = main.children[i];
      if (there === part) return;
      if (there !== undefined && there.id === part.id) there.replaceWith(part);
      else main.insertBefore(part, there ?? null);
    });
    while (main.children.length > wanted.length) main.lastChild.remove();
    document.title = title;
    status.textContent = "As of " + new Date().toLocaleTimeString() + ".";
  } catch (error) {
    status.textContent = "No longer followed: " + (error.message || error) + ".";
  }
  setTimeout(refresh, ${PAUSE});
}
setTimeout(refresh, ${PAUSE});
`;

/** The page and what it may load: nothing but itself and its parts. */
export interface WatchPage {
  readonly html: string;
  /** The header `Content-Security-Policy`. */
  readonly policy: string;
}

/** What the tab says: how many run. */
export function titleOf(folder: string, running: number): string {
  return `${running === 0 ? "" : `(${running}) `}${folder}`;
}

/**
 * The page with its parts as they are now.
 *
 * @param nonce of this answer alone: no other script runs
 */
export function watchPage(
  folder: string,
  title: string,
  parts: readonly ViewPart[],
  nonce: string,
): WatchPage {
  const sections = parts.map(({ id, html }) => `<section id="${escapeXml(id)}">${html}</section>`);
  const html = [
    '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<link rel="icon" href="data:,">',
    `<title>${escapeXml(title)}</title>`,
    `<style nonce="${nonce}">${STYLE}${OWN_STYLE}</style>\n</head>\n<body>`,
    `<header><h1>Runs in ${escapeXml(folder)}</h1></header>`,
    '<p id="status" class="small" role="status">Looked at just now.</p>',
    `<main>${sections.join("")}</main>`,
    `<script nonce="${nonce}">${SCRIPT}</script>`,
    "</body>\n</html>\n",
  ].join("\n");
  const policy = [
    "default-src 'none'",
    "img-src data:",
    "connect-src 'self'",
    `script-src 'nonce-${nonce}'`,
    `style-src 'nonce-${nonce}'`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
  return { html, policy };
}
