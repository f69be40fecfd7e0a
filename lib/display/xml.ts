/** Text inside HTML and SVG. @module */

/**
 * `text` as content or as a quoted attribute.
 *
 * @example
 * ```ts
 * import { escapeXml } from "./xml.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(escapeXml("a < b & c"), "a &lt; b &amp; c");
 * ```
 */
export function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}

/**
 * `text` as content of HTML in a notebook, which takes what is between two dollars for a formula:
 * escaped as by {@linkcode escapeXml}, and the dollars too.
 *
 * @example
 * ```ts
 * import { escapeForNotebook } from "./xml.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(escapeForNotebook("$1"), "<span>$</span>1");
 * ```
 */
export function escapeForNotebook(text: string): string {
  return escapeXml(text).replaceAll("$", "<span>$</span>");
}
