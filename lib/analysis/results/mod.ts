/** Tables of results: of runs, of studies. @module */

export { resultsGrid, type ResultsOptions, resultsTable } from "./results_table.ts";
export { searchGrid, searchTable } from "./search_grid.ts";
export { type ShownStudy, studyGrids, studyTables } from "./study_grid.ts";
