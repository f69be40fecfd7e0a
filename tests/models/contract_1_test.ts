import { holdShareToContract } from "./contract.ts";

holdShareToContract(1);
