// Runs every ONNX file of a folder in ONNX Runtime and compares its output with the one said beside it.
import fs from "node:fs";
import path from "node:path";
import * as ort from "onnxruntime-web";

ort.env.wasm.numThreads = 1;
ort.env.logLevel = "error";
const folder = process.argv[2];
let count = 0;
let worst = 0;
for (const file of fs.readdirSync(folder).filter((name) => name.endsWith(".onnx")).sort()) {
  const said = JSON.parse(fs.readFileSync(path.join(folder, file.replace(/onnx$/, "json"))));
  const session = await ort.InferenceSession.create(fs.readFileSync(path.join(folder, file)));
  const input = new ort.Tensor("float32", Float32Array.from(said.input), said.input_shape);
  const { output } = await session.run({ input });
  const same = JSON.stringify(output.dims.map(Number)) === JSON.stringify(said.output_shape);
  let difference = same ? 0 : Infinity;
  said.output.forEach((value, i) => {
    difference = Math.max(difference, Math.abs(output.data[i] - value) / Math.max(1, Math.abs(value)));
  });
  if (!(difference <= 1e-5)) {
    console.log(`${file}: differs by ${difference}, shape ${output.dims}`);
    process.exitCode = 1;
  }
  worst = Math.max(worst, difference);
  count += 1;
}
console.log(`${count} files, the largest difference is ${worst}`);
if (count < 20) process.exitCode = 1;
