/** Search for settings, by valid alone. @module */

export {
  isSearch,
  type RankedTrial,
  rankTrials,
  type SearchOptions,
  searchStudy,
  trainCommand,
} from "./search.ts";
export { parseSpace, type Space } from "./space.ts";
