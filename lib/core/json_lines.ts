/** Messages between processes: an object a line. @module */

/** The objects of a stream of lines; a line that is none is given to `onOther`. */
export async function* readLines<T>(
  stream: ReadableStream<Uint8Array>,
  onOther: (line: string) => void = () => {},
): AsyncGenerator<T> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    for (const line of lines) {
      let value: T;
      try {
        value = JSON.parse(line);
      } catch {
        onOther(line);
        continue;
      }
      yield value;
    }
  }
}
