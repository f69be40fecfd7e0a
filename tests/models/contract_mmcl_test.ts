import { holdToContract } from "./contract.ts";

holdToContract("mmcl");
