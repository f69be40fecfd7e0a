import { holdShareToContract } from "./contract.ts";

holdShareToContract(2);
