import { holdToContract } from "./contract.ts";

holdToContract("shared-private");
