/** Small file systems of our own, to fill them up. */

/** Runs a shell script in a mount namespace of its own, as root of a user namespace. */
export function inNamespace(script: string): { code: number; stdout: string; stderr: string } {
  try {
    const command = new Deno.Command("unshare", { args: ["-Urm", "sh", "-c", script] });
    const { code, stdout, stderr } = command.outputSync();
    const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    return { code, stdout: decode(stdout), stderr: decode(stderr) };
  } catch {
    return { code: 127, stdout: "", stderr: "" }; // No such program.
  }
}

function canMount(): boolean {
  if (Deno.build.os !== "linux") return false;
  const folder = Deno.makeTempDirSync();
  try {
    return inNamespace(`mount -t tmpfs -o size=64k tmpfs '${folder}'`).code === 0;
  } finally {
    Deno.removeSync(folder);
  }
}

/** Whether {@linkcode inNamespace} can mount a file system here. */
export const CAN_MOUNT: boolean = canMount();
