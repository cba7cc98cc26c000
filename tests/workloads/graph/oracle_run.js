// SPDX-License-Identifier: Apache-2.0
// ONNX Runtime's outputs for the networks that oracle_export.py wrote.
// usage: node oracle_run.js DIR      reads DIR/<network>/*.onnx and input.npy, writes <model>.out.npy beside each
'use strict';
const fs = require('fs');
const path = require('path');

const root = path.resolve(process.argv[2]);
const ort = require(path.join(root, 'node_modules', 'onnxruntime-node'));

/** float32 in C order, as numpy.save writes it. */
function readNpy(file) {
  const bytes = fs.readFileSync(file);
  const headerBytes = bytes.readUInt16LE(8);
  const header = bytes.toString('latin1', 10, 10 + headerBytes);
  if (!header.includes("'<f4'") || !header.includes("'fortran_order': False")) throw new Error(`${file}: ${header}`);
  const shape = header.match(/'shape': \(([^)]*)\)/)[1].split(',').filter((s) => s.trim()).map(Number);
  const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
  for (let i = 0; i < data.length; ++i) data[i] = bytes.readFloatLE(10 + headerBytes + 4 * i);
  return {shape, data};
}

function writeNpy(file, shape, data) {
  let header = `{'descr': '<f4', 'fortran_order': False, 'shape': (${shape.join(', ')},), }`;
  header = header.padEnd(Math.ceil((header.length + 11) / 64) * 64 - 11) + '\n';
  const bytes = Buffer.alloc(10 + header.length + 4 * data.length);
  bytes.write('\x93NUMPY\x01\x00', 0, 'latin1');
  bytes.writeUInt16LE(header.length, 8);
  bytes.write(header, 10, 'latin1');
  for (let i = 0; i < data.length; ++i) bytes.writeFloatLE(data[i], 10 + header.length + 4 * i);
  fs.writeFileSync(file, bytes);
}

async function main() {
  for (const network of fs.readdirSync(root).sort()) {
    const folder = path.join(root, network);
    if (!fs.existsSync(path.join(folder, 'input.npy'))) continue;
    const input = readNpy(path.join(folder, 'input.npy'));
    const one = input.data.length / input.shape[0];
    for (const model of fs.readdirSync(folder).filter((f) => f.endsWith('.onnx')).sort()) {
      const session = await ort.InferenceSession.create(path.join(folder, model));
      const outputs = [];
      for (let i = 0; i < input.shape[0]; ++i) {
        const x = new ort.Tensor('float32', input.data.slice(i * one, (i + 1) * one), [1, ...input.shape.slice(1)]);
        const y = await session.run({[session.inputNames[0]]: x});
        outputs.push(...y[session.outputNames[0]].data);
      }
      const file = path.join(folder, model.replace(/\.onnx$/, '.out.npy'));
      writeNpy(file, [input.shape[0], outputs.length / input.shape[0]], outputs);
      console.log(`${network}/${model}: ${input.shape[0]} inputs`);
    }
  }
}

main().catch((error) => { console.error(error); process.exit(1); });
