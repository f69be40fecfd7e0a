/** Variables of the environment for one test alone: tests run side by side in one process. */

/** Runs `test` as if variables were set; processes that it starts do not see them. */
export async function withVariables<T>(
  variables: Readonly<Record<string, string>>,
  test: () => T | Promise<T>,
): Promise<T> {
  const { get } = Deno.env;
  Deno.env.get = (name) => variables[name] ?? get.call(Deno.env, name);
  try {
    return await test();
  } finally {
    Deno.env.get = get;
  }
}
