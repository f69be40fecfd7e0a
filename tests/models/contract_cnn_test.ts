import { holdToContract } from "./contract.ts";

holdToContract("cnn");
