/** How a moment of a training is written: as a bar with fields, or as a plain line. @module */

/** A moment of a training. What is not known yet is null. */
export interface ProgressState {
  /** What is trained. */
  readonly label: string;
  /** The epoch that runs or has just ended, from 1. */
  readonly epoch: number;
  /** Upper limit of epochs. */
  readonly epochs: number | null;
  /** Part of the epoch that is done, 0 to 1. */
  readonly fraction: number;
  /** Mean training loss of the epoch so far. */
  readonly loss: number | null;
  /** Of the last epoch that ended. */
  readonly validMae: number | null;
  /** In the epoch that runs. */
  readonly samplesPerSecond: number | null;
  /** By the speed so far. */
  readonly secondsLeft: number | null;
  /** Whether the training may end before its last epoch, so that the time left is the most it can be. */
  readonly mayStopEarly: boolean;
}

/** Widths of the bar between its brackets, in characters. */
const LONGEST_BAR = 24;
const SHORTEST_BAR = 4;

/** `label: epoch 3/20, loss 0.5123, valid MAE 0.8012, 350 samples/s, 1:20 left` */
export function progressLine(state: ProgressState): string {
  const percent = Math.floor(state.fraction * 100);
  const [epoch, ...others] = fieldsOf(state);
  const position = percent < 100 ? `${epoch} ${percent} %` : epoch;
  return `${state.label}: ${[position, ...others].join(", ")}`;
}

/**
 * `label  epoch 3/20  [######----]  loss 0.5123  …` in at most `width` characters. Where they do
 * not suffice, the bar shrinks, then names are shortened, then the bar goes, then the end.
 */
export function progressBar(state: ProgressState, width: number): string {
  for (const isShort of [false, true]) {
    const [epoch, ...others] = fieldsOf(state, isShort);
    const before = `${state.label}  ${epoch}  `;
    const after = ["", ...others].join("  ");
    const length = Math.min(LONGEST_BAR, width - before.length - after.length - 2);
    if (length < SHORTEST_BAR) continue;
    return `${before}${barOf(state.fraction, length)}${after}`;
  }
  return [state.label, ...fieldsOf(state, true)].join("  ").slice(0, Math.max(0, width));
}

/** `[######------]`, of that many characters between its brackets. @param done 0 to 1 */
export function barOf(done: number, length: number): string {
  const full = Math.floor(done * length);
  return `[${"#".repeat(full)}${"-".repeat(length - full)}]`;
}

/** `0:42`, `12:05` or `1:02:03`; a second that has begun counts. */
export function formatDuration(seconds: number): string {
  const whole = Math.ceil(seconds);
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  const twoDigits = (n: number) => String(n).padStart(2, "0");
  const end = twoDigits(whole % 60);
  return hours > 0 ? `${hours}:${twoDigits(minutes)}:${end}` : `${minutes}:${end}`;
}

function fieldsOf(state: ProgressState, isShort = false): string[] {
  const { epoch, epochs, loss, validMae, samplesPerSecond: speed } = state;
  const { secondsLeft, mayStopEarly } = state;
  const fields = [`epoch ${epoch}${epochs === null ? "" : `/${epochs}`}`];
  if (loss !== null) fields.push(`loss ${loss.toFixed(4)}`);
  if (validMae !== null) fields.push(`${isShort ? "" : "valid "}MAE ${validMae.toFixed(4)}`);
  if (speed !== null) {
    fields.push(`${speed.toFixed(speed < 10 ? 1 : 0)}${isShort ? "/s" : " samples/s"}`);
  }
  if (secondsLeft !== null) {
    const bound = !mayStopEarly ? "" : isShort ? "≤" : "at most ";
    fields.push(`${bound}${formatDuration(secondsLeft)} left`);
  }
  return fields;
}
