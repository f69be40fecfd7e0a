/** Text inside HTML and SVG. @module */

/**
 * `text` as content or as a quoted attribute.
 */
export function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}

/**
 * `text` as content of HTML in a notebook, which takes what is between two dollars for a formula:
 * escaped as by {@linkcode escapeXml}, and the dollars too.
 */
export function escapeForNotebook(text: string): string {
  return escapeXml(text).replaceAll("$", "<span>$</span>");
}
