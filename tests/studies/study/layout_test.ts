import { assertEquals } from "@std/assert";
import { chooseJobs, processesFor, threadsFor } from "../../../lib/studies/study/layout.ts";

/** A machine that holds as many as are asked for. */
const ROOMY = { jobs: 10, cores: 8, freeBytes: 1e11, peakBytes: 1e9, device: "cpu" } as const;

Deno.test("chooseJobs() takes a training a core, and no more than there are", () => {
  assertEquals(chooseJobs(ROOMY), { jobs: 8, reason: "8 cores" });
  assertEquals(chooseJobs({ ...ROOMY, jobs: 3 }), { jobs: 3, reason: "3 trainings" });
  assertEquals(chooseJobs({ ...ROOMY, cores: 1 }), { jobs: 1, reason: "one core" });
});

Deno.test("chooseJobs() fills four fifths of the free memory beside the first training", () => {
  const reason = "the free memory of 2.5 GB, of which one takes 1.0 GB";
  assertEquals(chooseJobs({ ...ROOMY, freeBytes: 2.5e9 }), { jobs: 3, reason });
  assertEquals(chooseJobs({ ...ROOMY, freeBytes: 2.4e9 }).jobs, 2);
  assertEquals(chooseJobs({ ...ROOMY, freeBytes: 0 }).jobs, 1);
});

Deno.test("chooseJobs() trains one at a time on a GPU, whose memory it does not know", () => {
  assertEquals(chooseJobs({ ...ROOMY, device: "gpu" }).jobs, 1);
});

Deno.test("tensorflow has up to four trainings in a process, with its own threads", () => {
  const processes = [1, 2, 4, 5, 8, 9].map((jobs) => processesFor(jobs, "tensorflow"));
  assertEquals(processes, [1, 1, 1, 2, 2, 3]);
  assertEquals(threadsFor(4, 8, "tensorflow"), undefined);
});

Deno.test("other engines have a process a training, and each its share of the threads", () => {
  assertEquals([1, 3, 8].map((jobs) => processesFor(jobs, "cpu")), [1, 3, 8]);
  assertEquals(threadsFor(1, 8, "cpu"), undefined);
  assertEquals([[3, 8], [8, 4]].map(([jobs, cores]) => threadsFor(jobs!, cores!, "cpu")), [2, 1]);
});
