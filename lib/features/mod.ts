/** Features: from raw text to what models read. @module */

export { corrupt, type Corruption, describeCorruption, type NoiseSource } from "./corrupt.ts";
export { type ExtractOptions, extractText, type TextModel } from "./extract_text.ts";
export { openTokenizer, retokenize, tokenize, type Tokenizer } from "./tokenizer.ts";
export type { TextExtractor } from "./text_extractor.ts";
