/** What to do about objects that only Python can make. @module */

/**
 * How to save what holds the object `name` as plain arrays: a line of Python; null where nobody
 * can say.
 *
 * @param name the class or function that the pickle names
 * @param path of the pickle
 */
export function plainFormOf(name: string, path: string): string | null {
  const plain = JSON.stringify(path.replace(/(\.\w+)?$/, "_plain.pkl"));
  const line = (modules: string, save: string) =>
    `expected plain arrays: in Python, ` +
    `'import pickle, ${modules}; ${save}' makes a file of them where you trust this one`;
  if (name.startsWith("joblib.")) {
    const from = JSON.stringify(path);
    return line("joblib", `pickle.dump(joblib.load(${from}), open(${plain}, "wb"))`);
  }
  if (!name.startsWith("pandas.")) return null;
  return line(
    "pandas",
    `d = pandas.read_pickle(${JSON.stringify(path)}); ` +
      `f = lambda v: {k: f(x) for k, x in v.items()} if isinstance(v, dict) else ` +
      `{c: v[c].tolist() for c in v} if hasattr(v, "columns") else ` +
      `v.tolist() if hasattr(v, "iloc") else v; ` +
      `pickle.dump(f(d), open(${plain}, "wb"))`,
  );
}
