/** How thuiar/MMSA's code names modalities, in its parameters. @module */

/** Words. */
export const CODE_NAME = { text: "text", audio: "audio", vision: "video" } as const;
/** Letters. */
export const LETTER = { text: "l", audio: "a", vision: "v" } as const;
