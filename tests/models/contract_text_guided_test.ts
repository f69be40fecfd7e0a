import { holdToContract } from "./contract.ts";

holdToContract("text-guided");
