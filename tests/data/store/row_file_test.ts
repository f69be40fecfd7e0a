import { assertEquals } from "@std/assert";
import { RowFile } from "../../../lib/data/store/row_file.ts";
import { TestFolder } from "../mmsa_file.ts";

Deno.test("RowFile gives back the rows that were added, in order", () => {
  using folder = new TestFolder();
  const rows = new RowFile(folder.at("a.f32"), [2, 1]);
  assertEquals(rows.count(), 0);
  rows.append(Float32Array.of(1, 2, 3, 4));
  rows.append(Float32Array.of(5, 6).subarray(0, 2));
  assertEquals(new RowFile(folder.at("a.f32"), [2, 1]).count(), 3);
  const { values, file } = rows.open();
  using _file = file;
  assertEquals(values.shape, [3, 2, 1]);
  const part = new Float32Array(3);
  values.readFloat32(2, part);
  assertEquals([...part], [3, 4, 5]);
});

Deno.test("RowFile cuts off a part of a row, which a killed process may leave", () => {
  using folder = new TestFolder();
  const rows = new RowFile(folder.at("a.f32"), [2]);
  rows.append(Float32Array.of(1, 2, 3));
  assertEquals([rows.count(), Deno.statSync(rows.path).size], [1, 8]);
  rows.append(Float32Array.of(7, 8));
  const { values, file } = rows.open();
  using _file = file;
  const all = new Float32Array(4);
  values.readFloat32(0, all);
  assertEquals([...all], [1, 2, 7, 8]);
});
