export * from "./statistics/mod.ts";
