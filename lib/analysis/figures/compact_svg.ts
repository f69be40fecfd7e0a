/** Drawings in a third of their size, of the same look: a page or notebook has dozens. @module */

/** What says nothing where a drawing is told in words, and cannot be pointed at. */
const IDLE =
  / (?:opacity="1"|class="[^"]*"|pointer-events="\w+"|role="graphics-[^"]*"|aria-roledescription="[^"]*"|aria-hidden="true"|transform="translate\(0,0\)")/g;
/** What is not seen: without a length, or in no colour. */
const UNSEEN =
  /<path(?: d="[^"]*")? display="none"\/>|<path d=""\/>|<path d="[^"]*"\/>(?=<g>|<\/g>)|<g><\/g>/g;
/** A circle as the library writes it, of two arcs around its place. */
const ARCS =
  /<path transform="translate\(([^,"]+),([^)"]+)\)" d="M([\d.]+),0A\3,\3,0,1,1,-\3,0A\3,\3,0,1,1,\3,0"/g;
/** A group of nothing but shapes and texts. */
const LEAVES =
  /<g( [^>]*)?>((?:<(?:path|rect|line|circle) [^>]*\/>|<text [^>]*>[^<]*<\/text>){2,})<\/g>/g;
/** Attributes that shapes take from their group. */
const INHERITED = [
  "fill",
  "fill-opacity",
  "font-family",
  "font-size",
  "font-weight",
  "stroke",
  "stroke-width",
  "text-anchor",
];

/**
 * The drawing with circles as circles, colours in six digits, and what all shapes of a group share
 * told once.
 */
export function compactSvg(svg: string): string {
  const end = svg.indexOf(">") + 1;
  const inner = svg.slice(end)
    .replace(IDLE, "")
    .replace(UNSEEN, "")
    .replace(ARCS, '<circle cx="$1" cy="$2" r="$3"')
    .replace(
      /rgb\((\d+), (\d+), (\d+)\)/g,
      (_, ...parts: string[]) =>
        `#${parts.slice(0, 3).map((part) => Number(part).toString(16).padStart(2, "0")).join("")}`,
    )
    .replace(LEAVES, (_, own: string = "", leaves: string) => shared(own, leaves));
  return svg.slice(0, end) + inner;
}

/** The group with what its first shape says, where each of the others says that or something else. */
function shared(own: string, leaves: string): string {
  const tags = leaves.match(/<[a-z]+ [^>]*>/g)!;
  let group = own, rest = leaves;
  for (const name of INHERITED) {
    const [first, ...others] = tags.map((tag) => new RegExp(` ${name}="[^"]*"`).exec(tag)?.[0]);
    if (first === undefined || others.includes(undefined)) continue;
    if (!group.includes(` ${name}="`)) group += first;
    else if (!group.includes(first)) continue;
    rest = rest.replaceAll(first, "");
  }
  return `<g${group}>${rest}</g>`;
}
