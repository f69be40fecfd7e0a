/** Search for settings, by valid alone. @module */

export {
  type RankedTrial,
  rankTrials,
  type SearchOptions,
  searchStudy,
  trainCommand,
} from "./search.ts";
export { parseSpace, type Space } from "./space.ts";
