/** MMSA's settings in JSON: its names, and its nesting by model and dataset. @module */

/** Settings by name, as found. */
type Fields = Readonly<Record<string, unknown>>;

/** Keys of MMSA that say what is settled here by the data, or what its code never reads. */
const WITHOUT_EFFECT: readonly string[] = [
  "needDataAligned",
  "needModelAligned",
  "needNormalized",
  "useBert",
  "useFinetune",
  "saveLabels",
  "textOut",
  "textBertDropout",
  "keyEval",
  "transformers",
  "pretrained",
  "audioLstmLayers",
  "visionLstmLayers",
  "modelName",
  "datasetName",
];

/** Words of MMSA's keys that have another name here. */
const WORDS: Readonly<Record<string, string>> = {
  a: "audio",
  v: "vision",
  t: "text",
  video: "vision",
};

/** What a file of settings says. */
export interface NamedSettings {
  readonly settings: Fields;
  /** Keys that have no effect here. */
  readonly unused: readonly string[];
}

/**
 * Settings under our names: snake_case becomes camelCase, MMSA's words ours, and of its nesting what
 * is for the model and dataset is taken.
 *
 * @param dataset part of a name, such as `mosi`; undefined where nothing tells it
 * @param known names of settings
 */
export function fromMmsa(
  fields: Fields,
  model: string,
  dataset: string | undefined,
  known: readonly string[],
): NamedSettings {
  const settings: Record<string, unknown> = {};
  const unused: string[] = [];
  for (const [key, value] of Object.entries(flattened(fields, model, dataset))) {
    const name = ourName(key, known);
    if (!known.includes(name) && WITHOUT_EFFECT.includes(name)) unused.push(key);
    else settings[name] = value;
  }
  return { settings, unused };
}

/** The settings for a model and dataset, those for fewer over those for more. */
function flattened(fields: Fields, model: string, dataset: string | undefined): Fields {
  const flat: Record<string, unknown> = {};
  const take = (part: unknown) =>
    isFields(part) && Object.assign(flat, flattened(part, model, dataset));
  const plain = (name: string) => name.toLowerCase().replaceAll(/[^a-z0-9]/g, "");
  const nested = Object.entries(fields).filter(([, value]) => isFields(value));
  const named = (wanted: string | undefined) =>
    wanted === undefined ? undefined : nested.find(([key]) => plain(key) === plain(wanted))?.[1];
  for (const [key, value] of Object.entries(fields)) if (!isFields(value)) flat[key] = value;
  const common = nested.find(([key]) => /^common_?params$/i.test(key))?.[1];
  const ofDataset = nested.find(([key]) => /^dataset_?params$/i.test(key))?.[1];
  take(named(model));
  take(common);
  take(named(dataset));
  if (isFields(ofDataset)) take(ofDataset);
  return flat;
}

function ourName(key: string, known: readonly string[]): string {
  if (known.includes(key)) return key;
  const words = key.split(/_|(?<=[a-z0-9])(?=[A-Z])/).filter((word) => word !== "")
    .map((word) => WORDS[word] ?? word);
  return words.map((word, i) => {
    return i === 0
      ? word[0]!.toLowerCase() + word.slice(1)
      : word[0]!.toUpperCase() + word.slice(1);
  }).join("");
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
