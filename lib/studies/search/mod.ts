/** Search for settings, by valid alone. @module */

export { DEFAULT_SPACES } from "./default_spaces.ts";
export {
  type RankedTrial,
  rankTrials,
  type SearchOptions,
  searchStudy,
  trainCommand,
} from "./search.ts";
export { type Ends, parseSpace, type Range, type Space } from "./space.ts";
