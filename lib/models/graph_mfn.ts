/**
 * Graph-MFN: a memory over a dynamic graph of all sets of modalities.
 *
 * Source: Zadeh, Liang, Poria, Cambria, Morency, "Multimodal Language Analysis in the Wild: CMU-MOSEI
 * Dataset and Interpretable Dynamic Fusion Graph", ACL 2018 (P18-1208), and thuiar/MMSA,
 * `models/singleTask/Graph_MFN.py`, whose names the parameters carry. METHODS 6.2.
 *
 * @module
 */

import { MODALITIES, type Modality } from "../data/mod.ts";
import { tf } from "../engine/mod.ts";
import type { DropoutNoise } from "../nn/dropout.ts";
import { affine, type Linear } from "../nn/linear.ts";
import { align, alignedOutputs, recordedAligned } from "./fusion/aligned.ts";
import { LETTER } from "./fusion/code_names.ts";
import { each, MEMORY, startingAt, subnetTraining } from "./fusion/fusion_settings.ts";
import { delayed } from "./fusion/memory.ts";
import { MemoryNetwork, memorySettings, twoLayers } from "./fusion/memory_network.ts";
import type { Inputs, ModelContext, NetworkDefinition, Outputs } from "./model.ts";
import { count } from "./setting.ts";

/** Hidden width of the code's networks of the graph. */
const GRAPH_HIDDEN = 100;

const settings = {
  batchSize: count(each(32, 64, 64, 32), "samples of a batch", { search: [32, 64, 128] }),
  nodeDim: count(each(64, 128, 128, 32), "width of a node of the graph"),
  ...startingAt(MEMORY, {
    textHiddenSize: each(256, 64, 256, 64),
    audioHiddenSize: each(32, 16, 32, 16),
    visionHiddenSize: each(256, 64, 256, 64),
    memorySize: each(300, 300, 64, 400),
    proposalDim: each(32, 32, 256, 32),
    proposalDropout: each(0, 0.5, 0.5, 0.7),
    gamma1Dim: each(128, 64, 32, 256),
    gamma1Dropout: each(0.5, 0, 0.2, 0.5),
    gamma2Dim: each(64, 256, 32, 256),
    gamma2Dropout: each(0.5, 0.7, 0.7, 0.2),
    outDim: each(256, 128, 256, 256),
    outDropout: each(0, 0.7, 0.2, 0.2),
    learningRate: each(2e-3, 2e-3, 5e-4, 2e-3),
    weightDecay: each(5e-3, 1e-3, 1e-3, 0),
  }),
};

/** A weight [out, in] and a bias [out]. */
type Map2 = readonly [tf.Tensor2D, tf.Tensor1D];

/** All non-empty sets of `items`, small ones first, each in order. */
function subsetsOf<T>(items: readonly T[]): T[][] {
  const sets = Array.from(
    { length: 2 ** items.length - 1 },
    (_, i) => items.filter((_, j) => ((i + 1) >> j) & 1),
  );
  const places = (set: readonly T[]) => set.map((item) => items.indexOf(item)).join();
  return sets.toSorted((a, b) => a.length - b.length || (places(a) < places(b) ? -1 : 1));
}

class GraphMfn extends MemoryNetwork<typeof settings> {
  readonly #transforms: Partial<Record<Modality, Linear>> = {};
  /** All sets of modalities; those of several have a network. */
  readonly #sets: readonly (readonly Modality[])[];
  readonly #networks = new Map<string, readonly [Map2, Map2]>();
  readonly #efficacy: readonly [Linear, Linear, Linear];

  constructor(context: ModelContext<typeof settings>) {
    super(context, () => context.settings.nodeDim);
    const { hidden, modalities } = this;
    const { nodeDim } = this.settings;
    for (const modality of modalities) {
      const width = hidden[modality];
      const name = `${LETTER[modality]}_transform`;
      this.#transforms[modality] = this.linear(name, 2 * width, width);
    }
    this.#sets = subsetsOf(modalities);
    const widthOf = (set: readonly Modality[]) => set.length === 1 ? hidden[set[0]!] : nodeDim;
    const widthOfAll = (sets: readonly (readonly Modality[])[]) =>
      sets.reduce((sum, set) => sum + widthOf(set), 0);
    for (const set of this.#sets.filter(({ length }) => length > 1)) {
      this.#addNetwork(`networks.${nameOf(set)}`, widthOfAll(this.#childrenOf(set)), false);
    }
    this.#addNetwork("t_network", widthOfAll(this.#sets), true);
    const factors = this.#sets.reduce((sum, set) => sum + this.#childrenOf(set).length, 0) +
      this.#sets.length;
    this.#efficacy = [
      this.linear("graph_mfn.efficacy_model.0", this.hiddenOfAll, GRAPH_HIDDEN),
      this.linear("graph_mfn.efficacy_model.1.0", GRAPH_HIDDEN, nodeDim),
      this.linear("graph_mfn.efficacy_model.2", nodeDim, factors),
    ];
  }

  /** Sets within a set, the smaller ones first; none of a single modality. */
  #childrenOf(set: readonly Modality[]): readonly (readonly Modality[])[] {
    if (set.length === 1) return [];
    return this.#sets.filter((child) =>
      child.length < set.length && child.every((name) => set.includes(name))
    );
  }

  /**
   * Two linear maps. The second ones of all start as copies of one draw, and in the published code
   * those of nodes are in no list of parameters: they stay as they were drawn.
   */
  #addNetwork(name: string, inputs: number, isLearned: boolean): void {
    const { nodeDim } = this.settings;
    const add = (part: string, shape: number[], draw: string, bound: number) => {
      const count = shape.reduce((product, n) => product * n, 1);
      const values = this.random.split(draw).uniformArray(count, -bound, bound);
      const place = `graph_mfn.${name}.${part}`;
      return isLearned || this.isRobust
        ? this.parameter(place, shape, values)
        : this.buffer(place, shape, values);
    };
    const map = (part: string, draw: string, from: number, to: number): Map2 => {
      const bound = 1 / Math.sqrt(from);
      return [
        add(`${part}.weight`, [to, from], `${draw}.weight`, bound) as unknown as tf.Tensor2D,
        add(`${part}.bias`, [to], `${draw}.bias`, bound) as unknown as tf.Tensor1D,
      ];
    };
    this.#networks.set(name, [
      map("0", `graph_mfn.${name}.0`, inputs, GRAPH_HIDDEN),
      map("1.0", "graph_mfn.last", GRAPH_HIDDEN, nodeDim),
    ]);
  }

  forward(inputs: Inputs, noise: DropoutNoise | null): Outputs {
    const aligned = align(inputs, this.isRobust);
    const states = this.lstms.apply(aligned, this.hasBert);
    const hiddens = this.modalities.map((modality) => states[modality]!.hidden);
    const [steps, batch] = hiddens[0]!.shape;
    const nodes = new Map<string, tf.Tensor2D>();
    // (57) s_t = ReLU(Lin([h_{t−1}; h_t])), rows of all steps
    this.modalities.forEach((modality, i) => {
      const pair = tf.concat3d([delayed(hiddens[i]!), hiddens[i]!], 2);
      const rows = tf.reshape(pair, [steps * batch, pair.shape[2]]) as tf.Tensor2D;
      nodes.set(nameOf([modality]), tf.relu(this.#transforms[modality]!.apply(rows)));
    });
    // (58) α_t, three linear maps without activation
    const single = tf.concat2d([...nodes.values()], 1);
    const alpha = this.#efficacy.reduce((rows, layer) => layer.apply(rows), single);
    let used = 0;
    // (59) a network of [α · child over all children]
    const weighted = (sets: readonly (readonly Modality[])[], network: string) => {
      const parts = sets.map((set) => {
        const factor = tf.slice2d(alpha, [0, used++], [steps * batch, 1]);
        return tf.mul(nodes.get(nameOf(set))!, factor) as tf.Tensor2D;
      });
      return this.#networks.get(network)!.reduce<tf.Tensor2D>(
        (rows, [weight, bias]) => affine(rows, weight, bias),
        tf.concat2d(parts, 1),
      );
    };
    for (const set of this.#sets.filter(({ length }) => length > 1)) {
      nodes.set(nameOf(set), weighted(this.#childrenOf(set), `networks.${nameOf(set)}`));
    }
    // (60) τ_t of all sets
    const top = weighted(this.#sets, "t_network");
    const summary = tf.reshape(top, [steps, batch, top.shape[1]]) as tf.Tensor3D;
    const { prediction, fused } = this.scored(hiddens, summary, aligned, noise);
    return {
      prediction,
      "feature.fusion": fused,
      efficacies: tf.reshape(alpha, [steps, batch, alpha.shape[1]]),
      ...alignedOutputs(aligned),
    };
  }
}

/** As in the code's names: the places of modalities, `0_2` for text and vision. */
function nameOf(set: readonly Modality[]): string {
  return set.map((modality) => MODALITIES.indexOf(modality)).join("_");
}

/** Graph-MFN, as `--model graph-mfn`. */
export const graphMfn: NetworkDefinition<typeof settings> = {
  name: "graph-mfn",
  summary: "a memory over a dynamic graph of all sets of modalities",
  kind: "network",
  year: 2018,
  needs: ["sequences"],
  card: {
    source: "Zadeh, Liang, Poria, Cambria, Morency: Multimodal Language Analysis in the Wild: " +
      "CMU-MOSEI Dataset and Interpretable Dynamic Fusion Graph, ACL 2018; code thuiar/MMSA",
    reading: "Mode reference follows MMSA's code: efficacies of any size, and networks of the " +
      "nodes that stay as they were drawn, here saved with the weights. Mode robust trains them, " +
      "and states stay beyond the true length",
    limits: "Modalities of other steps than the text's are averaged to them in groups",
  },
  settings,
  presets: {
    "mmsa-2021": {
      mosi: {
        textHiddenSize: 64,
        visionHiddenSize: 64,
        memorySize: 128,
        nodeDim: 32,
        proposalDim: 128,
        proposalDropout: 0,
        gamma1Dim: 32,
        gamma1Dropout: 0.7,
        gamma2Dim: 64,
        gamma2Dropout: 0.7,
        outDim: 32,
        outDropout: 0.7,
        learningRate: 1e-3,
        weightDecay: 0,
      },
      mosei: {
        audioHiddenSize: 32,
        memorySize: 400,
        nodeDim: 20,
        proposalDim: 64,
        proposalDropout: 0.7,
        gamma1Dim: 32,
        gamma1Dropout: 0.2,
        gamma2Dim: 64,
        gamma2Dropout: 0.5,
        outDim: 64,
        outDropout: 0.5,
        learningRate: 1e-3,
        weightDecay: 0,
      },
      sims: {},
      simsv2: {},
    },
  },
  training: subnetTraining,
  recorded: {
    kind: "graph_mfn",
    settings: (hyper) => ({
      ...memorySettings(hyper),
      nodeDim: hyper["inner_node_dim"],
      ...twoLayers("proposal", hyper["NNConfig"]),
    }),
    outputs: (outputs) => ({
      ...recordedAligned(outputs),
      Efficacies: outputs["efficacies"]!,
    }),
  },
  create: (context) => new GraphMfn(context),
};
